//! The processor: how fast each replica goes, after anything about it or its neighbours changed.

use super::Simulation;
use crate::request::NONE;
use crate::sharing::{self, Claim};

impl Simulation {
    /// Sets a replica's speed and the timer of its next finished request after its requests have
    /// changed. While its node has cores for all, nobody else is concerned.
    #[inline]
    pub(super) fn settle(&mut self, replica: u32) {
        let place = &mut self.replicas[replica as usize];
        let wanted = place.wanted();
        if self.plan.contention && place.node != NONE {
            let node = &mut self.nodes[place.node as usize];
            if wanted != place.demand {
                node.demand = node.demand - place.demand + wanted;
                place.demand = wanted;
                if place.active_at == NONE {
                    place.active_at = node.active.len() as u32;
                    node.active.push(replica);
                } else if wanted == 0 {
                    let at = std::mem::replace(&mut place.active_at, NONE) as usize;
                    node.active.swap_remove(at);
                    if let Some(&moved) = node.active.get(at) {
                        self.replicas[moved as usize].active_at = at as u32;
                    }
                }
            }
            let node = &self.nodes[self.replicas[replica as usize].node as usize];
            if node.saturated || node.demand > node.has.cpu_millicores {
                self.share(replica);
                return;
            }
        }
        let place = &mut self.replicas[replica as usize];
        place.set_rate(wanted as f64);
        let done = place.next_done(&self.requests);
        let slot = self.work_slot(replica);
        self.timers.set(slot, done);
    }

    /// Divides a node's cores among its active replicas after one of them has changed.
    fn share(&mut self, changed: u32) {
        let first_slot = self.work_slot(0);
        let Self { nodes, replicas, timers, requests, claims, .. } = self;
        let node = &mut nodes[replicas[changed as usize].node as usize];
        node.saturated = node.demand > node.has.cpu_millicores;
        let mut level = f64::INFINITY;
        if node.saturated {
            claims.clear();
            claims.extend(node.active.iter().map(|&replica| {
                let place = &replicas[replica as usize];
                Claim { demand: place.demand as f64, weight: place.weight }
            }));
            level = sharing::level(node.has.cpu_millicores as f64, claims);
        }
        for &replica in &node.active {
            let place = &mut replicas[replica as usize];
            let before = place.rate;
            let share = (level * place.weight).min(place.demand as f64);
            place.sync(self.now);
            place.set_rate(share);
            if place.rate != before || replica == changed {
                timers.set(first_slot + replica as usize, place.next_done(requests));
            }
        }
        if replicas[changed as usize].executing == 0 {
            timers.set(first_slot + changed as usize, crate::tournament::NEVER);
        }
    }
}
