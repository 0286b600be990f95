//! Requests in flight: a slab of small records, linked by workload in the order of arrival.

/// No request, no replica.
pub(crate) const NONE: u32 = u32::MAX;

/// One request in flight. 32 bytes, because there may be many and each event touches one or two.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    /// When it arrived.
    pub(crate) arrival: u64,
    /// CPU work in nanoseconds at one core.
    pub(crate) work: u64,
    /// The one of the same workload that arrived just before and is still in flight.
    older: u32,
    /// The one that arrived just after.
    younger: u32,
    /// Where it is served; [`NONE`] while it waits in the front queue.
    pub(crate) replica: u32,
    /// Of the place in the slab, so that a late note about an earlier tenant is seen to be late.
    pub(crate) generation: u32,
}

/// What only some workloads' requests have: kept apart to keep [`Request`] small.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extra {
    /// The workload it belongs to.
    pub(crate) workload: u32,
    /// Time in nanoseconds that follows the CPU work and takes no CPU.
    pub(crate) io: u64,
    /// Its waits for a core when threads that serve it wake up, in mean waits.
    pub(crate) waits: f64,
    /// Memory that it holds while a replica serves it.
    pub(crate) memory_bytes: u64,
    /// Bytes that it carries to a replica.
    pub(crate) receive_bytes: u64,
    /// Bytes that its answer carries.
    pub(crate) transmit_bytes: u64,
    /// The request that waits for this one.
    pub(crate) caller: Caller,
    /// Decides which of the calls that are not always made it makes.
    pub(crate) coins: u64,
    /// Calls that it still waits for.
    pub(crate) calls: u32,
    /// A call that it waited for failed.
    pub(crate) call_failed: bool,
    /// Its own CPU work is over, so it uses no CPU while it waits.
    pub(crate) idle: bool,
}

/// A request that waits for another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) request: u32,
    pub(crate) generation: u32,
}

impl Caller {
    /// Nobody waits.
    pub(crate) const NOBODY: Self = Self { request: NONE, generation: 0 };
}

/// The requests of one workload that are in flight, oldest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InFlight {
    /// The one that arrived first; [`NONE`] if there are none.
    pub(crate) oldest: u32,
    youngest: u32,
    /// How many there are.
    pub(crate) count: u32,
}

impl Default for InFlight {
    fn default() -> Self {
        Self { oldest: NONE, youngest: NONE, count: 0 }
    }
}

/// All requests in flight. Its size is the most that were ever in flight at once.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    slots: Vec<Request>,
    extras: Vec<Extra>,
    free: Vec<u32>,
}

impl Requests {
    /// Takes in a request at the end of its workload's line.
    #[inline]
    pub(crate) fn admit(
        &mut self,
        line: &mut InFlight,
        arrival: u64,
        work: u64,
        extra: Option<Extra>,
    ) -> u32 {
        let request = Request {
            arrival,
            work,
            older: line.youngest,
            younger: NONE,
            replica: NONE,
            generation: 0,
        };
        let id = match self.free.pop() {
            Some(id) => {
                let slot = &mut self.slots[id as usize];
                *slot = Request { generation: slot.generation, ..request };
                id
            }
            None => {
                self.slots.push(request);
                (self.slots.len() - 1) as u32
            }
        };
        if let Some(extra) = extra {
            self.attach(id, extra);
        }
        match line.youngest {
            NONE => line.oldest = id,
            youngest => self.slots[youngest as usize].younger = id,
        }
        line.youngest = id;
        line.count += 1;
        id
    }

    /// Lets a request go; its place may be taken by another.
    #[inline]
    pub(crate) fn release(&mut self, line: &mut InFlight, id: u32) {
        let slot = &mut self.slots[id as usize];
        slot.generation = slot.generation.wrapping_add(1);
        let (older, younger) = (slot.older, slot.younger);
        match older {
            NONE => line.oldest = younger,
            older => self.slots[older as usize].younger = younger,
        }
        match younger {
            NONE => line.youngest = older,
            younger => self.slots[younger as usize].older = older,
        }
        line.count -= 1;
        self.free.push(id);
    }

    #[inline]
    pub(crate) fn get(&self, id: u32) -> &Request {
        &self.slots[id as usize]
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: u32) -> &mut Request {
        &mut self.slots[id as usize]
    }

    /// Whether the request of that generation is still in flight.
    pub(crate) fn is(&self, id: u32, generation: u32) -> bool {
        self.slots.get(id as usize).is_some_and(|request| request.generation == generation)
    }

    /// Requests that there is room for.
    #[cfg(test)]
    pub(crate) fn places(&self) -> usize {
        self.slots.len()
    }

    /// What [`Requests::admit`] was given; only for requests of workloads that have extras.
    pub(crate) fn extra(&self, id: u32) -> &Extra {
        &self.extras[id as usize]
    }

    pub(crate) fn extra_mut(&mut self, id: u32) -> &mut Extra {
        &mut self.extras[id as usize]
    }

    /// The requests of one workload, oldest first.
    pub(crate) fn line(&self, line: &InFlight) -> impl Iterator<Item = &Request> {
        let mut next = line.oldest;
        std::iter::from_fn(move || {
            let request = self.slots.get(next as usize)?;
            next = request.younger;
            Some(request)
        })
    }

    /// The requests of one workload that a replica holds, oldest first.
    pub(crate) fn held_by(&self, line: &InFlight, replica: u32) -> Vec<u32> {
        let mut held = Vec::new();
        let mut next = line.oldest;
        while let Some(request) = self.slots.get(next as usize) {
            if request.replica == replica {
                held.push(next);
            }
            next = request.younger;
        }
        held
    }

    fn attach(&mut self, id: u32, extra: Extra) {
        let id = id as usize;
        if self.extras.len() <= id {
            self.extras.resize(id + 1, extra);
        }
        self.extras[id] = extra;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_the_order_of_arrival_whoever_leaves() {
        let (mut requests, mut line) = (Requests::default(), InFlight::default());
        let ids: Vec<u32> =
            (0..4).map(|arrival| requests.admit(&mut line, arrival, 1, None)).collect();
        for (leaver, rest) in [(1, vec![0, 2, 3]), (0, vec![2, 3]), (3, vec![2]), (2, vec![])] {
            requests.release(&mut line, ids[leaver]);
            let arrivals: Vec<u64> = requests.line(&line).map(|request| request.arrival).collect();
            assert_eq!(arrivals, rest);
            assert_eq!(line.count as usize, rest.len());
        }
    }

    #[test]
    fn a_place_that_was_given_away_is_another_request() {
        let (mut requests, mut line) = (Requests::default(), InFlight::default());
        let first = requests.admit(&mut line, 0, 1, None);
        let generation = requests.get(first).generation;
        assert!(requests.is(first, generation));
        requests.release(&mut line, first);
        assert!(!requests.is(first, generation));
        assert_eq!(requests.admit(&mut line, 5, 1, None), first);
        assert!(!requests.is(first, generation));
        assert_eq!(std::mem::size_of::<Request>(), 32);
    }
}
