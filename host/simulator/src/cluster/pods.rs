//! Pods: every replica as the API server and the metrics server would tell it.

use scaling::{Container, Pod, PodPhase, Quantity, Readiness, Sampling};

use super::observe::looks_ready;
use super::scrape::{ReplicaSample, Scrape};
use super::{Simulation, timestamp};
use crate::replica::{Phase, Replica};

impl Simulation {
    /// The replicas of every workload, by row and then by age, oldest first.
    pub(super) fn pods(&self) -> Vec<Pod> {
        let scrape = self.visible_scrape();
        let members = self.fleets.iter().enumerate().flat_map(|(row, fleet)| {
            fleet.members.iter().map(move |&id| (row, &self.replicas[id as usize]))
        });
        members.map(|(row, replica)| self.pod(row, replica, scrape)).collect()
    }

    fn pod(&self, row: usize, replica: &Replica, scrape: Option<&Scrape>) -> Pod {
        let sample = scrape.and_then(|scrape| {
            let samples = &scrape.replicas;
            let at = samples.binary_search_by_key(&replica.birth.uid, |sample| sample.uid).ok()?;
            Some((scrape.taken, samples[at]))
        });
        Pod {
            row: row as u32,
            phase: match replica.phase {
                Phase::Pending | Phase::Starting => PodPhase::Pending,
                _ => PodPhase::Running,
            },
            deleting: replica.phase == Phase::Draining,
            ready: Some(Readiness {
                status: looks_ready(replica.phase).into(),
                changed: Some(timestamp(
                    replica.readiness_changed.or(replica.started).unwrap_or(replica.birth.created),
                )),
            }),
            started: replica.started.map(timestamp),
            requests: Vec::new(),
            containers: vec![Container {
                name: "main".to_owned(),
                restartable_init: false,
                requests: self.container_requests(row),
                usage: sample.map_or_else(Vec::new, |(_, sample)| usage(sample)),
            }],
            sampled: sample.map(|(taken, sample)| Sampling {
                taken: timestamp(taken),
                window_nanoseconds: sample.window,
            }),
        }
    }

    fn container_requests(&self, row: usize) -> Vec<Quantity> {
        let size = &self.fleets[row].size;
        let cpu = size.cpu_request().map(|millicores| quantity("cpu", i64::from(millicores)));
        let bytes = |bytes: u64| {
            quantity("memory", i64::try_from(bytes.saturating_mul(1000)).unwrap_or(i64::MAX))
        };
        cpu.into_iter().chain(size.memory_request().map(bytes)).collect()
    }
}

fn usage(sample: ReplicaSample) -> Vec<Quantity> {
    let memory = i64::try_from(sample.memory_bytes.saturating_mul(1000)).unwrap_or(i64::MAX);
    vec![quantity("cpu", sample.cpu_millicores.round() as i64), quantity("memory", memory)]
}

fn quantity(resource: &str, milli: i64) -> Quantity {
    Quantity { resource: resource.to_owned(), milli }
}
