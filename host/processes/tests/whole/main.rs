//! Whole-system tests: real processes in real control groups. Where the machine gives none, those
//! that need them say so and end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod calibration;
mod groups;
mod hosts;
mod readiness;
mod replicas;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use processes::{Ended, Groups, HostId, Limits, Program, Replica, Spawner};

/// Far more than anything here takes: a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// The tests of this program run in threads of one process, which is one host, each with a cluster.
fn groups() -> Groups {
    Groups::detect(HostId::own().unwrap())
}

/// The groups, if replicas can have limits here.
fn capped() -> Option<Groups> {
    let groups = groups();
    if let Some(reason) = groups.uncapped() {
        print(&format!("not tested: {reason}"));
        return None;
    }
    Some(groups)
}

#[expect(clippy::print_stderr, reason = "a test that cannot be done says so")]
fn print(words: &str) {
    eprintln!("{words}");
}

/// One thread starts the replicas of all tests, as in a host.
fn spawner() -> &'static Spawner {
    static SPAWNER: std::sync::OnceLock<Spawner> = std::sync::OnceLock::new();
    SPAWNER.get_or_init(|| Spawner::start().unwrap())
}

fn name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn program(path: &str, arguments: &[&str]) -> Program {
    let arguments = arguments.iter().map(Into::into).collect();
    Program { path: path.into(), arguments, environment: Vec::new(), port: 4321 }
}

fn shell(script: &str) -> Program {
    program("/bin/sh", &["-c", script])
}

async fn start(groups: &Groups, program: Program, limits: Limits) -> Replica {
    let group = groups.create(&name(), limits).unwrap();
    spawner().spawn(program, group).await.unwrap()
}

async fn run(groups: &Groups, program: Program, limits: Limits) -> std::sync::Arc<Ended> {
    let replica = start(groups, program, limits).await;
    tokio::time::timeout(PATIENCE, replica.ended()).await.expect("it ends by itself")
}

/// Waits until something holds.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert!(waited.await.is_ok(), "never: {what}");
}
