//! Every way in which a request fails is counted by its kind.
#![expect(clippy::disallowed_methods, reason = "a generous bound on real time")]

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::server::{Answer, Server, Talk};
use super::*;

#[test]
fn failures_are_counted_by_kind_and_never_look_fast() {
    let check = |talk, answer: Answer, failure| {
        let server = Server::start(talk, move |_| answer.clone());
        let summary = summary(&plan(flow(&server.url(), 40.0), 0.5));
        assert_eq!(summary.failures.of(failure), 20, "{talk:?} {failure:?}: {summary:?}");
        assert_eq!(summary.latency.p50_microseconds, Some(LARGEST_MICROSECONDS));
        assert_eq!(summary.success_ratio, 0.0);
    };
    check(Talk::Http1, Answer::status(302), Failure::Status3xx);
    check(Talk::Http1, Answer::status(404), Failure::Status4xx);
    check(Talk::Http1, Answer::status(503), Failure::Status5xx);
    check(Talk::Raw(b"what do you want?\r\n\r\n"), Answer::default(), Failure::Protocol);
    check(Talk::Raw(b""), Answer::default(), Failure::Closed);
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf";
    check(Talk::Raw(half), Answer::default(), Failure::Closed);
}

#[test]
fn a_refused_connection_is_counted_and_the_rest_goes_on() {
    let unused = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = unused.local_addr().expect("it is bound");
    drop(unused);
    let server = Server::start(Talk::Http1, |_| Answer::status(200));
    let mut plan = plan(flow(&format!("http://{address}/"), 100.0), 0.5);
    plan.flows.push(Flow { name: "other".into(), ..flow(&server.url(), 100.0) });
    let report = measured(&plan);
    assert_eq!(report.flows[0].failures.of(Failure::Connect), 50);
    assert_eq!(report.flows[1].done, 50);
}

#[test]
fn time_outs_count_with_at_least_their_time() {
    let server = Server::start(Talk::Http1, |n| match n % 2 {
        0 => Answer::status(200),
        _ => Answer::after(3_600_000),
    });
    let flow = Flow { timeout: Duration::from_millis(300), ..flow(&server.url(), 100.0) };
    let summary = summary(&plan(flow, 1.0));
    assert_eq!((summary.done, summary.failures.of(Failure::TimedOut)), (50, 50));
    let p51 = summary.tally.latencies.quantile_microseconds(0.51);
    assert!(p51.is_some_and(|p51| (300_000..2_000_000).contains(&p51)), "{p51:?}");
}

#[test]
fn what_is_unfinished_after_the_drain_counts_with_its_age() {
    let server = Server::start(Talk::Http1, |_| Answer::after(3_600_000));
    let flow = Flow { connections: 10, ..flow(&server.url(), 40.0) };
    let drain = Duration::from_millis(200);
    let summary = summary(&Plan { drain, ..plan(flow, 0.5) });
    assert_eq!(summary.failures.of(Failure::Unfinished), 20);
    assert_eq!((summary.sent, summary.sent_in_time), (10, 10), "the others had no connection");
    let youngest = summary.tally.latencies.quantile_microseconds(0.0).unwrap_or(0);
    assert!(youngest >= 199_000, "{youngest} µs");
}

#[test]
fn stopping_ends_early_and_counts_what_is_left() {
    let server = Server::start(Talk::Http1, |_| Answer::after(3_600_000));
    let plan = plan(flow(&server.url(), 100.0), 600.0);
    let generator = Generator::start(&plan, |_| ()).expect("it starts");
    while generator.window().flows[0].in_flight < 20 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let report = generator.stop(Duration::from_millis(50)).expect("nothing broke");
    let summary = &report.flows[0];
    assert!(report.stopped_early && report.measured_seconds < 300.0);
    assert!(summary.intended >= 20);
    assert_eq!(summary.failures.of(Failure::Unfinished), summary.intended);
    assert!((summary.asked_per_second - 100.0).abs() < 25.0, "{}", summary.asked_per_second);
}

#[test]
fn a_generator_that_is_dropped_stops_at_once() {
    let server = Server::start(Talk::Http1, |_| Answer::after(3_600_000));
    let plan = plan(flow(&server.url(), 100.0), 600.0);
    let generator = Generator::start(&plan, |_| ()).expect("it starts");
    let start = Instant::now();
    drop(generator);
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_server_that_closes_after_each_answer_costs_connections_and_no_failures() {
    let server =
        Server::start(Talk::Http1, |_| Answer::status(200).with_header("connection", "close"));
    let closing = summary(&plan(flow(&server.url(), 100.0), 1.0));
    assert_eq!((closing.done, server.connections()), (100, 100));
    // Without a word it closes what nobody uses; the gaps of 200 ms leave time to notice.
    let server = Server::start(Talk::CloseWhenIdle, |_| Answer::default());
    let silent = summary(&plan(flow(&server.url(), 5.0), 2.0));
    assert_eq!((silent.done, server.connections()), (10, 10), "{silent:?}");
}

#[test]
fn what_cannot_be_called_is_refused_before_anything_is_sent() {
    let refused = |flow: Flow| match run(&plan(flow, 1.0), |_| ()) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    let good = || flow("http://127.0.0.1:1/", 1.0);
    let tls = "https://localhost/".parse().expect("a URL");
    let check = |flow: Flow, words: &str| {
        let error = refused(flow);
        assert!(error.contains(words), "{error:?}, not {words:?}");
    };
    check(Flow { url: tls, ..good() }, "flows[0].url is `https://localhost/`, but must be http://");
    check(Flow { connections: 0, ..good() }, "flows[0].connections leaves room for no request");
    check(Flow { timeout: Duration::ZERO, ..good() }, "flows[0].timeout_seconds is 0");
    check(Flow { name: String::new(), ..good() }, "flows[0].name is empty");
}
