//! Seats: who may be sent to which replica of one workload, and who waits in front.
//!
//! A request goes to the ready replica that holds the fewest, and of equals to the one that was
//! chosen least recently. Without a free seat it waits in a bounded queue, in the order of arrival.
//! There is no clock here: whoever stops waiting withdraws its ticket.

use std::collections::VecDeque;
use std::num::NonZeroU32;

use super::ReplicaId;

/// A request's number. Numbers rise with every arrival, so their order is the order of arrival.
pub(super) type Ticket = u64;

/// A place at a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seat {
    /// The replica.
    pub(super) replica: ReplicaId,
    /// Which of the times that the replica was told ready; what failed in an earlier one says
    /// nothing about the present.
    generation: u64,
}

/// What happens to a request that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// It has a seat.
    Go(Ticket, Seat),
    /// It waits.
    Wait(Ticket),
    /// The queue is full.
    Full,
}

/// What a replica is to the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplicaState {
    /// It is chosen.
    Ready,
    /// It finishes what it has.
    Draining,
    /// A connection to it broke; it is not chosen until it is told ready anew.
    Broken,
}

/// A replica as the proxy sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaLoad {
    /// The replica.
    pub replica: ReplicaId,
    /// Whether it is chosen.
    pub state: ReplicaState,
    /// Requests that it holds.
    pub in_flight: u32,
}

#[derive(Debug)]
struct Place {
    load: ReplicaLoad,
    /// The generation in which it first came: seats of an earlier one are not its own.
    born: u64,
    generation: u64,
    /// When it was last chosen, counted in choices.
    chosen: u64,
}

/// The seats and the queue of one workload.
#[derive(Debug)]
pub(super) struct Seats {
    /// Requests that one replica takes at a time; none for any number.
    limit: Option<NonZeroU32>,
    /// Requests that may wait.
    queue_length: usize,
    /// In the order in which they came.
    places: Vec<Place>,
    /// Ascending.
    queue: VecDeque<Ticket>,
    next_ticket: Ticket,
    generations: u64,
    choices: u64,
}

impl Seats {
    /// No replicas yet.
    pub(super) fn new(limit: Option<NonZeroU32>, queue_length: usize) -> Self {
        Self {
            limit,
            queue_length,
            places: Vec::new(),
            queue: VecDeque::new(),
            next_ticket: 0,
            generations: 0,
            choices: 0,
        }
    }

    /// A request arrives.
    pub(super) fn arrive(&mut self) -> Arrival {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.admit(ticket)
    }

    /// A request comes back, because nothing of it could be sent to where it had a seat (which it has
    /// left). It keeps its place in the order of arrival.
    pub(super) fn come_back(&mut self, ticket: Ticket) -> Arrival {
        self.admit(ticket)
    }

    /// The first who waits is handed a seat, if there is one. To be called until it gives none,
    /// after whatever may have freed a seat.
    pub(super) fn hand(&mut self) -> Option<(Ticket, Seat)> {
        let ticket = *self.queue.front()?;
        let seat = self.choose()?;
        self.queue.pop_front();
        Some((ticket, seat))
    }

    /// A request left its seat. Gives the requests that its replica still holds, unless that is gone.
    pub(super) fn leave(&mut self, seat: Seat) -> Option<u32> {
        let place = self.place_of(seat)?;
        place.load.in_flight -= 1;
        Some(place.load.in_flight)
    }

    /// A request stops waiting. False if it did not wait.
    pub(super) fn withdraw(&mut self, ticket: Ticket) -> bool {
        let found = self.queue.binary_search(&ticket);
        if let Ok(at) = found {
            self.queue.remove(at);
        }
        found.is_ok()
    }

    /// A replica can take requests, for the first time or anew.
    pub(super) fn ready(&mut self, replica: ReplicaId) {
        self.generations += 1;
        let generation = self.generations;
        match self.find(replica) {
            Some(place) => {
                place.generation = generation;
                place.load.state = ReplicaState::Ready;
            }
            None => self.places.push(Place {
                load: ReplicaLoad { replica, state: ReplicaState::Ready, in_flight: 0 },
                born: generation,
                generation,
                chosen: 0,
            }),
        }
    }

    /// The connection that this seat used broke: its replica is not chosen until it is ready anew.
    pub(super) fn broke(&mut self, seat: Seat) {
        if let Some(place) = self.place_of(seat)
            && place.generation == seat.generation
            && place.load.state == ReplicaState::Ready
        {
            place.load.state = ReplicaState::Broken;
        }
    }

    /// A replica takes no more requests. Gives what it still holds, or none if it is unknown.
    pub(super) fn drain(&mut self, replica: ReplicaId) -> Option<u32> {
        let place = self.find(replica)?;
        place.load.state = ReplicaState::Draining;
        Some(place.load.in_flight)
    }

    /// A replica is gone. False if it is unknown.
    pub(super) fn remove(&mut self, replica: ReplicaId) -> bool {
        let before = self.places.len();
        self.places.retain(|place| place.load.replica != replica);
        self.places.len() < before
    }

    /// From now on one replica takes so many requests at a time. Those that it holds stay.
    pub(super) fn set_limit(&mut self, limit: Option<NonZeroU32>) {
        self.limit = limit;
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Every replica, in the order in which they came.
    pub(super) fn replicas(&self) -> impl Iterator<Item = ReplicaLoad> + '_ {
        self.places.iter().map(|place| place.load)
    }

    fn admit(&mut self, ticket: Ticket) -> Arrival {
        // Nobody overtakes those who wait, even if a seat is about to be handed on.
        if self.queue.front().is_none_or(|&first| ticket < first)
            && let Some(seat) = self.choose()
        {
            return Arrival::Go(ticket, seat);
        }
        if self.queue.len() >= self.queue_length {
            return Arrival::Full;
        }
        let at = self.queue.partition_point(|&other| other < ticket);
        self.queue.insert(at, ticket);
        Arrival::Wait(ticket)
    }

    fn choose(&mut self) -> Option<Seat> {
        let limit = self.limit.map_or(u32::MAX, NonZeroU32::get);
        let free = |place: &&mut Place| {
            place.load.state == ReplicaState::Ready && place.load.in_flight < limit
        };
        let places = self.places.iter_mut().filter(free);
        let best = places.min_by_key(|place| (place.load.in_flight, place.chosen))?;
        self.choices += 1;
        best.chosen = self.choices;
        best.load.in_flight += 1;
        Some(Seat { replica: best.load.replica, generation: best.generation })
    }

    fn find(&mut self, replica: ReplicaId) -> Option<&mut Place> {
        self.places.iter_mut().find(|place| place.load.replica == replica)
    }

    fn place_of(&mut self, seat: Seat) -> Option<&mut Place> {
        self.find(seat.replica).filter(|place| place.born <= seat.generation)
    }
}

#[cfg(test)]
mod tests;
