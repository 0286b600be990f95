//! Jobs: the requests that execute in one replica, in the order in which they will be done.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::request::{NONE, Requests};

/// One request that executes. It is done when its replica's progress is `finish`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Job {
    /// Bits of a float that is not negative: they sort as the float does.
    finish: u64,
    request: u32,
    generation: u32,
}

/// No job: later than any other.
const NOBODY: Job = Job { finish: u64::MAX, request: NONE, generation: 0 };

/// A queue by finish. The first job lies outside of the heap, because most replicas have no other.
///
/// Requests that are given up leave their job behind, which is dropped when it comes up, or together
/// with all others like it once they are the majority.
#[derive(Debug)]
pub(crate) struct Jobs {
    first: Job,
    rest: BinaryHeap<Reverse<Job>>,
    /// Jobs whose requests have gone.
    stale: u32,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { first: NOBODY, rest: BinaryHeap::new(), stale: 0 }
    }
}

impl Jobs {
    #[inline]
    pub(crate) fn push(&mut self, finish: f64, request: u32, generation: u32) {
        let job = Job { finish: finish.to_bits(), request, generation };
        if job < self.first {
            let second = std::mem::replace(&mut self.first, job);
            if second != NOBODY {
                self.rest.push(Reverse(second));
            }
        } else {
            self.rest.push(Reverse(job));
        }
    }

    /// Takes out the first: its finish and its request.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<(f64, u32)> {
        if self.first == NOBODY {
            return None;
        }
        let next = self.rest.pop().map_or(NOBODY, |Reverse(job)| job);
        let job = std::mem::replace(&mut self.first, next);
        Some((f64::from_bits(job.finish), job.request))
    }

    /// When the first is done whose request is still there.
    #[inline]
    pub(crate) fn first_finish(&mut self, requests: &Requests) -> Option<f64> {
        if self.stale > 0 {
            self.drop_stale(requests);
        }
        (self.first != NOBODY).then(|| f64::from_bits(self.first.finish))
    }

    /// A request is gone whose job is still here.
    pub(crate) fn abandon(&mut self) {
        self.stale += 1;
    }

    pub(crate) fn clear(&mut self) {
        self.first = NOBODY;
        self.rest.clear();
        self.stale = 0;
    }

    #[cold]
    fn drop_stale(&mut self, requests: &Requests) {
        let alive = |job: &Job| requests.is(job.request, job.generation);
        if self.stale as usize > self.rest.len() / 2 {
            self.rest.retain(|Reverse(job)| alive(job));
            self.stale = u32::from(self.first != NOBODY && !alive(&self.first));
        }
        while self.first != NOBODY && !alive(&self.first) {
            self.pop();
            self.stale -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::InFlight;

    #[test]
    fn jobs_come_out_by_finish_and_those_given_up_do_not() {
        let (mut requests, mut line) = (Requests::default(), InFlight::default());
        let mut jobs = Jobs::default();
        let finishes = [5.0, 3.0, 9.0, 1.0, 7.0, 4.0];
        let ids = finishes.map(|finish| {
            let id = requests.admit(&mut line, 0, 1, None);
            jobs.push(finish, id, requests.get(id).generation);
            id
        });
        // The first, one in the middle and the last are given up.
        for gone in [3, 0, 2] {
            requests.release(&mut line, ids[gone]);
            jobs.abandon();
            let left = jobs.first_finish(&requests);
            assert!(left == Some(3.0) || gone != 3);
        }
        let mut out = Vec::new();
        while let Some(finish) = jobs.first_finish(&requests) {
            out.push(finish);
            jobs.pop();
        }
        assert_eq!(out, [3.0, 4.0, 7.0]);
        assert_eq!(jobs.stale, 0);
    }
}
