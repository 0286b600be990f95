//! `regatta invoke`: asks servers at a given rate and measures how long they take.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use assembly::read_load;
use clap::{Args, ValueEnum};
use serde::Serialize;
use traffic::load::{self, CallSpec, FlowSpec, LoadSpec, Progress, Report, Summary};
use traffic::{ArrivalSpec, ProcessSpec, Traces};

use crate::exit::{Exit, Failure};
use crate::output::{Card, Output, note};

/// Asks servers at a given rate, whatever they answer, and measures how long they take.
///
/// Open loop: requests fall due by the plan, and latency counts from then on, so that a server that stalls
/// cannot hide it. Time-outs and requests that never ended are part of the percentiles, and nothing is
/// tried twice. If the rate was not reached, or the generator itself was late, the measurement is invalid
/// and the program ends with an error.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct Arguments {
    /// What to ask whom, in YAML; or --url and --rate for a single server.
    #[arg(required_unless_present = "url", conflicts_with_all = ["url", "rate", "seconds"])]
    file: Option<PathBuf>,
    /// The folder of the trace whose arrivals the file asks for; a fitted generator stands in without.
    #[arg(long, value_name = "DIR", requires = "file")]
    trace: Option<PathBuf>,
    /// A single server, such as http://localhost:8080/.
    #[arg(long, value_name = "URL", requires = "rate")]
    url: Option<String>,
    /// Requests per second.
    #[arg(long, value_name = "N")]
    rate: Option<f64>,
    /// For how long, in seconds.
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    seconds: f64,
    /// Gaps between requests: equal, or as of a Poisson process.
    #[arg(long, value_enum, default_value_t = Gaps::Constant)]
    arrivals: Gaps,
    /// How they are asked.
    #[arg(long, value_enum, default_value_t = Protocol::Http)]
    protocol: Protocol,
    /// Write one line for each second and flow to this file, as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

const HELP: &str = "\
Examples:
  regatta invoke --url http://localhost:8080/ --rate 500 --seconds 30
  regatta invoke --url http://localhost:8080/ --rate 200 --arrivals poisson --protocol grpc
  regatta invoke examples/load/trace.yaml --trace ~/azure2019
  regatta invoke examples/load/two-functions.yaml --csv seconds.csv --json > report.json";

/// Gaps between requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Gaps {
    /// Equal.
    Constant,
    /// Exponential.
    Poisson,
}

/// How a server is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Protocol {
    /// HTTP/1.1, GET.
    Http,
    /// gRPC, helloworld.Greeter/SayHello.
    Grpc,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<(), Failure> {
    let (spec, traces) = match &arguments.file {
        Some(file) => {
            let (spec, traces, source) = read_load(file, arguments.trace.as_deref())?;
            note(format_args!("arrivals come from {source}"));
            (spec, traces)
        }
        None => (spec(arguments), Traces::default()),
    };
    let plan = spec.plan(&traces).map_err(|error| match &arguments.file {
        Some(file) => Failure::input(error).at(file.display()),
        None => Failure::input(error),
    })?;
    let report = load::run(&plan, |progress| note(told(progress)));
    let report = report.map_err(|error| Failure::new(Exit::Other, error))?;
    if let Some(path) = &arguments.csv {
        let written = std::fs::File::create(path)
            .map_err(anyhow::Error::from)
            .and_then(|file| Ok(report.write_csv(file)?))
            .with_context(|| format!("cannot write {}", path.display()));
        written.map_err(Failure::io)?;
    }
    let doubts: Vec<String> = report.doubts.iter().map(ToString::to_string).collect();
    output.card(&Measured(report), arguments.json)?;
    if doubts.is_empty() {
        return Ok(());
    }
    let invalid = anyhow!("the measurement is invalid: {}", doubts.join("; "));
    Err(Failure::new(Exit::Other, invalid))
}

/// The load that the command line describes.
fn spec(arguments: &Arguments) -> LoadSpec {
    let rate_per_second = arguments.rate.unwrap_or_default();
    let call = match arguments.protocol {
        Protocol::Http => CallSpec::default(),
        Protocol::Grpc => CallSpec::Grpc { name: String::new(), streams_per_connection: 100 },
    };
    let url = arguments.url.clone().unwrap_or_default();
    let flow = FlowSpec {
        name: "requests".to_owned(),
        url,
        call,
        arrivals: ArrivalSpec::new(match arguments.arrivals {
            Gaps::Constant => ProcessSpec::Constant { rate_per_second },
            Gaps::Poisson => ProcessSpec::Poisson { rate_per_second },
        }),
        timeout_seconds: 10.0,
        connections: 256,
        queue: 10_000,
    };
    LoadSpec {
        duration_seconds: arguments.seconds,
        warm_up_seconds: 0.0,
        drain_seconds: None,
        seed: 0,
        flows: vec![flow],
    }
}

/// One line a second.
fn told(progress: &Progress) -> String {
    let mut line = format!("{:>5.1} s", progress.elapsed_seconds);
    for row in &progress.rows {
        let _ = write!(
            line,
            " · {} {:.0}/s of {:.0}, p50 {}, p99 {}, {} in flight, {} failed",
            row.flow,
            row.reached_per_second(),
            row.asked_per_second(),
            milliseconds(row.latency.p50_microseconds),
            milliseconds(row.latency.p99_microseconds),
            row.in_flight,
            row.failures.total()
        );
    }
    line
}

fn milliseconds(microseconds: Option<u64>) -> String {
    microseconds.map_or_else(|| "–".to_owned(), |micro| format!("{:.2} ms", micro as f64 / 1e3))
}

/// What was measured.
#[derive(Serialize)]
#[serde(transparent)]
struct Measured(Report);

impl Card for Measured {
    fn text(&self) -> String {
        let report = &self.0;
        let mut text = format!("{:.1} s measured\n", report.measured_seconds);
        for flow in &report.flows {
            text.push_str(&summary(flow));
        }
        text
    }
}

fn summary(flow: &Summary) -> String {
    let latency = &flow.latency;
    let failures: Vec<String> = flow
        .failures
        .by_label()
        .filter(|(_, count)| *count > 0)
        .map(|(label, count)| format!("{count} {label}"))
        .collect();
    let failed = if failures.is_empty() { "none failed".to_owned() } else { failures.join(", ") };
    format!(
        "{}\n  requests  {} due, {} answered well, {failed}\n  rate      {:.1}/s of {:.1}/s\n  \
         latency   p50 {}, p90 {}, p95 {}, p99 {}, p99.9 {}, max {}\n  lag       p99 {}\n",
        flow.flow,
        flow.intended,
        flow.done,
        flow.reached_per_second,
        flow.asked_per_second,
        milliseconds(latency.p50_microseconds),
        milliseconds(latency.p90_microseconds),
        milliseconds(latency.p95_microseconds),
        milliseconds(latency.p99_microseconds),
        milliseconds(latency.p999_microseconds),
        milliseconds(latency.max_microseconds),
        milliseconds(flow.lag.p99_microseconds),
    )
}
