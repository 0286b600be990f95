//! Workers: the threads that compute, as many as calls may run at once, and the line before them.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A bounded number of calls that run, and of calls that wait for that.
#[derive(Debug)]
pub(super) struct Workers {
    /// Calls that run.
    slots: Arc<Semaphore>,
    /// Calls that run or wait.
    places: Arc<Semaphore>,
    most_places: usize,
}

/// No place is free.
#[derive(Debug)]
pub(super) struct Busy {
    /// How many there are.
    pub(super) places: usize,
}

/// How work ended.
#[derive(Debug)]
pub(super) enum Outcome<T> {
    /// With this, and its slot is held until the second is dropped.
    Done(T, Slot),
    /// By a panic.
    Broken,
}

/// The right to run.
#[derive(Debug)]
pub(super) struct Slot {
    _slot: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Workers {
    /// So many that run, and so many more that wait.
    pub(super) fn new(running: usize, waiting: usize) -> Self {
        let most_places = running + waiting;
        Self {
            slots: Arc::new(Semaphore::new(running)),
            places: Arc::new(Semaphore::new(most_places)),
            most_places,
        }
    }

    /// Does the work on a thread when its turn has come, first come first served.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Outcome<T>, Busy> {
        let busy = |_| Busy { places: self.most_places };
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(busy)?;
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = slot.map_err(|_| Busy { places: self.most_places })?;
        let slot = Slot { _slot: slot, _place: place };
        // The slot goes with the work: whoever asked may have left, and the thread still computes.
        let done = tokio::task::spawn_blocking(move || (work(), slot)).await;
        Ok(done.map_or(Outcome::Broken, |(result, slot)| Outcome::Done(result, slot)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn turn_away_whoever_finds_no_place() {
        block_on(async {
            let workers = Workers::new(1, 1);
            let Ok(Outcome::Done(1, first)) = workers.run(|| 1).await else { panic!("a slot") };
            let mut second = std::pin::pin!(workers.run(|| 2));
            tokio::select! {
                biased;
                _ = &mut second => panic!("two run at once"),
                third = workers.run(|| 3) => assert_eq!(third.unwrap_err().places, 2),
            }
            drop(first);
            assert!(matches!(second.await, Ok(Outcome::Done(2, _))));
        });
    }

    #[test]
    fn survive_a_panic_and_free_its_slot() {
        block_on(async {
            let workers = Workers::new(1, 0);
            assert!(matches!(workers.run(|| panic!("on purpose")).await, Ok(Outcome::Broken)));
            assert!(matches!(workers.run(|| ()).await, Ok(Outcome::Done((), _))));
        });
    }
}
