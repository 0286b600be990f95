//! What goes over the wire, by HTTP/1.1 and by gRPC.

use bytes::Bytes;
use hyper::{HeaderMap, Method};

use super::server::{Answer, Server, Talk};
use super::*;

fn greeting_flow(server: &Server, rate_per_second: f64) -> Flow {
    let call = Call::SayHello { name: "regatta".into(), streams_per_connection: 8 };
    Flow { call, connections: 2, ..flow(&server.url(), rate_per_second) }
}

/// What a gRPC server says: a message, and the status in the trailers.
fn greeting(status: &'static str) -> Answer {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", status.parse().expect("a header's value"));
    // A frame with the field `message`, which has the number of the request's `name`.
    let body = super::super::greeting::request("hello");
    Answer { body, trailers: Some(trailers), ..Answer::status(200) }
        .with_header("content-type", "application/grpc")
}

#[test]
fn an_http_call_carries_its_method_headers_path_and_body() {
    let server = Server::start(Talk::Http1, |_| Answer::status(200));
    let mut headers = HeaderMap::new();
    headers.insert("x-input", "30".parse().expect("a header's value"));
    let call = Call::Http { method: Method::POST, headers, body: Bytes::from_static(b"input") };
    let summary = summary(&plan(Flow { call, ..flow(&server.url(), 10.0) }, 0.5));
    assert_eq!(summary.done, 5);
    for seen in server.seen() {
        assert_eq!((seen.path.as_str(), &seen.body[..]), ("/work?n=1", &b"input"[..]));
    }
}

#[test]
fn a_greeting_is_sent_over_few_connections_and_its_trailers_are_read() {
    let server = Server::start(Talk::Http2, |_| Answer {
        delay: std::time::Duration::from_millis(50),
        ..greeting("0")
    });
    let summary = summary(&plan(greeting_flow(&server, 200.0), 1.0));
    assert_eq!((summary.done, summary.intended), (200, 200), "{summary:?}");
    assert_eq!(server.connections(), 2, "sixteen calls at a time share two connections");
    for seen in server.seen() {
        assert_eq!(seen.path, "/helloworld.Greeter/SayHello");
        assert_eq!(&seen.body[..], b"\0\0\0\0\x09\x0a\x07regatta");
    }
}

#[test]
fn what_a_greeting_meets_is_counted_by_kind() {
    let check = |talk, answer: Answer, failure| {
        let server = Server::start(talk, move |_| answer.clone());
        let summary = summary(&plan(greeting_flow(&server, 40.0), 0.5));
        assert_eq!(summary.failures.of(failure), 20, "{talk:?} {failure:?}: {summary:?}");
    };
    check(Talk::Http2, greeting("14"), Failure::Grpc(14));
    let trailers_only = Answer { body: Bytes::new(), trailers: None, ..greeting("0") };
    check(Talk::Http2, trailers_only.with_header("grpc-status", "8"), Failure::Grpc(8));
    check(Talk::Http2, Answer::status(503), Failure::Status5xx);
    check(Talk::Http2, Answer::status(200), Failure::Protocol);
    let cut = Answer { body: Bytes::from_static(b"\0\0\0\0\x09cut"), ..greeting("0") };
    check(Talk::Http2, cut, Failure::Protocol);
}

#[test]
fn a_server_that_does_not_speak_http2_fails_each_greeting() {
    let server = Server::start(Talk::Http1, |_| Answer::status(200));
    let summary = summary(&plan(greeting_flow(&server, 40.0), 0.5));
    let failed = summary.failures.of(Failure::Protocol) + summary.failures.of(Failure::Closed);
    assert_eq!(failed, 20, "{summary:?}");
}

#[test]
fn a_slow_greeting_times_out_alone() {
    let server = Server::start(Talk::Http2, |n| match n % 4 {
        0 => Answer { delay: std::time::Duration::from_secs(3600), ..greeting("0") },
        _ => greeting("0"),
    });
    let timeout = std::time::Duration::from_millis(300);
    let flow = Flow { timeout, ..greeting_flow(&server, 40.0) };
    let summary = summary(&plan(flow, 1.0));
    assert_eq!((summary.done, summary.failures.of(Failure::TimedOut)), (30, 10), "{summary:?}");
    assert_eq!(server.connections(), 2, "the connections outlive it");
}
