//! Queues whose means are known: the simulator must agree within the confidence interval of
//! independent replications, and the interval must be narrow enough to mean something.

use scaling::{Bounds, Cluster, Column, Totals};
use traffic::ServiceSpec;
use traffic::service::Branch;

use super::{cluster, exponential, mean_latency, observe, poisson, run, simulation, workload};
use crate::{CallSpec, ClusterSpec, CpuSpec, WorkloadSpec};

/// Independent replications, and Student's t for 99.9 % with one degree of freedom fewer.
const REPLICATIONS: u64 = 16;
const STUDENT: f64 = 4.073;

/// Compares the mean over replications with the closed form. `precision` is the largest half-width
/// of the interval, relative to the exact value, with which the comparison means anything.
#[track_caller]
fn check(name: &str, exact: f64, precision: f64, measure: impl Fn(u64) -> f64) {
    let values: Vec<f64> = (0..REPLICATIONS).map(measure).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let half_width = STUDENT * (variance / count).sqrt();
    assert!(half_width <= precision * exact, "{name}: ± {half_width} says nothing of {exact}");
    let (from, to) = (mean - half_width, mean + half_width);
    assert!((from..=to).contains(&exact), "{name}: {exact} is not in {from}..{to}");
}

/// Ten thousand seconds after a thousand to settle.
fn settled() -> ClusterSpec {
    ClusterSpec { tick_seconds: 100.0, warm_up_seconds: 1000.0, ..cluster(11_000.0) }
}

fn first(workload: WorkloadSpec) -> impl Fn(u64) -> Totals {
    move |seed| run(&settled(), std::slice::from_ref(&workload), seed).remove(0)
}

/// `replicas` servers with one queue.
fn servers(rate: f64, service: ServiceSpec, replicas: u32) -> WorkloadSpec {
    WorkloadSpec { initial_replicas: Some(replicas), ..workload("w", poisson(rate), service) }
}

/// One processor that all requests share.
fn shared_processor(rate: f64, service: ServiceSpec) -> WorkloadSpec {
    WorkloadSpec { concurrency: None, ..workload("w", poisson(rate), service) }
}

/// Probability that all of `servers` are busy in M/M/c with this offered load.
fn erlang_c(servers: u32, offered: f64) -> f64 {
    let blocking = erlang_b(servers, offered);
    let utilisation = offered / f64::from(servers);
    blocking / (1.0 - utilisation * (1.0 - blocking))
}

/// Probability that a request is turned away in M/G/c/c.
fn erlang_b(servers: u32, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |blocking, servers| {
        offered * blocking / (f64::from(servers) + offered * blocking)
    })
}

fn very_variable(mean: f64) -> ServiceSpec {
    // 9/10 of the requests take a tenth of the rest's time.
    let short = mean / 1.9;
    ServiceSpec::Hyperexponential {
        branches: vec![
            Branch { probability: 0.9, mean_seconds: short },
            Branch { probability: 0.1, mean_seconds: 10.0 * short },
        ],
    }
}

#[test]
fn one_server_is_mm1() {
    for utilisation in [0.3, 0.7] {
        let queue = first(servers(10.0 * utilisation, exponential(0.1), 1));
        let exact = 0.1 / (1.0 - utilisation);
        check("M/M/1 latency", exact, 0.03, |seed| mean_latency(&queue(seed)));
    }
}

#[test]
fn the_number_in_the_system_is_that_of_mm1() {
    let mean_number = |seed| {
        let mut simulation =
            simulation(&settled(), &[servers(7.0, exponential(0.1), 1)], 1000 + seed);
        let (mut sum, mut count) = (0.0, 0.0);
        while simulation.advance().unwrap() {
            // A window of 15 s out of every 100 s.
            let seen = observe(&mut simulation);
            sum += seen.get(0, Column::ConcurrencyMean).unwrap();
            count += 1.0;
        }
        sum / count
    };
    check("M/M/1 number", 0.7 / 0.3, 0.10, mean_number);
}

#[test]
fn the_tail_of_mm1_is_exponential() {
    let queue = first(servers(5.0, exponential(0.1), 1));
    let exact = -0.2 * 0.05_f64.ln();
    check("M/M/1 95th percentile", exact, 0.03, |seed| {
        let totals = queue(seed);
        let wanted = (totals.arrivals as f64 * 0.95) as u64;
        let mut below = 0;
        let bucket = totals.latency_seconds.iter().find(|(_, count)| {
            below += count;
            below >= wanted
        });
        // The middle of a bucket that is 1/64 wide.
        bucket.unwrap().0 * (1.0 - 1.0 / 128.0)
    });
}

#[test]
fn several_servers_are_mmc() {
    for (replicas, utilisation) in [(2, 0.6), (4, 0.8), (10, 0.85)] {
        let rate = 10.0 * f64::from(replicas) * utilisation;
        let queue = first(servers(rate, exponential(0.1), replicas));
        let offered = rate * 0.1;
        let wait = erlang_c(replicas, offered) / (10.0 * f64::from(replicas) - rate);
        check("M/M/c latency", 0.1 + wait, 0.03, |seed| mean_latency(&queue(seed)));
    }
}

#[test]
fn regular_service_is_md1() {
    let queue = first(servers(7.0, ServiceSpec::Deterministic { seconds: 0.1 }, 1));
    let exact = 0.1 + 0.7 * 0.1 / (2.0 * 0.3);
    check("M/D/1 latency", exact, 0.02, |seed| mean_latency(&queue(seed)));
}

#[test]
fn a_shared_processor_does_not_mind_the_distribution() {
    let log_normal = ServiceSpec::LogNormal { mean_seconds: 0.1, coefficient_of_variation: 2.0 };
    let laws = [
        ServiceSpec::Deterministic { seconds: 0.1 },
        exponential(0.1),
        log_normal,
        very_variable(0.1),
    ];
    for law in laws {
        let queue = first(shared_processor(6.0, law));
        check("M/G/1-PS latency", 0.1 / 0.4, 0.05, |seed| mean_latency(&queue(seed)));
    }
}

#[test]
fn a_replica_of_two_cores_is_mm2() {
    // Two requests run at full speed and more share: the number in the system is that of M/M/2.
    let spec = WorkloadSpec {
        cpu: CpuSpec { limit_millicores: Some(2000), ..CpuSpec::default() },
        ..shared_processor(14.0, exponential(0.1))
    };
    let exact = 0.1 + erlang_c(2, 1.4) / (20.0 - 14.0);
    let queue = first(spec);
    check("two cores", exact, 0.03, |seed| mean_latency(&queue(seed)));
}

#[test]
fn a_node_that_is_too_small_is_the_queue_of_its_cores() {
    // Five replicas on two cores, one request each at a time: with exponential service the number in
    // the system falls at the same rate whoever shares, as in M/M/2.
    let spec = WorkloadSpec {
        cpu: CpuSpec { request_millicores: Some(100), ..CpuSpec::default() },
        ..servers(14.0, exponential(0.1), 5)
    };
    let nodes = vec![crate::NodeSpec { count: 1, cores: 2.0, memory_mib: 1e5 }];
    let settled = ClusterSpec { nodes, ..settled() };
    let exact = 0.1 + erlang_c(2, 1.4) / (20.0 - 14.0);
    check("two cores of a node", exact, 0.03, |seed| {
        mean_latency(&run(&settled, std::slice::from_ref(&spec), seed)[0])
    });
}

#[test]
fn a_bounded_queue_turns_away_as_mm1k() {
    for queue_length in [0, 4] {
        let spec =
            WorkloadSpec { queue_length: Some(queue_length), ..servers(8.0, exponential(0.1), 1) };
        let (rho, places) = (0.8_f64, queue_length as i32 + 1);
        let exact = (1.0 - rho) * rho.powi(places) / (1.0 - rho.powi(places + 1));
        let queue = first(spec);
        check("M/M/1/K rejected", exact, 0.05, |seed| {
            let totals = queue(seed);
            totals.rejected as f64 / totals.arrivals as f64
        });
    }
}

#[test]
fn without_a_queue_blocking_is_erlangs_whatever_the_distribution() {
    for law in [exponential(0.1), very_variable(0.1)] {
        let spec = WorkloadSpec { queue_length: Some(0), ..servers(40.0, law, 5) };
        let queue = first(spec);
        check("M/G/c/c rejected", erlang_b(5, 4.0), 0.03, |seed| {
            let totals = queue(seed);
            totals.rejected as f64 / totals.arrivals as f64
        });
    }
}

#[test]
fn two_queues_in_a_row_are_two_mm1() {
    let call = |synchronous| CallSpec {
        workload: "second".to_owned(),
        calls_per_request: 1.0,
        synchronous,
    };
    let second = workload("second", None, exponential(0.08));
    let tandem = |synchronous: bool, station: usize| {
        let caller = WorkloadSpec {
            calls: vec![call(synchronous)],
            // A caller that waits keeps its place, so there must be places for all.
            concurrency: if synchronous { None } else { Some(1) },
            bounds: Bounds::replicas(0, 1),
            ..workload("first", poisson(7.0), exponential(0.1))
        };
        let workloads = [caller, second.clone()];
        move |seed| mean_latency(&run(&settled(), &workloads, seed)[station])
    };
    let (own, called) = (1.0 / (10.0 - 7.0), 1.0 / (12.5 - 7.0));
    check("first of two", own, 0.03, tandem(false, 0));
    check("second of two", called, 0.03, tandem(false, 1));
    check("both together", own + called, 0.03, tandem(true, 0));
}
