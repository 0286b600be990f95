use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

use super::*;

fn limit(limit: u32) -> Option<NonZeroU32> {
    NonZeroU32::new(limit)
}

fn with_ready(replicas: u64, limit: Option<NonZeroU32>, queue_length: usize) -> Seats {
    let mut seats = Seats::new(limit, queue_length);
    (1..=replicas).for_each(|id| seats.ready(ReplicaId(id)));
    seats
}

fn go(seats: &mut Seats) -> Seat {
    match seats.arrive() {
        Arrival::Go(_, seat) => seat,
        other => panic!("no seat but {other:?}"),
    }
}

fn wait(seats: &mut Seats) -> Ticket {
    match seats.arrive() {
        Arrival::Wait(ticket) => ticket,
        other => panic!("does not wait but {other:?}"),
    }
}

fn handed(seats: &mut Seats) -> Vec<(Ticket, u64)> {
    std::iter::from_fn(|| seats.hand()).map(|(ticket, seat)| (ticket, seat.replica.0)).collect()
}

#[test]
fn the_replica_with_the_fewest_is_chosen_and_of_equals_the_one_chosen_least_recently() {
    let mut seats = with_ready(3, None, 0);
    let first: Vec<Seat> = (0..3).map(|_| go(&mut seats)).collect();
    assert_eq!(first.iter().map(|seat| seat.replica.0).collect::<Vec<_>>(), [1, 2, 3]);
    seats.leave(first[2]);
    seats.leave(first[0]);
    // Both are empty; the first was chosen longer ago.
    assert_eq!(go(&mut seats).replica, ReplicaId(1));
    assert_eq!(go(&mut seats).replica, ReplicaId(3));
    assert_eq!(go(&mut seats).replica, ReplicaId(2));
}

#[test]
fn who_finds_no_seat_waits_in_the_order_of_arrival_and_is_turned_away_when_the_queue_is_full() {
    let mut seats = with_ready(1, limit(1), 2);
    let seat = go(&mut seats);
    let (first, second) = (wait(&mut seats), wait(&mut seats));
    assert_eq!(seats.arrive(), Arrival::Full);
    assert_eq!(handed(&mut seats), []);
    assert_eq!(seats.leave(seat), Some(0));
    assert_eq!(handed(&mut seats), [(first, 1)]);
    assert_eq!(seats.waiting(), 1);
    assert!(seats.withdraw(second));
    assert!(!seats.withdraw(second));
    assert_eq!(seats.waiting(), 0);
}

#[test]
fn from_zero_everybody_waits_until_a_replica_is_ready() {
    let mut seats = Seats::new(limit(2), 3);
    let tickets: Vec<Ticket> = (0..3).map(|_| wait(&mut seats)).collect();
    seats.ready(ReplicaId(9));
    assert_eq!(handed(&mut seats), [(tickets[0], 9), (tickets[1], 9)]);
    seats.set_limit(limit(3));
    assert_eq!(handed(&mut seats), [(tickets[2], 9)]);
}

#[test]
fn nobody_overtakes_those_who_wait() {
    let mut seats = with_ready(1, limit(1), 5);
    let seat = go(&mut seats);
    let first = wait(&mut seats);
    seats.leave(seat);
    // The free seat is not handed on yet.
    let second = wait(&mut seats);
    assert_eq!(handed(&mut seats), [(first, 1)]);
    assert!(seats.withdraw(second));
}

#[test]
fn a_lower_limit_lets_those_stay_who_are_there() {
    let mut seats = with_ready(1, limit(2), 1);
    let held = [go(&mut seats), go(&mut seats)];
    seats.set_limit(limit(1));
    let ticket = wait(&mut seats);
    seats.leave(held[0]);
    assert_eq!(handed(&mut seats), []);
    seats.leave(held[1]);
    assert_eq!(handed(&mut seats), [(ticket, 1)]);
}

#[test]
fn a_draining_replica_finishes_what_it_has_and_gets_no_more() {
    let mut seats = with_ready(2, None, 1);
    let held = [go(&mut seats), go(&mut seats)];
    assert_eq!(seats.drain(ReplicaId(1)), Some(1));
    assert_eq!(seats.drain(ReplicaId(7)), None);
    assert_eq!(go(&mut seats).replica, ReplicaId(2));
    assert_eq!(seats.leave(held[0]), Some(0));
    assert!(seats.remove(ReplicaId(1)));
    assert!(!seats.remove(ReplicaId(1)));
}

#[test]
fn a_broken_replica_is_not_chosen_until_it_is_told_ready_anew() {
    let mut seats = with_ready(2, None, 4);
    let [broken, _] = [go(&mut seats), go(&mut seats)];
    seats.broke(broken);
    assert_eq!(seats.leave(broken), Some(0));
    assert_eq!(go(&mut seats).replica, ReplicaId(2));
    seats.ready(ReplicaId(1));
    // What failed before it was told ready says nothing any more.
    seats.broke(broken);
    assert_eq!(go(&mut seats).replica, ReplicaId(1));
}

#[test]
fn a_seat_of_a_replica_that_is_gone_is_nobodys() {
    let mut seats = with_ready(1, limit(1), 1);
    let old = go(&mut seats);
    seats.remove(ReplicaId(1));
    assert_eq!(seats.leave(old), None);
    seats.ready(ReplicaId(1));
    let held = go(&mut seats);
    assert_eq!(seats.leave(old), None);
    seats.broke(old);
    assert_eq!(seats.leave(held), Some(0));
}

#[test]
fn who_comes_back_keeps_its_place_before_those_who_arrived_later() {
    let mut seats = with_ready(1, limit(1), 2);
    let Arrival::Go(ticket, seat) = seats.arrive() else { panic!("no seat") };
    let later = wait(&mut seats);
    seats.broke(seat);
    seats.leave(seat);
    assert_eq!(seats.come_back(ticket), Arrival::Wait(ticket));
    seats.set_limit(limit(2));
    seats.ready(ReplicaId(1));
    assert_eq!(handed(&mut seats), [(ticket, 1), (later, 1)]);
}

/// The same rules, each computed from the whole history of who is where.
#[derive(Default)]
struct Naive {
    limit: Option<NonZeroU32>,
    queue_length: usize,
    ready: Vec<(u64, ReplicaState)>,
    /// Every choice ever made: replica.
    choices: Vec<u64>,
    held: Vec<(Ticket, u64)>,
    waiting: Vec<Ticket>,
}

impl Naive {
    fn held_by(&self, replica: u64) -> usize {
        self.held.iter().filter(|held| held.1 == replica).count()
    }

    fn best(&self) -> Option<u64> {
        let free = |&&(id, state): &&(u64, ReplicaState)| {
            let limit = self.limit.map_or(usize::MAX, |limit| limit.get() as usize);
            state == ReplicaState::Ready && self.held_by(id) < limit
        };
        let last = |id: u64| self.choices.iter().rposition(|&chosen| chosen == id);
        let ready = self.ready.iter().filter(free);
        ready.min_by_key(|&&(id, _)| (self.held_by(id), last(id))).map(|&(id, _)| id)
    }

    fn take(&mut self, ticket: Ticket) -> Option<u64> {
        let best = self.best()?;
        self.choices.push(best);
        self.held.push((ticket, best));
        Some(best)
    }

    fn hand(&mut self) -> Vec<(Ticket, u64)> {
        let mut handed = Vec::new();
        while let Some(&ticket) = self.waiting.first() {
            let Some(replica) = self.take(ticket) else { break };
            self.waiting.remove(0);
            handed.push((ticket, replica));
        }
        handed
    }
}

#[test]
fn seats_do_what_a_naive_model_does() {
    for seed in 0..200 {
        let mut chance = Pcg64Mcg::seed_from_u64(seed);
        let (limit, queue_length) = (limit(chance.random_range(0..4)), chance.random_range(0..6));
        let mut seats = Seats::new(limit, queue_length);
        let mut naive = Naive { limit, queue_length, ..Naive::default() };
        let mut taken: Vec<(Ticket, Seat)> = Vec::new();
        let mut next_replica = 0;
        for _ in 0..400 {
            step(&mut chance, &mut seats, &mut naive, &mut taken, &mut next_replica);
            let given: Vec<(Ticket, Seat)> = std::iter::from_fn(|| seats.hand()).collect();
            let plain: Vec<_> = given.iter().map(|&(t, seat)| (t, seat.replica.0)).collect();
            assert_eq!(plain, naive.hand(), "seed {seed}");
            taken.extend(given);
            assert_eq!(seats.waiting(), naive.waiting.len(), "seed {seed}");
            assert!(seats.waiting() <= queue_length, "seed {seed}");
            for load in seats.replicas() {
                assert_eq!(load.in_flight as usize, naive.held_by(load.replica.0), "seed {seed}");
            }
        }
    }
}

fn step(
    chance: &mut Pcg64Mcg,
    seats: &mut Seats,
    naive: &mut Naive,
    taken: &mut Vec<(Ticket, Seat)>,
    next_replica: &mut u64,
) {
    let some = |chance: &mut Pcg64Mcg, len: usize| (len > 0).then(|| chance.random_range(0..len));
    match chance.random_range(0..20) {
        0..8 => match seats.arrive() {
            Arrival::Go(ticket, seat) => {
                assert!(naive.waiting.is_empty());
                assert_eq!(naive.take(ticket), Some(seat.replica.0));
                taken.push((ticket, seat));
            }
            Arrival::Wait(ticket) => {
                assert!(!naive.waiting.is_empty() || naive.best().is_none());
                naive.waiting.push(ticket);
            }
            Arrival::Full => {
                assert_eq!(naive.best(), None);
                assert_eq!(naive.waiting.len(), naive.queue_length);
            }
        },
        8..14 => {
            let Some(at) = some(chance, taken.len()) else { return };
            let (ticket, seat) = taken.swap_remove(at);
            let known = naive.ready.iter().any(|&(id, _)| id == seat.replica.0);
            naive.held.retain(|held| held.0 != ticket);
            let left = known.then(|| naive.held_by(seat.replica.0) as u32);
            assert_eq!(seats.leave(seat), left);
        }
        14 => {
            let Some(at) = some(chance, naive.waiting.len()) else { return };
            assert!(seats.withdraw(naive.waiting.remove(at)));
        }
        15 | 16 => {
            *next_replica += 1;
            seats.ready(ReplicaId(*next_replica));
            naive.ready.push((*next_replica, ReplicaState::Ready));
        }
        17 => {
            let Some(at) = some(chance, naive.ready.len()) else { return };
            let (id, state) = &mut naive.ready[at];
            if *state == ReplicaState::Ready {
                seats.drain(ReplicaId(*id));
                *state = ReplicaState::Draining;
            } else {
                seats.ready(ReplicaId(*id));
                *state = ReplicaState::Ready;
            }
        }
        18 => {
            let Some(at) = some(chance, naive.ready.len()) else { return };
            let (id, _) = naive.ready.remove(at);
            assert!(seats.remove(ReplicaId(id)));
        }
        _ => {
            naive.limit = limit(chance.random_range(0..4));
            seats.set_limit(naive.limit);
        }
    }
}
