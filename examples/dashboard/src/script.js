"use strict";

// Sorts a table by a column that is clicked: the greatest first, then the least; rows without a value last.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const isName = column === 0;
      const first = isName ? "ascending" : "descending";
      const last = isName ? "descending" : "ascending";
      const order = head.getAttribute("aria-sort") === first ? last : first;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const key = (row) => {
        const cell = row.cells[column];
        if (isName) return cell.textContent;
        return cell.dataset.sort === undefined ? null : Number(cell.dataset.sort);
      };
      const rows = [...table.tBodies[0].rows].map((row) => [key(row), row]);
      rows.sort(([one], [other]) => {
        if (one === null || other === null) return (one === null) - (other === null);
        return sign * (isName ? one.localeCompare(other) : one - other);
      });
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
}

// What a link leads to is unfolded.
const unfold = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();
