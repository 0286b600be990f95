//! Lane: the slots of one flow and the bounded queue before them. It decides where a request goes;
//! others act on it.

use std::collections::VecDeque;

/// A request on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Job {
    /// When it falls due, in nanoseconds since the start.
    pub(crate) intended: u64,
    /// Whether it fell due after the warm-up.
    pub(crate) measured: bool,
    /// Whether it had to wait for a slot.
    pub(crate) queued: bool,
}

/// What became of a job that fell due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placed {
    /// An idle slot has it and must be woken.
    Idle(usize),
    /// A slot that does not run yet has it and must be started.
    New(usize),
    /// It waits.
    Queued,
    /// There is no room.
    Overflow,
}

/// The slots of one flow and its queue. A slot carries one request at a time: over HTTP/1.1 it is a
/// connection, over HTTP/2 a share of one.
#[derive(Debug)]
pub(crate) struct Lane {
    /// What each slot that was ever started carries.
    slots: Vec<Option<Job>>,
    /// The slots that carry nothing. The last used comes first, so that few connections stay warm
    /// and the others fall asleep.
    idle: Vec<usize>,
    queue: VecDeque<Job>,
    most_slots: usize,
    most_queued: usize,
}

impl Lane {
    /// A lane without a slot as yet.
    pub(crate) fn new(most_slots: usize, most_queued: usize) -> Self {
        Self {
            slots: Vec::new(),
            idle: Vec::new(),
            queue: VecDeque::new(),
            most_slots,
            most_queued,
        }
    }

    /// Finds a place for a job that falls due.
    pub(crate) fn place(&mut self, mut job: Job) -> Placed {
        if let Some(slot) = self.idle.pop() {
            self.slots[slot] = Some(job);
            Placed::Idle(slot)
        } else if self.slots.len() < self.most_slots {
            self.slots.push(Some(job));
            Placed::New(self.slots.len() - 1)
        } else if self.queue.len() < self.most_queued {
            job.queued = true;
            self.queue.push_back(job);
            Placed::Queued
        } else {
            Placed::Overflow
        }
    }

    /// What the slot carries.
    pub(crate) fn job(&self, slot: usize) -> Option<Job> {
        self.slots.get(slot).copied().flatten()
    }

    /// The slot's request has ended: it takes the next of the queue or becomes idle.
    pub(crate) fn finish(&mut self, slot: usize) {
        self.slots[slot] = self.queue.pop_front();
        if self.slots[slot].is_none() {
            self.idle.push(slot);
        }
    }

    /// How many requests have fallen due and not ended.
    pub(crate) fn in_flight(&self) -> usize {
        self.slots.len() - self.idle.len() + self.queue.len()
    }

    /// How many of them wait for a slot.
    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// When the one fell due that has waited longest, in nanoseconds since the start.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.slots.iter().flatten().chain(self.queue.front()).map(|job| job.intended).min()
    }

    /// Takes all that has not ended, the oldest of the queue first; nothing moves afterwards.
    pub(crate) fn abandon(&mut self) -> Vec<Job> {
        let carried = std::mem::take(&mut self.slots).into_iter().flatten();
        let jobs = carried.chain(self.queue.drain(..)).collect();
        self.idle.clear();
        self.most_slots = 0;
        self.most_queued = 0;
        jobs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(intended: u64) -> Job {
        Job { intended, measured: true, queued: false }
    }

    #[test]
    fn slots_fill_first_then_the_queue_then_requests_overflow() {
        let mut lane = Lane::new(2, 1);
        let placed: Vec<_> = (0..4).map(|at| lane.place(job(at))).collect();
        assert_eq!(placed, [Placed::New(0), Placed::New(1), Placed::Queued, Placed::Overflow]);
        assert_eq!((lane.in_flight(), lane.queued(), lane.oldest()), (3, 1, Some(0)));
    }

    #[test]
    fn a_slot_takes_the_oldest_of_the_queue_and_then_becomes_idle() {
        let mut lane = Lane::new(1, 2);
        (0..3).for_each(|at| _ = lane.place(job(at)));
        lane.finish(0);
        assert_eq!(lane.job(0), Some(Job { queued: true, ..job(1) }));
        lane.finish(0);
        lane.finish(0);
        assert_eq!((lane.job(0), lane.in_flight()), (None, 0));
        assert_eq!(lane.place(job(9)), Placed::Idle(0));
    }

    #[test]
    fn the_slot_used_last_is_used_first() {
        let mut lane = Lane::new(3, 0);
        (0..3).for_each(|at| _ = lane.place(job(at)));
        lane.finish(0);
        lane.finish(2);
        lane.finish(1);
        assert_eq!(lane.place(job(4)), Placed::Idle(1));
        assert_eq!(lane.place(job(5)), Placed::Idle(2));
    }

    #[test]
    fn what_has_not_ended_is_handed_out_once() {
        let mut lane = Lane::new(1, 1);
        (0..2).for_each(|at| _ = lane.place(job(at)));
        assert_eq!(lane.abandon().len(), 2);
        assert_eq!((lane.abandon().len(), lane.in_flight()), (0, 0));
        assert_eq!(lane.place(job(7)), Placed::Overflow);
    }
}
