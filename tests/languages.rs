//! Languages: the same policy and the same reward in each, side by side in the sandbox under the
//! default limits.

use std::sync::OnceLock;

use sandbox::{Limits, PolicyComponent, RewardComponent};
use scaling::{
    Action, Answer, Column, Ending, Observations, Policy, Reward, Timestamp, Transition,
    Transitions, WorkloadId,
};
use serde_json::Value;

use crate::project::{LANGUAGES, Language, World, project};
use crate::scene::{batch, modules};

/// The policy in every language that can be had, Rust first; each is compiled once.
fn policies() -> Vec<(Language, &'static PolicyComponent)> {
    static LOADED: [OnceLock<PolicyComponent>; 3] = [const { OnceLock::new() }; 3];
    let load = |&language: &Language| {
        let module = project(language, World::Policy)?.module.to_str().unwrap();
        let (_, modules) = modules(Limits::default());
        let loaded = LOADED[language as usize].get_or_init(|| modules.policy(module).unwrap());
        Some((language, loaded))
    };
    LANGUAGES.iter().filter_map(load).collect()
}

/// The reward likewise.
fn rewards() -> Vec<(Language, &'static RewardComponent)> {
    static LOADED: [OnceLock<RewardComponent>; 3] = [const { OnceLock::new() }; 3];
    let load = |&language: &Language| {
        let module = project(language, World::Reward)?.module.to_str().unwrap();
        let (_, modules) = modules(Limits::default());
        let loaded = LOADED[language as usize].get_or_init(|| modules.reward(module).unwrap());
        Some((language, loaded))
    };
    LANGUAGES.iter().filter_map(load).collect()
}

/// The names of the settings in a schema, sorted, and whether others are refused.
fn settings(schema: &str) -> (Vec<String>, Value) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let mut names: Vec<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    names.sort();
    (names, schema["additionalProperties"].clone())
}

#[test]
fn each_describes_itself_alike() {
    for (language, policy) in policies() {
        let said = policy.description();
        assert_eq!((&*said.name, &*said.version, said.stateful), ("night-owl", "0.1.0", true));
        assert!(said.reasons.iter().map(|reason| &**reason).eq(["rate", "falling", "no-rate"]));
        let expected = ["period_milliseconds", "rate_per_replica", "smoothing"].map(str::to_owned);
        let expected = (expected.to_vec(), Value::Bool(false));
        assert_eq!(settings(&said.settings_schema), expected, "{language:?}");
    }
    for (language, reward) in rewards() {
        let said = reward.description();
        assert_eq!((&*said.name, &*said.version, said.stateful), ("fair-price", "0.1.0", false));
        let expected = ["replicas_weight", "slo_weight"].map(str::to_owned);
        let expected = (expected.to_vec(), Value::Bool(false));
        assert_eq!(settings(&said.settings_schema), expected, "{language:?}");
    }
}

#[test]
fn each_refuses_settings_with_their_place() {
    let for_policies = [
        ("", None),
        ("{}", None),
        (r#"{"rate_per_replica": 2.5, "smoothing": 1, "period_milliseconds": 0}"#, None),
        (r#"{"rate_per_replica": 0}"#, Some("/rate_per_replica")),
        (r#"{"rate_per_replica": "ten"}"#, Some("/rate_per_replica")),
        (r#"{"smoothing": 1.5}"#, Some("/smoothing")),
        (r#"{"smoothing": null}"#, Some("/smoothing")),
        (r#"{"period_milliseconds": -1}"#, Some("/period_milliseconds")),
        (r#"{"period_milliseconds": 1.5}"#, Some("/period_milliseconds")),
        (r#"{"rate/replica": 1}"#, Some("/rate~1replica")),
        ("no JSON", Some("")),
        ("3", Some("")),
    ];
    for (language, policy) in policies() {
        for (settings, place) in for_policies {
            let refused = policy.instantiate(settings, 0).err();
            check_place(language, settings, place, refused);
        }
    }
    let for_rewards = [
        ("{}", None),
        (r#"{"slo_weight": 0, "replicas_weight": 1000}"#, None),
        (r#"{"slo_weight": -1}"#, Some("/slo_weight")),
        (r#"{"replicas_weight": 1000.5}"#, Some("/replicas_weight")),
        (r#"{"weight": 1}"#, Some("/weight")),
    ];
    for (language, reward) in rewards() {
        for (settings, place) in for_rewards {
            check_place(language, settings, place, reward.instantiate(settings).err());
        }
    }
}

#[track_caller]
fn check_place(
    language: Language,
    settings: &str,
    place: Option<&str>,
    refused: Option<sandbox::LoadError>,
) {
    let places: Option<Vec<String>> = refused.map(|error| match error {
        sandbox::LoadError::Settings(error) => {
            error.complaints.into_iter().map(|complaint| complaint.path).collect()
        }
        other => panic!("{language:?}, {settings}: {other}"),
    });
    let expected = place.map(|place| vec![place.to_owned()]);
    assert_eq!(places, expected, "{language:?}, {settings}");
}

const WORKLOADS: u64 = 5;

/// A tick with rates that rise, fall, stay out, and are not round.
fn tick(number: u64) -> Observations {
    let ids = (0..WORKLOADS).map(WorkloadId).collect();
    let now = Timestamp::ZERO;
    let mut observations = Observations::missing(now, number, ids);
    let rates = observations.column_mut(Column::ArrivalRatePerSecond);
    for (row, rate) in rates.iter_mut().enumerate() {
        let phase = number * 7 + row as u64 * 3;
        *rate = match phase % 11 {
            10 => f64::NAN,
            step => (step * step) as f64 / 0.7 + row as f64 * 0.1,
        };
    }
    observations
}

fn ask(policy: &mut impl Policy, number: u64) -> Vec<Answer> {
    let rows: Vec<usize> = (0..WORKLOADS as usize).collect();
    policy.recommend(&batch(&tick(number), &rows)).answers
}

const SETTINGS: &str = r#"{"rate_per_replica": 1.1, "smoothing": 0.3}"#;

#[test]
fn each_answers_as_the_others_do() {
    let policies = policies();
    let mut made: Vec<_> = policies
        .iter()
        .map(|(language, policy)| (language, policy.instantiate(SETTINGS, 0).unwrap()))
        .collect();
    for number in 0..50 {
        let (_, first) = made.first_mut().unwrap();
        let expected = ask(first, number);
        assert!(expected.iter().all(Result::is_ok), "{expected:?}");
        for (language, policy) in &mut made[1..] {
            assert_eq!(ask(policy, number), expected, "{language:?}, tick {number}");
        }
    }
}

#[test]
fn a_snapshot_goes_on_in_any_language() {
    let policies = policies();
    let all: Vec<WorkloadId> = (0..WORKLOADS).map(WorkloadId).collect();
    for (from, policy) in &policies {
        let mut here = policy.instantiate(SETTINGS, 0).unwrap();
        for number in 0..9 {
            ask(&mut here, number);
        }
        let snapshot = here.snapshot(&all).unwrap();
        let expected: Vec<_> = (9..20).map(|number| ask(&mut here, number)).collect();
        for (to, policy) in &policies {
            let mut there = policy.instantiate(SETTINGS, 0).unwrap();
            assert_ne!(ask(&mut there, 9), expected[0], "{to:?}: state makes a difference");
            there.forget(&all).unwrap();
            there.restore(&snapshot).unwrap();
            let answers: Vec<_> = (9..20).map(|number| ask(&mut there, number)).collect();
            assert_eq!(answers, expected, "from {from:?} to {to:?}");
        }
    }
}

#[test]
fn each_refuses_a_foreign_snapshot_and_goes_on() {
    for (language, policy) in policies() {
        let mut policy = policy.instantiate(SETTINGS, 0).unwrap();
        let before = ask(&mut policy, 0);
        for foreign in ["", "{", "[]", r#"{"version":2,"rates":[]}"#, "\u{fffd}"] {
            let error = policy.restore(foreign.as_bytes()).unwrap_err();
            let declined = matches!(error, scaling::PolicyError::Declined { .. });
            assert!(declined, "{language:?}, {foreign}: {error}");
        }
        assert_eq!(ask(&mut policy, 0), before, "{language:?}");
    }
}

/// One group at one tick: what it sees after the action, and whether that was legal.
const GROUP: [([f64; 3], bool); 7] = [
    ([1.0, 1.0, 10.0], false),
    ([0.3, 7.0, 9.0], false),
    ([0.1, 10.0, 10.0], false),
    ([0.7, 3.0, 7.0], true),
    ([f64::NAN, 2.0, 3.0], false),
    ([0.9, f64::NAN, 3.0], false),
    ([0.9, 2.0, f64::NAN], false),
];

fn score(reward: &mut impl Reward) -> Vec<f64> {
    let ids = |from| (0..from).map(WorkloadId).collect();
    let rows = GROUP.len() as u64;
    let before = Observations::missing(Timestamp::ZERO, 0, ids(rows));
    let mut after = Observations::missing(Timestamp::ZERO, 1, ids(rows));
    let columns = [Column::SloPreservationRatio, Column::ReplicasCurrent, Column::ReplicasMax];
    for (at, column) in columns.into_iter().enumerate() {
        for (value, (seen, _)) in after.column_mut(column).iter_mut().zip(GROUP) {
            *value = seen[at];
        }
    }
    let transition = |(row, (_, illegal)): (usize, ([f64; 3], bool))| Transition {
        workload: WorkloadId(row as u64),
        before_row: row,
        after_row: row,
        action: Action { illegal, ..Action::default() },
        ending: Ending::Running,
        learnable: true,
    };
    let rows: Vec<_> = GROUP.into_iter().enumerate().map(transition).collect();
    reward.score(&Transitions { before: &before, after: &after, rows: &rows }).unwrap()
}

#[test]
fn each_rewards_alike_and_within_its_promise() {
    let settings = r#"{"slo_weight": 0.9, "replicas_weight": 0.3}"#;
    let mut expected = None;
    for (language, reward) in rewards() {
        let mut reward = reward.instantiate(settings).unwrap();
        let terms = reward.terms().clone();
        let rewards = score(&mut reward);
        let range = terms.minimum..=terms.maximum;
        assert!(rewards.iter().all(|reward| range.contains(reward)), "{language:?}: {rewards:?}");
        // Fewer misses and fewer replicas are better, and an illegal action is worst.
        assert!(rewards[0] > rewards[1] && rewards[1] > rewards[2], "{language:?}: {rewards:?}");
        assert_eq!(rewards[3], terms.minimum, "{language:?}");
        assert_eq!(&rewards, expected.get_or_insert(rewards.clone()), "{language:?}");
    }
}
