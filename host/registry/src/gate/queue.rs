//! Queue: who may be at the gate. One upload a tenant, so that a storm of uploads is its sender's own,
//! and so many compilations at once as the host has set aside.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::TenantName;

/// Places in the compiler, and whose turn it is.
#[derive(Debug)]
pub(super) struct Queue {
    places: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Places taken.
    taken: usize,
    /// Tenants that have their turn, each once.
    tenants: BTreeSet<TenantName>,
    /// Numbers given to those who wait for a place, and the number that is served next.
    next: u64,
    serving: u64,
}

/// A tenant's turn at the gate, until it is dropped: it has no other.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    queue: &'a Queue,
    tenant: TenantName,
}

/// A place in the compiler, until it is dropped.
#[derive(Debug)]
pub(super) struct Place<'a> {
    queue: &'a Queue,
}

impl Queue {
    pub(super) fn new(places: usize) -> Self {
        Self { places: places.max(1), state: Mutex::default(), changed: Condvar::new() }
    }

    /// The tenant's turn, unless it has one already.
    pub(super) fn turn(&self, tenant: &TenantName) -> Option<Turn<'_>> {
        let new = self.state().tenants.insert(tenant.clone());
        // Made only if it is new: dropping one ends the turn.
        new.then(|| Turn { queue: self, tenant: tenant.clone() })
    }

    /// Waits until the tenant's other turns are over.
    pub(super) fn wait(&self, tenant: &TenantName) -> Turn<'_> {
        let mut state = self.state();
        while !state.tenants.insert(tenant.clone()) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Turn { queue: self, tenant: tenant.clone() }
    }

    /// Nothing is left half-done under the lock, so a panic elsewhere spoils nothing.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Turn<'a> {
    /// Whose turn it is.
    pub(super) fn tenant(&self) -> &TenantName {
        &self.tenant
    }

    /// Waits for a place in the compiler, first come, first served.
    pub(super) fn place(&self) -> Place<'a> {
        let queue = self.queue;
        let mut state = queue.state();
        let number = state.next;
        state.next += 1;
        while state.taken == queue.places || state.serving != number {
            state = queue.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.serving += 1;
        state.taken += 1;
        queue.changed.notify_all();
        Place { queue }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.queue.state().tenants.remove(&self.tenant);
        self.queue.changed.notify_all();
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.queue.state().taken -= 1;
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantName {
        name.parse().unwrap()
    }

    #[test]
    fn a_tenant_has_one_turn_and_the_next_tenant_another() {
        let queue = Queue::new(1);
        let first = queue.turn(&tenant("first")).unwrap();
        assert!(queue.turn(&tenant("first")).is_none());
        let second = queue.turn(&tenant("second")).unwrap();
        drop(first);
        drop((queue.turn(&tenant("first")).unwrap(), second));
        assert!(queue.state().tenants.is_empty());
    }

    #[test]
    fn those_who_wait_for_a_place_are_served_in_the_order_of_their_coming() {
        let queue = Queue::new(1);
        let served = Mutex::new(Vec::new());
        let turn = queue.turn(&tenant("first")).unwrap();
        let first = turn.place();
        std::thread::scope(|scope| {
            for (number, name) in ["second", "third", "fourth"].into_iter().enumerate() {
                let (queue, served) = (&queue, &served);
                scope.spawn(move || {
                    let turn = queue.turn(&tenant(name)).unwrap();
                    let _place = turn.place();
                    served.lock().unwrap().push(name);
                });
                while queue.state().next < number as u64 + 2 {
                    std::thread::yield_now();
                }
            }
            drop(first);
        });
        assert_eq!(*served.lock().unwrap(), ["second", "third", "fourth"]);
        assert_eq!(queue.state().taken, 0);
    }

    #[test]
    fn who_may_wait_gets_the_turn_when_the_other_is_over() {
        let queue = Queue::new(1);
        let uploading = queue.turn(&tenant("tenant")).unwrap();
        std::thread::scope(|scope| {
            let loading = scope.spawn(|| drop(queue.wait(&tenant("tenant"))));
            drop(uploading);
            loading.join().unwrap();
        });
        assert!(queue.state().tenants.is_empty());
    }
}
