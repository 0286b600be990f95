//! Races that stop half-way, or change, and go on with what is stored.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;
use std::{fs, thread};

use crate::program::{Ended, Regatta, replaced};
use crate::race::SMALL;

const OUTPUTS: [&str; 3] = ["results.json", "measures.parquet", "series.parquet"];

/// When each stored cell was written.
fn written(regatta: &Regatta) -> BTreeMap<PathBuf, SystemTime> {
    let files = regatta.files("out/cells").into_iter();
    files.map(|file| (file.clone(), fs::metadata(&file).unwrap().modified().unwrap())).collect()
}

/// Starts a race of many cells, and signals it as soon as the first is stored.
fn broken_off(regatta: &Regatta, signal: &str) -> Ended {
    let mut child = regatta.command(&["race", "race.yaml", "--out", "out", "--threads", "1"]);
    let mut child = child.spawn().unwrap();
    while regatta.files("out/cells").is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "the race ended before it could be stopped");
        thread::yield_now();
    }
    let kill = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
    assert!(kill.unwrap().success());
    child.wait_with_output().unwrap().into()
}

fn check_resumes(signal: &str, code: Option<i32>) {
    let regatta = Regatta::new();
    let many = [("seeds: 2", "seeds: 40"), ("duration_seconds: 120", "duration_seconds: 240")];
    regatta.write("race.yaml", replaced(SMALL, &many));
    let ended = broken_off(&regatta, signal);
    assert_eq!(ended.code, code, "{signal}: {}", ended.stderr);
    let stored = written(&regatta);
    assert!((1..80).contains(&stored.len()), "{} cells of 80", stored.len());
    assert!(!regatta.path("out/results.json").exists(), "no results of half a race");

    regatta.succeed(&["race", "race.yaml", "--out", "out"]);
    let resumed = written(&regatta);
    // A killed process may leave what it was writing beside the objects.
    for (file, when) in stored.iter().filter(|(file, _)| file.extension().unwrap() == "json") {
        assert_eq!(resumed.get(file), Some(when), "{} was raced again", file.display());
    }
    regatta.succeed(&["race", "race.yaml", "--out", "whole"]);
    for object in OUTPUTS {
        let [resumed, whole] = ["out", "whole"].map(|out| regatta.read(&format!("{out}/{object}")));
        assert!(resumed == whole, "{object} differs after {signal}");
    }
}

#[test]
fn an_interrupted_race_says_so_and_resumes_to_the_same_bytes() {
    check_resumes("INT", Some(130));
}

#[test]
fn a_killed_race_resumes_to_the_same_bytes() {
    check_resumes("KILL", None);
}

#[test]
fn cells_that_are_gone_or_broken_are_raced_again_and_no_others() {
    let regatta = Regatta::new();
    regatta.write("race.yaml", SMALL);
    regatta.succeed(&["race", "race.yaml", "--out", "out"]);
    let outputs = OUTPUTS.map(|object| regatta.read(&format!("out/{object}")));
    let before = written(&regatta);
    let cells: Vec<_> = before.keys().cloned().collect();
    assert_eq!(cells.len(), 4);
    fs::remove_file(&cells[0]).unwrap();
    fs::write(&cells[1], "{\"key\": ").unwrap();
    for object in OUTPUTS {
        fs::remove_file(regatta.path(&format!("out/{object}"))).unwrap();
    }
    regatta.succeed(&["race", "race.yaml", "--out", "out"]);
    assert_eq!(OUTPUTS.map(|object| regatta.read(&format!("out/{object}"))), outputs);
    let after = written(&regatta);
    for (place, file) in cells.iter().enumerate() {
        assert_eq!(after[file] == before[file], place > 1, "{}", file.display());
    }
}

#[test]
fn another_policy_or_seed_leaves_the_others_cells() {
    let regatta = Regatta::new();
    regatta.write("race.yaml", SMALL);
    regatta.succeed(&["race", "race.yaml", "--out", "out"]);
    let before = written(&regatta);
    let more = [("fallback:", "  - { module: random }\nfallback:"), ("seeds: 2", "seeds: 3")];
    regatta.write("race.yaml", replaced(SMALL, &more));
    regatta.succeed(&["race", "race.yaml", "--out", "out"]);
    let after = written(&regatta);
    assert_eq!((before.len(), after.len()), (4, 9));
    for (file, when) in &before {
        assert_eq!(after.get(file), Some(when), "{}", file.display());
    }
}

#[test]
fn another_setting_rail_or_course_races_anew() {
    let check = |old: &str, new: &str, cells: usize| {
        let regatta = Regatta::new();
        regatta.write("race.yaml", SMALL);
        regatta.succeed(&["race", "race.yaml", "--out", "out", "--seeds", "1"]);
        regatta.write("race.yaml", replaced(SMALL, &[(old, new)]));
        regatta.succeed(&["race", "race.yaml", "--out", "out", "--seeds", "1"]);
        assert_eq!(written(&regatta).len(), cells, "{old} → {new}");
    };
    check("replicas: 2 }", "replicas: 3 }", 3);
    check("fallback:", "guard_rails: { step_up: 1 }\nfallback:", 4);
    check("rate_per_second: 20", "rate_per_second: 21", 4);
}
