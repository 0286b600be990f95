//! Execution: the way of a request from its arrival to its end.

use super::{DEADLINES, FIRST_ARRIVAL, Simulation};
use crate::metrics::Outcome;
use crate::replica::Phase;
use crate::request::{Caller, NONE};
use crate::tournament::NEVER;

impl Simulation {
    /// A request from outside arrives.
    pub(super) fn arrive(&mut self, workload: usize) {
        let arrivals = self.fleets[workload].arrivals.as_ref();
        let recorded_seconds = arrivals.and_then(traffic::Arrivals::recorded_seconds);
        self.draw_arrival(workload);
        self.admit(workload, Caller::NOBODY, recorded_seconds);
    }

    /// Sets the timer of the workload's next arrival from outside.
    pub(super) fn draw_arrival(&mut self, workload: usize) {
        let next = self.fleets[workload].arrivals.as_mut().and_then(Iterator::next);
        self.timers.set(FIRST_ARRIVAL + workload, next.unwrap_or(NEVER));
    }

    /// A request comes in: to a replica, into the queue, or not at all.
    pub(super) fn admit(&mut self, workload: usize, caller: Caller, recorded_seconds: Option<f64>) {
        let now = self.now;
        let plan = &self.plan.workloads[workload];
        let fleet = &mut self.fleets[workload];
        fleet.load.enter(now);
        fleet.counters.arrived += 1;
        fleet.tally.arrivals += u64::from(now >= self.plan.warm_up);
        let work = fleet.chance.work(plan, recorded_seconds);
        let extra = match fleet.extras {
            true => Some(fleet.chance.extra(plan, workload as u32, caller)),
            false => None,
        };
        let request = self.requests.admit(&mut fleet.line, now, work, extra);
        if !fleet.deadline_armed && fleet.timeout != NEVER {
            fleet.deadline_armed = true;
            self.deadlines.set(workload, now.saturating_add(fleet.timeout));
            self.timers.set(DEADLINES, self.deadlines.least());
        }
        if let Some(replica) = fleet.seats.best() {
            self.dispatch(request, replica);
            self.settle(replica);
        } else if fleet.queue.len() < plan.queue_length {
            fleet.queue.push_back(request);
        } else {
            self.end(request, workload, Outcome::Rejected);
        }
    }

    /// Hands a request to a replica that is open. The replica is to be settled afterwards.
    fn dispatch(&mut self, request: u32, replica: u32) {
        self.sync(replica);
        let workload = self.replicas[replica as usize].workload as usize;
        if self.fleets[workload].extras {
            let waits = self.handle(request, replica);
            self.requests.extra_mut(request).io += waits;
        }
        let place = &mut self.replicas[replica as usize];
        let fleet = &mut self.fleets[workload];
        let record = self.requests.get_mut(request);
        record.replica = replica;
        place.execute(request, record.generation, record.work);
        place.held += 1;
        place.served += 1;
        fleet.seats.choose(place.seat);
        match place.held < fleet.concurrency {
            true => fleet.seats.open(place.seat, place.held),
            false => fleet.seats.close(place.seat),
        }
        if fleet.extras {
            let extra = self.requests.extra(request);
            fleet.counters.received_bytes += extra.receive_bytes;
            place.memory_of_requests += extra.memory_bytes;
        }
        if fleet.memory_grows {
            self.kill_if_over_memory(replica);
        }
    }

    /// A replica is done with the CPU work of a request.
    pub(super) fn finish_work(&mut self, replica: u32) {
        self.sync(replica);
        let place = &mut self.replicas[replica as usize];
        if place.is_cut_short(&self.requests) {
            return self.settle(replica);
        }
        let request = place.take_done();
        let workload = place.workload as usize;
        if self.fleets[workload].extras {
            self.go_on(request);
        } else {
            self.end(request, workload, Outcome::Completed);
        }
        self.settle(replica);
    }

    /// A request ends. If a replica held it, that one is to be settled afterwards.
    pub(super) fn end(&mut self, request: u32, workload: usize, outcome: Outcome) {
        let fleet = &mut self.fleets[workload];
        let record = self.requests.get(request);
        let (arrival, replica) = (record.arrival, record.replica);
        let latency = self.now - arrival;
        match outcome {
            Outcome::Completed => fleet.counters.completed += 1,
            Outcome::TimedOut => fleet.counters.timed_out += 1,
            Outcome::Rejected => fleet.counters.rejected += 1,
            Outcome::Failed => fleet.counters.failed += 1,
        }
        fleet.load.leave(self.now);
        fleet.window.latency.record(outcome.counted_latency(latency));
        if arrival >= self.plan.warm_up {
            fleet.tally.count(outcome, latency, fleet.slo);
        }
        self.requests.release(&mut fleet.line, request);
        let mut caller = Caller::NOBODY;
        if fleet.extras {
            let extra = self.requests.extra(request);
            caller = extra.caller;
            if outcome == Outcome::Completed {
                fleet.counters.transmitted_bytes += extra.transmit_bytes;
            }
            if replica != NONE {
                self.replicas[replica as usize].memory_of_requests -= extra.memory_bytes;
            }
        }
        if replica != NONE {
            self.vacate(replica);
        }
        if caller.request != NONE {
            self.answer(caller, outcome);
        }
    }

    /// A replica has a place free: for the next in the queue, or open to whoever comes.
    fn vacate(&mut self, replica: u32) {
        let place = &mut self.replicas[replica as usize];
        place.held -= 1;
        match place.phase {
            Phase::Ready => {
                let fleet = &mut self.fleets[place.workload as usize];
                match fleet.queue.pop_front() {
                    Some(next) => self.dispatch(next, replica),
                    None => fleet.seats.open(place.seat, place.held),
                }
            }
            Phase::Draining if place.held == 0 => self.retire(replica),
            _ => {}
        }
    }

    /// Takes from the queue as much as a replica that became ready has room for.
    pub(super) fn serve_queue(&mut self, replica: u32) {
        loop {
            let place = &self.replicas[replica as usize];
            let fleet = &mut self.fleets[place.workload as usize];
            if place.phase != Phase::Ready || place.held >= fleet.concurrency {
                break;
            }
            let Some(next) = fleet.queue.pop_front() else {
                fleet.seats.open(place.seat, place.held);
                break;
            };
            self.dispatch(next, replica);
        }
        self.settle(replica);
    }
}
