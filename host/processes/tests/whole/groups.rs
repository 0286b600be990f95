//! Limits hold, change in place, and what is used is counted.

use std::time::{Duration, Instant};

use processes::{Cause, Ended, Ending, Event, GroupError, Life, LifeRules, Limits, Phase, Replica};

use crate::{capped, run, shell, start, until};

const MIB: u64 = 1 << 20;

fn cpu(millicores: u32) -> Limits {
    Limits { cpu_millicores: Some(millicores), ..Limits::default() }
}

fn memory(bytes: u64) -> Limits {
    Limits { memory_bytes: Some(bytes), ..Limits::default() }
}

/// CPU that a replica uses over some time, in millicores.
#[expect(clippy::disallowed_methods, reason = "a test of real time measures it")]
async fn millicores(replica: &Replica, over: Duration) -> f64 {
    let (start, before) = (Instant::now(), replica.usage().unwrap().cpu_seconds);
    tokio::time::sleep(over).await;
    let used = replica.usage().unwrap().cpu_seconds - before;
    used / start.elapsed().as_secs_f64() * 1000.0
}

#[tokio::test]
async fn a_cpu_limit_holds_and_changes_in_place() {
    let Some(groups) = capped() else { return };
    let busy = start(&groups, shell("while :; do :; done"), cpu(200)).await;
    let second = Duration::from_millis(1500);
    let used = millicores(&busy, second).await;
    assert!((60.0..300.0).contains(&used), "{used} of 200 millicores");
    busy.resize(cpu(50)).unwrap();
    let used = millicores(&busy, second).await;
    assert!((10.0..90.0).contains(&used), "{used} of 50 millicores");
    busy.resize(cpu(600)).unwrap();
    let used = millicores(&busy, second).await;
    // A busy machine may have less to give, but more than before.
    assert!((110.0..750.0).contains(&used), "{used} of 600 millicores");
    let usage = busy.usage().unwrap();
    assert!(usage.throttled_periods > 5 && usage.periods >= usage.throttled_periods, "{usage:?}");
    assert!(usage.throttled_seconds > 0.5, "{usage:?}");
}

#[tokio::test]
async fn a_limit_larger_than_the_machine_is_refused_and_the_old_one_stays() {
    let Some(groups) = capped() else { return };
    let busy = start(&groups, shell("while :; do :; done"), cpu(100)).await;
    for limits in [cpu(10_000_000), memory(1 << 60), cpu(1)] {
        let error = busy.resize(limits).unwrap_err();
        assert!(matches!(error, GroupError::Limit(_)), "{error}");
    }
    let used = millicores(&busy, Duration::from_secs(1)).await;
    assert!(used < 200.0, "{used} of 100 millicores");
}

/// How life goes on for a replica that was ready.
fn cause(ended: &Ended) -> Phase {
    let mut life = Life::new(LifeRules::default(), Duration::ZERO);
    life.on(&Event::ProbeSucceeded, Duration::ZERO);
    life.on(&Event::Ended(ended), Duration::ZERO);
    life.phase().clone()
}

#[tokio::test]
async fn running_out_of_memory_is_told_apart_from_a_kill() {
    let Some(groups) = capped() else { return };
    // What has no line breaks, `tail` keeps whole.
    for eater in ["exec tail /dev/zero", "tail /dev/zero"] {
        let ended = run(&groups, shell(eater), memory(32 * MIB)).await;
        assert_eq!(cause(&ended), Phase::Crashed(Cause::OutOfMemory), "{eater}: {ended:?}");
        assert!(ended.usage.unwrap().oom_kills >= 1);
        assert!(ended.group_left.is_none(), "{ended:?}");
    }
    // Too little to start in at all.
    let ended = run(&groups, shell("echo never"), memory(4096)).await;
    assert_eq!(cause(&ended), Phase::Crashed(Cause::OutOfMemory), "{ended:?}");
    let ended = run(&groups, shell("kill -KILL $$"), memory(32 * MIB)).await;
    let killed = Phase::Crashed(Cause::Ended(Ending::Killed { signal: 9 }));
    assert_eq!(cause(&ended), killed, "{ended:?}");
}

#[tokio::test]
async fn a_memory_limit_moves_but_not_below_what_is_used() {
    let Some(groups) = capped() else { return };
    // A variable of some 40 MB, held for as long as the shell lives.
    let holder = "x=$(head -c 40000000 /dev/zero | tr '\\0' x); echo held; sleep 600";
    let replica = start(&groups, shell(holder), memory(512 * MIB)).await;
    until("the shell holds its memory", || replica.last_lines() == ["held"]).await;
    let used = replica.usage().unwrap().memory_bytes;
    assert!((40_000_000..512 * MIB).contains(&used), "{used}");
    let error = replica.resize(memory(16 * MIB)).unwrap_err();
    let expected = 16 * MIB;
    assert!(
        matches!(error, GroupError::BelowUse { asked_bytes, used_bytes }
            if asked_bytes == expected && used_bytes > 30_000_000),
        "{error}"
    );
    assert!(replica.has_ended().is_none());
    assert!(replica.usage().unwrap().oom_kills == 0);
    // Up and down, both in place.
    for mib in [700, 400, 600] {
        replica.resize(memory(mib * MIB)).unwrap();
    }
    replica.resize(Limits::default()).unwrap();
    replica.resize(memory(500 * MIB)).unwrap();
}

#[tokio::test]
async fn the_program_and_its_children_are_in_the_group_from_the_start() {
    let Some(groups) = capped() else { return };
    let own = std::fs::read_to_string("/proc/self/cgroup").unwrap();
    for script in ["exec cat /proc/self/cgroup", "cat /proc/self/cgroup; true"] {
        let name = crate::name();
        let group = groups.create(&name, cpu(500)).unwrap();
        let replica = crate::spawner().spawn(shell(script), group).await.unwrap();
        let lines = replica.ended().await.last_lines.clone();
        let inside = lines.iter().filter(|line| line.ends_with(&name)).count();
        let expected = if groups.version() == Some(2) { 1 } else { 2 };
        assert!(inside >= expected, "{script}: {lines:?}; the test itself: {own}");
    }
}

#[tokio::test]
async fn a_group_is_removed_with_what_the_replica_left_in_it() {
    let Some(groups) = capped() else { return };
    // It leaves the process group and outlives its parent; only the control group still holds it.
    let script = "setsid sleep 987 & echo $!; exit 3";
    let ended = run(&groups, shell(script), Limits::default()).await;
    assert_eq!(ended.ending, Ending::Exited { status: 3 });
    assert!(ended.group_left.is_none(), "{ended:?}");
    let sleeper = ended.last_lines[0].clone();
    let gone = || {
        !std::path::Path::new(&format!("/proc/{sleeper}")).exists()
            || std::fs::read_to_string(format!("/proc/{sleeper}/stat"))
                .is_ok_and(|s| s.contains(" Z "))
    };
    until("the sleeper is gone", gone).await;
}

#[test]
fn names_that_are_paths_are_refused() {
    let groups = crate::groups();
    for name in ["", "a/b", "..", "x\n", &"x".repeat(300)] {
        let error = groups.create(name, Limits::default()).unwrap_err();
        assert!(matches!(error, GroupError::Name { .. }), "{name}: {error}");
    }
}
