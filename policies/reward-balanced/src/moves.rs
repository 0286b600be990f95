//! The last moves of one workload, to tell when one is taken back.

use std::cmp::Ordering;

use reward_sdk::Action;
use reward_sdk::serde::{Deserialize, Serialize};

/// The last moves of one workload.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(crate = "reward_sdk::serde", deny_unknown_fields)]
pub struct Moves {
    /// When it was last looked at, nanoseconds on the transitions' clock.
    pub seen_nanoseconds: i64,
    /// Its last change of replicas.
    pub replicas: Option<Move>,
    /// Its last change of the CPU limit.
    pub cpu: Option<Move>,
    /// Its last change of the memory limit.
    pub memory: Option<Move>,
}

/// One move.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(crate = "reward_sdk::serde", deny_unknown_fields)]
pub struct Move {
    /// It added something; otherwise it took something away.
    pub up: bool,
    /// When it was seen, nanoseconds on the transitions' clock.
    pub moved_nanoseconds: i64,
}

impl Moves {
    /// Takes in what was applied and says whether it takes back a move of the last `window`
    /// nanoseconds. Keeping still in between makes no difference.
    pub fn reversed(&mut self, action: &Action, now: i64, window: i64) -> bool {
        // The clock of a new episode starts over, and old moves are none of its business.
        if now < self.seen_nanoseconds {
            *self = Self::default();
        }
        self.seen_nanoseconds = now;
        let replicas = action.replicas_after.cmp(&action.replicas_before);
        let cpu = limit(action.cpu_millicores_after.into())
            .cmp(&limit(action.cpu_millicores_before.into()));
        let memory = limit(action.memory_bytes_after).cmp(&limit(action.memory_bytes_before));
        let turned =
            [(&mut self.replicas, replicas), (&mut self.cpu, cpu), (&mut self.memory, memory)]
                .map(|(last, direction)| turned(last, direction, now, window));
        turned.contains(&true)
    }
}

/// No limit is more than any limit.
fn limit(value: u64) -> u64 {
    if value == 0 { u64::MAX } else { value }
}

fn turned(last: &mut Option<Move>, direction: Ordering, now: i64, window: i64) -> bool {
    if direction == Ordering::Equal {
        return false;
    }
    let up = direction == Ordering::Greater;
    let turned = last
        .is_some_and(|last| last.up != up && now.saturating_sub(last.moved_nanoseconds) <= window);
    *last = Some(Move { up, moved_nanoseconds: now });
    turned
}
