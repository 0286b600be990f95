//! Who is asked in a tick: the live policy first, shadows on what is left.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sandbox::{ComponentPolicy, Dropped, Limits, Panel, Sandbox, TickBudget};
use scaling::{Advice, Policy};
use serde_json::json;

use crate::scene::{batch, limits, modules, tick};

/// A tick of which nobody can use up the fuel.
const AMPLE: TickBudget = TickBudget { fuel: u64::MAX, deadline: None };

fn probe(modules: &assembly::Modules, settings: serde_json::Value) -> ComponentPolicy {
    modules.policy("probe").unwrap().instantiate(&settings.to_string(), 0).unwrap()
}

fn panel(limits: Limits, live: serde_json::Value, shadows: &[&str]) -> (Sandbox, Panel) {
    let (sandbox, modules) = modules(limits);
    let shadow = |how: &&str| probe(&modules, json!({"misbehave": how}));
    let fallback = modules.policy("static-replicas").unwrap();
    let panel = Panel {
        live: probe(&modules, live),
        fallback: Some(fallback.instantiate(r#"{"replicas": 6}"#, 0).unwrap()),
        shadows: shadows.iter().map(shadow).collect(),
    };
    (sandbox, panel)
}

fn replicas(advice: &Advice) -> Vec<Option<u32>> {
    advice
        .answers
        .iter()
        .map(|answer| answer.as_ref().ok().and_then(|said| said.replicas))
        .collect()
}

/// How each shadow fared, in a few words.
fn fared(answers: &[Result<Advice, Dropped>]) -> Vec<String> {
    let words = |answer: &Result<Advice, Dropped>| match answer {
        Ok(advice) if advice.answers.iter().all(Result::is_ok) => "answered".to_owned(),
        Ok(_) => "refused".to_owned(),
        Err(dropped) => format!("{dropped:?}"),
    };
    answers.iter().map(words).collect()
}

#[test]
fn the_live_policy_acts_and_shadows_only_recommend() {
    let (sandbox, mut panel) = panel(limits(), json!({}), &["no", "panic", "not-a-number"]);
    let observations = tick(&[3.0, 4.0]);
    let asked = batch(&observations, &[0, 1]);
    let mut turn = sandbox.turn(AMPLE);
    let live = panel.ask_live(&asked, &mut turn);
    assert_eq!(replicas(&live.advice), [Some(3), Some(4)]);
    let shadows = panel.ask_shadows(&asked, &mut turn);
    assert_eq!(fared(&shadows), ["answered", "refused", "refused"]);
    assert_eq!(panel.live.usage().fallback_answers, 0);
}

#[test]
fn the_fallback_stands_in_for_the_live_policy_and_is_counted() {
    let (sandbox, mut panel) = panel(limits(), json!({"misbehave": "panic", "above": 3.5}), &[]);
    let observations = tick(&[3.0, 4.0]);
    let live = panel.ask_live(&batch(&observations, &[0, 1]), &mut sandbox.turn(AMPLE));
    assert_eq!(replicas(&live.advice), [Some(3), Some(6)]);
    assert_eq!(panel.live.usage().fallback_answers, 1);
}

#[test]
fn shadows_are_dropped_when_the_fuel_of_the_tick_is_used_up_and_take_turns_at_it() {
    let (sandbox, mut panel) = panel(limits(), json!({}), &["loop", "no", "no"]);
    let mut observations = tick(&[3.0]);
    // Less than the loop's own limit, so that it eats what is left of the tick.
    let budget = TickBudget { fuel: 2_000_000, deadline: None };
    let mut seen = Vec::new();
    for number in 0..3 {
        observations.tick = number;
        let asked = batch(&observations, &[0]);
        let mut turn = sandbox.turn(budget);
        assert_eq!(replicas(&panel.ask_live(&asked, &mut turn).advice), [Some(3)]);
        seen.push(fared(&panel.ask_shadows(&asked, &mut turn)));
    }
    assert_eq!(
        seen,
        [
            ["Late", "NoFuel", "NoFuel"],
            ["Late", "answered", "answered"],
            ["Late", "NoFuel", "answered"],
        ]
    );
    let dropped: Vec<u64> =
        panel.shadows.iter().map(|shadow| shadow.usage().dropped_turns).collect();
    assert_eq!(dropped, [3, 2, 1]);
    // To be short of what the tick had left is no failure.
    assert!(panel.shadows.iter().all(|shadow| shadow.usage().traps.is_empty()));
    assert_eq!(panel.live.usage().dropped_turns, 0);
}

#[test]
fn a_shadow_that_never_ends_is_stopped_when_the_tick_is_over() {
    let limits = Limits { call_fuel: u64::MAX / 4, ..limits() };
    let (sandbox, mut panel) = panel(limits, json!({}), &["loop", "no"]);
    let observations = tick(&[3.0]);
    let asked = batch(&observations, &[0]);
    let mut turn =
        sandbox.turn(TickBudget { fuel: u64::MAX, deadline: Some(Duration::from_millis(5)) });
    assert_eq!(replicas(&panel.ask_live(&asked, &mut turn).advice), [Some(3)]);
    let over = AtomicBool::new(false);
    let fared = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                sandbox.advance_epoch();
                std::thread::yield_now();
            }
        });
        let answers = panel.ask_shadows(&asked, &mut turn);
        over.store(true, Ordering::Relaxed);
        fared(&answers)
    });
    assert_eq!(fared, ["Late", "NoTime"]);
}

#[test]
fn a_late_shadow_goes_on_from_its_last_good_snapshot() {
    let limits = Limits { calls_between_snapshots: 1, ..limits() };
    let (sandbox, mut panel) = panel(limits, json!({}), &["no"]);
    let observations = tick(&[3.0]);
    let asked = batch(&observations, &[0]);
    for _ in 0..3 {
        assert_eq!(fared(&panel.ask_shadows(&asked, &mut sandbox.turn(AMPLE))), ["answered"]);
    }
    let poor = TickBudget { fuel: 10, deadline: None };
    assert_eq!(fared(&panel.ask_shadows(&asked, &mut sandbox.turn(poor))), ["Late"]);
    let calls = panel.shadows[0].snapshot(&[]).unwrap();
    assert_eq!(u64::from_le_bytes(calls.try_into().unwrap()), 3);
}
