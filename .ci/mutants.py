#!/usr/bin/env python3
"""Tests all mutants of cargo-mutants with a single build. A full run takes hours instead of days.

    .ci/mutants.py            all mutants
    .ci/mutants.py REGEX      the mutants whose name matches the regular expression
    .ci/mutants.py --left     the mutants without an outcome, and the missed ones that `tests/MUTANTS.md` does not
                              explain; valid as long as only tests have been added since

cargo-mutants lists the mutants; `.cargo/mutants.toml` selects the files. In a copy of the project, each function gets a
second body for each of its mutants. An environment variable switches one of them on. The tests of the nextest profile
`mutants` are built once and run once for each mutant. A missed mutant that `tests/MUTANTS.md` does not explain is run
again with all tests and more random cases. So that they can be switched, each `const fn` becomes a `fn`, and a function
that returns an `impl Iterator` returns one of several. Functions that constants call, and those that return another
`impl Trait`, cannot be switched; cargo-mutants builds and tests their mutants. Any other mutant that does not compile
is unviable.

The script prints the unexplained mutants and the counts, and fails if there are unexplained ones. It keeps the outcome
of each mutant in `target/mutants/outcomes.json`, also those of earlier runs.
"""

import collections
import concurrent.futures
import functools
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "mutants"
TREE = HOME / "tree"
PLAIN = HOME / "plain"
OUTCOMES = HOME / "outcomes.json"
SWITCH = "CONVOMETRICS_MUTANT"
TESTS = ["--lib", "--test", "contract", "--test", "allocations"]
MOST_BYTES = 12 << 30  # a mutant that never stops asking for memory

SWITCH_BODY = f"""
fn mutant_is_on(mutant: usize) -> bool {{
    static ON: std::sync::LazyLock<Option<usize>> =
        std::sync::LazyLock::new(|| std::env::var("{SWITCH}").ok()?.parse().ok());
    *ON == Some(mutant)
}}

enum Either<A, B> {{
    Left(A),
    Right(B),
}}

impl<A: Iterator, B: Iterator<Item = A::Item>> Iterator for Either<A, B> {{
    type Item = A::Item;

    fn next(&mut self) -> Option<A::Item> {{
        match self {{
            Self::Left(left) => left.next(),
            Self::Right(right) => right.next(),
        }}
    }}
}}
"""


def listed():
    """All mutants, each with a `key`: its name without line and column, and which of those of this name it is."""
    args = ["cargo", "mutants", "--list", "--json"]
    mutants = json.loads(subprocess.check_output(args, cwd=ROOT))
    seen = collections.Counter()
    for mutant in mutants:
        mutant["what"] = re.sub(r"^([^:]*):\d+:\d+:", r"\1:", mutant["name"])
        seen[mutant["what"]] += 1
        mutant["key"] = f"{mutant['what']} #{seen[mutant['what']]}"
    return mutants


def explained():
    """What is changed by the mutants that the document says nobody can notice."""
    return set(re.findall(r"`(src/[^`]*: [^`]*)`", (ROOT / "tests/MUTANTS.md").read_text()))


def known():
    """The outcomes of earlier runs, by the mutants' keys."""
    if not OUTCOMES.exists():
        return {}
    return json.loads(OUTCOMES.read_text())


def copied():
    """The files that git knows: a tree to change, and one for cargo-mutants."""
    for tree in (TREE, PLAIN):
        if tree.exists():
            shutil.rmtree(tree)
        names = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT).decode()
        for name in filter(None, names.split("\0")):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
        # Where proptest would keep a failing seed, and one mutant's would be tried on the next.
        for directory in (tree, tree / "tests"):
            (directory / "proptest-regressions").touch()


class Source:
    """A file's text, by lines and columns as cargo-mutants counts them."""

    def __init__(self, text):
        self.text = text
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, span):
        return tuple(
            self.starts[span[end]["line"] - 1] + span[end]["column"] - 1 for end in ("start", "end")
        )


def outermost_functions(source, mutants):
    """The outermost functions that mutants change, each with its mutants, in the file's order."""
    spans = sorted({source.span(mutants[number]["function"]["span"]) for number in mutants})
    outermost = []
    for start, end in spans:
        if not outermost or start >= outermost[-1][1]:
            outermost.append((start, end))
    return [
        (start, end, [n for n in mutants if start <= source.span(mutants[n]["span"])[0] < end])
        for start, end in outermost
    ]


def switched(text, mutants, constants):
    """The text with second bodies for its mutants, and the lines on which each of them stands."""
    source, out, lines, done = Source(text), "", {}, 0
    for start, end, within in outermost_functions(source, mutants):
        function = mutants[within[0]]["function"]
        name = short_name(function)
        head = re.search(rf"\bfn {re.escape(name)}\b", text[start:end])
        body = text.index("{", start + head.end()) + 1
        signature = text[done:body]
        if name not in constants:
            signature = signature.replace(f"const fn {name}", f"fn {name}")
        out += signature
        is_iterator = "impl " in (function["return_type"] or "")
        others = 0
        for number in within:
            at, to = source.span(mutants[number]["span"])
            changed = text[body:at] + mutants[number]["replacement"] + text[to : end - 1]
            first = out.count("\n") + 2
            changed = f"{{\n{changed}\n}}"
            if is_iterator:
                changed = either(others, f"crate::Either::Left({changed})")
                others += 1
            out += f"\nif crate::mutant_is_on({number}) {{ return {changed}; }}\n"
            lines[number] = (first, out.count("\n"))
        plain = text[body : end - 1]
        out += either(others, f"{{{plain}}}") if is_iterator else plain
        done = end - 1
    return out + text[done:], lines


def short_name(function):
    return function["function_name"].rsplit("::", 1)[-1]


def either(others, value):
    """One of several iterators: the one after `others`."""
    return "crate::Either::Right(" * others + value + ")" * others


def by_file(mutants):
    files = collections.defaultdict(dict)
    for number, mutant in mutants.items():
        files[mutant["file"]][number] = mutant
    return files


def switchable(mutant):
    function = mutant["function"]
    if function is None:
        return False
    returned = function["return_type"] or ""
    if "impl " not in returned:
        return True
    source = Source((PLAIN / mutant["file"]).read_text())
    start, end = source.span(function["span"])
    # A `Box::leak` decides on the type of items, also for the other mutants.
    return (
        returned.startswith("-> impl Iterator")
        and "return " not in source.text[start:end]
        and "Box::leak" not in mutant["replacement"]
    )


def with_switches(mutants):
    """Writes the switches of those that build. Returns the others, and those that constants call."""
    unviable, constants = {}, set()
    library = (PLAIN / "src/lib.rs").read_text() + SWITCH_BODY
    (TREE / "src/lib.rs").write_text(library)
    while True:
        called = {n for n, m in mutants.items() if short_name(m["function"]) in constants and is_const(m)}
        left = {n: m for n, m in mutants.items() if n not in unviable and n not in called}
        where = {}
        for name in by_file(mutants):
            text = (PLAIN / name).read_text()
            text, lines = switched(text, {n: m for n, m in left.items() if m["file"] == name}, constants)
            (TREE / name).write_text(text)
            where.update({(name, number): span for number, span in lines.items()})
        args = ["cargo", "check", "--lib", "--profile", "test", "--message-format=json"]
        checked = subprocess.run(args, cwd=TREE, env=environment(), stdout=subprocess.PIPE)
        if checked.returncode == 0:
            return unviable, called
        before = len(unviable), len(constants)
        for line in checked.stdout.splitlines():
            message = json.loads(line).get("message")
            if not message or message["level"] != "error":
                continue
            constant = re.match(r"cannot call non-const .*?`([^`]*)` in const", message["message"])
            if constant:
                constants.add(re.sub(r"<.*>", "", constant[1]).rstrip(":").rsplit("::", 1)[-1])
                continue
            for span in filter(lambda span: span["is_primary"], message["spans"]):
                for (name, number), (first, last) in where.items():
                    if name == span["file_name"] and first <= span["line_start"] <= last:
                        unviable[number] = message["message"]
        print(f"{len(unviable)} do not build, constants call {len(constants)} functions", flush=True)
        if (len(unviable), len(constants)) == before:
            sys.exit("the build fails outside of the mutants")


def is_const(mutant):
    source = Source((PLAIN / mutant["file"]).read_text())
    start, _ = source.span(mutant["function"]["span"])
    return re.match(r"[^{]*\bconst fn", source.text[start:])


def environment(**more):
    return os.environ | {
        "CARGO_TARGET_DIR": str(HOME / "target"),
        "CARGO_PROFILE_DEV_DEBUG": "0",
        "CARGO_TERM_COLOR": "never",
        "RUSTFLAGS": "--cap-lints allow",
        "PROPTEST_RNG_SEED": "1",
        **more,
    }


def built():
    """What nextest has to know to run the tests without asking cargo, and the example that some tests run."""
    subprocess.run(["cargo", "build", "--example", "report"], cwd=TREE, env=environment(), check=True)
    for name, args in {
        "binaries": ["nextest", "list", "--list-type", "binaries-only", *TESTS, "--message-format", "json"],
        "metadata": ["metadata", "--format-version", "1"],
    }.items():
        said = subprocess.check_output(["cargo", *args], cwd=TREE, env=environment())
        (HOME / f"{name}.json").write_bytes(said)


def bounded():
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


def tested(number, profile, cases):
    """The outcome of the tests with a mutant on, and the first test that failed."""
    args = ["cargo", "nextest", "run", "--profile", profile, "--test-threads", "1"]
    args += ["--binaries-metadata", HOME / "binaries.json", "--cargo-metadata", HOME / "metadata.json"]
    more = {"PROPTEST_CASES": str(cases)} | ({} if number is None else {SWITCH: str(number)})
    run = subprocess.run(
        args, cwd=TREE, env=environment(**more), text=True, preexec_fn=bounded,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
    )
    failed = re.search(r"^ *(FAIL|TIMEOUT|SIG\w+|ABORT) .*?\] *(?:\(.*?\) *)?(.*)$", run.stdout, re.M)
    if run.returncode == 0:
        return "missed", None
    if not failed:
        sys.exit(f"mutant {number}: the tests did not run\n{run.stdout}")
    return ("timeout" if failed[1] == "TIMEOUT" else "caught"), failed[2]


def all_tested(mutants, profile, cases, outcomes, save):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(tested, number, profile, cases): number for number in mutants}
        for done, run in enumerate(concurrent.futures.as_completed(runs), 1):
            number = runs[run]
            outcome, test = run.result()
            outcomes[number] = {"outcome": outcome, "test": test}
            if outcome != "caught":
                print(f"{done}/{len(runs)} {outcome}: {mutants[number]['name']}", flush=True)
            elif done % 100 == 0:
                print(f"{done}/{len(runs)}", flush=True)
            if done % 20 == 0 or done == len(runs):
                save()


def by_cargo_mutants(mutants, outcomes):
    if not mutants:
        return
    names = [f"--re=^{re.escape(mutant['name'])}$" for mutant in mutants.values()]
    args = ["cargo", "mutants", "--gitignore=false", "--timeout", "300", "--output", HOME, *names]
    # It adds fields of structs that it was not asked for, in all files of its configuration.
    args += ["--no-config", "--test-tool=nextest", *(f"--file={name}" for name in by_file(mutants))]
    args += ["--", *TESTS, "--profile", "mutants"]
    more = {"CARGO_PROFILE_DEV_OPT_LEVEL": "0", "PROPTEST_CASES": "24"}
    more["CARGO_TARGET_DIR"] = str(HOME / "others")
    subprocess.run(args, cwd=PLAIN, env=environment(**more))
    names = {mutant["name"]: number for number, mutant in mutants.items()}
    said = json.loads((HOME / "mutants.out/outcomes.json").read_text())
    kinds = {"CaughtMutant": "caught", "MissedMutant": "missed", "Unviable": "unviable", "Timeout": "timeout"}
    for outcome in said["outcomes"]:
        mutant = outcome["scenario"] != "Baseline" and outcome["scenario"]["Mutant"]["name"]
        if mutant in names:
            outcomes[names[mutant]] = {"outcome": kinds[outcome["summary"]], "test": "by cargo-mutants"}


def main():
    selection = sys.argv[1] if len(sys.argv) > 1 else ""
    before, everything, reasons = known(), listed(), explained()
    for what in sorted(reasons - {mutant["what"] for mutant in everything}):
        print("explained, but not a mutant:", what)
    if selection == "--left":
        done = {key for key, found in before.items() if found["outcome"] != "missed"}
        left = [m for m in everything if m["key"] not in done]
        wanted = [m for m in left if m["key"] not in before or m["what"] not in reasons]
    else:
        wanted = [m for m in everything if re.search(selection, m["name"])]
    mutants = dict(enumerate(wanted))
    print(f"{len(mutants)} mutants", flush=True)

    copied()
    switches = {n: mutant for n, mutant in mutants.items() if switchable(mutant)}
    unviable, called = with_switches(switches)
    switches = {n: mutant for n, mutant in switches.items() if n not in called}
    outcomes = {number: {"outcome": "unviable", "test": why} for number, why in unviable.items()}
    built()
    if tested(None, "mutants", 24)[0] != "missed":
        sys.exit("the tests fail without a mutant")
    save = functools.partial(saved, everything, mutants, outcomes)
    all_tested({n: m for n, m in switches.items() if n not in outcomes}, "mutants", 24, outcomes, save)
    missed = {
        n: m
        for n, m in switches.items()
        if outcomes[n]["outcome"] == "missed" and m["what"] not in reasons
    }
    print(f"{len(missed)} once more, with all tests", flush=True)
    all_tested(missed, "all", 256, outcomes, save)
    by_cargo_mutants({n: m for n, m in mutants.items() if n not in switches}, outcomes)
    now = save()

    counts = collections.Counter(found["outcome"] for found in now.values())
    print(f"{len(now)} mutants:", ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))
    missed = [m for m in everything if now.get(m["key"], {}).get("outcome") == "missed"]
    unexplained = [mutant for mutant in missed if mutant["what"] not in reasons]
    print(f"{len(missed) - len(unexplained)} of those missed are explained")
    for mutant in unexplained:
        print("missed:", mutant["name"])
    sys.exit(bool(unexplained))


def saved(everything, mutants, outcomes):
    """Keeps the outcomes, with those of earlier runs of mutants that there still are; gives them."""
    now = known() | {mutants[number]["key"]: outcome for number, outcome in outcomes.items()}
    now = {mutant["key"]: now[mutant["key"]] for mutant in everything if mutant["key"] in now}
    OUTCOMES.write_text(json.dumps(now, indent=1))
    return now


if __name__ == "__main__":
    main()
