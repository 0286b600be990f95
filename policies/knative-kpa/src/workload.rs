//! A workload: its windows, its autoscaler and its activity, and one turn of all of them.

use crate::activity::{Activity, Bounds, Verdict, Wish};
use crate::autoscaler::{Autoscaler, Reading, Scale};
use crate::burst;
use crate::reason::Reason;
use crate::spec::{BUCKET, Spec, Target};
use crate::window::Window;

/// What is remembered of a workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    pub(crate) stable: Window,
    pub(crate) panic: Window,
    pub(crate) autoscaler: Autoscaler,
    pub(crate) activity: Activity,
    pub(crate) status: Status,
    /// The instant of the last turn.
    pub(crate) turned_at: i64,
}

/// The last thing that the autoscaler said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Replicas wanted; −1 when nothing was ever measured.
    pub desired: i32,
    /// Excess burst capacity in requests.
    pub excess: i32,
}

/// What is seen of a workload at one turn, load aside; none is missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sight {
    /// Ready replicas.
    pub ready: Option<i32>,
    /// The workload's own fewest replicas.
    pub minimum: Option<i32>,
    /// The workload's own most replicas.
    pub maximum: Option<i32>,
    /// Requests that one replica takes at a time.
    pub concurrency_limit: Option<f64>,
}

/// What one turn came to.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    /// What a replica should carry.
    pub target: Target,
    /// The way of the autoscaler; none without a measurement.
    pub scale: Option<(Reading, Scale)>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Excess burst capacity in requests.
    pub excess: i32,
    /// How many activators should share the traffic; none without a count of ready replicas.
    pub activators: Option<i32>,
}

impl Workload {
    /// A workload that was never met before.
    pub fn new(spec: &Spec, sight: Sight, now: i64) -> Self {
        let target = spec.goal.resolve(sight.concurrency_limit);
        Self {
            stable: Window::new(spec.stable_window, BUCKET, spec.aggregation),
            panic: Window::new(spec.panic_window, BUCKET, spec.aggregation),
            // Replicas that cannot be counted are taken for none, as by Knative.
            autoscaler: Autoscaler::new(spec, sight.ready.unwrap_or(0), now),
            activity: Activity::new(now),
            status: Status { desired: -1, excess: burst::initial_excess(spec, target) },
            turned_at: now.saturating_sub(spec.tick),
        }
    }

    /// Records that `load` was the mean of a slice of time that ended at `end`. A slice of one second
    /// goes to the second in which it ended, when Knative would have heard of it; a longer one is
    /// spread over as many seconds, a shorter one weighs less.
    pub fn record(&mut self, end: i64, length: i64, load: f64) {
        if !load.is_finite() {
            return;
        }
        let (whole, rest) = (length / BUCKET, length % BUCKET);
        // One more than the window holds is enough: the oldest would be ignored.
        let whole = whole.min(self.stable.span() / BUCKET);
        if rest > 0 {
            let share = rest as f64 / BUCKET as f64;
            self.record_at(end.saturating_sub(whole * BUCKET), load * share);
        }
        for back in (0..whole).rev() {
            self.record_at(end.saturating_sub(back * BUCKET), load);
        }
    }

    /// Adds to the second of `instant` in both windows.
    pub(crate) fn record_at(&mut self, instant: i64, value: f64) {
        self.stable.record(instant, value);
        self.panic.record(instant, value);
    }

    /// One turn, after its load was recorded.
    pub fn turn(&mut self, spec: &Spec, sight: Sight, now: i64) -> Turn {
        self.turned_at = now;
        let target = spec.goal.resolve(sight.concurrency_limit);
        let Some(ready) = sight.ready else {
            return Turn {
                target,
                scale: None,
                verdict: Verdict { want: -1, apply: false, reason: Reason::NoReadyCount },
                excess: self.status.excess,
                activators: None,
            };
        };
        let scale = self.measure(spec, ready, now).map(|reading| {
            let scale = self.autoscaler.scale(spec, target, reading, now);
            self.status = Status { desired: scale.desired, excess: scale.excess };
            (reading, scale)
        });
        let reason = scale.map_or(Reason::NoData, |(_, scale)| scale.reason);
        let Status { desired, excess } = self.status;
        let bounds = Bounds::new(spec, sight.minimum, sight.maximum);
        let wish = Wish { desired, excess, reason };
        let verdict = self.activity.reconcile(spec, bounds, wish, ready, now);
        let activators = Some(burst::activators(spec, target, ready));
        Turn { target, scale, verdict, excess, activators }
    }

    /// Both windows, unless nothing was recorded for so long that this is no silence but blindness.
    /// With an unlimited burst capacity the activator sees every request, so that silence is zero.
    fn measure(&self, spec: &Spec, ready: i32, now: i64) -> Option<Reading> {
        if self.stable.is_empty(now) && spec.target_burst_capacity != -1.0 {
            return None;
        }
        Some(Reading { ready, stable: self.stable.average(now), panic: self.panic.average(now) })
    }
}

#[cfg(test)]
mod tests;
