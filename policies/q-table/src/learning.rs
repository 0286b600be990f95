//! Learning: the Q-update.

use sdk::Experiences;

use crate::QTable;
use crate::row::Row;
use crate::table::Entry;

/// Rewards beyond this are refused, so that no sum of them leaves the numbers.
const LARGEST_REWARD: f64 = 1e100;

impl QTable {
    /// Watkins and Dayan (1992), equation 1, over the experiences in their order:
    ///
    /// Q(s, a) ← Q(s, a) + α (r + γ maxₐ′ Q(s′, a′) − Q(s, a))
    ///
    /// where a is the change that was applied, a′ is legal in s′, and the maximum is 0 after a true
    /// ending. Refuses the call as a whole, and learns nothing, if a reward is not a sane number.
    pub(crate) fn learn_all(&mut self, experiences: &Experiences) -> Result<(), String> {
        let mut rewards = experiences.rewards.iter();
        if let Some(row) =
            rewards.position(|reward| reward.is_nan() || reward.abs() > LARGEST_REWARD)
        {
            return Err(format!(
                "the reward of row {row} is {}; it must lie within ±{LARGEST_REWARD:e}",
                experiences.rewards[row]
            ));
        }
        for row in 0..experiences.workloads.len() {
            self.learn_one(experiences, row);
        }
        Ok(())
    }

    fn learn_one(&mut self, experiences: &Experiences, row: usize) {
        let rows = experiences.workloads.len();
        let before = Row::new(&experiences.before, rows, row);
        let after = Row::new(&experiences.after, rows, row);
        let owner = self.owner(experiences.workloads[row]);
        let illegal = experiences.actions[row].illegal;

        let taken = if illegal {
            self.wished(before)
        } else {
            self.changes.applied(&experiences.actions[row]).map_or(0, |action| 1 << action)
        };
        if taken == 0 {
            let table = self.library.table(owner);
            let counter = if illegal { &mut table.illegal } else { &mut table.unmatched };
            *counter += 1;
            return;
        }

        let future = if experiences.terminated[row] { 0.0 } else { self.best_value(owner, after) };
        let td_target = experiences.rewards[row] + self.settings.discount * future;

        let state = self.grid.state(before);
        let blank = || Entry::new(self.changes.count(), self.settings.initial_value);
        let table = self.library.table(owner);
        let entry = table.states.entry(state).or_insert_with(blank);
        for action in (0..entry.values.len()).filter(|action| taken >> action & 1 == 1) {
            let value = &mut entry.values[action];
            *value += self.settings.learning_rate * (td_target - *value);
            entry.visits[action] += 1;
        }
        table.updates += 1;
    }

    /// What an illegal experience teaches about. Its reward judges the wish, not what the guard
    /// rails made of it, and every wish that the bounds forbid in this state comes to the same. With
    /// forbidden actions masked there is nothing to teach.
    fn wished(&self, before: Row) -> u64 {
        if self.settings.mask_illegal { 0 } else { self.changes.forbidden(before) }
    }

    /// The value of the best legal action; of the best of all where none is legal.
    fn best_value(&self, owner: Option<u64>, after: Row) -> f64 {
        let legal = self.changes.legal(after, self.settings.mask_illegal);
        let open = if legal == 0 { self.changes.all() } else { legal };
        self.entry(owner, self.grid.state(after))
            .map_or(self.settings.initial_value, |entry| entry.best(open).1)
    }
}
