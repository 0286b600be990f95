//! Rates and latencies against servers whose behaviour is known.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::server::{Answer, Server, Talk};
use super::*;

/// The value that a share of `quantile` does not exceed.
fn quantile(mut values: Vec<Duration>, quantile: f64) -> Duration {
    values.sort_unstable();
    values[((values.len() as f64 * quantile).ceil() as usize).max(1) - 1]
}

/// A machine that is too busy makes a measurement invalid, which it says itself: then it is taken
/// again, on a server of its own.
fn undisturbed<T>(attempt: impl Fn() -> (Report, T)) -> (Summary, T) {
    let (mut report, mut server) = attempt();
    for _ in 0..5 {
        if report.valid {
            break;
        }
        (report, server) = attempt();
    }
    (report.flows.remove(0), server)
}

#[test]
fn percentiles_are_those_of_the_servers_delays_within_two_percent() {
    // Half take 200 ms, four in ten 400 ms, one in ten 800 ms.
    let delay = |n: u64| [200, 400, 200, 400, 200, 800, 200, 400, 200, 400][n as usize % 10];
    let (summary, server) = undisturbed(|| {
        let server = Server::start(Talk::Http1, move |n| Answer::after(delay(n)));
        (measured(&plan(flow(&server.url(), 100.0), 4.0)), server)
    });
    assert_eq!(summary.done, 400);
    let served: Vec<_> = server.seen().into_iter().map(|seen| seen.served).collect();
    // Each lies in the middle of a step, so that a hiccup of the machine does not move it.
    for (at, least) in [(0.25, 200), (0.7, 400), (0.95, 800)] {
        let truth = quantile(served.clone(), at).as_secs_f64() * 1e6;
        let found = summary.tally.latencies.quantile_microseconds(at).unwrap_or(0) as f64;
        assert!(truth >= f64::from(least) * 1e3, "the server itself waited {truth} µs");
        assert!((found / truth - 1.0).abs() < 0.02, "p{at}: {found} µs, not {truth} µs");
    }
}

#[test]
fn a_stall_shows_in_the_percentiles_though_only_one_request_was_sent_into_it() {
    let server = Server::start(Talk::Http1, |n| {
        let stall = if n == 200 { Duration::from_secs(1) } else { Duration::ZERO };
        Answer { stall, ..Answer::status(200) }
    });
    let flow = Flow { connections: 1, ..flow(&server.url(), 200.0) };
    let summary = summary(&plan(flow, 3.0));
    assert_eq!(summary.done, 600);
    // Over its one connection a request is sent when the one before was answered, so from their
    // sending all but one look fast.
    let from_sending = server.seen().into_iter().map(|seen| seen.served).collect();
    assert!(quantile(from_sending, 0.99) < Duration::from_millis(300));
    // From their intended instants a third of them waited, the longest for about a second.
    let of = |quantile| summary.tally.latencies.quantile_microseconds(quantile).unwrap_or(0);
    assert!(of(0.99) > 900_000, "p99 is {} µs", of(0.99));
    assert!(of(0.90) > 600_000, "p90 is {} µs", of(0.90));
}

#[test]
fn a_constant_rate_sends_every_request_at_its_instant() {
    let (summary, server) = undisturbed(|| {
        let server = Server::start(Talk::Http1, |_| Answer::status(200));
        (measured(&plan(flow(&server.url(), 500.0), 4.0)), server)
    });
    assert_eq!((summary.intended, summary.sent, summary.done), (2000, 2000, 2000));
    let mut at: Vec<_> = server.seen().into_iter().map(|seen| seen.at).collect();
    assert_eq!(at.len(), 2000);
    at.sort_unstable();
    let start = at[0] - Duration::from_millis(2);
    let planned = |k: usize| start + Duration::from_millis(2) * (k as u32 + 1);
    let apart = |a: Instant, b: Instant| a.max(b) - a.min(b);
    let off = at.iter().enumerate().map(|(k, at)| apart(*at, planned(k))).collect();
    let median = quantile(off, 0.5);
    assert!(median < Duration::from_millis(5), "half are off by more than {median:?}");
    assert!((summary.asked_per_second - 500.0).abs() < 1e-6);
}

#[test]
fn a_poisson_rate_sends_as_many_as_its_plan_holds() {
    let server = Server::start(Talk::Http1, |_| Answer::status(200));
    let poisson = arrivals(ProcessSpec::Poisson { rate_per_second: 300.0 });
    let expected = poisson.start(chance()).take_while(|at| *at <= 2_000_000_000).count() as u64;
    let flow = Flow { arrivals: poisson, ..flow(&server.url(), 1.0) };
    let summary = summary(&plan(flow, 2.0));
    assert_eq!((summary.intended, summary.done, server.requests()), (expected, expected, expected));
}

#[test]
fn the_warm_up_is_sent_and_shown_and_does_not_count() {
    let server = Server::start(Talk::Http1, |_| Answer::status(200));
    let mut plan = plan(flow(&server.url(), 100.0), 1.0);
    plan.warm_up = Duration::from_secs(1);
    let report = measured(&plan);
    assert_eq!(report.flows[0].done, 100);
    assert_eq!(server.requests(), 200);
    let shown: u64 = report.rows.iter().map(|row| row.intended).sum();
    assert_eq!(shown, 200);
    assert_eq!(report.rows[0].phase, Phase::WarmUp);
}

#[test]
fn a_rate_beyond_one_connection_makes_the_measurement_invalid_in_words() {
    let server = Server::start(Talk::Http1, |_| Answer::after(50));
    let flow = Flow { connections: 1, queue: 5, ..flow(&server.url(), 200.0) };
    let report = measured(&plan(flow, 1.0));
    let summary = &report.flows[0];
    let overflowed = summary.failures.of(Failure::Overflow);
    assert!(overflowed > 150, "{overflowed} overflowed");
    assert_eq!(summary.done + overflowed, 200);
    assert!(!report.valid);
    let words = report.doubts.iter().map(ToString::to_string).collect::<String>();
    assert!(words.contains("`flow` was asked for 200.0 requests per second and"), "{words}");
    assert_eq!(server.connections(), 1, "the cap holds and the connection is reused");
    // Nobody answered those that overflowed, so they are no fast answers.
    assert_eq!(summary.latency.p99_microseconds, Some(LARGEST_MICROSECONDS));
}

#[test]
fn windows_and_rows_add_up_to_the_whole() {
    let server = Server::start(Talk::Http1, |_| Answer::status(200));
    let rows = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&rows);
    let progress = move |progress: &Progress| {
        sink.lock().expect("nobody panics").extend_from_slice(&progress.rows);
    };
    let plan = plan(flow(&server.url(), 200.0), 1.5);
    let generator = Generator::start(&plan, progress).expect("it starts");
    let mut windows = Vec::new();
    while !generator.is_over() {
        std::thread::sleep(Duration::from_millis(200));
        windows.push(generator.window());
    }
    windows.push(generator.window());
    let report = generator.wait().expect("nothing broke");
    let done: u64 = windows.iter().map(|window| window.flows[0].tally.done).sum();
    let seconds: f64 = windows.iter().map(|window| window.seconds).sum();
    assert_eq!((done, report.flows[0].done), (300, 300));
    assert!(seconds >= 1.5, "{seconds} s");
    assert!(windows.iter().filter(|window| window.flows[0].tally.done > 0).count() > 3);
    assert_eq!(*rows.lock().expect("nobody panics"), report.rows);
    assert_eq!(report.rows.iter().map(|row| row.done).sum::<u64>(), 300);
}

#[test]
fn two_flows_keep_their_own_figures() {
    let fast = Server::start(Talk::Http1, |_| Answer::status(200));
    let slow = Server::start(Talk::Http1, |_| Answer::after(100));
    let mut plan = plan(flow(&fast.url(), 50.0), 1.0);
    plan.flows.push(Flow { name: "slow".into(), ..flow(&slow.url(), 20.0) });
    let report = measured(&plan);
    let done: Vec<_> = report.flows.iter().map(|flow| (flow.flow.as_str(), flow.done)).collect();
    assert_eq!(done, [("flow", 50), ("slow", 20)]);
    let fastest =
        |index: usize| report.flows[index].tally.latencies.quantile_microseconds(0.0).unwrap_or(0);
    assert!(fastest(0) < 100_000 && fastest(1) >= 100_000, "{}, {} µs", fastest(0), fastest(1));
}
