//! What a decision costs outside of the host's process, as webhooks and external scalers are asked:
//! the same component, once in this process and once in another behind HTTP on this machine.
//!
//! The other side is kind to HTTP: one connection that stays open, a dozen lines of parsing, no
//! encryption, no proxy. Whatever a real service does comes on top.
#![expect(clippy::disallowed_methods, reason = "a bench measures with the wall clock")]
#![expect(clippy::print_stdout, reason = "a bench says what it found")]
#![expect(clippy::unwrap_used, reason = "a bench may stop at what it does not expect")]

#[path = "bench/modules.rs"]
mod modules;

use std::hint::black_box;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sandbox::{Component, ComponentPolicy, EpochClock, Limits, Sandbox};
use scaling::{Batch, Column, Observations, Policy as _, Timestamp, WorkloadId};
use serde::{Deserialize, Serialize};

/// The first argument of this program when it is to be the other process.
const SERVE: &str = "serve";
/// What is asked about: `probe` reads six columns and leaves everything as it is.
const MODULE: &str = "probe";

/// A question as it travels.
#[derive(Serialize, Deserialize)]
struct Question {
    tick: u64,
    now_nanoseconds: i64,
    workloads: Vec<u64>,
    /// The columns that the policy reads, one after the other.
    values: Vec<f64>,
}

/// An answer as it travels.
#[derive(Serialize, Deserialize)]
struct Answer {
    replicas: Vec<Option<u32>>,
}

fn policy() -> ComponentPolicy {
    let sandbox = Sandbox::new(EpochClock::default()).unwrap();
    match sandbox.load(&modules::policy(MODULE), &Limits::default()).unwrap() {
        Component::Policy(policy) => policy.instantiate("{}", 0).unwrap(),
        Component::Reward(_) => panic!("`{MODULE}` is a policy"),
    }
}

fn observations(rows: u64) -> Observations {
    let workloads = (0..rows).map(WorkloadId).collect();
    let mut observations = Observations::missing(Timestamp::ZERO, 0, workloads);
    for &column in Column::ALL {
        observations.column_mut(column).fill(1.5);
    }
    observations
}

fn ask(policy: &mut ComponentPolicy, observations: &Observations) -> Answer {
    let rows: Vec<usize> = (0..observations.rows()).collect();
    let batch = Batch { observations, rows: &rows, explore: false, explain: false };
    let answers = policy.recommend(&batch).answers;
    Answer { replicas: answers.into_iter().map(|answer| answer.unwrap().replicas).collect() }
}

/// The other process: answers on one connection until it is closed.
fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    let mut policy = policy();
    let columns = policy.needs().columns.clone();
    let (stream, _) = listener.accept().unwrap();
    stream.set_nodelay(true).unwrap();
    let mut wire = Wire::new(stream);
    while let Some(body) = wire.receive() {
        let question: Question = serde_json::from_slice(&body).unwrap();
        let rows = question.workloads.len();
        let workloads = question.workloads.into_iter().map(WorkloadId).collect();
        let now = Timestamp::from_nanoseconds(question.now_nanoseconds);
        let mut observations = Observations::missing(now, question.tick, workloads);
        for (&column, values) in columns.iter().zip(question.values.chunks(rows)) {
            observations.column_mut(column).copy_from_slice(values);
        }
        let answer = ask(&mut policy, &observations);
        wire.send("HTTP/1.1 200 OK", &serde_json::to_vec(&answer).unwrap());
    }
}

/// One end of a connection that speaks as much of HTTP as this needs.
struct Wire {
    stream: BufReader<TcpStream>,
    line: String,
}

impl Wire {
    fn new(stream: TcpStream) -> Self {
        Self { stream: BufReader::new(stream), line: String::new() }
    }

    fn send(&mut self, first: &str, body: &[u8]) {
        let length = body.len();
        let head = format!(
            "{first}\r\nHost: policy\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        self.stream.get_mut().write_all(&[head.as_bytes(), body].concat()).unwrap();
    }

    /// The next body; none when the other end has closed.
    fn receive(&mut self) -> Option<Vec<u8>> {
        let mut length = 0;
        loop {
            self.line.clear();
            if self.stream.read_line(&mut self.line).unwrap() == 0 {
                return None;
            }
            match self.line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                None if self.line == "\r\n" => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).unwrap();
        Some(body)
    }
}

/// The other process, which ends with its connection.
struct Outside {
    wire: Wire,
    columns: Vec<Column>,
    _child: Child,
}

impl Outside {
    fn start(columns: Vec<Column>) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut child = Command::new(program).arg(SERVE).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let stream = TcpStream::connect(address.trim()).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { wire: Wire::new(stream), columns, _child: child }
    }

    fn ask(&mut self, observations: &Observations) -> Answer {
        let values = self.columns.iter().flat_map(|&column| observations.column(column));
        let question = Question {
            tick: observations.tick,
            now_nanoseconds: observations.now.nanoseconds(),
            workloads: observations.workloads().iter().map(|id| id.0).collect(),
            values: values.copied().collect(),
        };
        self.wire.send("POST /decide HTTP/1.1", &serde_json::to_vec(&question).unwrap());
        serde_json::from_slice(&self.wire.receive().unwrap()).unwrap()
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == SERVE) {
        return serve();
    }
    // `cargo test` runs benches once, with this flag, to see that they work.
    let rounds = if arguments.iter().any(|argument| argument == "--test") { 1 } else { 31 };
    let mut inside = policy();
    let mut outside = Outside::start(inside.needs().columns.clone());
    println!(
        "`{MODULE}` in this process and behind HTTP in another, in turns, medians of {rounds}:"
    );
    for (rows, calls) in [(1, 1000), (1000, 50)] {
        let mut observations = observations(rows);
        let (mut near, mut far) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            near.push(time(calls, &mut observations, |seen| ask(&mut inside, seen)));
            far.push(time(calls, &mut observations, |seen| outside.ask(seen)));
        }
        let (near, far) = (median(near), median(far));
        let ratio = far.as_secs_f64() / near.as_secs_f64();
        println!("  {rows:4} rows: {near:8.1?}, outside {far:8.1?}, ratio {ratio:.0}");
    }
}

/// Time of one call, at successive ticks.
fn time(
    calls: u32,
    observations: &mut Observations,
    mut ask: impl FnMut(&Observations) -> Answer,
) -> Duration {
    let begun = Instant::now();
    for _ in 0..calls {
        observations.tick += 1;
        observations.now = Timestamp::from_nanoseconds(15_000_000_000 * observations.tick as i64);
        black_box(ask(observations));
    }
    begun.elapsed() / calls
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
