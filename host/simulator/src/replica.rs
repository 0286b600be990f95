//! Replicas: their life, and how the requests in one share its processor.

use crate::budget::Budget;
use crate::crowd::Standing;
use crate::jobs::Jobs;
use crate::node::Requests as Reserved;
use crate::plan::WorkloadPlan;
use crate::request::{NONE, Requests};
use crate::tournament::NEVER;

/// Work that counts as done, in nanoseconds: timers are rounded to one, and clocks of crowds to a few.
const DONE_WITHIN: f64 = 100.0;

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
    jobs: Jobs,
    progress: f64,
    /// Progress in a unit of its clock. By the simulated clock: cores that each executing request
    /// gets, in 0..=1. In a crowd the clock is that of its class.
    rate: f64,
    /// Reading of its clock up to which progress and CPU use are known.
    synced: f64,
    /// CPU used since it was made, in core-nanoseconds.
    pub(crate) cpu: f64,
    /// What it wants of its node now, in millicores; as counted there.
    pub(crate) demand: u64,
    /// Position in its node's list of active replicas; [`NONE`] if it is not in it.
    pub(crate) active_at: u32,
    /// CPU that it can use at a moment, in millicores: its limit, or all that its node has if there
    /// is none or it is a budget.
    pub(crate) limit: u64,
    /// What a limit allows by period, if it is not a constant speed.
    pub(crate) budget: Option<Budget>,
    /// When its budget is to be looked at; [`NEVER`] if it has none or nothing executes.
    pub(crate) refill: u64,
    /// Weight under contention: its `cpu.shares`.
    pub(crate) weight: u32,
    /// Its place in the crowd of its node, while there is one and it wants CPU.
    pub(crate) standing: Option<Standing>,
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
            jobs: Jobs::default(),
            progress: 0.0,
            rate: 0.0,
            synced: 0.0,
            cpu: 0.0,
            demand: 0,
            active_at: NONE,
            limit: 0,
            budget: None,
            refill: NEVER,
            weight: 0,
            standing: None,
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
        self.until.min(self.crash).min(self.refill)
    }

    /// Brings progress and CPU use up to a reading of its clock.
    #[inline]
    pub(crate) fn sync(&mut self, clock: f64) {
        let each = (clock - self.synced) * self.rate;
        self.synced = clock;
        self.progress += each;
        let used = each * f64::from(self.executing);
        self.cpu += used;
        if let Some(budget) = &mut self.budget {
            budget.spend(used);
        }
    }

    /// Goes by another clock from now on. In sync.
    pub(crate) fn go_by(&mut self, clock: f64) {
        self.synced = clock;
    }

    /// Lets a request execute. The replica must be in sync.
    #[inline]
    pub(crate) fn execute(&mut self, request: u32, generation: u32, work: u64) {
        if self.executing == 0 {
            self.progress = 0.0;
            self.jobs.clear();
        }
        self.jobs.push(self.progress + work as f64, request, generation);
        self.executing += 1;
    }

    /// Takes out the request that is done. The replica must be in sync.
    #[inline]
    pub(crate) fn take_done(&mut self) -> u32 {
        let (finish, request) = self.jobs.pop().expect("its timer ran for a request that executes");
        // The timer is rounded up to a nanosecond, so progress is there but for rounding.
        self.progress = self.progress.max(finish);
        self.executing -= 1;
        request
    }

    /// An executing request is gone. Its entry stays until it comes up. In sync.
    pub(crate) fn abandon(&mut self) {
        self.executing -= 1;
        self.jobs.abandon();
    }

    /// All its requests are gone. In sync.
    pub(crate) fn drop_all(&mut self) {
        self.jobs.clear();
        self.executing = 0;
        self.held = 0;
        self.memory_of_requests = 0;
    }

    /// Memory in use, in bytes; none unless it runs.
    pub(crate) fn memory_bytes(&self, plan: &WorkloadPlan) -> u64 {
        let leaked = (plan.memory_leak * self.served as f64) as u64;
        plan.memory_base + self.memory_of_requests + leaked
    }

    /// How far its clock moves until the next request is done, or until its budget is used up; none
    /// if nothing goes on. In sync.
    #[inline]
    pub(crate) fn left(&mut self, requests: &Requests) -> Option<f64> {
        if self.executing == 0 || self.rate == 0.0 {
            return None;
        }
        let mut left = (self.jobs.first_finish(requests)? - self.progress).max(0.0);
        if let Some(budget) = &self.budget {
            left = left.min(budget.left() / f64::from(self.executing));
        }
        Some(if self.rate == 1.0 { left } else { left / self.rate })
    }

    /// Limits it on a node that has so much: to a constant speed, or by period (in nanoseconds). In
    /// sync.
    pub(crate) fn limit_cpu(
        &mut self,
        limit: Option<u32>,
        has: u64,
        period: Option<u64>,
        now: u64,
    ) {
        let limit = limit.map(u64::from);
        let (Some(quota), Some(period)) = (limit, period) else {
            self.limit = limit.unwrap_or(has);
            self.budget = None;
            return;
        };
        self.limit = has;
        match &mut self.budget {
            Some(budget) => budget.resize(quota),
            none => *none = Some(Budget::new(quota, period, now)),
        }
    }

    /// Whether its timer ran because its budget is used up, and not because a request is done. In
    /// sync.
    pub(crate) fn is_cut_short(&mut self, requests: &Requests) -> bool {
        let used_up = self.budget.is_some_and(|budget| budget.is_used_up());
        used_up
            && self.jobs.first_finish(requests).is_none_or(|at| at - self.progress > DONE_WITHIN)
    }

    /// Millicores that it could use now.
    #[inline]
    pub(crate) fn wanted(&self) -> u64 {
        match &self.budget {
            Some(budget) if budget.is_used_up() => 0,
            _ => (u64::from(self.executing) * 1000).min(self.limit),
        }
    }

    /// Sets the rate by the simulated clock: all that it wants. In sync.
    #[inline]
    pub(crate) fn run_freely(&mut self) {
        let most = u64::from(self.executing) * 1000;
        let wanted = self.wanted();
        self.rate = if wanted == most { 1.0 } else { wanted as f64 / most as f64 };
    }

    /// Nothing goes on until it is settled again. In sync.
    pub(crate) fn stop(&mut self) {
        self.rate = 0.0;
    }

    /// Sets the rate by a clock that shows millicores by weight. In sync.
    #[inline]
    pub(crate) fn run_by_weight(&mut self) {
        self.rate = f64::from(self.weight) / (1000.0 * f64::from(self.executing));
    }
}
