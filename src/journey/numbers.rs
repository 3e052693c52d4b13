//! A visitor's ids by number.

use hashbrown::HashMap;

use crate::ledger::Id;

/// As many ids are looked through one by one: most visitors have no more.
const FEW: usize = 8;

/// The table of a visitor with more ids than this is not kept for the next, who would have to clear it.
const MANY: usize = 1024;

/// Distinct ids, numbered from 0 on in the order in which they come.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    ids: Vec<Id>,
    /// Of more than a few.
    table: HashMap<Id, usize>,
}

impl Numbers {
    pub(super) fn get(&self, id: Id) -> Option<usize> {
        if self.ids.len() <= FEW {
            self.ids.iter().position(|known| *known == id)
        } else {
            self.table.get(&id).copied()
        }
    }

    /// The id's number; an error with the next one where it is new.
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
        if self.ids.len() > MANY {
            *self = Self::default();
        } else if self.ids.len() > FEW {
            self.table.clear();
        }
        self.ids.clear();
    }
}
