//! Chance: one workload's draws, each from a stream of its own.
//!
//! What a request needs is drawn when it arrives and not when it is served, and what a start takes is
//! drawn in the order of starts. So the n-th request and the n-th start are the same under every
//! policy.

use traffic::{Purpose, Stream};

use crate::plan::{Amount, WorkloadPlan};
use crate::request::{Caller, Extra};
use crate::tournament::NEVER;

/// The streams of one workload.
#[derive(Debug)]
pub(crate) struct Chance {
    service: Stream,
    cold_start: Stream,
    crash: Stream,
    memory: Stream,
    network: Stream,
    chain: Stream,
    handling: Stream,
}

impl Chance {
    pub(crate) fn new(seed: u64, workload: u64) -> Self {
        let stream = |purpose| Stream::new(seed, workload, purpose);
        Self {
            service: stream(Purpose::Service),
            cold_start: stream(Purpose::ColdStart),
            crash: stream(Purpose::Crash),
            memory: stream(Purpose::Memory),
            network: stream(Purpose::Network),
            chain: stream(Purpose::Chain),
            handling: stream(Purpose::Handling),
        }
    }

    /// CPU work of the next request in nanoseconds.
    #[inline]
    pub(crate) fn work(&mut self, plan: &WorkloadPlan, recorded_seconds: Option<f64>) -> u64 {
        let seconds = match &plan.service {
            Some(service) => service.sample(&mut self.service),
            None => recorded_seconds.unwrap_or(0.0),
        };
        nanoseconds(seconds)
    }

    /// What else the next request needs.
    pub(crate) fn extra(&mut self, plan: &WorkloadPlan, workload: u32, caller: Caller) -> Extra {
        let bytes = |amount: &Option<Amount>, stream: &mut Stream| {
            amount.as_ref().map_or(0, |amount| amount.sample(stream))
        };
        Extra {
            workload,
            io: plan.io.as_ref().map_or(0, |io| nanoseconds(io.sample(&mut self.service))),
            waits: (0..plan.wakes).map(|_| 2.0 * self.handling.uniform()).sum(),
            memory_bytes: bytes(&plan.request_memory, &mut self.memory),
            receive_bytes: bytes(&plan.receive, &mut self.network),
            transmit_bytes: bytes(&plan.transmit, &mut self.network),
            caller,
            coins: if plan.calls.is_empty() { 0 } else { self.chain.bits() },
            calls: 0,
            call_failed: false,
            idle: false,
        }
    }

    /// How long the next start takes and how long the pull before it would, in nanoseconds.
    pub(crate) fn start(&mut self, plan: &WorkloadPlan) -> (u64, u64) {
        let start = plan.start.sample(&mut self.cold_start);
        let pull = plan.image_pull.sample(&mut self.cold_start);
        (nanoseconds(start), nanoseconds(pull))
    }

    /// How long the next replica serves until it crashes, in nanoseconds.
    pub(crate) fn lifetime(&mut self, plan: &WorkloadPlan) -> u64 {
        plan.crash.map_or(NEVER, |crash| nanoseconds(self.crash.exponential() * crash.mean / 1e9))
    }
}

/// Whether a request makes the call that only a share of requests make: a hash of its own coins and
/// of the call's position, in `[0, 1)`, below that share.
pub(crate) fn makes_call(coins: u64, position: usize, share: f64) -> bool {
    let mut z = coins.wrapping_add((position as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let uniform = ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
    uniform < share
}

/// Whole nanoseconds; more than a hundred days are as good as a hundred days.
#[inline]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9 + 0.5).min((1_u64 << 53) as f64) as u64
}
