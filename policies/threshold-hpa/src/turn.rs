//! The turn: one pass of the algorithm over one workload.

use crate::autoscaler::Autoscaler;
use crate::calculator::Proposal;
use crate::condition::{Condition, Conditions, Reason};
use crate::failure::Failure;
use crate::faults::Faults;
use crate::history::History;
use crate::limit::{self, Bounds, Limited};
use crate::stabilisation::{self, Stabilised};

/// The replicas of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// Asked for.
    pub current: i32,
    /// In existence.
    pub status: i32,
}

/// What a workload looks like before any metric is read.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The time, in nanoseconds on the batch's clock.
    pub now: i64,
    /// The replicas; none if they could not be read.
    pub scale: Option<Scale>,
    /// How many there may be; none if nobody says.
    pub bounds: Option<Bounds>,
    /// What the host could not obtain.
    pub faults: Faults<'a>,
}

/// Why the replicas change, as an event says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rescale {
    /// There were more than the most.
    AboveMax,
    /// There were fewer than the fewest.
    BelowMin,
    /// This metric asked for more.
    AboveTarget(usize),
    /// Every metric asked for fewer.
    AllBelowTarget,
}

/// What a turn came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The replicas found.
    pub current: Option<i32>,
    /// What the metrics propose together.
    pub proposed: Option<i32>,
    /// The proposal after stabilisation.
    pub stabilised: Option<i32>,
    /// The number after every limit, whether or not it can be written.
    pub desired: Option<i32>,
    /// The recommendation; none leaves the replicas alone.
    pub replicas: Option<i32>,
    /// Why the replicas change or would.
    pub rescale: Option<Rescale>,
    /// Some metric failed; its position. It is the first.
    pub failed: Option<usize>,
    /// The conditions that it set.
    pub conditions: Conditions,
}

impl Turn {
    fn held(current: Option<i32>, conditions: Conditions) -> Self {
        Self {
            current,
            proposed: None,
            stabilised: None,
            desired: None,
            replicas: None,
            rescale: None,
            failed: None,
            conditions,
        }
    }
}

/// Does one pass for one workload. `read` asks the metric at a position for its proposal; all answers
/// are left in `outcomes`, empty if no metric was asked.
pub fn pass(
    autoscaler: &Autoscaler,
    history: &mut History,
    situation: &Situation<'_>,
    outcomes: &mut Vec<Result<Proposal, Failure>>,
    read: impl Fn(usize, Scale) -> Result<Proposal, Failure>,
) -> Turn {
    outcomes.clear();
    let Situation { now, faults, .. } = *situation;
    history.meet(now);
    let Some(scale) = situation.scale.filter(|_| faults.reading_scale().is_none()) else {
        return Turn::held(None, Conditions::able(Condition::no(Reason::FailedGetScale)));
    };
    let current = scale.current;
    let conditions = Conditions::able(Condition::yes(Reason::SucceededGetScale));
    history.find(current, now);
    let mut turn = Turn::held(Some(current), conditions);
    let Some(bounds) = situation.bounds else {
        turn.conditions.scaling_active = Some(Condition::no(Reason::MissingMaxReplicas));
        return turn;
    };

    let gate = autoscaler.controller.scale_to_zero;
    let asleep = gate && history.scaled_to_zero == Some(true);
    let at_zero = current == 0;
    if at_zero && !(asleep && (bounds.min != 0 || autoscaler.wakes())) {
        turn.conditions.scaling_active = Some(Condition::no(Reason::ScalingDisabled));
        if !gate {
            history.scaled_to_zero = None;
        }
        return turn;
    }
    if !at_zero && current > bounds.max {
        turn.desired = Some(bounds.max);
        turn.rescale = Some(Rescale::AboveMax);
    } else if !at_zero && current < bounds.min {
        turn.desired = Some(bounds.min);
        turn.rescale = Some(Rescale::BelowMin);
    } else {
        if let Some((_, reason)) = faults.selector() {
            turn.conditions.scaling_active = Some(Condition::no(reason));
            return turn;
        }
        outcomes.extend((0..autoscaler.metrics.len()).map(|position| read(position, scale)));
        follow(autoscaler, history, bounds, current, outcomes, &mut turn, now);
        let Some(desired) = turn.desired else { return turn };
        if at_zero && bounds.min != 0 && desired < bounds.min {
            turn.desired = Some(bounds.min);
            turn.rescale = turn.rescale.or(Some(Rescale::BelowMin));
        }
    }
    rescale(autoscaler, history, situation, bounds, &mut turn);
    turn
}

/// Follows the metrics: combines their proposals, stabilises and limits them. Leaves `desired` empty
/// when their failures forbid to follow.
fn follow(
    autoscaler: &Autoscaler,
    history: &mut History,
    bounds: Bounds,
    current: i32,
    outcomes: &[Result<Proposal, Failure>],
    turn: &mut Turn,
    now: i64,
) {
    let (mut best, mut failures, mut leader) = (0, 0, 0);
    for (position, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(proposal) if best == 0 || proposal.replicas > best => {
                (best, leader) = (proposal.replicas, position);
            }
            Ok(_) => {}
            Err(_) => {
                failures += 1;
                turn.failed = turn.failed.or(Some(position));
            }
        }
    }
    if let Some(first) = turn.failed
        && let Err(failure) = outcomes[first]
        && (failures == outcomes.len() || best < current)
    {
        let reason = failure.reason(&autoscaler.metrics[first]);
        turn.conditions.scaling_active = Some(Condition::no(reason));
        return;
    }
    turn.conditions.scaling_active = Some(Condition::yes(Reason::ValidMetricFound));

    let proposed = best.max(0);
    turn.proposed = Some(proposed);
    turn.rescale = match proposed.cmp(&current) {
        std::cmp::Ordering::Greater => Some(Rescale::AboveTarget(leader)),
        std::cmp::Ordering::Less => Some(Rescale::AllBelowTarget),
        std::cmp::Ordering::Equal => None,
    };
    let (stabilised, limited) = normalise(autoscaler, history, bounds, current, proposed, now);
    turn.conditions.able_to_scale = Condition::yes(if stabilised.replicas == proposed {
        Reason::ReadyForNewScale
    } else {
        stabilised.reason
    });
    turn.conditions.scaling_limited =
        Some(Condition { status: limited.replicas != stabilised.replicas, reason: limited.reason });
    turn.stabilised = Some(stabilised.replicas);
    turn.desired = Some(limited.replicas);
}

fn normalise(
    autoscaler: &Autoscaler,
    history: &mut History,
    bounds: Bounds,
    current: i32,
    proposed: i32,
    now: i64,
) -> (Stabilised, Limited) {
    let proposals = history.proposals.get_or_insert_default();
    match &autoscaler.behaviour {
        None => {
            let stabilised =
                stabilisation::by_highest(proposals, proposed, autoscaler.window(), now);
            let step_limit = autoscaler.step_limit(current);
            (stabilised, limit::by_step(stabilised.replicas, bounds, step_limit))
        }
        Some(behaviour) => {
            let stabilised =
                stabilisation::by_windows(proposals, current, proposed, behaviour, now);
            let desired = stabilised.replicas;
            (stabilised, limit::by_policies(current, desired, bounds, behaviour, history, now))
        }
    }
}

/// Asks for the change, if there is one, and records it.
fn rescale(
    autoscaler: &Autoscaler,
    history: &mut History,
    situation: &Situation<'_>,
    bounds: Bounds,
    turn: &mut Turn,
) {
    let (Some(current), Some(desired)) = (turn.current, turn.desired) else { return };
    if desired == current {
        turn.replicas = Some(current);
        turn.rescale = None;
        return;
    }
    if situation.faults.writing_scale().is_some() {
        turn.conditions.able_to_scale = Condition::no(Reason::FailedUpdateScale);
        return;
    }
    turn.conditions.able_to_scale = Condition::yes(Reason::SucceededRescale);
    turn.replicas = Some(desired);
    history.record(current, desired, autoscaler.behaviour.as_ref(), situation.now);
    history.scaled_to_zero = autoscaler
        .controller
        .scale_to_zero
        .then_some(current > 0 && desired == 0 && bounds.min == 0 && autoscaler.wakes());
}
