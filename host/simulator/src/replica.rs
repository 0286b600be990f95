//! Replicas: their life, and how the requests in one share its processor.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::node::Requests as Reserved;
use crate::plan::WorkloadPlan;
use crate::request::{NONE, Requests};
use crate::tournament::NEVER;

/// Where a replica is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// No node has room for it.
    Pending,
    /// On a node, not serving yet.
    Starting,
    /// Serving.
    Ready,
    /// Killed for memory, waiting to start again.
    BackingOff,
    /// Crashed; nobody but the load balancer has noticed.
    Crashed,
    /// To be removed; finishes what it has begun.
    Draining,
    /// Its place in the slab is free.
    Gone,
}

/// One request that executes: `finish` is the replica's progress at which it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Job {
    /// Bits of a float that is not negative: they sort as the float does.
    finish: u64,
    pub(crate) request: u32,
    generation: u32,
}

/// One replica.
///
/// Its requests share its cores equally, none getting more than one core. `progress` is the work
/// that every one of them has been given since the replica was last idle, in nanoseconds at one
/// core, so a change of speed moves one number and not every request.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) workload: u32,
    pub(crate) phase: Phase,
    /// Position among the places of its workload's load balancer.
    pub(crate) seat: u32,
    /// Requests that it holds: executing, or waiting for I/O and calls.
    pub(crate) held: u32,
    /// Requests that execute.
    pub(crate) executing: u32,
    /// Entries of `jobs` whose requests have gone.
    stale: u32,
    jobs: BinaryHeap<Reverse<Job>>,
    progress: f64,
    /// Cores that each executing request gets, in 0..=1.
    pub(crate) rate: f64,
    synced: u64,
    /// CPU used since it was made, in core-nanoseconds.
    pub(crate) cpu: f64,
    /// What it wants of its node now, in millicores; as counted there.
    pub(crate) demand: u64,
    /// Position in its node's list of active replicas; [`NONE`] if it is not in it.
    pub(crate) active_at: u32,
    /// CPU limit in millicores, or all that its node has.
    pub(crate) limit: u64,
    /// Weight under contention.
    pub(crate) weight: f64,
    pub(crate) node: u32,
    pub(crate) reserved: Reserved,
    /// Memory that its requests hold, in bytes.
    pub(crate) memory_of_requests: u64,
    /// Requests dispatched to it since its last start, which is what leaks.
    pub(crate) served: u64,
    pub(crate) birth: Birth,
    /// When the present phase ends by itself; [`NEVER`] if it does not.
    pub(crate) until: u64,
    /// Time in service until it crashes, in nanoseconds; [`NEVER`] if it does not.
    pub(crate) lifetime: u64,
    /// When it crashes, if it stays in service.
    pub(crate) crash: u64,
    pub(crate) kills: u32,
    /// When it last became ready or ceased to be.
    pub(crate) readiness_changed: Option<u64>,
    pub(crate) started: Option<u64>,
    pub(crate) scraped: Scraped,
}

/// What a replica is born with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Birth {
    /// Never reused in a simulation, ascending.
    pub(crate) uid: u64,
    /// When it was asked for.
    pub(crate) created: u64,
}

/// What the last scrape read.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Scraped {
    pub(crate) cpu: f64,
    pub(crate) at: u64,
}

impl Replica {
    pub(crate) fn new(workload: u32, birth: Birth) -> Self {
        Self {
            workload,
            phase: Phase::Pending,
            seat: NONE,
            held: 0,
            executing: 0,
            stale: 0,
            jobs: BinaryHeap::new(),
            progress: 0.0,
            rate: 0.0,
            synced: 0,
            cpu: 0.0,
            demand: 0,
            active_at: NONE,
            limit: 0,
            weight: 0.0,
            node: NONE,
            reserved: Reserved::default(),
            memory_of_requests: 0,
            served: 0,
            birth,
            until: NEVER,
            lifetime: NEVER,
            crash: NEVER,
            kills: 0,
            readiness_changed: None,
            started: None,
            scraped: Scraped::default(),
        }
    }

    /// When something happens to it by itself.
    pub(crate) fn next_change(&self) -> u64 {
        self.until.min(self.crash)
    }

    /// Brings progress and CPU use up to `now`.
    #[inline]
    pub(crate) fn sync(&mut self, now: u64) {
        let each = (now - self.synced) as f64 * self.rate;
        self.synced = now;
        self.progress += each;
        self.cpu += each * f64::from(self.executing);
    }

    /// Lets a request execute. The replica must be in sync.
    #[inline]
    pub(crate) fn execute(&mut self, request: u32, generation: u32, work: u64) {
        if self.executing == 0 {
            self.progress = 0.0;
            self.jobs.clear();
            self.stale = 0;
        }
        let finish = (self.progress + work as f64).to_bits();
        self.jobs.push(Reverse(Job { finish, request, generation }));
        self.executing += 1;
    }

    /// Takes out the request that is done. The replica must be in sync.
    #[inline]
    pub(crate) fn take_done(&mut self) -> u32 {
        let Reverse(job) = self.jobs.pop().expect("its timer ran for a request that executes");
        // The timer is rounded up to a nanosecond, so this takes back less than one.
        self.progress = self.progress.max(f64::from_bits(job.finish));
        self.executing -= 1;
        job.request
    }

    /// An executing request is gone. Its entry stays until it comes up. In sync.
    pub(crate) fn abandon(&mut self) {
        self.executing -= 1;
        self.stale += 1;
    }

    /// All its requests are gone. In sync.
    pub(crate) fn drop_all(&mut self) {
        self.jobs.clear();
        self.stale = 0;
        self.executing = 0;
        self.held = 0;
        self.memory_of_requests = 0;
    }

    /// Memory in use, in bytes; none unless it runs.
    pub(crate) fn memory_bytes(&self, plan: &WorkloadPlan) -> u64 {
        let leaked = (plan.memory_leak * self.served as f64) as u64;
        plan.memory_base + self.memory_of_requests + leaked
    }

    /// When the next request is done at the present rate; [`NEVER`] if none executes. In sync.
    #[inline]
    pub(crate) fn next_done(&mut self, requests: &Requests) -> u64 {
        if self.executing == 0 {
            return NEVER;
        }
        if self.stale > 0 {
            self.drop_stale(requests);
        }
        let Some(&Reverse(job)) = self.jobs.peek() else { return NEVER };
        let left = f64::from_bits(job.finish) - self.progress;
        let wait = if self.rate == 1.0 { left } else { left / self.rate };
        self.synced + wait.ceil().max(0.0) as u64
    }

    /// Entries whose requests have gone are dropped when they come up, or all at once when they are
    /// most of the entries, so that there are never more than twice as many as requests.
    fn drop_stale(&mut self, requests: &Requests) {
        let alive = |job: &Job| requests.is(job.request, job.generation);
        if self.stale > self.executing {
            self.jobs.retain(|Reverse(job)| alive(job));
            self.stale = 0;
        }
        while self.stale > 0 && self.jobs.peek().is_some_and(|Reverse(job)| !alive(job)) {
            self.jobs.pop();
            self.stale -= 1;
        }
    }

    /// Millicores that it could use now.
    #[inline]
    pub(crate) fn wanted(&self) -> u64 {
        (u64::from(self.executing) * 1000).min(self.limit)
    }

    /// Sets the rate from the millicores that the replica gets. In sync.
    #[inline]
    pub(crate) fn set_rate(&mut self, millicores: f64) {
        self.rate = (millicores / (1000.0 * f64::from(self.executing))).min(1.0);
    }
}
