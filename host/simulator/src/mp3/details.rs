//! Details: what the closed form says to policies that want pods or buckets.

use scaling::{
    Bucket, ConditionStatus, Container, Detail, DetailSet, Details, Pod, PodPhase, Quantity,
    Readiness, Sampling, Timestamp,
};

use super::CPU_MILLICORES;
use super::cell::Cell;

/// Pods that were always ready, and one bucket for the step that ended at `now`. There are no
/// metrics, edges or faults.
pub(super) fn of(cell: &Cell, now: Timestamp, tick_seconds: u32, wanted: DetailSet) -> Details {
    let length_nanoseconds = u64::from(tick_seconds) * 1_000_000_000;
    let start = now.nanoseconds().saturating_sub_unsigned(length_nanoseconds);
    let bucket = Bucket {
        row: 0,
        start: Timestamp::from_nanoseconds(start),
        length_nanoseconds,
        concurrency: cell.concurrency(),
        arrival_rate_per_second: cell.rate_per_second.into(),
    };
    let pods = if wanted.contains(Detail::Pods) { cell.replicas as usize } else { 0 };
    let buckets = usize::from(wanted.contains(Detail::Buckets));
    Details {
        pods: vec![pod(cell, now, length_nanoseconds); pods],
        buckets: vec![bucket; buckets],
        ..Details::default()
    }
}

fn pod(cell: &Cell, now: Timestamp, window_nanoseconds: u64) -> Pod {
    let cpu = |milli| vec![Quantity { resource: "cpu".to_owned(), milli }];
    let used = (f64::from(CPU_MILLICORES) * cell.utilisation()) as i64;
    Pod {
        row: 0,
        phase: PodPhase::Running,
        deleting: false,
        ready: Some(Readiness { status: ConditionStatus::True, changed: None }),
        started: Some(Timestamp::ZERO),
        requests: Vec::new(),
        containers: vec![Container {
            name: "function".to_owned(),
            restartable_init: false,
            requests: cpu(CPU_MILLICORES.into()),
            usage: cpu(used),
        }],
        sampled: Some(Sampling { taken: now, window_nanoseconds }),
    }
}
