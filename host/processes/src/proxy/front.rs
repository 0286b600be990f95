//! A front: the seats, the counts and the replicas' connections of one workload.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::task::Waker;
use std::time::{Duration, Instant};

use scaling::{Totals, WorkloadId};
use tokio::time::sleep_until;

use super::body::Flow;
use super::meter::{Bytes, Meter, Outcome};
use super::patience::Patience;
use super::seats::{Seat, Seats, Ticket};
use super::upstream::Upstream;
use super::wire::Wire;
use super::{ProxySettings, ReplicaId, ReplicaLoad, Window, WorkloadSettings};

/// One workload behind the proxy.
#[derive(Debug)]
pub(super) struct Front {
    pub(super) settings: WorkloadSettings,
    epoch: Instant,
    reuse: Duration,
    pub(super) state: RefCell<State>,
    pub(super) patience: Patience,
    upstreams: RefCell<BTreeMap<ReplicaId, Rc<Upstream>>>,
    /// Bytes to and from replicas.
    wire: Rc<Wire>,
}

/// Who is where. Borrowed for a moment, never across a wait.
#[derive(Debug)]
pub(super) struct State {
    pub(super) seats: Seats,
    pub(super) meter: Meter,
    /// The requests in the system, in the order of arrival.
    pub(super) visitors: BTreeMap<Ticket, Visitor>,
    /// Who wants to know when a replica holds nothing.
    drained: Vec<(ReplicaId, SyncSender<()>)>,
}

/// A request in the system.
#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) arrival: u64,
    /// None while it waits.
    pub(super) seat: Option<Seat>,
    /// Its task, to be woken when it gets a seat or its time is over.
    pub(super) waker: Option<Waker>,
    /// What its replica still sends, to be stopped when its time is over even if nobody asks for
    /// more.
    pub(super) flow: Option<Rc<Flow>>,
}

impl Front {
    pub(super) fn open(proxy: &ProxySettings, settings: WorkloadSettings) -> Rc<Self> {
        let nanoseconds = |duration: Duration| duration.as_nanos() as u64;
        let seats = Seats::new(settings.concurrency_limit, settings.queue_length);
        let now = since(proxy.epoch);
        let meter =
            Meter::new(now, settings.timeout.map(nanoseconds), settings.slo.map(nanoseconds));
        let state = State { seats, meter, visitors: BTreeMap::new(), drained: Vec::new() };
        let front = Rc::new(Self {
            settings,
            epoch: proxy.epoch,
            reuse: proxy.reuse,
            state: RefCell::new(state),
            patience: Patience::default(),
            upstreams: RefCell::default(),
            wire: Rc::default(),
        });
        if let Some(timeout) = front.settings.timeout {
            tokio::task::spawn_local(Rc::clone(&front).reap(timeout));
        }
        front
    }

    /// Nanoseconds since time zero.
    pub(super) fn now(&self) -> u64 {
        since(self.epoch)
    }

    pub(super) fn upstream(&self, seat: Seat) -> Option<Rc<Upstream>> {
        self.upstreams.borrow().get(&seat.replica).cloned()
    }

    pub(super) fn ready(&self, replica: ReplicaId, address: SocketAddr) {
        let mut upstreams = self.upstreams.borrow_mut();
        if upstreams.get(&replica).is_none_or(|known| known.address != address) {
            let upstream = Upstream::new(address, self.reuse, Rc::clone(&self.wire));
            if let Some(former) = upstreams.insert(replica, upstream) {
                former.close();
            }
        }
        self.change(|state| state.seats.ready(replica));
    }

    pub(super) fn drain(&self, replica: ReplicaId) -> Receiver<()> {
        let (sender, receiver) = sync_channel(1);
        let mut state = self.state.borrow_mut();
        match state.seats.drain(replica) {
            Some(0) | None => {
                let _ = sender.send(());
            }
            Some(_) => state.drained.push((replica, sender)),
        }
        receiver
    }

    pub(super) fn gone(&self, replica: ReplicaId) {
        if let Some(upstream) = self.upstreams.borrow_mut().remove(&replica) {
            upstream.close();
        }
        self.change(|state| {
            state.seats.remove(replica);
            state.tell_drained(replica);
        });
    }

    pub(super) fn set_limit(&self, limit: Option<NonZeroU32>) {
        self.change(|state| state.seats.set_limit(limit));
    }

    pub(super) fn replicas(&self) -> Vec<ReplicaLoad> {
        self.state.borrow().seats.replicas().collect()
    }

    pub(super) fn take_window(&self) -> Window {
        let mut state = self.state.borrow_mut();
        let oldest = state.visitors.values().next().map(|visitor| visitor.arrival);
        let bytes = Bytes { received: self.wire.written(), sent: self.wire.read() };
        state.meter.take_window(self.now(), bytes, oldest)
    }

    pub(super) fn mark(&self) {
        self.state.borrow_mut().meter.mark(self.now());
    }

    pub(super) fn totals(&self, workload: WorkloadId) -> Totals {
        let state = self.state.borrow();
        let arrivals = state.visitors.values().map(|visitor| visitor.arrival);
        state.meter.totals(workload, self.now(), arrivals)
    }

    /// Changes who is where, and hands on what came free.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.borrow_mut();
        let answer = change(&mut state);
        state.hand_on();
        let waiting = state.seats.waiting();
        state.meter.wait(self.now(), waiting);
        answer
    }

    /// Ends requests whose time is over, for as long as the workload is there. All have the same
    /// time-out, so the first is always the oldest, and whoever arrives while it sleeps is not due
    /// before it wakes.
    async fn reap(self: Rc<Self>, timeout: Duration) {
        loop {
            let now = self.now();
            let due = now.saturating_sub(timeout.as_nanos() as u64);
            let mut next = now;
            self.change(|state| {
                while let Some((&ticket, visitor)) = state.visitors.first_key_value() {
                    if visitor.arrival > due {
                        next = visitor.arrival;
                        break;
                    }
                    state.end(ticket, now, Outcome::TimedOut);
                }
            });
            let wake = self.epoch + Duration::from_nanos(next) + timeout;
            sleep_until(wake.into()).await;
        }
    }
}

impl State {
    /// A request ends, if it has not already. Its task hears of it.
    pub(super) fn end(&mut self, ticket: Ticket, now: u64, outcome: Outcome) {
        let Some(visitor) = self.visitors.remove(&ticket) else { return };
        self.meter.end(now, visitor.arrival, outcome);
        match visitor.seat {
            Some(seat) => self.leave(seat),
            None => {
                self.seats.withdraw(ticket);
            }
        }
        if let Some(flow) = visitor.flow {
            flow.stop();
        }
        if let Some(waker) = visitor.waker {
            waker.wake();
        }
    }

    pub(super) fn leave(&mut self, seat: Seat) {
        if self.seats.leave(seat) == Some(0) {
            self.tell_drained(seat.replica);
        }
    }

    fn hand_on(&mut self) {
        while let Some((ticket, seat)) = self.seats.hand() {
            let Some(visitor) = self.visitors.get_mut(&ticket) else {
                debug_assert!(false, "ticket {ticket} waits and nobody has it");
                continue;
            };
            visitor.seat = Some(seat);
            if let Some(waker) = visitor.waker.take() {
                waker.wake();
            }
        }
    }

    fn tell_drained(&mut self, replica: ReplicaId) {
        for (_, sender) in self.drained.extract_if(.., |(other, _)| *other == replica) {
            // Whoever does not want to know any more is not told.
            let _ = sender.try_send(());
        }
    }
}

/// Nanoseconds since then.
#[expect(clippy::disallowed_methods, reason = "the proxy measures latencies")]
fn since(epoch: Instant) -> u64 {
    Instant::now().saturating_duration_since(epoch).as_nanos() as u64
}
