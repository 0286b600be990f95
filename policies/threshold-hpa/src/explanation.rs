//! Explanations: a turn as JSON, for those who ask why.

use sdk::{Batch, Fault};
use serde_json::{Value, json};

use crate::autoscaler::Autoscaler;
use crate::calculator::{Proposal, Reading};
use crate::condition::{Condition, Reason};
use crate::failure::Failure;
use crate::metric::{Metric, Source};
use crate::quantity;
use crate::turn::{Rescale, Situation, Turn};

/// All that a turn can be explained from.
#[derive(Clone, Copy)]
pub struct Explanation<'a> {
    /// The settings.
    pub autoscaler: &'a Autoscaler,
    /// The batch.
    pub batch: &'a Batch,
    /// What the workload looked like.
    pub situation: Situation<'a>,
    /// What the turn came to.
    pub turn: Turn,
    /// What each metric said; empty if none was asked.
    pub outcomes: &'a [Result<Proposal, Failure>],
    /// The condition `ScaledToZero` after the turn.
    pub scaled_to_zero: Option<bool>,
}

impl<'a> Explanation<'a> {
    /// The JSON object that the README documents.
    pub fn to_json(self) -> String {
        let Turn { current, proposed, stabilised, desired, replicas, .. } = self.turn;
        let bounds = self.situation.bounds;
        json!({
            "currentReplicas": current,
            "minReplicas": bounds.map(|bounds| bounds.min),
            "maxReplicas": bounds.map(|bounds| bounds.max),
            "proposedReplicas": proposed,
            "stabilizedReplicas": stabilised,
            "desiredReplicas": desired,
            "replicas": replicas,
            "action": action(current, replicas),
            "rescaleReason": self.rescale_reason(),
            "metrics": self.metrics(),
            "conditions": self.conditions(),
            "events": self.events(),
            "error": self.error(),
        })
        .to_string()
    }

    fn rescale_reason(self) -> Option<String> {
        let text = match self.turn.rescale? {
            Rescale::AboveMax => "Current number of replicas above Spec.MaxReplicas".to_owned(),
            Rescale::BelowMin => "Current number of replicas below Spec.MinReplicas".to_owned(),
            Rescale::AboveTarget(position) => {
                format!("{} above target", self.autoscaler.metrics[position].title)
            }
            Rescale::AllBelowTarget => "All metrics below target".to_owned(),
        };
        Some(text)
    }

    fn metrics(self) -> Vec<Value> {
        let metrics = self.autoscaler.metrics.iter().zip(self.outcomes);
        metrics
            .map(|(metric, outcome)| match outcome {
                Ok(proposal) => json!({
                    "type": metric.kind(),
                    "name": metric.name(),
                    "replicas": proposal.replicas,
                    "action": action(self.turn.current, Some(proposal.replicas)),
                    "current": reading(metric, proposal.reading),
                }),
                Err(failure) => json!({
                    "type": metric.kind(),
                    "name": metric.name(),
                    "action": "none",
                    "reason": failure.reason(metric).name(),
                    "error": failure.message(metric, self.batch),
                }),
            })
            .collect()
    }

    fn conditions(self) -> Vec<Value> {
        let conditions = &self.turn.conditions;
        let mut listed = vec![self.condition("AbleToScale", conditions.able_to_scale)];
        listed.extend(conditions.scaling_active.map(|one| self.condition("ScalingActive", one)));
        listed.extend(conditions.scaling_limited.map(|one| self.condition("ScalingLimited", one)));
        if self.autoscaler.controller.scale_to_zero {
            listed.extend(self.scaled_to_zero.map(|went| {
                json!({
                    "type": "ScaledToZero",
                    "status": status(went),
                    "reason": if went { "ScaledToZero" } else { "NotScaledToZero" },
                    "message": if went { "the policy chose zero replicas" }
                        else { "the policy did not choose zero replicas" },
                })
            }));
        }
        listed
    }

    fn condition(self, kind: &str, condition: Condition) -> Value {
        let text = condition.reason.message();
        let cause = if condition.status { None } else { self.cause() };
        json!({
            "type": kind,
            "status": status(condition.status),
            "reason": condition.reason.name(),
            "message": cause.map_or_else(|| text.to_owned(), |cause| format!("{text}: {cause}")),
        })
    }

    /// What a condition that is False comes from.
    fn cause(self) -> Option<String> {
        let fault = self.fault().map(|fault| fault.message.clone());
        let unread = self.turn.current.is_none();
        let missing = || unread.then(|| "the column `replicas_desired` is missing".to_owned());
        fault.or_else(missing).or_else(|| self.first_failure())
    }

    /// The fault that ended the turn, if one of the scale or of the selector did.
    fn fault(self) -> Option<&'a Fault> {
        let faults = self.situation.faults;
        let conditions = &self.turn.conditions;
        match (conditions.able_to_scale, conditions.scaling_active) {
            (Condition { status: false, reason: Reason::FailedGetScale }, _) => {
                faults.reading_scale()
            }
            (Condition { status: false, .. }, _) => faults.writing_scale(),
            (
                _,
                Some(Condition {
                    reason: Reason::InvalidSelector | Reason::AmbiguousSelector, ..
                }),
            ) => faults.selector().map(|(fault, _)| fault),
            _ => None,
        }
    }

    fn first_failure(self) -> Option<String> {
        let first = self.turn.failed?;
        let failure = self.outcomes[first].err()?;
        Some(failure.message(&self.autoscaler.metrics[first], self.batch))
    }

    /// What the original would return as an error, even though it may have scaled.
    fn error(self) -> Option<String> {
        let Some(first) = self.first_failure() else { return self.cause() };
        let failed = self.outcomes.iter().filter(|outcome| outcome.is_err()).count();
        let all = self.outcomes.len();
        Some(format!("invalid metrics ({failed} invalid out of {all}), first error is: {first}"))
    }

    /// The events that the original would record.
    fn events(self) -> Vec<Value> {
        let mut events = Vec::new();
        let error = self.error().unwrap_or_default();
        if self.turn.conditions.able_to_scale == Condition::no(Reason::FailedGetScale) {
            events.push(event("Warning", "FailedGetScale", error));
            return events;
        }
        let inactive = match self.turn.conditions.scaling_active {
            Some(Condition { status: false, reason }) => Some(reason),
            _ => None,
        };
        if matches!(inactive, Some(Reason::InvalidSelector | Reason::AmbiguousSelector)) {
            let reported = self.fault().map_or("InvalidSelector", |fault| fault.reason.as_str());
            events.push(event("Warning", reported, error.clone()));
        }
        for (metric, outcome) in self.autoscaler.metrics.iter().zip(self.outcomes) {
            if let Err(failure) = *outcome {
                let message = failure.message(metric, self.batch);
                events.push(event("Warning", failure.reason(metric).name(), message));
            }
        }
        if !matches!(inactive, None | Some(Reason::ScalingDisabled | Reason::MissingMaxReplicas)) {
            events.push(event("Warning", "FailedComputeMetricsReplicas", error.clone()));
        }
        let Some(desired) = self.turn.desired else { return events };
        let news =
            format!("New size: {desired}; reason: {}", self.rescale_reason().unwrap_or_default());
        if self.turn.replicas.is_none() {
            events.push(event("Warning", "FailedRescale", format!("{news}; error: {error}")));
        } else if self.turn.replicas != self.turn.current {
            events.push(event("Normal", "SuccessfulRescale", news));
        }
        events
    }
}

fn event(kind: &str, reason: &str, message: String) -> Value {
    json!({ "type": kind, "reason": reason, "message": message })
}

fn status(holds: bool) -> &'static str {
    if holds { "True" } else { "False" }
}

/// The label that the original's own metrics carry.
fn action(current: Option<i32>, replicas: Option<i32>) -> &'static str {
    match (current, replicas) {
        (Some(current), Some(replicas)) if replicas > current => "scale_up",
        (Some(current), Some(replicas)) if replicas < current => "scale_down",
        _ => "none",
    }
}

/// A metric's status, as the original reports it.
fn reading(metric: &Metric, reading: Reading) -> Value {
    let write = match &metric.source {
        Source::Resource { name, .. } if name == "memory" => quantity::binary,
        _ => quantity::decimal,
    };
    match reading {
        Reading::Utilisation(percent, Some(mean)) => {
            json!({ "averageUtilization": percent, "averageValue": write(mean) })
        }
        Reading::Utilisation(percent, None) => json!({ "averageUtilization": percent }),
        Reading::AverageValue(mean) => json!({ "averageValue": write(mean) }),
        Reading::Value(value) => json!({ "value": write(value) }),
    }
}
