//! Scaffold: `regatta policy new`, and that what it prints works to the letter.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::Regatta;
use crate::project::{LANGUAGES, Language, World, commands, project};

/// Builds and tests a project as printed; its answers to its scenario are those of Rust.
fn check(language: Language, world: World, expected: &[&str]) {
    let Some(project) = project(language, world) else { return };
    let answers: Vec<&str> = project.answers.lines().collect();
    assert_eq!(answers, expected, "{language:?}");
}

const DECISIONS: &[&str] = &[
    r#"{"tick":0,"now_seconds":0,"decisions":[{"workload":"web","replicas":3,"reason":"rate"},{"workload":"jobs","reason":"no-rate"}]}"#,
    r#"{"tick":1,"now_seconds":15,"decisions":[{"workload":"web","replicas":10,"reason":"rate"},{"workload":"jobs","replicas":1,"reason":"rate"}]}"#,
    r#"{"tick":2,"now_seconds":30,"decisions":[{"workload":"web","replicas":5,"reason":"falling"},{"workload":"jobs","replicas":1,"reason":"rate"}]}"#,
    r#"{"tick":3,"now_seconds":45,"decisions":[{"workload":"web","replicas":3,"reason":"falling"},{"workload":"jobs","replicas":1,"reason":"falling"}]}"#,
];

const REWARDS: &[&str] = &[
    r#"{"tick":0,"now_seconds":15,"rewards":[{"workload":"web","reward":-0.55}]}"#,
    r#"{"tick":1,"now_seconds":30,"rewards":[{"workload":"web","reward":-0.075},{"workload":"jobs","reward":-1.25}]}"#,
];

#[test]
fn a_policy_in_rust_builds_and_passes_its_tests_as_printed() {
    check(Language::Rust, World::Policy, DECISIONS);
}

#[test]
fn a_policy_in_javascript_builds_and_passes_its_tests_as_printed() {
    check(Language::Javascript, World::Policy, DECISIONS);
}

#[test]
fn a_policy_in_python_builds_and_passes_its_tests_as_printed() {
    check(Language::Python, World::Policy, DECISIONS);
}

#[test]
fn a_reward_in_rust_builds_and_passes_its_tests_as_printed() {
    check(Language::Rust, World::Reward, REWARDS);
}

#[test]
fn a_reward_in_javascript_builds_and_passes_its_tests_as_printed() {
    check(Language::Javascript, World::Reward, REWARDS);
}

#[test]
fn a_reward_in_python_builds_and_passes_its_tests_as_printed() {
    check(Language::Python, World::Reward, REWARDS);
}

#[test]
fn every_project_says_how_to_get_build_test_and_try_it() {
    let regatta = Regatta::new();
    for language in LANGUAGES {
        for world in [World::Policy, World::Reward] {
            let name = format!("{}-{}", language.option(), world.option());
            let options = ["--lang", language.option(), "--world", world.option()];
            let printed = regatta.succeed(&[&["policy", "new", &name], &options[..]].concat());
            let mut titles: Vec<&str> =
                commands(&printed).into_iter().map(|(title, _)| title).collect();
            titles.dedup();
            let expected =
                ["Go there", "Get the tools, once", "Build", "Test", "Try it in the sandbox"];
            assert_eq!(titles, expected, "{printed}");
            let readme = String::from_utf8(regatta.read(&format!("{name}/README.md"))).unwrap();
            for (title, command) in commands(&printed) {
                assert!(title == "Go there" || readme.contains(command), "{command}");
            }
        }
    }
}

#[test]
fn the_json_card_lists_the_files_that_are_there() {
    let regatta = Regatta::new();
    let printed = regatta.succeed(&["policy", "new", "owl", "--dir", "my owl", "--json"]);
    let card: Value = serde_json::from_str(&printed).unwrap();
    let mut listed: Vec<_> = card["files"].as_array().unwrap().iter().collect();
    listed.sort_by_key(|file| file.as_str());
    let folder = regatta.path("my owl");
    let found = regatta.files("my owl");
    let found = found.iter().map(|path| path.strip_prefix(&folder).unwrap().to_str().unwrap());
    let mut found: Vec<_> = found.collect();
    found.sort_unstable();
    assert_eq!(listed, found);
    let printed = regatta.succeed(&["policy", "new", "owl", "--dir", "another owl"]);
    assert!(printed.contains("    cd 'another owl'\n"), "{printed}");
}

/// Nothing is left behind beside what was there.
#[track_caller]
fn check_refused(arguments: &[&str], code: i32, words: &str) {
    let regatta = Regatta::new();
    fs::create_dir(regatta.path("taken")).unwrap();
    let ended = regatta.run(arguments);
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    assert!(ended.stderr.contains(words), "{}", ended.stderr);
    let left: Vec<_> = fs::read_dir(regatta.path(".")).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(fs::read_dir(regatta.path("taken")).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_made_is_refused_and_leaves_nothing() {
    check_refused(&["policy", "new", "taken"], 5, "taken is there already");
    check_refused(&["policy", "new", "owl", "--dir", "taken"], 5, "taken is there already");
    check_refused(&["policy", "new", "owl", "--dir", "none/owl"], 5, "cannot write none/owl");
    check_refused(&["policy", "new", "Night_Owl"], 2, "lower case letters, digits and hyphens");
    check_refused(&["policy", "new", "../owl"], 2, "lower case letters, digits and hyphens");
    check_refused(&["policy", "new", "serde"], 3, "`serde` cannot be the name of a crate");
    check_refused(&["policy", "new", "owl", "--lang", "cobol"], 2, "possible values");
}

#[test]
fn examples_in_rust_lock_what_the_guests_lock() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
    let guests = read("policies/Cargo.lock");
    let locked: Vec<&str> = guests.split("[[package]]").map(str::trim).collect();
    for example in ["examples/policies/rust", "examples/rewards/rust"] {
        let lock = read(&format!("{example}/Cargo.lock"));
        let from_elsewhere = |package: &&str| package.contains("\nsource = ");
        for package in lock.split("[[package]]").map(str::trim).filter(from_elsewhere) {
            let named = package.lines().take(2).collect::<Vec<_>>().join("\n");
            let same = |other: &&str| other.starts_with(&named);
            assert!(locked.iter().any(same), "{example} locks another {named}");
        }
    }
}
