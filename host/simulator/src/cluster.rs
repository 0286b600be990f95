//! The simulated cluster: its state, and the order in which things happen.
//!
//! Everything that will happen by itself has a slot in one tournament of instants: the next arrival
//! of each workload, the next request that each replica is done with, and the earliest of three
//! kinds of rarer things, each kept in a structure of its own. Simultaneous things happen in the
//! order of slots.

mod chain;
mod execution;
mod lifecycle;
mod observe;
mod pods;
mod processor;
mod resize;
mod scale;
mod scrape;
mod timeout;
mod totals;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use scaling::{
    Applied, Cluster, ClusterError, Decision, DetailSet, Observations, Timestamp, Totals, Workload,
};

use crate::fleet::Fleet;
use crate::node::Node;
use crate::plan::Plan;
use crate::replica::Replica;
use crate::request::Requests;
use crate::tournament::{NEVER, Tournament};
use scrape::Scrape;

/// Slot of the earliest change of a replica's phase.
const LIFECYCLE: usize = 0;
/// Slot of the earliest end of a request's I/O.
const INPUT_OUTPUT: usize = 1;
/// Slot of the earliest timeout.
const DEADLINES: usize = 2;
/// Slots of arrivals begin here; those of nodes with a crowd follow, and then those of replicas.
const FIRST_ARRIVAL: usize = 3;

/// A seeded cluster in simulated time. The same plan and seed give the same bytes.
#[derive(Debug)]
pub struct Simulation {
    plan: Arc<Plan>,
    /// Nanoseconds since the start of the episode.
    now: u64,
    tick: u64,
    next_scrape: u64,
    /// When each thing happens next, by slot.
    timers: Tournament,
    /// When each replica's phase changes next.
    lifecycle: Tournament,
    /// When to look at each workload's oldest request.
    deadlines: Tournament,
    /// Requests in I/O: (end, request, generation). Those that timed out are found to be gone.
    in_io: BinaryHeap<Reverse<(u64, u32, u32)>>,
    requests: Requests,
    replicas: Vec<Replica>,
    /// Places in `replicas` that are free.
    vacant: Vec<u32>,
    /// Replicas that no node has room for, in the order in which they were asked for.
    pending: VecDeque<u32>,
    /// Replicas that are to grow once their nodes have room.
    growing: Vec<u32>,
    /// Something was given back, so somebody who waits may fit now.
    room_made: bool,
    nodes: Vec<Node>,
    fleets: Vec<Fleet>,
    births: u64,
    scrapes: VecDeque<Scrape>,
    /// CPU used by replicas that are gone, by workload, in core-nanoseconds.
    cpu_of_gone: Vec<f64>,
    /// CPU that had been used when the warm-up ended, by workload.
    cpu_of_warm_up: Vec<f64>,
}

impl Simulation {
    /// The cluster at instant 0, with its initial replicas ready wherever a node has room for them.
    pub fn new(plan: Arc<Plan>, seed: u64) -> Self {
        let workloads = plan.workloads.len();
        let images: Vec<bool> = plan.workloads.iter().map(|own| own.image_present).collect();
        let fleets: Vec<Fleet> = plan
            .workloads
            .iter()
            .zip(&plan.roster)
            .map(|(own, workload)| Fleet::new(&plan, workload, own, seed))
            .collect();
        let mut simulation = Self {
            now: 0,
            tick: 0,
            next_scrape: plan.metrics.interval,
            timers: Tournament::with_slots(FIRST_ARRIVAL + workloads + plan.nodes.len()),
            lifecycle: Tournament::with_slots(1),
            deadlines: Tournament::with_slots(workloads),
            in_io: BinaryHeap::new(),
            requests: Requests::default(),
            replicas: Vec::new(),
            vacant: Vec::new(),
            pending: VecDeque::new(),
            growing: Vec::new(),
            room_made: false,
            nodes: plan.nodes.iter().map(|&has| Node::new(has, images.clone())).collect(),
            fleets,
            births: 0,
            scrapes: VecDeque::new(),
            cpu_of_gone: vec![0.0; workloads],
            cpu_of_warm_up: vec![0.0; workloads],
            plan,
        };
        for workload in 0..workloads {
            for _ in 0..simulation.fleets[workload].desired {
                simulation.create(workload, lifecycle::Beginning::Warm);
            }
            simulation.draw_arrival(workload);
        }
        simulation
    }

    /// The present instant of the simulated clock.
    pub fn now(&self) -> Timestamp {
        timestamp(self.now)
    }

    /// Lets everything happen up to and including an instant.
    fn run_until(&mut self, until: u64) {
        loop {
            let at = self.timers.least();
            if at > until || at == NEVER {
                break;
            }
            self.now = at;
            let slot = self.timers.winner();
            let first_node = FIRST_ARRIVAL + self.fleets.len();
            let first_replica = first_node + self.nodes.len();
            if slot >= first_replica {
                self.finish_work((slot - first_replica) as u32);
            } else if slot >= first_node {
                self.finish_in_crowd(slot - first_node);
            } else if slot >= FIRST_ARRIVAL {
                self.arrive(slot - FIRST_ARRIVAL);
            } else {
                match slot {
                    LIFECYCLE => self.change_phase(),
                    INPUT_OUTPUT => self.end_io(),
                    _ => self.time_out(),
                }
            }
            if self.room_made {
                self.use_room();
            }
        }
        self.now = until;
    }

    /// The slot of the next finished request in a node's crowd.
    fn crowd_slot(&self, node: usize) -> usize {
        FIRST_ARRIVAL + self.fleets.len() + node
    }

    /// The slot of a replica's next finished request, unless it is in a crowd.
    fn work_slot(&self, replica: u32) -> usize {
        FIRST_ARRIVAL + self.fleets.len() + self.nodes.len() + replica as usize
    }
}

impl Cluster for Simulation {
    fn workloads(&self) -> &[Workload] {
        &self.plan.roster
    }

    fn observe(&mut self, details: DetailSet) -> Result<Observations, ClusterError> {
        Ok(self.look(details))
    }

    fn scale(&mut self, decisions: &[Decision]) -> Vec<Applied> {
        let applied = decisions.iter().map(|decision| self.apply(decision)).collect();
        self.use_room();
        applied
    }

    fn advance(&mut self) -> Result<bool, ClusterError> {
        if self.tick == self.plan.ticks {
            return Ok(false);
        }
        self.tick += 1;
        let end = self.tick * self.plan.tick;
        loop {
            let warm_up = self.plan.warm_up;
            let stop = match self.now < warm_up {
                true => end.min(self.next_scrape).min(warm_up),
                false => end.min(self.next_scrape),
            };
            self.run_until(stop);
            if stop == self.next_scrape {
                self.scrape();
                self.next_scrape += self.plan.metrics.interval;
            }
            if stop == warm_up {
                self.end_warm_up();
            }
            if stop == end {
                return Ok(self.tick < self.plan.ticks);
            }
        }
    }

    fn totals(&mut self) -> Vec<Totals> {
        self.totals_so_far()
    }
}

/// An instant of the simulated clock as the loop knows it. Episodes end before 2^53 ns.
fn timestamp(nanoseconds: u64) -> Timestamp {
    Timestamp::from_nanoseconds(nanoseconds as i64)
}

#[cfg(test)]
mod tests;
