//! A fleet: one workload at run time, with its load, its replicas and what was counted.

use std::collections::VecDeque;

use scaling::Workload;
use traffic::{Arrivals, Purpose, Stream};

use crate::chance::Chance;
use crate::load::{Gauge, Load};
use crate::metrics::{Counters, Ledger, Tally, Window};
use crate::node::Requests as Reserved;
use crate::plan::{Plan, WorkloadPlan};
use crate::request::InFlight;
use crate::seats::Seats;
use crate::tournament::NEVER;

/// One workload at run time.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) chance: Chance,
    pub(crate) arrivals: Option<Arrivals>,
    pub(crate) line: InFlight,
    /// Requests that wait for a replica, oldest first.
    pub(crate) queue: VecDeque<u32>,
    pub(crate) load: Load,
    pub(crate) seats: Seats,
    /// Its replicas, oldest first, those that drain included.
    pub(crate) members: Vec<u32>,
    pub(crate) desired: u32,
    /// Replicas that look ready.
    pub(crate) ready: Gauge,
    pub(crate) size: Size,
    /// Requests that a replica takes at a time.
    pub(crate) concurrency: u32,
    /// In nanoseconds; [`NEVER`] for none.
    pub(crate) timeout: u64,
    pub(crate) deadline_armed: bool,
    /// Requests have extras.
    pub(crate) extras: bool,
    /// Memory of replicas grows with what they do, so that a limit can be passed.
    pub(crate) memory_grows: bool,
    /// In nanoseconds; [`NEVER`] for none.
    pub(crate) slo: u64,
    pub(crate) counters: Counters,
    pub(crate) window: Window,
    pub(crate) tally: Tally,
    pub(crate) ledger: Ledger,
}

/// What one replica is given; a policy may change it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Size {
    /// In millicores; none for a whole node.
    pub(crate) cpu_limit: Option<u32>,
    cpu_request: Option<u32>,
    shares: Option<u32>,
    /// In bytes.
    pub(crate) memory_limit: Option<u64>,
    memory_request: Option<u64>,
}

impl Size {
    fn new(plan: &WorkloadPlan) -> Self {
        Self {
            cpu_limit: plan.cpu_limit,
            cpu_request: plan.cpu_request,
            shares: plan.shares,
            memory_limit: plan.memory_limit,
            memory_request: plan.memory_request,
        }
    }

    /// Millicores set aside: what was asked for, never more than the limit; else the limit.
    pub(crate) fn cpu_request(&self) -> Option<u32> {
        at_most(self.cpu_request, self.cpu_limit)
    }

    /// Bytes set aside, likewise.
    pub(crate) fn memory_request(&self) -> Option<u64> {
        at_most(self.memory_request, self.memory_limit)
    }

    /// Weight under contention; by default as the kubelet derives it from the request.
    pub(crate) fn shares(&self) -> u32 {
        let derived = u64::from(self.cpu_request().unwrap_or(0)) * 1024 / 1000;
        self.shares.unwrap_or(u32::try_from(derived.max(2)).unwrap_or(u32::MAX))
    }

    pub(crate) fn reserved(&self) -> Reserved {
        Reserved {
            cpu_millicores: self.cpu_request().map_or(0, u64::from),
            memory_bytes: self.memory_request().unwrap_or(0),
        }
    }
}

fn at_most<T: Ord + Copy>(request: Option<T>, limit: Option<T>) -> Option<T> {
    match (request, limit) {
        (Some(request), Some(limit)) => Some(request.min(limit)),
        (request, limit) => request.or(limit),
    }
}

impl Fleet {
    pub(crate) fn new(plan: &Plan, workload: &Workload, own: &WorkloadPlan, seed: u64) -> Self {
        let id = workload.id.0;
        let arrivals = own.arrivals.as_ref();
        Self {
            chance: Chance::new(seed, id),
            arrivals: arrivals.map(|plan| plan.start(Stream::new(seed, id, Purpose::Arrivals))),
            line: InFlight::default(),
            queue: VecDeque::new(),
            load: Load::default(),
            seats: Seats::default(),
            members: Vec::new(),
            desired: own.initial_replicas,
            ready: Gauge::default(),
            size: Size::new(own),
            concurrency: own.concurrency.unwrap_or(u32::MAX),
            timeout: own.timeout.unwrap_or(NEVER),
            deadline_armed: false,
            extras: own.extras(),
            memory_grows: own.request_memory.is_some() || own.memory_leak > 0.0,
            slo: workload.slo.map_or(NEVER, |slo| (slo.latency_seconds * 1e9) as u64),
            counters: Counters::default(),
            window: Window::new(plan.metrics.window_scrapes),
            tally: Tally::default(),
            ledger: Ledger::default(),
        }
    }
}
