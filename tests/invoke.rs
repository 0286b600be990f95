//! The load generator by itself, against a real function.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::program::Regatta;

/// A function that waits for 20 ms, until it is dropped.
struct Function {
    child: Child,
    address: String,
}

impl Function {
    /// None where nobody has built it.
    fn start() -> Option<Self> {
        let path = Path::new(env!("CARGO_BIN_EXE_regatta")).with_file_name("regatta-function");
        if !path.exists() {
            println!("skipped: {} is not there; `make functions` builds it", path.display());
            return None;
        }
        let mut command = Command::new(path);
        command.args(["sleep", "--port", "0", "--input", "20"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        // The one line that it says is its address, with or without what leads up to it.
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split_whitespace().last().unwrap();
        let address = address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let function = Self { child, address };
        function.wait_until_ready();
        Some(function)
    }

    fn wait_until_ready(&self) {
        for _ in 0..200 {
            let answer = std::net::TcpStream::connect(&self.address).and_then(|mut stream| {
                std::io::Write::write_all(
                    &mut stream,
                    b"GET /ready HTTP/1.1\r\nhost: f\r\nconnection: close\r\n\r\n",
                )?;
                std::io::read_to_string(stream)
            });
            if answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the function at {} did not get ready", self.address);
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The report, whether or not the machine let the generator be in time.
fn report(regatta: &Regatta, arguments: &[&str]) -> Value {
    let ended = regatta.run(&[&["invoke", "--json"], arguments].concat());
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr))
}

#[test]
fn every_request_that_fell_due_is_accounted_for() {
    let Some(function) = Function::start() else { return };
    let regatta = Regatta::new();
    let url = format!("http://{}/", function.address);
    for protocol in ["http", "grpc"] {
        let asked = ["--url", &url, "--rate", "50", "--seconds", "2", "--protocol", protocol];
        let told = report(&regatta, &[&asked[..], &["--csv", "seconds.csv"]].concat());
        let flow = &told["flows"][0];
        assert_eq!(flow["intended"], 100, "{protocol}: {told:#}");
        assert_eq!(flow["done"], 100, "{protocol}: {told:#}");
        let p50 = flow["latency"]["p50_microseconds"].as_u64().unwrap();
        assert!(p50 >= 20_000, "{protocol}: {p50}");
        let rows = String::from_utf8(regatta.read("seconds.csv")).unwrap();
        assert!(rows.lines().count() >= 3, "{rows}");
    }
}

#[test]
fn a_server_that_is_not_there_is_counted_and_makes_the_measurement_no_worse() {
    let regatta = Regatta::new();
    // Nobody listens at the port of a listener that is gone.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{gone}/");
    let told = report(&regatta, &["--url", &url, "--rate", "20", "--seconds", "1"]);
    let flow = &told["flows"][0];
    assert_eq!((flow["intended"].as_u64(), flow["done"].as_u64()), (Some(20), Some(0)), "{told:#}");
}

#[test]
fn arrivals_come_from_the_generator_that_stands_in_for_a_trace() {
    let Some(function) = Function::start() else { return };
    let regatta = Regatta::new();
    let file = |arrivals: &str| {
        format!(
            "duration_seconds: 2\nflows:\n  - name: f\n    url: http://{}/\n    arrivals: {arrivals}\n",
            function.address
        )
    };
    regatta.write("load.yaml", file("{ kind: azure2019, rank: 1, scale: 5 }"));
    let ended = regatta.run(&["invoke", "load.yaml"]);
    assert!(ended.stderr.contains("fitted to the azure2019 trace"), "{}", ended.stderr);
    let ended = regatta.run(&["invoke", "load.yaml", "--trace", "nowhere"]);
    assert!(ended.code != Some(0) && ended.stderr.contains("nowhere"), "{}", ended.stderr);
    regatta.write("load.yaml", file("{ kind: constant, rate_per_second: 5 }"));
    let ended = regatta.run(&["invoke", "load.yaml", "--trace", "nowhere"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.stderr.contains("asks for no trace"), "{}", ended.stderr);
}
