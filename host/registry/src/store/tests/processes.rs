//! Processes that change the same registry at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;

use crate::fixture::{Fixture, key, upload};
use crate::{Quota, Registry, RegistryError};

const FOLDER: &str = "REGISTRY_SHARED_FOLDER";
const PART: &str = "REGISTRY_SHARED_PART";
const VERSIONS: u64 = 40;
const PROCESSES: usize = 3;

/// Nothing, unless it is a process of the next test: then it registers the versions of all, its own
/// bytes for each, promotes those that it won, and tells.
#[test]
fn registers_beside_others() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let part = std::env::var(PART).unwrap();
    let registry = Registry::open(Path::new(&folder)).unwrap();
    let mut told = std::io::stdout();
    writeln!(told, "\nready").unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
    for number in 0..VERSIONS {
        let text = format!("acme/night@0.0.{number}");
        let (tenant, name, version) = key(&text);
        let bytes = format!("{number} by {part}").into_bytes();
        match registry.register(upload(&text), &bytes, &Quota::default()) {
            Ok(registered) => {
                assert!(!registered.was_there);
                let aliases = registry.promote(&tenant, &name, &version).unwrap();
                let previous = aliases.previous.map_or("none".to_owned(), |old| old.to_string());
                writeln!(told, "\nwon {} {previous}", aliases.live).unwrap();
            }
            Err(RegistryError::Immutable { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        // What it alone has, while others collect.
        let own = format!("tenant-{part}/own@0.0.{number}");
        let plenty = Quota::default();
        let record = registry.register(upload(&own), own.as_bytes(), &plenty).unwrap().record;
        assert_eq!(registry.read(&record.digest).unwrap(), own.as_bytes());
        let (tenant, name, version) = key(&own);
        if number % 2 == 0 {
            registry.remove(&tenant, &name, &version).unwrap();
        }
        if number % 8 == 0 {
            registry.collect().unwrap();
        }
    }
    writeln!(told, "\ndone").unwrap();
}

struct Contestant {
    process: Child,
    lines: Box<dyn Iterator<Item = String>>,
}

impl Contestant {
    fn start(folder: &Path, part: usize) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::tests::processes::registers_beside_others", "--nocapture"])
            .env(FOLDER, folder)
            .env(PART, part.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let mut lines = Box::new(stdout.lines().map(Result::unwrap));
        assert!(lines.any(|line| line == "ready"));
        Self { process, lines }
    }

    /// The versions that it registered first, each with what was live before its promotion.
    fn finish(mut self) -> Vec<(String, String)> {
        let lines: Vec<String> = self.lines.collect();
        assert!(self.process.wait().unwrap().success());
        assert!(lines.iter().any(|line| line == "done"));
        let won = lines.iter().filter_map(|line| line.strip_prefix("won ")?.split_once(' '));
        won.map(|(live, previous)| (live.to_owned(), previous.to_owned())).collect()
    }
}

#[test]
fn each_version_has_one_winner_and_no_promotion_is_lost() {
    let fixture = Fixture::new();
    let folder = fixture.registry.folder();
    let mut contestants: Vec<_> =
        (0..PROCESSES).map(|part| Contestant::start(folder, part)).collect();
    for contestant in &mut contestants {
        writeln!(contestant.process.stdin.as_mut().unwrap(), "go").unwrap();
    }
    let won: Vec<_> = contestants.into_iter().map(Contestant::finish).collect();

    let mut previous_of = BTreeMap::new();
    for (part, won) in won.iter().enumerate() {
        for (version, previous) in won {
            let twice = previous_of.insert(version.clone(), previous.clone());
            assert_eq!(twice, None, "two processes registered {version}");
            let record = fixture.resolve(&format!("acme/night@{version}")).unwrap();
            let number = version.rsplit('.').next().unwrap();
            let bytes = fixture.registry.read(&record.digest).unwrap();
            assert_eq!(bytes, format!("{number} by {part}").into_bytes());
        }
    }
    assert_eq!(previous_of.len() as u64, VERSIONS);
    // Every promotion has seen the one before it: back from the live version all are met.
    let (live, previous) = fixture.aliases("acme/night").unwrap();
    assert_eq!(previous.as_ref(), previous_of.get(&live));
    let mut met = BTreeSet::new();
    let mut version = live;
    while version != "none" {
        assert!(met.insert(version.clone()), "{version} was met twice");
        version = previous_of[&version].clone();
    }
    assert_eq!(met.len() as u64, VERSIONS);
    assert!(fixture.registry.verify().unwrap().is_empty());
}

#[test]
fn threads_exclude_each_other_as_processes_do() {
    let fixture = Fixture::new();
    let registry = &fixture.registry;
    let quota = Quota { versions: 10, ..Quota::default() };
    let start = Barrier::new(8);
    let registered: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    let versions = (0..4).map(|number| format!("acme/m{thread}@0.0.{number}"));
                    let register =
                        |text: String| registry.register(upload(&text), text.as_bytes(), &quota);
                    versions.map(register).filter(Result::is_ok).count()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(registered, 10, "the quota is not passed by who come at once");
}

#[test]
fn several_that_open_an_empty_folder_at_once_share_one_registry() {
    for _ in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let start = Barrier::new(4);
        thread::scope(|scope| {
            for thread in 0..4 {
                let (folder, start) = (folder.path(), &start);
                scope.spawn(move || {
                    start.wait();
                    let registry = Registry::open(folder).unwrap();
                    // Nor does one sweep away what another is making.
                    registry.collect().unwrap();
                    let text = format!("acme/m{thread}@1.0.0");
                    registry.register(upload(&text), b"module", &Quota::default()).unwrap();
                });
            }
        });
        let registry = Registry::open(folder.path()).unwrap();
        assert!(registry.verify().unwrap().is_empty());
        assert_eq!(registry.modules(&key("acme/m").0).unwrap().len(), 4);
    }
}
