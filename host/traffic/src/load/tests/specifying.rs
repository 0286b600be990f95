//! Files in and out.

use super::server::{Answer, Server, Talk};
use super::*;

const GOOD: &str = r#"{
    "duration_seconds": 30, "warm_up_seconds": 2, "seed": 7,
    "flows": [
        { "name": "fibonacci", "url": "http://127.0.0.1:8080/", "timeout_seconds": 2.5,
          "call": { "protocol": "http", "method": "POST", "headers": { "x-a": "b" }, "body": "30" },
          "arrivals": { "kind": "poisson", "rate_per_second": 100 } },
        { "name": "greeter", "url": "http://localhost:50051", "connections": 4, "queue": 0,
          "call": { "protocol": "grpc", "name": "30" },
          "arrivals": { "kind": "constant", "rate_per_second": 20, "limit_seconds": 5 } },
        { "name": "plain", "url": "http://localhost",
          "arrivals": { "kind": "counts", "counts_per_minute": [60, 120] } }
    ]
}"#;

fn planned(json: &str) -> Result<Plan, String> {
    let spec: LoadSpec = serde_json::from_str(json).map_err(|error| error.to_string())?;
    spec.plan(&Traces::default()).map_err(|error| error.to_string())
}

#[test]
fn a_file_becomes_a_plan() {
    let plan = planned(GOOD).expect("it makes sense");
    assert_eq!(plan.warm_up, Duration::from_secs(2));
    assert_eq!(plan.drain, Duration::from_secs(10), "the longest time-out");
    let [first, second, third] = &plan.flows[..] else { panic!("three flows") };
    assert_eq!(first.timeout, Duration::from_millis(2500));
    assert!(matches!(&first.call, Call::Http { method, .. } if method == "POST"));
    assert_eq!((second.connections, second.queue), (4, 0));
    assert!(
        matches!(&second.call, Call::SayHello { name, streams_per_connection: 100 } if name == "30")
    );
    assert!(matches!(&third.call, Call::Http { method, .. } if method == "GET"));
    // No two flows share their chance.
    assert_ne!(first.chance, second.chance);
}

#[test]
fn what_makes_no_sense_is_refused_by_its_path() {
    let check = |from: &str, to: &str, words: &str| {
        assert!(GOOD.contains(from), "{from}");
        let error = planned(&GOOD.replacen(from, to, 1)).expect_err(to);
        assert!(error.contains(words), "{to}: {error}");
    };
    check("\"seed\"", "\"sed\"", "unknown field `sed`");
    check("\"queue\": 0", "\"que\": 0", "unknown field `que`");
    check("\"protocol\": \"grpc\"", "\"protocol\": \"http3\"", "unknown variant `http3`");
    check("\"name\": \"30\"", "\"nam\": \"30\"", "unknown field `nam`");
    check(
        "http://localhost:50051",
        "localhost:50051",
        "flows[1].url is `localhost:50051`, but must be http://",
    );
    check("http://localhost:50051", "https://localhost", "flows[1].url is `https://localhost`");
    check(
        "\"rate_per_second\": 20",
        "\"rate_per_second\": 0",
        "flows[1].arrivals cannot be planned",
    );
    check(
        "\"timeout_seconds\": 2.5",
        "\"timeout_seconds\": -1",
        "flows[0].timeout_seconds must be",
    );
    check("\"timeout_seconds\": 2.5", "\"timeout_seconds\": 0", "flows[0].timeout_seconds is 0");
    check("\"POST\"", "\"PO ST\"", "flows[0].call.method is no HTTP method");
    check("\"x-a\"", "\"x a\"", "flows[0].call.headers.x a is no name of a header");
    check("\"greeter\"", "\"fibonacci\"", "flows[1].name is the name of an earlier flow too");
    check("\"duration_seconds\": 30", "\"duration_seconds\": 0", "duration_seconds is 0");
    check("\"duration_seconds\": 30", "\"duration_seconds\": 1e99", "duration_seconds must be");
}

#[test]
fn a_list_of_endpoints_becomes_flows() {
    let list = r#"[{"hostname": "fibonacci.default.example"},
        {"hostname": "aes.example", "port": 8080, "eventing": true}]"#;
    let endpoints: Vec<Endpoint> = serde_json::from_str(list).expect("a list");
    let arrivals = || ArrivalSpec::new(ProcessSpec::Constant { rate_per_second: 1.0 });
    let flows: Vec<_> = endpoints.iter().map(|one| one.flow(80, "30", arrivals())).collect();
    let urls: Vec<_> = flows.iter().map(|flow| flow.url.as_str()).collect();
    assert_eq!(urls, ["http://fibonacci.default.example:80/", "http://aes.example:8080/"]);
    let spec = LoadSpec {
        duration_seconds: 1.0,
        warm_up_seconds: 0.0,
        drain_seconds: None,
        seed: 0,
        flows,
    };
    assert!(spec.plan(&Traces::default()).is_ok());
}

#[test]
fn a_report_goes_out_as_json_and_csv() {
    let server = Server::start(Talk::Http1, |n| Answer::status(if n == 0 { 404 } else { 200 }));
    let report = measured(&plan(flow(&server.url(), 20.0), 1.5));
    let json = serde_json::to_value(&report).expect("it has a form");
    assert_eq!(json["flows"][0]["failures"]["status_4xx"], 1);
    assert_eq!(json["flows"][0]["intended"], 30);
    assert!(json["flows"][0]["latency"]["p50_microseconds"].is_u64());
    assert_eq!(json["doubts"].as_array().map(Vec::is_empty), json["valid"].as_bool());
    let mut csv = Vec::new();
    report.write_csv(&mut csv).expect("memory takes all");
    let mut reader = csv::Reader::from_reader(&csv[..]);
    let names = reader.headers().expect("a first line").clone();
    let column = |name| names.iter().position(|held| held == name).expect(name);
    let rows: Vec<_> = reader.records().map(|row| row.expect("a line")).collect();
    assert_eq!(rows.len(), report.rows.len());
    let sum = |name| -> u64 {
        rows.iter().map(|row| row[column(name)].parse::<u64>().expect(name)).sum()
    };
    assert_eq!((sum("intended"), sum("done"), sum("status_4xx")), (30, 29, 1));
    assert_eq!(&rows[0][column("flow")], "flow");
}
