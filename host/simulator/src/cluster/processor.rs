//! The processor: how fast each replica goes, after anything about it or its neighbours changed.

use super::Simulation;
use crate::crowd::Crowd;
use crate::handling::wait;
use crate::request::NONE;
use crate::tournament::NEVER;

impl Simulation {
    /// Brings a replica's progress up to now.
    #[inline]
    pub(super) fn sync(&mut self, replica: u32) {
        let place = &mut self.replicas[replica as usize];
        let clock = match place.standing {
            None => self.now as f64,
            Some(standing) => self.nodes[place.node as usize]
                .crowd
                .as_ref()
                .map_or(0.0, |crowd| crowd.clock(standing, self.now)),
        };
        place.sync(clock);
    }

    /// Sets a replica's speed and the timer of its next finished request after its requests have
    /// changed. While its node has cores for all, nobody else is concerned. The replica is in sync.
    #[inline]
    pub(super) fn settle(&mut self, replica: u32) {
        if self.replicas[replica as usize].budget.is_some() {
            self.look_at_budget(replica);
        }
        if self.plan.contention && self.claim(replica) {
            return;
        }
        let place = &mut self.replicas[replica as usize];
        place.run_freely();
        let left = place.left(&self.requests);
        let done = left.map_or(NEVER, |left| self.now + left.ceil() as u64);
        let slot = self.work_slot(replica);
        self.timers.set(slot, done);
    }

    /// What its node does for a request that a replica is about to execute: gives how long threads
    /// that wake up for it wait for cores, in nanoseconds.
    pub(super) fn handle(&mut self, request: u32, replica: u32) -> u64 {
        let place = &self.replicas[replica as usize];
        let plan = &self.plan.workloads[place.workload as usize];
        if !self.plan.contention || place.node == NONE {
            return 0;
        }
        let node = &mut self.nodes[place.node as usize];
        if plan.handling > 0.0 {
            node.handling.add(self.now, plan.handling);
        }
        if plan.wakes == 0 {
            return 0;
        }
        let (mut threads, mut work) = (0, 0.0);
        for &active in &node.active {
            let other = &self.replicas[active as usize];
            threads += other.executing;
            let mean = self.plan.workloads[other.workload as usize].mean_work;
            work += mean * f64::from(other.executing);
        }
        let cores = node.leaves(self.now) as f64 / 1000.0;
        let each = wait(cores, threads, work / f64::from(threads.max(1)));
        (self.requests.extra(request).waits * each) as u64
    }

    /// Brings a replica's budget up to date, and sees to it that this is done again when the period
    /// ends in which something executes.
    fn look_at_budget(&mut self, replica: u32) {
        let place = &mut self.replicas[replica as usize];
        let Some(budget) = &mut place.budget else { return };
        budget.look(self.now);
        if place.executing > 0 && place.refill == NEVER {
            place.refill = budget.ends();
            self.watch(replica);
        }
    }

    /// A period of a replica's budget has ended.
    pub(super) fn refill(&mut self, replica: u32) {
        self.sync(replica);
        self.replicas[replica as usize].refill = NEVER;
        self.watch(replica);
        self.settle(replica);
    }

    /// Tells a replica's node what the replica wants. True if the node is crowded and took over.
    fn claim(&mut self, replica: u32) -> bool {
        let place = &mut self.replicas[replica as usize];
        if place.node == NONE {
            return false;
        }
        let at = place.node as usize;
        let node = &mut self.nodes[at];
        let wanted = place.wanted();
        if wanted != place.demand {
            node.demand = node.demand - place.demand + wanted;
            place.demand = wanted;
            if place.active_at == NONE {
                place.active_at = node.active.len() as u32;
                node.active.push(replica);
            } else if wanted == 0 {
                let hole = std::mem::replace(&mut place.active_at, NONE) as usize;
                node.active.swap_remove(hole);
                if let Some(&moved) = node.active.get(hole) {
                    self.replicas[moved as usize].active_at = hole as u32;
                }
            }
        }
        let has = node.leaves(self.now);
        match &node.crowd {
            None if node.demand <= has => return false,
            None => self.crowd(at),
            // Crowds gather and scatter rarely compared to how long it takes, or a node on the brink
            // would do nothing else.
            Some(_) if node.demand <= has / 2 => {
                self.scatter(at);
                let place = &mut self.replicas[replica as usize];
                place.standing = None;
                place.go_by(self.now as f64);
                return false;
            }
            Some(_) => self.stand(at, replica),
        }
        true
    }

    /// A node cannot serve all: its active replicas go by the clocks of their classes.
    #[cold]
    fn crowd(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        let has = node.leaves(self.now);
        node.crowd = Some(Crowd::new(has, self.now));
        for member in self.nodes[at].active.clone() {
            self.replicas[member as usize].sync(self.now as f64);
            let slot = self.work_slot(member);
            self.timers.set(slot, NEVER);
            self.stand(at, member);
        }
    }

    /// A node can serve all again.
    #[cold]
    fn scatter(&mut self, at: usize) {
        for member in self.nodes[at].active.clone() {
            self.sync(member);
            let place = &mut self.replicas[member as usize];
            place.standing = None;
            place.go_by(self.now as f64);
            place.run_freely();
            let left = place.left(&self.requests);
            let slot = self.work_slot(member);
            self.timers.set(slot, left.map_or(NEVER, |left| self.now + left.ceil() as u64));
        }
        self.nodes[at].crowd = None;
        self.set_crowd_timer(at);
    }

    /// Gives a replica its place in the crowd of its node, or takes it away if it wants nothing.
    fn stand(&mut self, at: usize, replica: u32) {
        let node = &mut self.nodes[at];
        let has = node.leaves(self.now);
        let Some(crowd) = &mut node.crowd else { return };
        let place = &mut self.replicas[replica as usize];
        crowd.advance(self.now);
        if let Some(standing) = place.standing.take() {
            crowd.leave(replica, standing);
        }
        place.go_by(self.now as f64);
        if place.demand > 0 {
            let (class, clock) = crowd.class(place.demand, place.weight);
            place.go_by(clock);
            place.run_by_weight();
            let left = place.left(&self.requests).unwrap_or(0.0);
            place.standing = Some(crowd.join(replica, class, left));
        } else {
            place.stop();
        }
        crowd.has(has);
        crowd.divide();
        self.set_crowd_timer(at);
    }

    /// The next replica of a crowd is done with a request.
    pub(super) fn finish_in_crowd(&mut self, at: usize) {
        match self.nodes[at].crowd.as_ref().and_then(Crowd::next) {
            Some((_, replica)) => self.finish_work(replica),
            None => self.set_crowd_timer(at),
        }
    }

    fn set_crowd_timer(&mut self, at: usize) {
        let next = self.nodes[at].crowd.as_ref().and_then(Crowd::next);
        let slot = self.crowd_slot(at);
        self.timers.set(slot, next.map_or(NEVER, |(done, _)| done));
    }
}
