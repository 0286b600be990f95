//! Replicas start, speak, end and are always waited for, with limits or without.

use std::time::Duration;

use processes::{
    Backoff, BackoffRules, Cause, Ending, Event, Groups, Life, LifeRules, Limits, Order, Phase,
    SpawnError, Uncapped,
};

use crate::{groups, program, run, shell, spawner, start, until};

const FREE: Limits = Limits { cpu_millicores: None, cpu_shares: None, memory_bytes: None };

#[tokio::test]
async fn a_program_gets_its_arguments_its_environment_and_its_port_alone() {
    let groups = groups();
    let mut told = shell("echo \"$PORT $GREETING $HOME$CARGO_PKG_NAME\"; echo err >&2; exit 7");
    told.environment = vec![("GREETING".into(), "hello".into())];
    let ended = run(&groups, told, FREE).await;
    assert_eq!(ended.last_lines, ["4321 hello ", "err"]);
    assert_eq!(ended.ending, Ending::Exited { status: 7 });
}

#[tokio::test]
async fn a_program_that_cannot_run_is_one_clear_error() {
    let groups = groups();
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    std::fs::write(&plain, "no program").unwrap();
    let broken = folder.path().join("broken");
    std::fs::write(&broken, "#!/no/such/interpreter\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&broken, mode).unwrap();
    let check = async |path: &std::path::Path, expected: &str| {
        let group = groups.create(&crate::name(), FREE).unwrap();
        let error = spawner().spawn(program(path.to_str().unwrap(), &[]), group).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        error
    };
    check(&folder.path().join("none"), "there is no such file").await;
    check(folder.path(), "it is not a file").await;
    check(&plain, "it is not executable").await;
    let error = check(&broken, "cannot start").await;
    assert!(matches!(error, SpawnError::Start { .. }), "{error:?}");
}

#[tokio::test]
async fn who_exits_at_once_crashes_and_is_replaced_ever_more_slowly() {
    let groups = groups();
    let mut backoff = Backoff::new(BackoffRules::default());
    let mut waits = Vec::new();
    for _ in 0..4 {
        let mut life = Life::new(LifeRules::default(), Duration::ZERO);
        let ended = run(&groups, shell("echo broken; exit 2"), FREE).await;
        let now = Duration::from_millis(5);
        life.on(&Event::Ended(&ended), now);
        assert_eq!(life.phase(), &Phase::Crashed(Cause::Ended(Ending::Exited { status: 2 })));
        assert_eq!(ended.last_lines, ["broken"]);
        waits.push(backoff.failed(life.ran(now)));
    }
    assert_eq!(waits, [10, 20, 40, 80].map(Duration::from_millis));
}

#[tokio::test]
async fn sigterm_drains_and_sigkill_follows_the_grace() {
    let groups = groups();
    let script = "trap 'echo drained; exit 0' TERM; echo up; while :; do sleep 0.05; done";
    let kind = start(&groups, shell(script), FREE).await;
    until("it runs", || !kind.last_lines().is_empty()).await;
    let ended = kind.stop(crate::PATIENCE).await;
    assert_eq!(ended.last_lines, ["up", "drained"]);
    assert_eq!(ended.ending, Ending::Exited { status: 0 });

    let script = "trap '' TERM; echo up; while :; do sleep 0.05; done";
    let stubborn = start(&groups, shell(script), FREE).await;
    until("it runs", || !stubborn.last_lines().is_empty()).await;
    let mut life = Life::new(LifeRules::default(), Duration::ZERO);
    assert_eq!(life.on(&Event::Drain, Duration::ZERO), Some(Order::Terminate));
    let ended = stubborn.stop(Duration::from_millis(200)).await;
    assert_eq!(ended.ending, Ending::Killed { signal: 9 });
    life.on(&Event::Ended(&ended), Duration::from_secs(1));
    assert_eq!(life.phase(), &Phase::Gone);
}

#[tokio::test]
async fn a_dropped_replica_is_killed_and_waited_for() {
    let groups = groups();
    let replica = start(&groups, shell("sleep 986"), FREE).await;
    let folder = format!("/proc/{}", replica.pid());
    assert!(std::path::Path::new(&folder).exists());
    drop(replica);
    until("its number is free", || !std::path::Path::new(&folder).exists()).await;
}

#[tokio::test]
async fn without_limits_it_runs_all_the_same_and_its_process_is_measured() {
    let free = Groups::Uncapped(Uncapped::new(["switched off"]));
    assert!(free.uncapped().unwrap().to_string().contains("(switched off)"));
    let limits = Limits { cpu_millicores: Some(100), ..FREE };
    let replica = start(&free, shell("while :; do :; done"), limits).await;
    until("it has used CPU", || replica.usage().unwrap().cpu_seconds > 0.05).await;
    assert!(replica.usage().unwrap().memory_bytes > 100_000);
    replica.resize(FREE).unwrap();
    replica.kill();
    let ended = replica.ended().await;
    assert_eq!(ended.ending, Ending::Killed { signal: 9 });
    assert!(ended.usage.unwrap().cpu_seconds > 0.05);
    assert!(replica.usage().is_err());
}

#[tokio::test]
async fn a_flood_of_words_does_not_grow_memory() {
    let groups = groups();
    let before = resident_kib();
    // 100 MB in lines and 100 MB without any.
    let script = "yes | head -c 100000000; head -c 100000000 /dev/zero; echo; echo end";
    let ended = run(&groups, shell(script), FREE).await;
    assert_eq!(ended.ending, Ending::Exited { status: 0 });
    assert_eq!(ended.last_lines.last().map(String::as_str), Some("end"));
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 50_000, "{grown} KiB more");
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}
