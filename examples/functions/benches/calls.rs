//! What each function costs on this machine: initialisation, one call on the default input, memory. Each
//! is measured in a process of its own.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot measure has nothing else to do")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::process::Command;
use std::time::{Duration, Instant};

use clap::ValueEnum as _;
use functions::function::Name;

/// Says which function a process measures.
const MEASURED: &str = "REGATTA_MEASURED";

/// How long each function is called again and again.
const CALLING: Duration = Duration::from_secs(2);

/// And how often at most, so that the notes of it do not count as its memory.
const MOST_CALLS: usize = 10_000;

fn main() {
    if let Ok(name) = std::env::var(MEASURED) {
        return measure(Name::from_str(&name, true).unwrap());
    }
    println!("| function | default | initialisation | a call, p50 | p99 | memory | reply |");
    println!("|---|---|---|---|---|---|---|");
    for name in Name::value_variants() {
        let name = name.to_possible_value().unwrap().get_name().to_owned();
        let this = std::env::current_exe().unwrap();
        let status = Command::new(this).env(MEASURED, name).status().unwrap();
        assert!(status.success());
    }
}

fn measure(name: Name) {
    let start = Instant::now();
    let function = name.initialise(0);
    let initialised = start.elapsed();
    let input = function.default_input();
    let mut calls = Vec::new();
    let mut reply_bytes = 0;
    let start = Instant::now();
    while start.elapsed() < CALLING && calls.len() < MOST_CALLS {
        let called = Instant::now();
        reply_bytes = function.call(input).unwrap().body.len();
        calls.push(called.elapsed());
    }
    calls.sort();
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1e3;
    println!(
        "| `{}` | `{input}` | {:.0} ms | {:.3} ms | {:.3} ms | {:.1} MiB | {reply_bytes} B |",
        name.to_possible_value().unwrap().get_name(),
        milliseconds(initialised),
        milliseconds(calls[calls.len() / 2]),
        milliseconds(calls[calls.len() * 99 / 100]),
        resident_mebibytes(),
    );
}

/// The most memory that this process has had, in MiB.
fn resident_mebibytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
