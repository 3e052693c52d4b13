//! Numbers for the ids of a visitor.

use hashbrown::HashMap;

use crate::ledger::Id;

/// Up to this number of ids, a lookup compares them one by one. Most visitors have no more.
const FEW: usize = 8;

/// The table of a visitor with more ids than this is not reused, as clearing it would be slow.
const MANY: usize = 1024;

/// Distinct ids, numbered from 0 in order of their first use.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    ids: Vec<Id>,
    /// The number of each id, if there are more than [`FEW`].
    table: HashMap<Id, usize>,
}

impl Numbers {
    #[inline]
    pub(super) fn get(&self, id: Id) -> Option<usize> {
        if self.ids.len() <= FEW {
            self.ids.iter().position(|known| *known == id)
        } else {
            self.table.get(&id).copied()
        }
    }

    /// Returns the number of the id: `Ok` if the id is known, `Err` with its new number if it is new.
    pub(super) fn number(&mut self, id: Id) -> Result<usize, usize> {
        if let Some(number) = self.get(id) {
            return Ok(number);
        }
        let number = self.ids.len();
        self.ids.push(id);
        if self.ids.len() == FEW + 1 {
            self.table.extend(self.ids.iter().copied().zip(0..));
        } else if self.ids.len() > FEW {
            self.table.insert(id, number);
        }
        Err(number)
    }

    pub(super) fn clear(&mut self) {
        // Most visitors have no ids of most kinds.
        if self.ids.is_empty() {
            return;
        }
        if self.ids.len() > MANY {
            *self = Self::default();
        } else if self.ids.len() > FEW {
            self.table.clear();
        }
        self.ids.clear();
    }
}
