//! History: what a workload's past turns leave behind.

use crate::behaviour::{Behaviour, Rules};

/// What the metrics proposed at a past turn, before anything held it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposed {
    /// Replicas.
    pub replicas: i32,
    /// When, in nanoseconds on the batch's clock.
    pub at: i64,
}

/// A past change of the replicas by this policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScaleEvent {
    /// By how many replicas, ≥ 0.
    pub change: i32,
    /// When, in nanoseconds on the batch's clock.
    pub at: i64,
}

/// A change that was asked for and not yet seen to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Replicas before.
    pub from: i32,
    /// Replicas asked for.
    pub to: i32,
    /// Where its event stands in the list of its direction, and which outdated event it replaced.
    pub event: Option<(usize, Option<ScaleEvent>)>,
    /// The condition `ScaledToZero` before.
    pub scaled_to_zero: Option<bool>,
}

/// What a workload's past turns leave behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Recent proposals; none before the first turn, which starts the list with the replicas found.
    pub proposals: Option<Vec<Proposed>>,
    /// Growth.
    pub ups: Vec<ScaleEvent>,
    /// Shrinking.
    pub downs: Vec<ScaleEvent>,
    /// The condition `ScaledToZero`: it was this policy that went to zero. None if never set.
    pub scaled_to_zero: Option<bool>,
    /// The last change, until the next turn shows what became of it.
    pub pending: Option<Pending>,
    /// The time of the last turn. None: times are ages, written as negative instants of a clock
    /// that starts with the next turn.
    pub seen: Option<i64>,
}

impl History {
    /// Comes to a turn: starts the clock of ages that were given from outside.
    pub fn meet(&mut self, now: i64) {
        if self.seen.replace(now).is_none() {
            self.shift(now);
        }
    }

    /// Learns the replicas of this turn: settles what became of the last change, and starts the list
    /// of proposals with what is found, so that a new policy does not shrink for one window.
    pub fn find(&mut self, current: i32, now: i64) {
        if let Some(pending) = self.pending.take() {
            self.settle(pending, current);
        }
        self.proposals.get_or_insert_with(|| vec![Proposed { replicas: current, at: now }]);
    }

    /// The original records a change when the scale was written. This records it when it is asked
    /// for, and keeps at the next turn the part of it that is visible in the replicas.
    fn settle(&mut self, pending: Pending, current: i32) {
        let Pending { from, to, event, scaled_to_zero } = pending;
        let change = current.clamp(from.min(to), from.max(to)).abs_diff(from);
        if change == 0 || (to == 0 && current != 0) {
            self.scaled_to_zero = scaled_to_zero;
        }
        let events = if to > from { &mut self.ups } else { &mut self.downs };
        match event {
            Some((index, _)) if change > 0 => {
                events[index].change = i32::try_from(change).unwrap_or(i32::MAX);
            }
            Some((index, Some(replaced))) => events[index] = replaced,
            Some((index, None)) => {
                events.remove(index);
            }
            None => {}
        }
    }

    /// Records a change that is asked for. Only with behaviour are there limits that need it.
    pub fn record(&mut self, from: i32, to: i32, behaviour: Option<&Behaviour>, now: i64) {
        let event = behaviour.map(|behaviour| {
            let change = i32::try_from(to.abs_diff(from)).unwrap_or(i32::MAX);
            let event = ScaleEvent { change, at: now };
            if to > from {
                store(&mut self.ups, event, &behaviour.up)
            } else {
                store(&mut self.downs, event, &behaviour.down)
            }
        });
        self.pending = Some(Pending { from, to, event, scaled_to_zero: self.scaled_to_zero });
    }

    fn shift(&mut self, by: i64) {
        let proposals = self.proposals.iter_mut().flatten().map(|one| &mut one.at);
        let replaced =
            self.pending.iter_mut().filter_map(|pending| pending.event.as_mut()?.1.as_mut());
        let events = self.ups.iter_mut().chain(&mut self.downs).chain(replaced);
        for at in proposals.chain(events.map(|one| &mut one.at)) {
            *at = at.saturating_add(by);
        }
    }
}

/// Stores an event over the last outdated one, if there is one, and says where.
fn store(
    events: &mut Vec<ScaleEvent>,
    event: ScaleEvent,
    rules: &Rules,
) -> (usize, Option<ScaleEvent>) {
    let cutoff = event.at.saturating_sub(rules.longest_period());
    match events.iter().rposition(|old| old.at < cutoff) {
        Some(index) => (index, Some(std::mem::replace(&mut events[index], event))),
        None => {
            events.push(event);
            (events.len() - 1, None)
        }
    }
}

#[cfg(test)]
mod tests;
