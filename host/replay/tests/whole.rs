//! The log against real kills and real full disks. Children are this same program, asked to run one test
//! with a folder in their environment.
#![expect(clippy::print_stdout, reason = "a child tells its parent what is durable")]
#![expect(clippy::print_stderr, reason = "a test says what it skipped and why")]
#![expect(clippy::unwrap_used, reason = "a test may break")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use rand_pcg::Pcg64Dxsm;
use rand_pcg::rand_core::{Rng as _, SeedableRng as _};
use replay::{
    Backlog, Batch, Draw, Experience, Limits, LogSettings, Provenance, Recovery, Replay, Schema,
    Sequence, Settings, Status, Whose, verify,
};
use scaling::{Ending, TenantId, WorkloadId};

/// Where a child keeps its log.
const FOLDER: &str = "REPLAY_TEST_FOLDER";
const ROWS: usize = 3_000;
/// Kills of one test.
const KILLS: u64 = 12;

fn settings(folder: &Path, segment_bytes: u64) -> Settings {
    Settings {
        schema: Schema {
            features: (0..15).map(|feature| format!("feature_{feature}")).collect(),
            features_version: "1".to_owned(),
            heads: vec![27],
            scores: vec!["slo".to_owned()],
        },
        limits: Limits::rows(ROWS),
        prioritised: None,
        log: Some(LogSettings { segment_bytes, ..LogSettings::new(folder) }),
    }
}

/// Appends the next row: all of it follows from its number.
fn append(replay: &mut Replay) -> Sequence {
    let number = replay.last().0 + 1;
    let provenance = replay.intern(&Provenance {
        policy: "threshold".to_owned(),
        policy_version: (number / 2_000).to_string(),
        reward: "slo".to_owned(),
        reward_version: "1".to_owned(),
        driver: "test".to_owned(),
        seed: 0,
    });
    replay
        .append(&Experience {
            workload: WorkloadId(number % 3),
            tenant: TenantId(0),
            provenance,
            episode: 0,
            turn: (number / 3) as u32,
            before: &[number as f32; 15],
            choices: &[(number % 27) as u16],
            probability: 0.5,
            scores: &[number as f32],
            after: &[number as f32 + 1.0; 15],
            allowed_after: &[true; 27],
            ending: Ending::Running,
        })
        .unwrap()
}

/// Every row that should be there is, and says what it should.
fn check(replay: &Replay) {
    let last = replay.last().0;
    let first = last.saturating_sub(ROWS as u64) + 1;
    assert!(replay.iter().map(|row| row.sequence).eq(first..=last));
    for row in replay.iter() {
        let number = row.sequence;
        assert!(row.before().all(|value| value == number as f32));
        assert!(row.after().all(|value| value == number as f32 + 1.0));
        assert_eq!((row.choice(0), row.workload.0), ((number % 27) as u16, number % 3));
        let version = replay.provenance(row.provenance).unwrap().policy_version.clone();
        assert_eq!(version, (number / 2_000).to_string());
    }
}

fn this_test(name: &str) -> (PathBuf, Vec<String>) {
    let arguments = ["--exact", name, "--nocapture", "--test-threads=1"];
    (std::env::current_exe().unwrap(), arguments.map(str::to_owned).into())
}

#[test]
fn a_killed_process_loses_nothing_acknowledged() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let (mut replay, _) = Replay::open(settings(Path::new(&folder), 200_000)).unwrap();
        let mut generator = Pcg64Dxsm::seed_from_u64(replay.last().0);
        loop {
            for _ in 0..generator.next_u32() % 1_500 {
                append(&mut replay);
            }
            replay.flush();
            if generator.next_u32() % 2 == 0 {
                replay.commit().unwrap();
            }
            println!("durable {}", replay.durable());
            std::io::stdout().flush().unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let mut generator = Pcg64Dxsm::seed_from_u64(5);
    let mut torn = 0;
    for kill in 0..KILLS {
        let (program, arguments) = this_test("a_killed_process_loses_nothing_acknowledged");
        let mut child = Command::new(program)
            .args(arguments)
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = 0;
        let mut until = Some(1 + generator.next_u32() % 40);
        for line in lines.map_while(Result::ok) {
            // The harness writes the test's name before the first.
            if let Some((_, durable)) = line.split_once("durable ") {
                acknowledged = acknowledged.max(durable.parse::<u64>().unwrap());
            }
            until = match until {
                Some(0) => {
                    std::thread::sleep(Duration::from_micros(u64::from(
                        generator.next_u32() % 4_000,
                    )));
                    child.kill().unwrap();
                    None
                }
                Some(lines) => Some(lines - 1),
                None => None,
            };
        }
        child.wait().unwrap();
        assert!(until.is_none(), "the child ended by itself");
        assert!(verify(folder.path()).unwrap().sound());
        let (replay, Recovery { last, damage, .. }) =
            Replay::open(settings(folder.path(), 200_000)).unwrap();
        assert!(acknowledged > 0 && last.0 >= acknowledged, "kill {kill}: {last} < {acknowledged}");
        assert!(damage.iter().all(|damage| damage.torn_tail), "{damage:?}");
        torn += damage.len();
        check(&replay);
    }
    eprintln!("{KILLS} kills, {torn} torn tails");
}

/// Appends until the disk refuses; sampling goes on all the while.
fn append_until_memory_only(replay: &mut Replay) -> Sequence {
    let (mut batch, mut generator) = (Batch::new(), Pcg64Dxsm::seed_from_u64(1));
    let draw = Draw {
        rows: NonZero::new(32).unwrap(),
        from: Whose::All,
        score: 0,
        steps: NonZero::<u32>::MIN,
        gamma: 0.99,
    };
    loop {
        for _ in 0..500 {
            append(replay);
        }
        replay.sample(&draw, &mut generator, &mut batch).unwrap();
        let committed = replay.commit();
        if let Status::MemoryOnly { durable, since_unix_seconds, cause } = replay.status() {
            assert!(since_unix_seconds > 0);
            assert!(cause.contains("segment-"), "{cause}");
            let said = committed.unwrap_err().to_string();
            assert!(
                said.starts_with(&format!("experience is kept in memory only since {durable}"))
            );
            return durable;
        }
        committed.unwrap();
        assert!(replay.last().0 < 1_000_000, "the disk never filled");
    }
}

/// What was durable before the disk filled is on it; with room again all is.
fn check_full_disk(folder: &Path, fill: impl FnOnce(), make_room: impl FnOnce()) {
    let (mut replay, _) = Replay::open(settings(folder, 1 << 30)).unwrap();
    for _ in 0..1_000 {
        append(&mut replay);
    }
    replay.commit().unwrap();
    fill();
    let durable = append_until_memory_only(&mut replay);
    assert!(durable.0 > 0);
    for _ in 0..5_000 {
        append(&mut replay);
    }
    check(&replay);
    assert!(replay.commit().is_err());
    // Each attempt may find room for a little more, and says so.
    assert!(replay.durable() >= durable);
    assert_eq!(Replay::read(folder).unwrap().0.last(), replay.durable());
    make_room();
    let up_to = replay.commit().unwrap();
    assert_eq!(replay.status(), Status::Durable { up_to });
    let there: Vec<u64> = replay.iter().map(|row| row.sequence).collect();
    drop(replay);
    assert!(verify(folder).unwrap().sound());
    let (replay, recovery) = Replay::open(settings(folder, 1 << 30)).unwrap();
    assert_eq!(recovery.last, up_to);
    assert!(replay.iter().map(|row| row.sequence).eq(there));
}

#[test]
fn a_file_size_limit_degrades_to_memory_and_back() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let (_, hard) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
        let limit = |bytes| setrlimit(Resource::RLIMIT_FSIZE, bytes, hard).unwrap();
        // Not even a new segment's header fits.
        check_full_disk(Path::new(&folder), || limit(100), || limit(hard));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (program, arguments) = this_test("a_file_size_limit_degrades_to_memory_and_back");
    // The shell ignores the signal that would end the child, which then sees the error instead.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(program)
        .args(arguments)
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 passed"), "{said}");
}

/// A small file system in memory, while it lives.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: &Path) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "none"])
            .arg(at)
            .stderr(Stdio::null())
            .status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_degrades_to_memory_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path()) else {
        eprintln!("skipped: this account may not mount a small disk");
        return;
    };
    let ballast = disk.0.join("ballast");
    fs::write(&ballast, vec![0; 1 << 20]).unwrap();
    let make_room = || fs::remove_file(&ballast).unwrap();
    check_full_disk(&disk.0.join("log"), || (), make_room);
}

#[test]
fn a_loop_that_never_waits_for_the_disk_goes_on_in_memory_when_it_is_too_fast() {
    let folder = tempfile::tempdir().unwrap();
    let with_backlog = |backlog| {
        let settings = settings(folder.path(), 1 << 30);
        Settings { log: settings.log.map(|log| LogSettings { backlog, ..log }), ..settings }
    };
    let (mut replay, _) = Replay::open(with_backlog(Backlog::Forgo)).unwrap();
    // Each row by itself, and each waits for the disk there.
    while !matches!(replay.status(), Status::MemoryOnly { .. }) {
        append(&mut replay);
        replay.flush();
        assert!(replay.last().0 < 10_000_000, "the disk keeps up with everything");
    }
    let Status::MemoryOnly { cause, .. } = replay.status() else { panic!("it just was") };
    assert!(cause.contains("faster than the disk"), "{cause}");
    for _ in 0..100 {
        append(&mut replay);
    }
    check(&replay);
    let there: Vec<u64> = replay.iter().map(|row| row.sequence).collect();
    let up_to = replay.recover().unwrap();
    assert_eq!(replay.status(), Status::Durable { up_to });
    drop(replay);
    let (replay, _) = Replay::open(with_backlog(Backlog::Wait)).unwrap();
    assert!(replay.iter().map(|row| row.sequence).eq(there));
}
