//! The autoscaler: from the load of both windows to a count of replicas, with panic and delay.

use crate::burst;
use crate::delay::DelayWindow;
use crate::reason::Reason;
use crate::spec::{Spec, Target};

/// What is remembered from turn to turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Autoscaler {
    pub(crate) panic: Panic,
    pub(crate) delay: Option<DelayWindow>,
}

/// The panic mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panic {
    /// When the threshold was last crossed; none outside of panic.
    pub since: Option<i64>,
    /// The largest count since the panic began; below it there is no way before the end.
    pub replicas: i32,
}

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Ready replicas.
    pub ready: i32,
    /// Load of the stable window.
    pub stable: f64,
    /// Load of the panic window.
    pub panic: f64,
}

/// The outcome, with the way that led to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Replicas wanted.
    pub desired: i32,
    /// Excess burst capacity in requests.
    pub excess: i32,
    /// What decided.
    pub reason: Reason,
    /// What the load of the stable window needs.
    pub stable: Count,
    /// What the load of the panic window needs.
    pub panic: Count,
    /// Fewest replicas that the shrink rate allows.
    pub floor: f64,
    /// Most replicas that the growth rate allows.
    pub ceiling: f64,
}

/// What a load needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count {
    /// The load over the target, rounded up.
    pub raw: f64,
    /// Within the rates, and at least the activation scale where there is load.
    pub limited: i32,
    /// The rule that moved it.
    pub reason: Reason,
}

impl Autoscaler {
    /// A new autoscaler knows no history, so that it must not shrink what it meets before its stable
    /// window has filled: with more than one ready replica it starts in panic.
    pub fn new(spec: &Spec, ready: i32, now: i64) -> Self {
        Self {
            panic: Panic { since: (ready > 1).then_some(now), replicas: ready },
            delay: (spec.scale_down_delay > 0)
                .then(|| DelayWindow::new(spec.scale_down_delay, spec.tick)),
        }
    }

    /// One turn.
    pub fn scale(&mut self, spec: &Spec, target: Target, reading: Reading, now: i64) -> Scale {
        let ready = f64::from(reading.ready.max(1));
        // Rounded outwards, so that a small rate can still move a small count by one.
        let ceiling = (spec.max_scale_up_rate * ready).ceil();
        let floor = if spec.reachable { (ready / spec.max_scale_down_rate).floor() } else { 0.0 };
        let count = |load: f64| Count::new(spec, load / target.value, floor, ceiling);
        let (stable, panic) = (count(reading.stable), count(reading.panic));

        self.panic.judge(panic.raw / ready >= spec.panic_threshold, spec.stable_window, now);
        let (mut desired, mut reason) = (stable.limited, stable.reason);
        if self.panic.since.is_some() {
            self.panic.replicas = self.panic.replicas.max(desired).max(panic.limited);
            (desired, reason) = (self.panic.replicas, Reason::Panicking);
        }
        if let Some(delay) = self.delay.as_mut().filter(|_| spec.reachable) {
            delay.record(now, desired);
            let delayed = delay.current().unwrap_or(desired);
            if delayed != desired {
                (desired, reason) = (delayed, Reason::ScaleDownDelayed);
            }
        }
        let excess = burst::excess(spec, target, reading.ready, reading.panic);
        Scale { desired, excess, reason, stable, panic, floor, ceiling }
    }
}

impl Panic {
    /// Begins, goes on, or ends once the threshold was not crossed for a stable window, by when the
    /// surge has made its way into the stable value.
    fn judge(&mut self, over: bool, stable_window: i64, now: i64) {
        if over {
            self.since = Some(now);
        } else if self.since.is_some_and(|since| since.saturating_add(stable_window) < now) {
            *self = Self { since: None, replicas: 0 };
        }
    }
}

impl Count {
    fn new(spec: &Spec, needed: f64, floor: f64, ceiling: f64) -> Self {
        let raw = needed.ceil();
        let limited = raw.max(floor).min(ceiling) as i32;
        if spec.activation_scale > 1 && raw > 0.0 && spec.activation_scale > limited {
            return Self { raw, limited: spec.activation_scale, reason: Reason::ActivationScale };
        }
        let reason = if raw > ceiling {
            Reason::ScaleUpLimited
        } else if raw < floor {
            Reason::ScaleDownLimited
        } else {
            Reason::Stable
        };
        Self { raw, limited, reason }
    }
}

#[cfg(test)]
mod tests;
