//! Blocks: cells one at a time, every entrant once a block.

use rayon::prelude::*;

use super::{Column, Grid, RaceError, Ran};
use crate::digest::derived_seed;
use crate::entry::{Course, Entrant};

impl Grid<'_> {
    /// Prepares all entrants, which may be done side by side, then runs block after block. One
    /// column for each entrant.
    pub(super) fn in_blocks(&self) -> Vec<Result<Column, RaceError>> {
        let entrants = &self.race.entrants;
        let preparations: Vec<_> =
            entrants.par_iter().map(|entrant| self.prepare(entrant)).collect();
        let mut ran: Vec<Vec<Ran>> = entrants.iter().map(|_| Vec::new()).collect();
        for (course, seed) in self.blocks() {
            for place in order(entrants, course, seed) {
                if let Ok(preparation) = &preparations[place] {
                    ran[place].push(self.ran(&entrants[place], preparation, course, seed));
                }
            }
        }
        let columns = preparations.into_iter().zip(ran);
        columns.map(|(preparation, ran)| Self::gathered(preparation?, ran)).collect()
    }
}

/// The places of all entrants in the order in which they run in a block: drawn from the block's seed,
/// whoever else takes part.
fn order(entrants: &[Entrant], course: &Course, seed: u64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..entrants.len()).collect();
    places.sort_by_key(|&place| {
        derived_seed(seed, &format!("order/{}/{}", course.name, entrants[place].name))
    });
    places
}
