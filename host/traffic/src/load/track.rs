//! Track: one flow while it runs. The generator's thread writes to it, whoever reports reads it; the
//! time is passed in.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Failure;
use super::lane::{Job, Lane, Placed};
use super::tally::{Outcome, Tally};

/// One flow while it runs. The lock is held for some hundred nanoseconds at a time.
#[derive(Debug)]
pub(crate) struct Track {
    state: Mutex<State>,
    /// How long after its intended instant a request is given up, in nanoseconds.
    timeout: u64,
}

#[derive(Debug)]
struct State {
    lane: Lane,
    /// Requests of the warm-up since they were last read.
    warming: Tally,
    /// The others.
    measured: Tally,
    reach: Reach,
}

/// How far the sending of the requests that count has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Fell due.
    pub(crate) intended: u64,
    /// Were sent.
    pub(crate) sent: u64,
}

/// How full a lane is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gauge {
    pub(crate) in_flight: usize,
    pub(crate) queued: usize,
    /// When the one fell due that has waited longest, in nanoseconds.
    pub(crate) oldest: Option<u64>,
}

impl State {
    fn tally(&mut self, measured: bool) -> &mut Tally {
        if measured { &mut self.measured } else { &mut self.warming }
    }

    fn end(&mut self, job: Job, outcome: Outcome, now: u64) {
        self.tally(job.measured).end(outcome, now.saturating_sub(job.intended));
    }
}

impl Track {
    /// A flow before its first request.
    pub(crate) fn new(lane: Lane, timeout: u64) -> Self {
        let (warming, measured) = Default::default();
        let state = State { lane, warming, measured, reach: Reach::default() };
        Self { state: Mutex::new(state), timeout }
    }

    /// A request falls due.
    pub(crate) fn due(&self, job: Job, now: u64) -> Placed {
        let mut state = self.state();
        let placed = state.lane.place(job);
        state.reach.intended += u64::from(job.measured);
        let tally = state.tally(job.measured);
        tally.intended += 1;
        // One that a slot carries is late until the slot begins with it.
        if matches!(placed, Placed::Queued | Placed::Overflow) {
            tally.lags.record_nanoseconds(now.saturating_sub(job.intended));
        }
        if placed == Placed::Overflow {
            state.end(job, Err(Failure::Overflow), now);
        }
        placed
    }

    /// The slot is ready: what it shall send now, if anything. Requests whose time was up in the
    /// queue are never sent.
    pub(crate) fn begin(&self, slot: usize, now: u64) -> Option<Job> {
        let mut state = self.state();
        while let Some(job) = state.lane.job(slot) {
            if now < job.intended.saturating_add(self.timeout) {
                state.reach.sent += u64::from(job.measured);
                let tally = state.tally(job.measured);
                tally.sent += 1;
                if !job.queued {
                    tally.lags.record_nanoseconds(now.saturating_sub(job.intended));
                }
                return Some(job);
            }
            state.end(job, Err(Failure::TimedOut), now);
            state.lane.finish(slot);
        }
        None
    }

    /// The slot's request has ended.
    pub(crate) fn end(&self, slot: usize, outcome: Outcome, now: u64) {
        let mut state = self.state();
        if let Some(job) = state.lane.job(slot) {
            state.end(job, outcome, now);
            state.lane.finish(slot);
        }
    }

    /// Counts all that have not ended as unfinished.
    pub(crate) fn abandon(&self, now: u64) {
        let mut state = self.state();
        for job in state.lane.abandon() {
            state.end(job, Err(Failure::Unfinished), now);
        }
    }

    /// When a request is given up that falls due at this instant, in nanoseconds.
    pub(crate) fn deadline(&self, intended: u64) -> u64 {
        intended.saturating_add(self.timeout)
    }

    /// How full it is.
    pub(crate) fn gauge(&self) -> Gauge {
        let state = self.state();
        Gauge {
            in_flight: state.lane.in_flight(),
            queued: state.lane.queued(),
            oldest: state.lane.oldest(),
        }
    }

    /// Whether all that fell due have ended.
    pub(crate) fn is_settled(&self) -> bool {
        self.state().lane.in_flight() == 0
    }

    /// How far sending has come.
    pub(crate) fn reach(&self) -> Reach {
        self.state().reach
    }

    /// Exchanges an empty tally for what was counted since the last time, of the warm-up or of the
    /// measured time.
    pub(crate) fn exchange(&self, measured: bool, empty: &mut Tally) {
        std::mem::swap(self.state().tally(measured), empty);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nobody panics while holding it halfway through a change that another relies on.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: u64 = 1_000_000;

    fn job(intended: u64) -> Job {
        Job { intended: intended * MILLISECOND, measured: true, queued: false }
    }

    fn track(slots: usize, queue: usize) -> Track {
        Track::new(Lane::new(slots, queue), 100 * MILLISECOND)
    }

    fn counted(track: &Track) -> Tally {
        let mut tally = Tally::default();
        track.exchange(true, &mut tally);
        tally
    }

    #[test]
    fn a_wait_in_the_queue_is_latency_and_no_lag() {
        let track = track(1, 1);
        track.due(job(0), 0);
        track.due(job(1), MILLISECOND);
        assert_eq!(track.begin(0, 0), Some(job(0)));
        track.end(0, Ok(()), 50 * MILLISECOND);
        assert_eq!(track.begin(0, 50 * MILLISECOND).map(|job| job.intended), Some(MILLISECOND));
        track.end(0, Ok(()), 61 * MILLISECOND);
        let tally = counted(&track);
        assert_eq!((tally.intended, tally.sent, tally.done), (2, 2, 2));
        assert!(tally.latencies.quantile_microseconds(1.0).is_some_and(|max| max >= 60_000));
        assert!(tally.lags.quantile_microseconds(1.0).is_some_and(|max| max <= 1));
    }

    #[test]
    fn what_begins_late_for_want_of_a_processor_is_lag() {
        let track = track(1, 1);
        track.due(job(0), 7 * MILLISECOND);
        track.begin(0, 8 * MILLISECOND);
        let lag = counted(&track).lags.quantile_microseconds(1.0);
        assert!(lag.is_some_and(|lag| lag.abs_diff(8000) < 10), "{lag:?}");
    }

    #[test]
    fn a_request_whose_time_is_up_in_the_queue_is_counted_and_never_sent() {
        let track = track(1, 2);
        (0..3).for_each(|at| _ = track.due(job(at), at * MILLISECOND));
        track.begin(0, 0);
        track.end(0, Err(Failure::TimedOut), 101 * MILLISECOND + 1);
        assert_eq!(
            track.begin(0, 101 * MILLISECOND + 1).map(|job| job.intended / MILLISECOND),
            Some(2)
        );
        let tally = counted(&track);
        assert_eq!((tally.sent, tally.failures.of(Failure::TimedOut)), (2, 2));
        assert!(tally.latencies.quantile_microseconds(0.0).is_some_and(|min| min >= 100_000));
        assert_eq!(track.reach(), Reach { intended: 3, sent: 2 });
    }

    #[test]
    fn what_is_left_is_unfinished_with_the_time_it_waited() {
        let track = track(1, 1);
        (0..3).for_each(|at| _ = track.due(job(at), at * MILLISECOND));
        track.begin(0, 0);
        track.abandon(80 * MILLISECOND);
        track.end(0, Ok(()), 90 * MILLISECOND);
        let tally = counted(&track);
        assert_eq!(tally.failures.of(Failure::Unfinished), 2);
        assert_eq!(tally.failures.of(Failure::Overflow), 1);
        assert_eq!((tally.ended(), tally.latencies.count()), (3, 3));
        let slowest = tally.latencies.quantile_microseconds(0.66);
        assert!(slowest.is_some_and(|slowest| slowest.abs_diff(80_000) < 100), "{slowest:?}");
        assert_eq!(tally.latencies.quantile_microseconds(1.0), Some(600_000_000));
    }
}
