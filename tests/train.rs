//! Training as a person runs it: files, resumption, export, and trained agents in a race.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::program::Regatta;

const RACE: &str = "
name: small
seeds: 3
mp3: {}
rewards: [{ module: balanced, settings: { reversal_penalty: 0 } }, { module: overprovision }]
guard_rails: { step_up: 1, step_down: 1 }
policies: [{ module: hold }]
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
    for algorithm in [DQN, PPO] {
        let regatta = scene(algorithm);
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
        assert!(agent(&regatta, "whole") == agent(&regatta, "cut"), "{algorithm}");
    }
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
        "[{ module: hold }]",
        "[{ module: agent.wasm }, { name: folder, module: run/seed-1 }, { module: exported.agent }]",
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
    let arguments =
        ["evaluate", "run/seed-1", "--training", "train.yaml", "--episodes", "3", "--json"];
    let told: Value = serde_json::from_str(&regatta.succeed(&arguments)).unwrap();
    assert_eq!(told["episodes"].as_array().unwrap().len(), 3);
    let reward = told["means"][0][1].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&reward), "{told}");
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

/// Checks that a training file with something replaced is refused, in these words.
#[track_caller]
fn check(from: &str, to: &str, words: &[&str]) {
    let regatta = scene(DQN);
    let file = training(DQN);
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
