//! Observing: what a policy sees now, from the last scrape that can be seen and from the cluster's
//! own books, which are never late.

use scaling::{Bucket, Column, Detail, DetailSet, Edge, Observations};

use super::{Simulation, timestamp};
use crate::load::BUCKET;
use crate::replica::Phase;

impl Simulation {
    /// Every workload as it is seen now.
    pub(super) fn look(&mut self, details: DetailSet) -> Observations {
        let ids = self.plan.roster.iter().map(|workload| workload.id).collect();
        let mut seen = Observations::missing(timestamp(self.now), self.tick, ids);
        for row in 0..self.fleets.len() {
            self.tell_replicas(&mut seen, row);
            self.tell_size(&mut seen, row);
            let own = &self.plan.workloads[row];
            seen.tell_plan(row, &self.plan.roster[row], own.target_rate, own.concurrency);
        }
        if let Some(scrape) = self.visible_scrape() {
            let age_seconds = (self.now - scrape.taken) as f64 / 1e9;
            for (row, sample) in scrape.samples.iter().enumerate() {
                sample.tell(&mut seen, row);
                seen.set(row, Column::SampleAgeSeconds, age_seconds);
            }
        }
        let living: Vec<u32> =
            (0..self.fleets.len()).map(|row| self.living(row).count() as u32).collect();
        seen.derive(&living, &self.plan.groups);
        self.tell_details(&mut seen, details);
        seen
    }

    fn tell_replicas(&self, seen: &mut Observations, row: usize) {
        let fleet = &self.fleets[row];
        let living = self.living(row).count() as f64;
        let ready = f64::from(fleet.ready.count);
        seen.set(row, Column::ReplicasDesired, f64::from(fleet.desired));
        seen.set(row, Column::ReplicasCurrent, living);
        seen.set(row, Column::ReplicasReady, ready);
        seen.set(row, Column::ReplicasStarting, living - ready);
    }

    fn tell_size(&self, seen: &mut Observations, row: usize) {
        let size = &self.fleets[row].size;
        let or_missing = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let values = [
            (Column::CpuRequestMillicores, or_missing(size.cpu_request().map(f64::from))),
            (Column::CpuLimitMillicores, or_missing(size.cpu_limit.map(f64::from))),
            (Column::CpuShares, f64::from(size.shares())),
            (Column::MemoryRequestBytes, or_missing(size.memory_request().map(|b| b as f64))),
            (Column::MemoryLimitBytes, or_missing(size.memory_limit.map(|b| b as f64))),
        ];
        for (column, value) in values {
            seen.set(row, column, value);
        }
    }

    fn tell_details(&mut self, seen: &mut Observations, details: DetailSet) {
        if details.contains(Detail::Pods) {
            seen.details.pods = self.pods();
        }
        if details.contains(Detail::Edges) {
            seen.details.edges = self.edges();
        }
        // Buckets are those since the last observation, so they are taken whether wanted or not.
        for (row, fleet) in self.fleets.iter_mut().enumerate() {
            let buckets = fleet.load.take(self.now);
            if details.contains(Detail::Buckets) {
                seen.details.buckets.extend(buckets.map(|bucket| Bucket {
                    row: row as u32,
                    start: timestamp(bucket.start),
                    length_nanoseconds: BUCKET,
                    concurrency: bucket.integral as f64 / BUCKET as f64,
                    arrival_rate_per_second: f64::from(bucket.arrivals) * 1e9 / BUCKET as f64,
                }));
            }
        }
    }

    fn edges(&self) -> Vec<Edge> {
        let roster = &self.plan.roster;
        let edges = self.plan.workloads.iter().enumerate().flat_map(|(caller, own)| {
            own.calls.iter().map(move |call| Edge {
                upstream: roster[caller].id,
                downstream: roster[call.callee as usize].id,
                calls_per_request: f64::from(call.always) + call.one_more,
            })
        });
        edges.collect()
    }
}

/// Whether a replica looks ready.
pub(super) fn looks_ready(phase: Phase) -> bool {
    matches!(phase, Phase::Ready | Phase::Crashed)
}
