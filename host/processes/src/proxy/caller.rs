//! A caller: whether it asks, rests, or takes too long to say what it wants.

use std::cell::Cell;
use std::rc::Rc;

use hyper::Version;

use super::wire::Wire;

/// What is known of a caller's connection.
#[derive(Debug)]
pub(super) struct Caller {
    wire: Rc<Wire>,
    /// It speaks HTTP/2, whose connections say things between requests as well.
    multiplexed: Cell<bool>,
    /// Requests under way.
    asking: Cell<u32>,
    /// Requests so far.
    asked: Cell<u64>,
    /// Bytes that had been read when the last request ended.
    at_rest: Cell<u64>,
    /// What it had asked when it was last looked at, if it was in the middle of saying more.
    in_a_head: Cell<Option<u64>>,
}

/// A request under way.
#[derive(Debug)]
pub(super) struct Asking(Rc<Caller>);

impl Caller {
    pub(super) fn new(wire: Rc<Wire>) -> Self {
        Self {
            wire,
            multiplexed: Cell::new(false),
            asking: Cell::new(0),
            asked: Cell::new(0),
            at_rest: Cell::new(0),
            in_a_head: Cell::new(None),
        }
    }

    pub(super) fn ask(self: &Rc<Self>, version: Version) -> Asking {
        self.multiplexed.set(version == Version::HTTP_2);
        self.asking.set(self.asking.get() + 1);
        self.asked.set(self.asked.get() + 1);
        Asking(Rc::clone(self))
    }

    /// Looks at it. True if it was in the middle of the same head the last time as well.
    pub(super) fn is_stuck(&self) -> bool {
        let resting = self.wire.read() == self.at_rest.get();
        let in_a_head = self.asking.get() == 0 && !self.multiplexed.get() && !resting;
        let now = in_a_head.then_some(self.asked.get());
        now.is_some() && self.in_a_head.replace(now) == now
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let caller = &self.0;
        caller.asking.set(caller.asking.get() - 1);
        caller.at_rest.set(caller.wire.read());
    }
}
