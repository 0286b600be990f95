//! Patience: how long the proxy stays awake for an answer that is about to come.
//!
//! A thread that sleeps is woken in tens of microseconds on a machine whose idle cores halt, which is
//! more than all else that the proxy does for a request. So where answers come faster than that it
//! looks for them instead, and where they do not it sleeps at once, because the core belongs to the
//! replicas. (The kernel's halt polling decides alike: Linux, `Documentation/virt/guest-halt-polling.rst`.)

use std::cell::Cell;
use std::pin::pin;
use std::task::{Context, Poll};

/// Mean time to an answer up to which it is looked for.
const LONGEST_NANOSECONDS: u64 = 100_000;
/// The weight of one answer in the mean is one in so many.
const MEMORY: u64 = 8;

/// What the answers of one workload took of late.
#[derive(Debug, Default)]
pub(super) struct Patience {
    mean_nanoseconds: Cell<u64>,
}

impl Patience {
    /// How long to look for the next answer: twice as long as they took in the mean.
    pub(super) fn nanoseconds(&self) -> u64 {
        let mean = self.mean_nanoseconds.get();
        if mean <= LONGEST_NANOSECONDS { 2 * mean } else { 0 }
    }

    /// An answer has come, or failed to.
    pub(super) fn answered(&self, after_nanoseconds: u64) {
        // One that took for ever must not be remembered for ever.
        let bounded = after_nanoseconds.min(MEMORY * LONGEST_NANOSECONDS);
        let mean = self.mean_nanoseconds.get();
        self.mean_nanoseconds.set(mean - mean / MEMORY + bounded / MEMORY);
    }

    /// Waits for an answer; `now` tells nanoseconds.
    pub(super) async fn wait<T>(
        &self,
        now: impl Fn() -> u64,
        answer: impl Future<Output = T>,
    ) -> T {
        let start = now();
        let until = start + self.nanoseconds();
        let mut answer = pin!(answer);
        let answer = std::future::poll_fn(|context| {
            let answered = answer.as_mut().poll(context);
            if answered.is_pending() && now() < until {
                look_again(context);
            }
            answered
        })
        .await;
        self.answered(now().saturating_sub(start));
        answer
    }
}

/// Has the task polled again as soon as everything else was, and whoever waits for this core first.
fn look_again(context: &mut Context<'_>) {
    std::thread::yield_now();
    let arranged: Poll<()> = pin!(tokio::task::yield_now()).poll(context);
    debug_assert!(arranged.is_pending(), "its first poll only arranges the next");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(answers: impl IntoIterator<Item = u64>) -> u64 {
        let patience = Patience::default();
        answers.into_iter().for_each(|nanoseconds| patience.answered(nanoseconds));
        patience.nanoseconds()
    }

    #[test]
    fn fast_answers_are_looked_for_twice_as_long_as_they_take() {
        let patience = after([40_000; 100]);
        assert!((79_000..=80_000).contains(&patience), "{patience}");
    }

    #[test]
    fn slow_answers_are_slept_for() {
        assert_eq!(after([5_000_000; 20]), 0);
    }

    #[test]
    fn one_slow_answer_among_fast_ones_is_soon_forgotten() {
        let hour = 3_600_000_000_000;
        assert_eq!(after([30_000, 30_000, hour]), 0);
        let patience = after([hour].into_iter().chain([30_000; 20]));
        assert!(patience > 0);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn an_answer_is_given_whether_it_is_looked_for_or_slept_for() {
        for mean in [0, 50_000, 5_000_000] {
            let patience = Patience::default();
            (0..100).for_each(|_| patience.answered(mean));
            let ticks = Cell::new(0);
            let now = || {
                ticks.set(ticks.get() + 1_000);
                ticks.get()
            };
            let late = async {
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
                7
            };
            assert_eq!(patience.wait(now, late).await, 7);
        }
    }
}
