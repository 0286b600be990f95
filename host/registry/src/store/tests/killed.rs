//! Processes that are killed: at every step of every change, and wherever the signal finds them.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use semver::Version;

use super::script::{SCRIPT, stages};
use crate::file::fault::{Fault, plan};
use crate::fixture::{kept, key, module_path, upload};
use crate::{Quota, Registry};

const FOLDER: &str = "REGISTRY_KILLED_FOLDER";
const CHANGE: &str = "REGISTRY_KILLED_CHANGE";
const STEP: &str = "REGISTRY_KILLED_STEP";
const FROM: &str = "REGISTRY_KILLED_FROM";

/// This program again, running one of the tests below as a process of its own.
fn process(test: &str, folder: &Path, variables: &[(&str, usize)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("store::tests::killed::{test}"), "--nocapture"]);
    command.env(FOLDER, folder).stdout(Stdio::piped()).stderr(Stdio::null());
    for (name, value) in variables {
        command.env(name, value.to_string());
    }
    command
}

fn variable(name: &str) -> usize {
    std::env::var(name).unwrap().parse().unwrap()
}

/// Nothing, unless it is the process of the next test: then it makes one change and dies in it.
#[test]
fn makes_a_change_and_is_killed_at_a_step() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    plan(variable(STEP), Fault::Kill);
    SCRIPT[variable(CHANGE)].apply(Path::new(&folder)).unwrap();
}

#[test]
fn a_kill_at_any_step_leaves_what_was_before_or_what_comes_after() {
    for (number, stage) in stages().iter().enumerate() {
        for step in 0.. {
            let (_folder, registry) = stage.set();
            let variables = [(CHANGE, number), (STEP, step)];
            let test = "makes_a_change_and_is_killed_at_a_step";
            let ended = process(test, &registry, &variables).output().unwrap().status;
            if ended.success() {
                assert!(step > 0);
                stage.check_done(&registry);
                break;
            }
            assert_eq!(ended.signal(), Some(9), "{:?}, step {step}: {ended}", stage.change);
            stage.check(&registry, &format!("step {step}"));
        }
    }
}

/// What version `0.0.number` consists of: from a few bytes to a few hundred thousand.
fn bytes(number: usize) -> Vec<u8> {
    format!("{number} ").repeat(1 + number * 7919 % 60_000).into_bytes()
}

/// Nothing, unless it is the process of the next test: then it registers and promotes one version
/// after the other, and tells of each what it has been told.
#[test]
fn registers_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let registry = Registry::open(Path::new(&folder)).unwrap();
    let mut told = std::io::stdout();
    let plenty = Quota { versions: u64::MAX, bytes: u64::MAX };
    for number in variable(FROM).. {
        let upload = upload(&format!("acme/night@0.0.{number}"));
        let (tenant, name, version) =
            (upload.tenant.clone(), upload.name.clone(), upload.version.clone());
        registry.register(upload, &bytes(number), &plenty).unwrap();
        writeln!(told, "\nregistered {number}").unwrap();
        registry.promote(&tenant, &name, &version).unwrap();
        writeln!(told, "\npromoted {number}").unwrap();
    }
}

/// What a process has said by the time that it is dead, killed after so many lines.
fn killed_after(mut process: Child, lines: usize) -> Vec<String> {
    let mut said = BufReader::new(process.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .filter(|line| line.starts_with("registered ") || line.starts_with("promoted "));
    let mut heard: Vec<String> = said.by_ref().take(lines).collect();
    process.kill().unwrap();
    heard.extend(said);
    assert_eq!(process.wait().unwrap().signal(), Some(9));
    heard
}

fn last(heard: &[String], word: &str) -> Option<usize> {
    heard.iter().rev().find_map(|line| line.strip_prefix(word)?.trim().parse().ok())
}

#[test]
fn whatever_was_acknowledged_outlives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (tenant, name, _) = key("acme/night");
    let (mut next, mut live) = (0, None);
    for round in 0..24 {
        let variables = [(FROM, next)];
        let process = process("registers_until_it_is_killed", folder.path(), &variables).spawn();
        let heard = killed_after(process.unwrap(), 1 + round % 5);
        let registry = Registry::open(folder.path()).unwrap();
        assert!(registry.verify().unwrap().is_empty());
        registry.collect().unwrap();

        let acknowledged = last(&heard, "registered").map_or(next, |number| number + 1);
        let there = registry.versions(&tenant, &name).unwrap();
        next = there.len();
        assert!((acknowledged..=acknowledged + 1).contains(&next), "{heard:?}: {next} are there");
        for (number, version) in there.iter().enumerate() {
            assert_eq!(*version, Version::new(0, 0, number as u64));
            let record = registry.record(&tenant, &name, version).unwrap();
            assert_eq!(registry.read(&record.digest).unwrap(), bytes(number));
        }
        let promoted = last(&heard, "promoted").or(live);
        let aliases = registry.aliases(&tenant, &name).unwrap();
        live = aliases.map(|aliases| aliases.live.patch as usize);
        // The process may have died after a promotion and before it could tell.
        assert!(
            live == promoted || live.is_some_and(|live| live + 1 == next),
            "{heard:?}: {live:?}"
        );

        let mut files: Vec<String> = (0..next).map(|number| module_path(&bytes(number))).collect();
        files.extend((0..next).map(|number| format!("records/acme/night/0.0.{number}.json")));
        files.extend(live.map(|_| "aliases/acme/night.json".to_owned()));
        files.push("format.json".to_owned());
        files.sort_unstable();
        assert_eq!(kept(folder.path()).into_keys().collect::<Vec<_>>(), files, "no garbage");
    }
    assert!(next >= 24, "{next} versions");
}
