use scaling::{Detail, RailSet};

use super::*;

fn start(replicas_initial: u32, rate: u32) -> Mp3 {
    let spec = Mp3Spec { rate_per_second: Some(rate), replicas_initial, ..Mp3Spec::default() };
    Mp3::new(spec, 0).unwrap()
}

fn hold() -> Decision {
    Decision {
        workload: WorkloadId(0),
        replicas: None,
        cpu_millicores: None,
        memory_bytes: None,
        buffer_requests: None,
        rails: RailSet::default(),
        illegal: false,
        reason: None,
        warming_up: false,
    }
}

fn apply(cluster: &mut Mp3, decision: Decision) -> Action {
    match cluster.scale(&[decision]).remove(0) {
        Applied::Done(action) => action,
        Applied::Failed(cause) => panic!("{cause}"),
    }
}

#[test]
fn only_the_five_actions_are_legal() {
    let to = |replicas| Decision { replicas: Some(replicas), ..hold() };
    let cpu = |cpu_millicores| Decision { cpu_millicores: Some(cpu_millicores), ..hold() };
    // Containers before, the decision, containers after, whether it was illegal.
    for (before, decision, after, illegal) in [
        (4, hold(), 4, false),
        (4, to(4), 4, false),
        (4, to(5), 5, false),
        (4, to(3), 3, false),
        (4, cpu(1_125), 4, false),
        (4, cpu(875), 4, false),
        (4, cpu(1_000), 4, false),
        (4, Decision { cpu_millicores: Some(1_000), ..to(5) }, 5, false),
        (1, to(0), 1, true),
        (10, to(11), 10, true),
        (4, to(6), 4, true),
        (4, to(2), 4, true),
        (4, cpu(1_250), 4, true),
        (4, cpu(900), 4, true),
        (4, Decision { cpu_millicores: Some(875), ..to(5) }, 4, true),
        (4, Decision { memory_bytes: Some(1 << 20), ..hold() }, 4, true),
        (4, Decision { illegal: true, ..to(5) }, 4, true),
    ] {
        let mut cluster = start(before, 3);
        let action = apply(&mut cluster, decision.clone());
        let expected = Action {
            replicas_before: before,
            replicas_after: after,
            cpu_millicores_before: 1_000,
            cpu_millicores_after: 1_000,
            illegal,
            ..Action::default()
        };
        assert_eq!(action, expected, "{decision:?}");
        let seen = cluster.observe(DetailSet::NONE).unwrap().replicas(0);
        assert_eq!(seen, Some(after), "{decision:?}");
        let reward = if illegal { -1.0 } else { Cell::new(after, 3, false).reward() };
        assert_eq!(cluster.score(&action), reward, "{decision:?}");
    }
}

#[test]
fn a_decision_for_a_stranger_fails() {
    let decision = Decision { workload: WorkloadId(7), replicas: Some(2), ..hold() };
    let mut cluster = start(1, 3);
    assert!(matches!(cluster.scale(&[decision]).remove(0), Applied::Failed(_)));
    assert_eq!(cluster.observe(DetailSet::NONE).unwrap().replicas(0), Some(1));
}

#[test]
fn observations_hold_what_rewards_and_networks_read() {
    let mut cluster = start(4, 3);
    cluster.advance().unwrap();
    let observations = cluster.observe(DetailSet::NONE).unwrap();
    assert_eq!((observations.tick, observations.now.seconds()), (1, 15.0));
    for (column, expected) in [
        (Column::CpuUtilisationRatioMean, 0.5),
        (Column::CpuUsageMillicoresMean, 500.0),
        (Column::SloPreservationRatio, 1.0),
        (Column::CpuShares, 1_024.0),
        (Column::CpuSharesOthers, 0.0),
        (Column::ReplicasDesired, 4.0),
        (Column::ReplicasReady, 4.0),
        (Column::ReplicasMin, 1.0),
        (Column::ReplicasMax, 10.0),
        (Column::ArrivalRatePerSecond, 3.0),
        (Column::LatencySecondsP99, 1.0 / 0.75),
        (Column::LatencySloSeconds, 9.0),
        (Column::ConcurrencyMean, 4.0),
        (Column::SampleAgeSeconds, 0.0),
    ] {
        assert_eq!(observations.get(0, column), Some(expected), "{column}");
    }
    assert!(observations.details.pods.is_empty() && observations.details.buckets.is_empty());
}

#[test]
fn details_come_to_those_who_ask() {
    let mut cluster = start(4, 3);
    cluster.advance().unwrap();
    let wanted = DetailSet::NONE.with(Detail::Pods).with(Detail::Buckets);
    let details = cluster.observe(wanted).unwrap().details;
    assert_eq!(details.pods.len(), 4);
    assert_eq!(details.pods[0].containers[0].usage[0].milli, 500);
    let bucket = details.buckets[0];
    assert_eq!((bucket.start, bucket.length_nanoseconds), (Timestamp::ZERO, 15_000_000_000));
    assert_eq!((bucket.concurrency, bucket.arrival_rate_per_second), (4.0, 3.0));
}

#[test]
fn an_episode_ends_after_its_steps() {
    let spec = Mp3Spec { steps: 3, ..Mp3Spec::default() };
    let mut cluster = Mp3::new(spec, 0).unwrap();
    let goes_on: Vec<bool> = (0..5).map(|_| cluster.advance().unwrap()).collect();
    assert_eq!(goes_on, [true, true, false, false, false]);
    assert_eq!(cluster.observe(DetailSet::NONE).unwrap().tick, 3);
    assert_eq!(cluster.totals()[0].seconds, 45.0);
}

#[test]
fn totals_account_for_every_request() {
    let spec = Mp3Spec { rate_per_second: Some(3), tick_seconds: 5, ..Mp3Spec::default() };
    let mut cluster = Mp3::new(spec, 0).unwrap();
    cluster.advance().unwrap();
    for replicas in [2, 3] {
        apply(&mut cluster, Decision { replicas: Some(replicas), ..hold() });
        cluster.advance().unwrap();
    }
    let totals = cluster.totals().remove(0);
    // One container serves 7.5 of the 15 requests of a step; two and three serve all of them.
    assert_eq!((totals.arrivals, totals.completed, totals.unfinished), (45, 37, 8));
    assert_eq!(totals.slo_violations, 30);
    assert_eq!(totals.latency_seconds, [(1.0 / 0.5, 15), (60_000.0, 30)]);
    assert_eq!((totals.replica_seconds, totals.cold_starts), (30.0, 2));
    assert_eq!(totals.cpu_core_seconds_used, 5.0 + 10.0 + 10.0);
    assert_eq!(totals.cpu_core_seconds_allocated, 30.0);
}

#[test]
fn the_seed_alone_draws_the_rate() {
    let rate = |seed| {
        let mut cluster = Mp3::new(Mp3Spec::default(), seed).unwrap();
        let observations = cluster.observe(DetailSet::NONE).unwrap();
        observations.get(0, Column::ArrivalRatePerSecond).unwrap()
    };
    let mut counts = [0_u32; 8];
    for seed in 0..8_000 {
        assert_eq!(rate(seed), rate(seed));
        counts[rate(seed) as usize - 1] += 1;
    }
    // A uniform draw puts 1,000 ± 30 in each.
    assert!(counts.iter().all(|count| (850..1_150).contains(count)), "{counts:?}");
}

#[test]
fn a_specification_is_checked() {
    let good = Mp3Spec::default();
    for (spec, expected) in [
        (Mp3Spec { steps: 0, ..good }, "steps is 0; it must lie in 1..=4294967295"),
        (Mp3Spec { tick_seconds: 0, ..good }, "tick_seconds is 0; it must lie in 1..=4294967295"),
        (Mp3Spec { replicas_initial: 0, ..good }, "replicas_initial is 0; it must lie in 1..=10"),
        (Mp3Spec { replicas_initial: 11, ..good }, "replicas_initial is 11; it must lie in 1..=10"),
        (
            Mp3Spec { rate_per_second: Some(0), ..good },
            "rate_per_second is 0; it must lie in 1..=8",
        ),
        (
            Mp3Spec { rate_per_second: Some(9), ..good },
            "rate_per_second is 9; it must lie in 1..=8",
        ),
    ] {
        assert_eq!(Mp3::new(spec, 0).unwrap_err().to_string(), expected);
    }
    assert_eq!(serde_json::from_str::<Mp3Spec>("{}").unwrap(), good);
    let quirk = serde_json::from_str::<Mp3Spec>(r#"{"quirk_cells": true, "steps": 7}"#).unwrap();
    assert_eq!(quirk, Mp3Spec { quirk_cells: true, steps: 7, ..good });
    assert!(serde_json::from_str::<Mp3Spec>(r#"{"quirk": true}"#).is_err());
}
