//! Activity: the way of a workload between serving and zero replicas, and its bounds.

use serde::{Deserialize, Serialize};

use crate::reason::Reason;
use crate::spec::Spec;

/// Where a workload is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Replicas are wanted and fewer than needed are ready.
    Activating,
    /// Serving.
    Active,
    /// No load: at zero, or on the way there.
    Inactive,
    /// Inactive because its activation was given up. Knative starts to count the inactivity anew when
    /// it next finds no load, because the condition's reason changes then.
    TimedOut,
}

/// What is remembered from turn to turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Where it is.
    pub phase: Phase,
    /// Since when, on the batch's clock.
    pub since: i64,
    /// It has reached its initial scale once.
    pub initialised: bool,
    /// Since when the activator has been in the path; none while it is not.
    pub proxying_since: Option<i64>,
}

/// The fewest and the most replicas; a `maximum` of 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Fewest.
    pub minimum: i32,
    /// Most; 0 for unlimited.
    pub maximum: i32,
}

/// What the autoscaler wants, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Replicas; −1 when nothing was ever measured.
    pub desired: i32,
    /// Excess burst capacity in requests.
    pub excess: i32,
    /// What decided.
    pub reason: Reason,
}

/// What becomes of the wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Replicas wanted after all; −1 when unknown.
    pub want: i32,
    /// They should be set; else the workload is left alone.
    pub apply: bool,
    /// What decided.
    pub reason: Reason,
}

impl Bounds {
    /// What the settings leave open is taken from the workload's own bounds. No minimum holds where
    /// no route leads.
    pub fn new(spec: &Spec, minimum: Option<i32>, maximum: Option<i32>) -> Self {
        let minimum = spec.min_scale.or(minimum).filter(|_| spec.reachable);
        let maximum = spec.max_scale.or(maximum);
        Self { minimum: minimum.unwrap_or(0), maximum: maximum.unwrap_or(0) }
    }

    fn apply(self, wish: Wish) -> (i32, Reason) {
        if wish.desired < self.minimum {
            (self.minimum, Reason::MinScale)
        } else if self.maximum != 0 && wish.desired > self.maximum {
            (self.maximum, Reason::MaxScale)
        } else {
            (wish.desired, wish.reason)
        }
    }
}

impl Activity {
    /// A workload that was never met before.
    pub fn new(now: i64) -> Self {
        Self { phase: Phase::Activating, since: now, initialised: false, proxying_since: None }
    }

    /// One turn: what becomes of the wish, and where that leaves the workload.
    pub fn reconcile(
        &mut self,
        spec: &Spec,
        bounds: Bounds,
        wish: Wish,
        ready: i32,
        now: i64,
    ) -> Verdict {
        let verdict = self.judge(spec, bounds, wish, now);
        if verdict.want > 0 && wish.excess >= 0 {
            self.proxying_since = None;
        } else {
            self.proxying_since.get_or_insert(now);
        }
        self.follow(spec, bounds, verdict.want, ready, now);
        verdict
    }

    fn judge(&self, spec: &Spec, bounds: Bounds, wish: Wish, now: i64) -> Verdict {
        if wish.desired < 0 && self.phase != Phase::Activating {
            return Verdict { want: wish.desired, apply: false, reason: wish.reason };
        }
        let initial = spec.initial_scale;
        let rising = initial > 1 && !self.initialised && spec.reachable;
        let raised = rising && initial > bounds.minimum;
        let bounds = if raised { Bounds { minimum: initial, ..bounds } } else { bounds };
        let (want, reason) = match bounds.apply(wish) {
            (want, Reason::MinScale) if raised => (want, Reason::InitialScale),
            bounded => bounded,
        };
        // An unknown wish is raised to zero here where there is no minimum.
        if want == 0 { self.judge_zero(spec, now) } else { Verdict { want, apply: true, reason } }
    }

    fn judge_zero(&self, spec: &Spec, now: i64) -> Verdict {
        let verdict = |want, apply, reason| Verdict { want, apply, reason };
        if !spec.scale_to_zero {
            return verdict(1, true, Reason::ZeroDisabled);
        }
        let lasted = now.saturating_sub(self.since);
        match self.phase {
            Phase::Activating if lasted > spec.activation_timeout => {
                verdict(0, true, Reason::ActivationTimedOut)
            }
            Phase::Activating => verdict(-1, false, Reason::Activating),
            Phase::Active if lasted >= spec.stable_window => {
                verdict(0, false, Reason::ZeroDeactivated)
            }
            Phase::Active => verdict(1, true, Reason::ZeroIdle),
            Phase::Inactive | Phase::TimedOut => {
                let proxied = self.proxying_since.map_or(0, |since| now.saturating_sub(since));
                if lasted >= spec.grace.max(spec.retention) {
                    verdict(0, true, Reason::Zero)
                } else if lasted < spec.retention {
                    verdict(0, false, Reason::ZeroRetained)
                } else if proxied >= spec.grace {
                    verdict(0, true, Reason::Zero)
                } else {
                    verdict(0, false, Reason::ZeroGrace)
                }
            }
        }
    }

    fn follow(&mut self, spec: &Spec, bounds: Bounds, want: i32, ready: i32, now: i64) {
        let least = if self.initialised { 1 } else { spec.initial_scale };
        let least = least.max(bounds.minimum);
        self.initialised |= ready >= least;
        let inactive = matches!(self.phase, Phase::Inactive | Phase::TimedOut);
        let phase = if want == 0 || least == 0 {
            let given_up = self.phase == Phase::Activating && least > 0;
            if given_up { Phase::TimedOut } else { Phase::Inactive }
        } else if want < 0 && inactive {
            if ready < least { Phase::Inactive } else { self.phase }
        } else if ready < least {
            Phase::Activating
        } else {
            Phase::Active
        };
        if phase != self.phase {
            (self.phase, self.since) = (phase, now);
        }
    }
}

#[cfg(test)]
mod tests;
