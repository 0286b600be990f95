//! Schedule: the arrivals of all flows, merged in order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Arrivals;

/// When the next requests fall due, and whose they are.
#[derive(Debug)]
pub(crate) struct Schedule {
    flows: Vec<Arrivals>,
    /// The next instant of each flow that still has one.
    next: BinaryHeap<Reverse<(u64, usize)>>,
    /// The last instant that counts, in nanoseconds.
    end: u64,
}

impl Schedule {
    /// Merges flows up to and with the instant `end`, in nanoseconds.
    pub(crate) fn new(mut flows: Vec<Arrivals>, end: u64) -> Self {
        let first = flows.iter_mut().map(Iterator::next).enumerate();
        let next = first
            .filter_map(|(flow, at)| at.filter(|at| *at <= end).map(|at| Reverse((at, flow))))
            .collect();
        Self { flows, next, end }
    }

    /// The next instant in nanoseconds since the start.
    pub(crate) fn peek(&self) -> Option<u64> {
        self.next.peek().map(|Reverse((at, _))| *at)
    }

    /// The next request that is due by `now`: its instant and its flow.
    pub(crate) fn due(&mut self, now: u64) -> Option<(u64, usize)> {
        let mut top = self.next.peek_mut().filter(|top| top.0.0 <= now)?;
        let (at, flow) = top.0;
        match self.flows[flow].next().filter(|next| *next <= self.end) {
            Some(next) => *top = Reverse((next, flow)),
            None => {
                std::collections::binary_heap::PeekMut::pop(top);
            }
        }
        Some((at, flow))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ArrivalSpec, ProcessSpec, Purpose, Stream, Traces};

    fn constant(rate_per_second: f64) -> Arrivals {
        let spec = ArrivalSpec::new(ProcessSpec::Constant { rate_per_second });
        let plan = spec.plan(&Traces::default()).expect("the rate is above 0");
        plan.start(Stream::new(1, 0, Purpose::Arrivals))
    }

    #[test]
    fn flows_are_merged_in_order_and_end_with_the_last_instant() {
        let mut schedule = Schedule::new(vec![constant(10.0), constant(3.0)], 500_000_000);
        assert_eq!(schedule.due(99_000_000), None, "nothing is due yet");
        assert_eq!(schedule.peek(), Some(100_000_000));
        let all: Vec<_> = std::iter::from_fn(|| schedule.due(u64::MAX))
            .map(|(at, flow)| (at / 1_000_000, flow))
            .collect();
        let expected = [(100, 0), (200, 0), (300, 0), (333, 1), (400, 0), (500, 0)];
        assert_eq!(all, expected);
        assert_eq!(schedule.peek(), None);
    }
}
