//! Hosts leave nothing behind, however they end, and leave each other alone. The other hosts are this
//! test program again, started to play one.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use processes::{Groups, HostId, Limits, Spawner, sweep};

use crate::{capped, program, until};

/// Tells a copy of this program to play a host, and how it is to end.
const ROLE: &str = "REGATTA_TEST_HOST";

/// Another host with one replica, whose shell has a child that leaves its process group.
struct Host {
    process: Child,
    /// Kept, or what it writes later would fail.
    _words: BufReader<ChildStdout>,
    id: String,
    replica: String,
    /// Killed with the host only where a sweep finds it.
    straggler: String,
}

impl Host {
    fn start(role: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "hosts::plays_a_host_when_told_to", "--nocapture"])
            .env(ROLE, role)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut words = BufReader::new(process.stdout.take().unwrap());
        let said = words.by_ref().lines().map_while(Result::ok).find_map(|line| {
            let (_, said) = line.split_once("host: ")?;
            Some(said.to_owned())
        });
        let said = said.expect("it says who it is");
        let parts: Vec<_> = said.split(' ').map(str::to_owned).collect();
        let [id, replica, straggler] = parts.try_into().unwrap();
        Self { process, _words: words, id, replica, straggler }
    }

    fn groups(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        find(Path::new("/sys/fs/cgroup"), &self.id, &mut found);
        found
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It ends, and cleans up, when there is nothing more to read.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn find(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        // A host may have more than one cluster.
        if entry.file_name().to_string_lossy().starts_with(&format!("{name}-")) {
            found.push(entry.path());
        }
        find(&entry.path(), name, found);
    }
}

fn runs(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z')))
}

/// The part of the other host; nothing at all in an ordinary run.
#[test]
#[expect(clippy::print_stdout, reason = "the test that started it reads this")]
fn plays_a_host_when_told_to() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let id = HostId::own().unwrap();
    let groups = Groups::detect(id);
    let group = groups.create("one", Limits::default()).unwrap();
    let spawner = Spawner::start().unwrap();
    let script = "setsid sleep 985 & echo $!; sleep 984";
    let started = spawner.spawn(program("/bin/sh", &["-c", script]), group);
    let replica = runtime.block_on(started).unwrap();
    while replica.last_lines().is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    println!("\nhost: {id} {} {}", replica.pid(), replica.last_lines()[0]);
    // Until whoever started it has seen enough.
    let _ = std::io::stdin().lines().next();
    assert!(role != "panics", "as it was told");
}

#[tokio::test]
async fn a_host_that_is_killed_leaves_no_replica_and_the_next_sweep_no_group() {
    if capped().is_none() {
        return;
    }
    let mut host = Host::start("waits");
    let living = Host::start("waits");
    let of_living = living.groups();
    assert!(!host.groups().is_empty() && !of_living.is_empty());
    assert!(runs(&host.replica) && runs(&host.straggler));
    host.process.kill().unwrap();
    host.process.wait().unwrap();
    until("its replica is gone with it", || !runs(&host.replica)).await;

    // Another test may sweep at the same time and be first.
    let swept = sweep(HostId::own().unwrap());
    assert!(swept.failed.is_empty(), "{swept:?}");
    until("its groups are gone", || host.groups().is_empty()).await;
    until("its straggler is gone", || !runs(&host.straggler)).await;

    assert_eq!(living.groups(), of_living);
    assert!(runs(&living.replica) && runs(&living.straggler));
}

#[tokio::test]
async fn hosts_side_by_side_have_groups_of_their_own() {
    if capped().is_none() {
        return;
    }
    let hosts = [Host::start("waits"), Host::start("waits"), Host::start("waits")];
    let ids: BTreeSet<_> = hosts.iter().map(|host| host.id.clone()).collect();
    assert_eq!(ids.len(), hosts.len());
    assert!(hosts.iter().all(|host| !host.groups().is_empty() && runs(&host.replica)));
}

#[tokio::test]
async fn a_host_that_ends_or_panics_leaves_nothing() {
    if capped().is_none() {
        return;
    }
    for role in ["waits", "panics"] {
        let mut host = Host::start(role);
        assert!(!host.groups().is_empty(), "{role}");
        drop(host.process.stdin.take());
        host.process.wait().unwrap();
        assert_eq!(host.groups(), Vec::<PathBuf>::new(), "{role}");
        assert!(!runs(&host.replica) && !runs(&host.straggler), "{role}");
    }
}
