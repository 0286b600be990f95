//! Training as a person runs it: files, resumption, export, and trained agents in a race.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::hostile::rewards::reward;
use crate::program::Regatta;

const RACE: &str = "
name: small
seeds: 3
mp3: {}
rewards: [{ module: balanced, settings: { reversal_penalty: 0 } }, { module: overprovision }]
guard_rails: { step_up: 1, step_down: 1 }
policies: [{ module: hold }, { name: hpa, module: threshold-hpa, settings: { metrics: [{ type: Resource,
  resource: { name: cpu, target: { type: AverageValue, averageValue: 600m } } }] }, period_seconds: 15 }]
";

/// Makes a training one that a rule leads, and that hands over whatever the agent is worth.
const LED: &str = "
bootstrap:
  rule: hpa
  settings: { explore: 0.3, check_every_steps: 200, minimum_steps: 400, margin: -1.0e9,
    minimum_effective_episodes: 0, model_updates: 20, burn: { budget: 1 } }
";

/// A training of an algorithm, small enough for a test.
fn training(algorithm: &str) -> String {
    format!(
        "
name: small-agent
experiment: race.yaml
steps: 1200
seeds: 1
worlds: 2
agent:
  features:
    - {{ column: replicas_desired, scale: 10 }}
    - {{ column: arrival_rate_per_second, scale: 8 }}
    - {{ column: cpu_utilisation_ratio_mean }}
algorithm: {{ {algorithm} }}
evaluate: {{ every_steps: 500, episodes: 2 }}
checkpoint: {{ every_steps: 100, keep: 2 }}
"
    )
}

const DQN: &str = "dqn: { hidden: [16, 16], batch: 16, buffer: 500, n_step: 2, duelling: true, \
                   prioritised: {}, normalise: 10.0 }";
const PPO: &str = "ppo: { hidden: [16, 16], turns: 32, minibatch: 16 }";

/// A training that a rule leads.
fn led() -> String {
    training(DQN).replace("worlds: 2", "worlds: 1") + LED
}

fn scene(algorithm: &str) -> Regatta {
    let regatta = Regatta::new();
    regatta.write("race.yaml", RACE);
    regatta.write("train.yaml", training(algorithm));
    regatta
}

/// What was learned, to the bit.
fn agent(regatta: &Regatta, folder: &str) -> Vec<u8> {
    regatta.succeed(&["export", &format!("{folder}/seed-1"), "-o", "exported.agent"]);
    regatta.read("exported.agent")
}

#[test]
fn a_training_leaves_checkpoints_curves_and_plots_of_every_seed() {
    let regatta = scene(PPO);
    let told = regatta.succeed(&["train", "train.yaml", "--seeds", "2", "--out", "run", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["algorithm"], "ppo");
    let seeds = told["seeds"].as_array().unwrap();
    assert_eq!(seeds.len(), 2);
    for seed in seeds {
        assert_eq!(seed["steps"], 1200);
        assert_eq!(seed["evaluation"][0][0], "reward");
        assert!(regatta.path(seed["checkpoint"].as_str().unwrap()).is_file());
        let folder = seed["folder"].as_str().unwrap();
        let curves = String::from_utf8(regatta.read(&format!("{folder}/curves.csv"))).unwrap();
        for name in ["episode/reward", "slo_preservation", "policy loss", "evaluation"] {
            assert!(curves.contains(name.split('/').next_back().unwrap()), "{name} in {curves}");
        }
        let events = |path: &Path| path.to_string_lossy().contains("tfevents");
        assert!(regatta.files(folder).iter().any(|path| events(path)));
    }
    for plot in told["plots"].as_array().unwrap() {
        let plot = String::from_utf8(regatta.read(plot.as_str().unwrap())).unwrap();
        assert!(plot.contains("<svg") && plot.contains("seed 2"), "{plot}");
    }
}

#[test]
fn a_training_that_was_killed_goes_on_as_if_nothing_had_been() {
    for file in [training(DQN), training(PPO), led()] {
        let regatta = scene(DQN);
        regatta.write("train.yaml", &file);
        regatta.succeed(&["train", "train.yaml", "--out", "whole"]);
        let mut child = regatta.command(&["train", "train.yaml", "--out", "cut"]).spawn().unwrap();
        let checkpoints = regatta.path("cut/seed-1/checkpoints");
        let is_one = |path: &Path| path.extension().is_some_and(|end| end == "checkpoint");
        let written = || {
            let found = fs::read_dir(&checkpoints).into_iter().flatten().flatten();
            found.map(|entry| entry.path()).any(|path| is_one(&path))
        };
        // Generous: on a busy machine the program takes long to start.
        for _ in 0..60_000 {
            if written() || child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        // SIGKILL: it has no say in it.
        let _ = child.kill();
        child.wait().unwrap();
        assert!(written(), "there is a checkpoint to go on from");
        regatta.succeed(&["train", "train.yaml", "--out", "cut", "--resume"]);
        assert!(agent(&regatta, "whole") == agent(&regatta, "cut"), "{file}");
    }
}

#[test]
fn a_rule_leads_until_the_agent_may_drive_and_the_handing_over_is_told() {
    let regatta = scene(DQN);
    regatta.write("train.yaml", led());
    let arguments = ["train", "train.yaml", "--seeds", "2", "--out", "run"];
    let told: Value =
        serde_json::from_str(&regatta.succeed(&[&arguments[..], &["--json"]].concat())).unwrap();
    for seed in told["seeds"].as_array().unwrap() {
        let report = &seed["bootstrap"];
        let [rule, agent] = &report["stints"].as_array().unwrap()[..] else { panic!("{report}") };
        assert_eq!((&rule["phase"], &rule["turns"]), (&"rule".into(), &400.into()), "{report}");
        assert_eq!((&agent["phase"], &agent["turns"]), (&"agent".into(), &800.into()), "{report}");
        assert_eq!(report["checks"].as_array().unwrap().len(), 2);
        let curves = format!("{}/curves.csv", seed["folder"].as_str().unwrap());
        let curves = String::from_utf8(regatta.read(&curves)).unwrap();
        assert!(curves.contains("step/difference_low"), "{curves}");
    }
    // What was led is an agent like any other.
    agent(&regatta, "run");
    regatta.succeed(&["evaluate", "run/seed-1", "--episodes", "1"]);
    let again = regatta.succeed(&[&arguments[..5], &["again"]].concat());
    assert!(again.contains("from turn 0 the rule drove 400 turns: reward 0."), "{again}");
    assert!(again.contains("from turn 400 the agent drove 800 turns"), "{again}");
    // Without its rule it is another training.
    regatta.write("train.yaml", led().replace(LED, ""));
    let refused = regatta.run(&["train", "train.yaml", "--out", "run", "--resume"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.stderr.contains("put `bootstrap` back"), "{}", refused.stderr);
}

#[test]
fn a_training_can_be_made_longer_and_is_never_overwritten() {
    let regatta = scene(DQN);
    regatta.succeed(&["train", "train.yaml", "--out", "whole"]);
    regatta.succeed(&["train", "train.yaml", "--steps", "650", "--out", "parts"]);
    let refused = regatta.run(&["train", "train.yaml", "--out", "parts"]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("--resume"), "{}", refused.stderr);
    regatta.succeed(&["train", "train.yaml", "--out", "parts", "--resume"]);
    assert!(agent(&regatta, "whole") == agent(&regatta, "parts"));
}

#[test]
fn a_trained_agent_races_by_its_folder_and_as_a_component_alike() {
    let regatta = scene(DQN);
    regatta.succeed(&["train", "train.yaml", "--out", "run"]);
    regatta.succeed(&["export", "run/seed-1", "-o", "agent.wasm"]);
    let race = RACE.replace(
        "{ module: hold }",
        "{ module: agent.wasm }, { name: folder, module: run/seed-1 }, { module: exported.agent }",
    );
    agent(&regatta, "run");
    regatta.write("race.yaml", race);
    regatta.succeed(&["race", "race.yaml", "--out", "results"]);
    let results = regatta.json("results/results.json");
    let rewards = |entrant: &str| -> Vec<f64> {
        let cells = results["cells"].as_array().unwrap().iter();
        cells
            .filter(|cell| cell["name"]["entrant"] == entrant)
            .map(|cell| cell["overall"]["rewards"][0]["return"].as_f64().unwrap())
            .collect()
    };
    assert_eq!(rewards("agent.wasm").len(), 3);
    assert_eq!(rewards("agent.wasm"), rewards("folder"));
    assert_eq!(rewards("agent.wasm"), rewards("exported.agent"));
}

#[test]
fn an_agent_is_evaluated_in_episodes_of_its_own() {
    let regatta = scene(PPO);
    regatta.succeed(&["train", "train.yaml", "--out", "run"]);
    let evaluate = |arguments: &[&str]| {
        let more = ["--episodes", "3", "--json"];
        let told = regatta.succeed(&[&["evaluate"], arguments, &more].concat());
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["episodes"].as_array().unwrap().len(), 3);
        let reward = told["means"][0][1].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&reward), "{told}");
        told["means"].clone()
    };
    // By its folder, by a checkpoint, and by the file that it comes from.
    let newest = regatta.files("run/seed-1/checkpoints").pop().unwrap();
    let means = evaluate(&["run/seed-1"]);
    assert_eq!(evaluate(&[newest.to_str().unwrap()]), means);
    assert_eq!(evaluate(&["run/seed-1", "--training", "train.yaml"]), means);
    fs::remove_file(regatta.path("run/seed-1/training.json")).unwrap();
    let refused = regatta.run(&["evaluate", "run/seed-1"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.stderr.contains("by --training"), "{}", refused.stderr);
}

#[test]
fn experience_is_told_checked_and_exchanged() {
    let regatta = scene(DQN);
    regatta.succeed(&["train", "train.yaml", "--out", "run"]);
    let log = "run/seed-1/replay";
    let stat: Value =
        serde_json::from_str(&regatta.succeed(&["replay", "stat", log, "--json"])).unwrap();
    assert_eq!(stat["rows"], 500, "as many as the buffer holds");
    assert_eq!(stat["last"], 1200);
    assert_eq!(stat["schema"]["scores"], serde_json::json!(["balanced", "overprovision"]));
    assert!(regatta.succeed(&["replay", "verify", log]).contains("nothing is damaged"));
    regatta.succeed(&["replay", "export", log, "-o", "rows.parquet"]);
    regatta.succeed(&["replay", "import", "rows.parquet", "--into", "again"]);
    let again: Value =
        serde_json::from_str(&regatta.succeed(&["replay", "stat", "again", "--json"])).unwrap();
    assert_eq!((&again["rows"], &again["schema"]), (&stat["rows"], &stat["schema"]));
    assert_eq!(again["score_means"], stat["score_means"]);
    let refused =
        regatta.run(&["replay", "import", "rows.parquet", "--into", "run/nothing.yaml/x"]);
    assert!(refused.code == Some(0) || refused.stderr.contains("nothing.yaml"), "{refused:?}");
}

#[test]
fn a_log_that_was_tampered_with_is_told_by_place() {
    let regatta = scene(DQN);
    regatta.succeed(&["train", "train.yaml", "--out", "run"]);
    let log = "run/seed-1/replay";
    let segment = regatta.files(log).into_iter().find(|path| path.extension().is_some()).unwrap();
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let told = regatta.run(&["replay", "verify", log]);
    assert_eq!(told.code, Some(5), "{told:?}");
    assert!(told.stdout.contains("damaged: ") && told.stdout.contains("at byte"), "{told:?}");
}

/// Checks that a training stops at a reward that scores like this, names it, and keeps what it had.
#[track_caller]
fn check_reward(score: &str, words: &str) {
    let regatta = scene(PPO);
    regatta.write("odd.wasm", reward(score));
    regatta
        .write("race.yaml", RACE.replace("module: overprovision", "name: odd, module: odd.wasm"));
    regatta.write("train.yaml", training(PPO) + "reward: odd\n");
    let ended = regatta.run(&["train", "train.yaml", "--out", "run"]);
    assert!(ended.code.is_some_and(|code| code != 0), "{ended:?}");
    for word in ["seed 1", "reward `odd`", words] {
        assert!(ended.stderr.contains(word), "{word} in {}", ended.stderr);
    }
    // What was kept serves on, in a world whose reward does not break.
    regatta.write("odd.wasm", reward("(call $answer (local.get $rows) (f64.const 0.5))"));
    let told = regatta.succeed(&["evaluate", "run/seed-1", "--training", "train.yaml"]);
    assert!(told.contains("after 100 steps"), "{told}");
}

#[test]
fn a_reward_that_breaks_in_a_training_is_named_and_the_last_good_checkpoint_stays() {
    let later = |what: &str| {
        format!(
            "(if (result i32) (i64.gt_u (local.get $tick) (i64.const 60)) (then {what})
              (else (call $answer (local.get $rows) (f64.const 0.5))))"
        )
    };
    check_reward(&later("(unreachable)"), "unreachable");
    check_reward(&later("(call $answer (local.get $rows) (f64.const nan))"), "NaN");
    check_reward(&later("(call $answer (local.get $rows) (f64.const 7))"), "7");
}

/// A file system in memory that is full after so many KiB, while it lives.
struct Disk(PathBuf);

impl Disk {
    fn mount(at: PathBuf, kib: u32) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        mount(&["-t", "tmpfs", "-o", &format!("size={kib}k"), "tmpfs"], &at).then_some(Self(at))
    }

    fn resize(&self, kib: u32) {
        assert!(mount(&["-o", &format!("remount,size={kib}k")], &self.0));
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    let status = Command::new("mount").args(arguments).arg(at).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_is_full_is_told_while_the_training_goes_on_and_at_its_end() {
    let regatta = scene(DQN);
    regatta.write("train.yaml", training(DQN).replace("steps: 1200", "steps: 20000"));
    let Some(disk) = Disk::mount(regatta.path("run"), 600) else {
        println!("skipped: no file system may be mounted here");
        return;
    };
    regatta.succeed(&["train", "train.yaml", "--steps", "200", "--out", "run"]);
    let before = regatta.files("run/seed-1/checkpoints");
    assert!(!before.is_empty());
    let ended = regatta.run(&["train", "train.yaml", "--out", "run", "--resume"]);
    for words in ["experience goes on in memory only", "No space left"] {
        assert!(ended.stderr.contains(words), "{words} in {ended:?}");
    }
    assert_eq!(ended.code, Some(5), "{ended:?}");
    // With room again it goes on from the last checkpoint that was whole.
    disk.resize(64 * 1024);
    let told = regatta.succeed(&["train", "train.yaml", "--out", "run", "--resume"]);
    assert!(told.contains("20000 steps"), "{told}");
}

/// Checks that a training file with something replaced is refused, in these words.
#[track_caller]
fn check(from: &str, to: &str, words: &[&str]) {
    check_in(&training(DQN), from, to, words);
}

#[track_caller]
fn check_in(file: &str, from: &str, to: &str, words: &[&str]) {
    let regatta = scene(DQN);
    assert!(file.contains(from), "{from}");
    regatta.write("train.yaml", file.replace(from, to));
    let refused = regatta.run(&["train", "train.yaml", "--out", "run"]);
    assert_eq!(refused.code, Some(3), "{to}: {refused:?}");
    for word in words {
        assert!(refused.stderr.contains(word), "{word} in {}", refused.stderr);
    }
    assert!(!regatta.path("run/seed-1/checkpoints").exists(), "{to}: nothing was begun");
}

#[test]
fn a_training_file_that_makes_no_sense_is_refused_by_place() {
    check("steps: 1200", "steps: 0", &["train.yaml", "steps", "at least 1"]);
    check("batch: 16", "batch: 0", &["train.yaml", "algorithm.dqn", "batch"]);
    check("batch: 16", "bach: 16", &["train.yaml", "bach"]);
    check("column: replicas_desired", "column: replicas", &["`replicas`", "nobody observes"]);
    check("seeds: 1", "seeds: 1\nreward: fame", &["`fame`", "balanced, overprovision"]);
    check("small-agent", "Small Agent", &["train.yaml", "name"]);
    check("algorithm: { dqn", "algorithm: { dqm", &["train.yaml", "algorithm", "dqm"]);
    let led = led();
    check_in(&led, "rule: hpa", "rule: kpa", &["bootstrap.rule", "`kpa`", "hold, hpa"]);
    check_in(&led, DQN, PPO, &["algorithm", "ppo", "must be dqn"]);
    check_in(&led, "worlds: 1", "worlds: 2", &["worlds", "is 2", "`bootstrap`"]);
    check_in(&led, "explore: 0.3", "explore: 0", &["bootstrap.settings", "explore"]);
    let odd = [("explore: 0.3", "explore: 0.3, explore_more: 1"), ("rule: hpa", "rules: hpa")];
    odd.iter().for_each(|(from, to)| check_in(&led, from, to, &["train.yaml", "unknown field"]));
}

#[test]
fn what_is_no_checkpoint_is_refused_by_name() {
    let regatta = scene(PPO);
    regatta.succeed(&["train", "train.yaml", "--out", "run"]);
    let folder = "run/seed-1/checkpoints";
    let newest = regatta.files(folder).pop().unwrap();
    let bytes = fs::read(&newest).unwrap();
    regatta.write("foreign.checkpoint", "something else");
    regatta.write("cut.checkpoint", &bytes[..bytes.len() / 2]);
    for (file, words) in
        [("foreign.checkpoint", "is no checkpoint"), ("cut.checkpoint", "is cut off")]
    {
        let refused = regatta.run(&["export", file, "-o", "x.wasm"]);
        assert_eq!(refused.code, Some(3), "{refused:?}");
        assert!(refused.stderr.contains(words), "{}", refused.stderr);
        assert!(!regatta.path("x.wasm").exists());
    }
    // The newest is damaged: the one before it serves, and the complaint is told.
    fs::write(&newest, &bytes[..100]).unwrap();
    let resumed = regatta.command(&["train", "train.yaml", "--out", "run", "--resume"]);
    let resumed = { resumed }.output().unwrap();
    assert!(resumed.status.success());
    assert!(String::from_utf8_lossy(&resumed.stderr).contains("is cut off"));
    // A world of other features.
    let other = training(PPO).replace("    - { column: cpu_utilisation_ratio_mean }\n", "");
    regatta.write("other.yaml", other);
    let refused = regatta.run(&["evaluate", "run/seed-1", "--training", "other.yaml"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.stderr.contains("2 numbers instead of 3"), "{}", refused.stderr);
}
