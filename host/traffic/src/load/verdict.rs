//! Verdict: whether a measurement measured what was asked for.

use serde::{Serialize, Serializer};
use thiserror::Error;

use super::report::Summary;
use super::{Failure, Latencies};

/// The share of requests that must have been sent in time.
const LEAST_SHARE_SENT: f64 = 0.99;
/// How late the generator itself may send, as the 99th percentile: above it, it was the generator
/// or its machine that was measured.
pub const LARGEST_LAG_MICROSECONDS: u64 = 5_000;

/// Why a measurement is invalid. In files it is a sentence.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Doubt {
    /// Requests were sent too slowly.
    #[error(
        "`{flow}` was asked for {asked_per_second:.1} requests per second and {reached_per_second:.1} \
         were sent: {overflowed} found the queue full and {late} waited too long for a connection; \
         give it more connections or a lower rate"
    )]
    RateNotReached {
        /// The flow.
        flow: String,
        /// Requests that fell due, per second.
        asked_per_second: f64,
        /// Requests sent before sending ended, per second.
        reached_per_second: f64,
        /// Requests that were never sent because the queue was full.
        overflowed: u64,
        /// Requests that had not left the queue when sending ended, or had timed out in it.
        late: u64,
    },
    /// The generator was late itself.
    #[error(
        "1 % of all requests left the generator over {lag_p99_microseconds} µs late, more than \
         {LARGEST_LAG_MICROSECONDS}: it or its machine is too busy; ask for less or free a processor"
    )]
    Late {
        /// The generator's lateness, 99th percentile.
        lag_p99_microseconds: u64,
    },
    /// The generator's machine had no socket left.
    #[error(
        "{count} requests of `{flow}` found no socket left on the machine that sends; raise its \
         limit of open files or ask for fewer connections"
    )]
    NoSocket {
        /// The flow.
        flow: String,
        /// How many requests.
        count: u64,
    },
    /// No request fell due.
    #[error("no request of `{flow}` fell due in the time that counts; measure longer")]
    Empty {
        /// The flow.
        flow: String,
    },
}

impl Serialize for Doubt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// All that speaks against the measurement; nothing if it is valid.
pub(crate) fn doubts(flows: &[Summary]) -> Vec<Doubt> {
    let mut doubts: Vec<_> = flows.iter().flat_map(of_flow).collect();
    let mut lags = Latencies::new();
    flows.iter().for_each(|flow| lags.add(&flow.tally.lags));
    let late = lags.quantile_microseconds(0.99).filter(|lag| *lag > LARGEST_LAG_MICROSECONDS);
    doubts.extend(late.map(|lag_p99_microseconds| Doubt::Late { lag_p99_microseconds }));
    doubts
}

fn of_flow(summary: &Summary) -> Vec<Doubt> {
    let flow = || summary.flow.clone();
    let mut doubts = Vec::new();
    if summary.intended == 0 {
        doubts.push(Doubt::Empty { flow: flow() });
    }
    let missing = summary.intended.saturating_sub(summary.sent_in_time);
    // A single request may fall due at the very end and be on its way to its connection.
    if missing > 1 && missing as f64 > (1.0 - LEAST_SHARE_SENT) * summary.intended as f64 {
        let overflowed = summary.failures.of(Failure::Overflow);
        doubts.push(Doubt::RateNotReached {
            flow: flow(),
            asked_per_second: summary.asked_per_second,
            reached_per_second: summary.reached_per_second,
            overflowed,
            late: missing.saturating_sub(overflowed),
        });
    }
    let count = summary.failures.of(Failure::NoSocket);
    if count > 0 {
        doubts.push(Doubt::NoSocket { flow: flow(), count });
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Tally;
    use crate::load::track::Reach;

    /// A flow of which so many fell due and were sent in time, each this late.
    fn summary(
        intended: u64,
        sent: u64,
        lag_microseconds: u64,
        failure: Option<Failure>,
    ) -> Summary {
        let mut tally = Tally { intended, sent, ..Tally::default() };
        (0..sent).for_each(|_| tally.lags.record_nanoseconds(lag_microseconds * 1000));
        failure.iter().for_each(|failure| tally.failures.count(*failure));
        Summary::new("flow", 10.0, Reach { intended, sent }, tally)
    }

    #[test]
    fn a_measurement_is_doubted_for_each_cause_and_for_no_other() {
        let check = |summary: Summary, words: Option<&str>| {
            let doubts = doubts(&[summary]);
            let found: Vec<_> = doubts.iter().map(ToString::to_string).collect();
            assert_eq!(found.len(), usize::from(words.is_some()), "{found:?}");
            assert!(found.iter().all(|found| found.contains(words.unwrap_or(""))), "{found:?}");
        };
        check(summary(1000, 1000, 100, None), None);
        check(summary(1000, 990, 100, None), None);
        check(summary(5, 4, 100, None), None);
        check(summary(1000, 1000, 100, Some(Failure::TimedOut)), None);
        check(
            summary(1000, 980, 100, Some(Failure::Overflow)),
            Some(
                "asked for 100.0 requests per second and 98.0 were sent: 1 found the queue full and 19",
            ),
        );
        check(summary(1000, 1000, 5_100, None), Some("left the generator over 51"));
        check(
            summary(1000, 1000, 100, Some(Failure::NoSocket)),
            Some("1 requests of `flow` found no"),
        );
        check(summary(0, 0, 0, None), Some("no request of `flow` fell due"));
    }
}
