//! A visit: one request's time in the system, which ends when it is dropped at the latest.

use std::rc::Rc;
use std::task::{Context, Poll};

use super::body::Flow;
use super::front::{Front, Visitor};
use super::meter::Outcome;
use super::seats::{Arrival, Seat, Ticket};

/// A request in the system.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) front: Rc<Front>,
    ticket: Ticket,
}

impl Visit {
    /// A request arrives; none if there is no place for it.
    pub(super) fn begin(front: &Rc<Front>) -> Option<Self> {
        let now = front.now();
        let mut state = front.state.borrow_mut();
        state.meter.enter(now);
        let (ticket, seat) = match state.seats.arrive() {
            Arrival::Go(ticket, seat) => (ticket, Some(seat)),
            Arrival::Wait(ticket) => (ticket, None),
            Arrival::Full => {
                state.meter.end(now, now, Outcome::Rejected);
                return None;
            }
        };
        let visitor = Visitor { arrival: now, seat, waker: None, flow: None };
        state.visitors.insert(ticket, visitor);
        let waiting = state.seats.waiting();
        state.meter.wait(now, waiting);
        Some(Self { front: Rc::clone(front), ticket })
    }

    /// Its seat, once it has one. Pends for ever when its time is over, see [`Visit::poll_over`].
    pub(super) fn poll_seat(&self) -> Poll<Seat> {
        let state = self.front.state.borrow();
        match state.visitors.get(&self.ticket).and_then(|visitor| visitor.seat) {
            Some(seat) => Poll::Ready(seat),
            None => Poll::Pending,
        }
    }

    /// Ready when its time is over. The task is woken then, and when it gets a seat.
    pub(super) fn poll_over(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.front.state.borrow_mut();
        let Some(visitor) = state.visitors.get_mut(&self.ticket) else { return Poll::Ready(()) };
        match &mut visitor.waker {
            Some(waker) => waker.clone_from(context.waker()),
            waker => *waker = Some(context.waker().clone()),
        }
        Poll::Pending
    }

    /// The connection that the seat used broke: its replica is not chosen until it is ready anew.
    pub(super) fn broke(&self, seat: Seat) {
        self.front.change(|state| state.seats.broke(seat));
    }

    /// It leaves its seat, because nothing of it could be sent there, and waits or gets another.
    /// False if the queue is full.
    pub(super) fn come_back(&self) -> bool {
        self.front.change(|state| {
            let Some(visitor) = state.visitors.get_mut(&self.ticket) else { return false };
            if let Some(seat) = visitor.seat.take() {
                state.leave(seat);
            }
            let seat = match state.seats.come_back(self.ticket) {
                Arrival::Go(_, seat) => Some(seat),
                Arrival::Wait(_) => None,
                Arrival::Full => return false,
            };
            if let Some(visitor) = state.visitors.get_mut(&self.ticket) {
                visitor.seat = seat;
            }
            true
        })
    }

    /// From here on its time is over when that of the flow is.
    pub(super) fn carry(&self, flow: &Rc<Flow>) {
        let mut state = self.front.state.borrow_mut();
        match state.visitors.get_mut(&self.ticket) {
            Some(visitor) => visitor.flow = Some(Rc::clone(flow)),
            None => flow.stop(),
        }
    }

    /// It ends.
    pub(super) fn end(&self, outcome: Outcome) {
        {
            let mut state = self.front.state.borrow_mut();
            let Some(visitor) = state.visitors.get_mut(&self.ticket) else { return };
            // It is its own task that ends it, and knows.
            (visitor.waker, visitor.flow) = (None, None);
        }
        let now = self.front.now();
        self.front.change(|state| state.end(self.ticket, now, outcome));
    }
}

impl Drop for Visit {
    /// Whoever is dropped before the end had a caller that went away.
    fn drop(&mut self) {
        self.end(Outcome::TimedOut);
    }
}
