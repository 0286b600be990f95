//! Observing: what a policy sees, the same columns that the simulator fills.

use std::num::NonZeroU32;

use scaling::{
    Bucket, ClusterError, Column, Container, Detail, DetailSet, Observations, Pod, PodPhase,
    Quantity, Readiness, Sampling, Timestamp,
};

use super::ProcessCluster;
use super::fleet::{Fleet, Member, Stage};
use crate::proxy::ProxyError;

impl ProcessCluster {
    /// Takes what happened since the last tick.
    pub(super) fn take_samples(&mut self) -> Result<(), ClusterError> {
        let now = self.yard.now();
        let failed = |error: ProxyError| ClusterError {
            attempted: "reading the proxy's figures",
            cause: error.to_string().into(),
        };
        for (row, crew) in self.crews.iter().enumerate() {
            let requests = self.yard.proxy.window(crew.id()).map_err(failed)?;
            let sample = self.meters[row].read(&mut crew.fleet(), now, requests);
            self.histories[row].push(sample);
        }
        Ok(())
    }

    /// Every workload as it is seen now.
    pub(super) fn look(&mut self, details: DetailSet) -> Observations {
        let ids = self.roster.iter().map(|workload| workload.id).collect();
        let mut seen = Observations::missing(self.timestamp(), self.tick, ids);
        let mut living = Vec::new();
        for (row, crew) in self.crews.iter().enumerate() {
            let fleet = crew.fleet();
            living.push(fleet.living());
            tell_replicas(&mut seen, row, &fleet);
            tell_size(&mut seen, row, &fleet);
            let (workload, own) = (&self.roster[row], &self.settings.workloads[row]);
            let concurrency = own.concurrency.map(NonZeroU32::get);
            seen.tell_plan(row, workload, own.target_rate_per_second, concurrency);
            self.histories[row].tell(&mut seen, row, workload.slo);
            if details.contains(Detail::Pods) {
                let pods = fleet.members.values().map(|member| self.pod(row, &fleet, member));
                seen.details.pods.extend(pods);
            }
        }
        seen.derive(&living, &self.groups);
        if details.contains(Detail::Buckets) {
            self.tell_buckets(&mut seen);
        }
        seen
    }

    /// The seconds that were over at the last tick and not at the one before.
    fn tell_buckets(&self, seen: &mut Observations) {
        let zero = i64::try_from(self.began.as_nanos()).unwrap_or(i64::MAX);
        for (row, history) in self.histories.iter().enumerate() {
            let Some(last) = history.last() else { continue };
            let buckets = last.requests.buckets.iter().map(|bucket| Bucket {
                row: row as u32,
                start: Timestamp::from_nanoseconds(bucket.start_nanoseconds as i64 - zero),
                length_nanoseconds: bucket.length_nanoseconds,
                concurrency: bucket.concurrency,
                arrival_rate_per_second: bucket.arrival_rate_per_second,
            });
            seen.details.buckets.extend(buckets);
        }
    }

    fn at(&self, since_start: std::time::Duration) -> Timestamp {
        let nanoseconds = since_start.as_nanos() as i64 - self.began.as_nanos() as i64;
        Timestamp::from_nanoseconds(nanoseconds)
    }

    fn pod(&self, row: usize, fleet: &Fleet, member: &Member) -> Pod {
        let ready_since = match member.stage {
            Stage::Ready { since } => Some(since),
            Stage::Starting | Stage::Leaving => None,
        };
        Pod {
            row: row as u32,
            phase: match member.stage {
                Stage::Starting => PodPhase::Pending,
                Stage::Ready { .. } | Stage::Leaving => PodPhase::Running,
            },
            deleting: member.stage == Stage::Leaving,
            ready: Some(Readiness {
                status: ready_since.is_some().into(),
                changed: Some(self.at(ready_since.unwrap_or(member.created))),
            }),
            started: Some(self.at(member.created)),
            requests: Vec::new(),
            containers: vec![Container {
                name: "main".to_owned(),
                restartable_init: false,
                requests: requests(fleet),
                usage: usage(member),
            }],
            sampled: member.cpu_millicores.map(|_| Sampling {
                taken: self.timestamp(),
                window_nanoseconds: self.settings.tick.as_nanos() as u64,
            }),
        }
    }
}

fn tell_replicas(seen: &mut Observations, row: usize, fleet: &Fleet) {
    let (living, ready) = (f64::from(fleet.living()), f64::from(fleet.ready()));
    seen.set(row, Column::ReplicasDesired, f64::from(fleet.desired));
    seen.set(row, Column::ReplicasCurrent, living);
    seen.set(row, Column::ReplicasReady, ready);
    seen.set(row, Column::ReplicasStarting, living - ready);
}

fn tell_size(seen: &mut Observations, row: usize, fleet: &Fleet) {
    let limits = fleet.limits;
    let or_missing = |value: Option<f64>| value.unwrap_or(f64::NAN);
    let values = [
        (Column::CpuRequestMillicores, or_missing(fleet.cpu_request().map(f64::from))),
        (Column::CpuLimitMillicores, or_missing(limits.cpu_millicores.map(f64::from))),
        (Column::CpuShares, or_missing(limits.cpu_shares.map(f64::from))),
        (Column::MemoryRequestBytes, or_missing(fleet.memory_request().map(|b| b as f64))),
        (Column::MemoryLimitBytes, or_missing(limits.memory_bytes.map(|b| b as f64))),
    ];
    for (column, value) in values {
        seen.set(row, column, value);
    }
}

fn requests(fleet: &Fleet) -> Vec<Quantity> {
    let cpu = fleet.cpu_request().map(|millicores| quantity("cpu", i64::from(millicores)));
    let memory = fleet.memory_request().map(|bytes| quantity("memory", milli(bytes)));
    cpu.into_iter().chain(memory).collect()
}

fn usage(member: &Member) -> Vec<Quantity> {
    let Some(cpu) = member.cpu_millicores else { return Vec::new() };
    vec![quantity("cpu", cpu.round() as i64), quantity("memory", milli(member.usage.memory_bytes))]
}

fn quantity(resource: &str, milli: i64) -> Quantity {
    Quantity { resource: resource.to_owned(), milli }
}

fn milli(bytes: u64) -> i64 {
    i64::try_from(bytes.saturating_mul(1000)).unwrap_or(i64::MAX)
}
