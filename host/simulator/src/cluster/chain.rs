//! The rest of a request's way once its CPU work is done: I/O, then calls to other workloads.

use std::cmp::Reverse;

use super::{INPUT_OUTPUT, Simulation};
use crate::chance::makes_call;
use crate::metrics::Outcome;
use crate::plan::Call;
use crate::request::{Caller, NONE};
use crate::tournament::NEVER;

impl Simulation {
    /// A request's CPU work is done, and it has extras. Its replica is to be settled afterwards.
    pub(super) fn go_on(&mut self, request: u32) {
        let extra = self.requests.extra_mut(request);
        extra.idle = true;
        if extra.io == 0 {
            self.call(request);
            return;
        }
        let generation = self.requests.get(request).generation;
        let end = self.now.saturating_add(self.requests.extra(request).io);
        self.in_io.push(Reverse((end, request, generation)));
        self.set_io_timer();
    }

    /// The I/O of a request ends, unless the request is gone.
    pub(super) fn end_io(&mut self) {
        let first = self.in_io.pop();
        self.set_io_timer();
        let Some(Reverse((_, request, generation))) = first else { return };
        if !self.requests.is(request, generation) {
            return;
        }
        let replica = self.requests.get(request).replica;
        self.sync(replica);
        self.call(request);
        self.settle(replica);
    }

    fn set_io_timer(&mut self) {
        let first = self.in_io.peek().map_or(NEVER, |&Reverse((end, ..))| end);
        self.timers.set(INPUT_OUTPUT, first);
    }

    /// A request calls whom it calls, and ends unless it waits for one of them.
    fn call(&mut self, request: u32) {
        let extra = self.requests.extra(request);
        let (workload, coins) = (extra.workload as usize, extra.coins);
        let caller = Caller { request, generation: self.requests.get(request).generation };
        let plan = std::sync::Arc::clone(&self.plan);
        let calls = &plan.workloads[workload].calls;
        let times = |position: usize, call: &Call| {
            call.always + u32::from(makes_call(coins, position, call.one_more))
        };
        let awaited = calls
            .iter()
            .enumerate()
            .filter(|(_, call)| call.synchronous)
            .map(|(position, call)| times(position, call))
            .sum();
        self.requests.extra_mut(request).calls = awaited;
        for (position, call) in calls.iter().enumerate() {
            let caller = if call.synchronous { caller } else { Caller::NOBODY };
            for _ in 0..times(position, call) {
                self.admit(call.callee as usize, caller, None);
            }
        }
        if awaited == 0 {
            self.end(request, workload, Outcome::Completed);
        }
    }

    /// A call has ended; whoever waited for it goes on, if he still does.
    pub(super) fn answer(&mut self, caller: Caller, outcome: Outcome) {
        let Caller { request, generation } = caller;
        if !self.requests.is(request, generation) {
            return;
        }
        let extra = self.requests.extra_mut(request);
        extra.calls -= 1;
        extra.call_failed |= outcome != Outcome::Completed;
        if extra.calls > 0 {
            return;
        }
        let failed = extra.call_failed;
        let workload = extra.workload as usize;
        let replica = self.requests.get(request).replica;
        debug_assert_ne!(replica, NONE);
        self.sync(replica);
        self.end(request, workload, if failed { Outcome::Failed } else { Outcome::Completed });
        self.settle(replica);
    }
}
