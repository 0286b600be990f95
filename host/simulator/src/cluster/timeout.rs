//! Timeouts: requests whose callers give up.
//!
//! A workload's requests all have the same timeout, so the first to give up is always the oldest. One
//! timer a workload looks at the oldest when it is due, and is set again to that one's own deadline
//! if it was too early.

use super::{DEADLINES, Simulation};
use crate::metrics::Outcome;
use crate::request::NONE;
use crate::tournament::NEVER;

impl Simulation {
    /// The earliest deadline has come.
    pub(super) fn time_out(&mut self) {
        let workload = self.deadlines.winner();
        let timeout = self.fleets[workload].timeout;
        let next = loop {
            let oldest = self.fleets[workload].line.oldest;
            if oldest == NONE {
                break NEVER;
            }
            let deadline = self.requests.get(oldest).arrival.saturating_add(timeout);
            if deadline > self.now {
                break deadline;
            }
            self.give_up(workload, oldest);
        };
        self.fleets[workload].deadline_armed = next != NEVER;
        self.deadlines.set(workload, next);
        self.timers.set(DEADLINES, self.deadlines.least());
    }

    /// Nobody waits for this request any more, so it stops where it is.
    fn give_up(&mut self, workload: usize, request: u32) {
        let replica = self.requests.get(request).replica;
        let fleet = &mut self.fleets[workload];
        if replica == NONE {
            // The queue keeps the order of arrival, so the oldest of all is its first.
            let first = fleet.queue.pop_front();
            debug_assert_eq!(first, Some(request));
        } else if !(fleet.extras && self.requests.extra(request).idle) {
            self.sync(replica);
            self.replicas[replica as usize].abandon();
        }
        self.end(request, workload, Outcome::TimedOut);
        if replica != NONE {
            self.settle(replica);
        }
    }
}
