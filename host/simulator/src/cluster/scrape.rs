//! Scrapes: metrics read at regular instants, to be seen some time later.

use super::Simulation;
use crate::metrics::{Marks, Present, Sample};
use crate::replica::{Phase, Scraped};
use crate::request::NONE;

/// One scrape of everything.
#[derive(Debug, Default)]
pub(crate) struct Scrape {
    /// When it was taken.
    pub(super) taken: u64,
    /// By workload.
    pub(super) samples: Vec<Sample>,
    /// Of the replicas that served, by uid, ascending.
    pub(super) replicas: Vec<ReplicaSample>,
}

/// What one scrape reads of one replica.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ReplicaSample {
    pub(super) uid: u64,
    pub(super) cpu_millicores: f64,
    pub(super) memory_bytes: u64,
    /// What the CPU is averaged over: since the last scrape, or since it became ready.
    pub(super) window: u64,
}

impl Simulation {
    /// Reads everything at this instant.
    pub(super) fn scrape(&mut self) {
        self.forget_old_scrapes();
        let mut scrape = Scrape { taken: self.now, ..Scrape::default() };
        for workload in 0..self.fleets.len() {
            let memory_bytes_mean = self.read_replicas(workload, &mut scrape.replicas);
            let oldest = self.fleets[workload].line.oldest;
            let oldest_seconds = (oldest != NONE)
                .then(|| (self.now - self.requests.get(oldest).arrival) as f64 / 1e9);
            let fleet = &mut self.fleets[workload];
            let marks = Marks {
                at: self.now,
                counters: fleet.counters,
                in_system: fleet.load.in_system.integral(self.now),
                ready: fleet.ready.integral(self.now),
            };
            let seen = fleet.window.close(marks);
            let present =
                Present { memory_bytes_mean, queue_length: fleet.queue.len(), oldest_seconds };
            let slo = self.plan.roster[workload].slo;
            scrape.samples.push(Sample::new(&seen, present, slo));
        }
        scrape.replicas.sort_unstable_by_key(|sample| sample.uid);
        self.scrapes.push_back(scrape);
    }

    /// The newest scrape that can be seen.
    pub(super) fn visible_scrape(&self) -> Option<&Scrape> {
        let lag = self.plan.metrics.lag;
        self.scrapes.iter().rev().find(|scrape| scrape.taken + lag <= self.now)
    }

    fn forget_old_scrapes(&mut self) {
        let lag = self.plan.metrics.lag;
        while self.scrapes.get(1).is_some_and(|newer| newer.taken + lag <= self.now) {
            self.scrapes.pop_front();
        }
    }

    /// Reads a workload's replicas; gives the mean memory of those that look ready, NaN without any.
    fn read_replicas(&mut self, workload: usize, samples: &mut Vec<ReplicaSample>) -> f64 {
        let (mut memory, mut ready) = (0.0, 0.0);
        for at in 0..self.fleets[workload].members.len() {
            let id = self.fleets[workload].members[at];
            let replica = &self.replicas[id as usize];
            if !matches!(replica.phase, Phase::Ready | Phase::Crashed | Phase::Draining) {
                continue;
            }
            let memory_bytes = replica.memory_bytes(&self.plan.workloads[workload]);
            let (uid, phase) = (replica.birth.uid, replica.phase);
            let (cpu, window) = self.read_cpu(id);
            if window > 0 {
                let cpu_millicores = 1000.0 * cpu / window as f64;
                samples.push(ReplicaSample { uid, cpu_millicores, memory_bytes, window });
            }
            if phase != Phase::Draining {
                memory += memory_bytes as f64;
                ready += 1.0;
            }
        }
        if ready > 0.0 { memory / ready } else { f64::NAN }
    }

    /// CPU that a replica has used since it was last read, in core-nanoseconds, and since when.
    pub(super) fn read_cpu(&mut self, id: u32) -> (f64, u64) {
        self.sync(id);
        let replica = &mut self.replicas[id as usize];
        let (cpu, window) = (replica.cpu - replica.scraped.cpu, self.now - replica.scraped.at);
        replica.scraped = Scraped { cpu: replica.cpu, at: self.now };
        if matches!(replica.phase, Phase::Ready | Phase::Crashed) {
            self.fleets[replica.workload as usize].counters.cpu_of_ready += cpu;
        }
        (cpu, window)
    }
}
