//! Each item is broken by a subject that has exactly that fault. What no component can do, because a
//! guest has neither clock nor chance, a subject in the test's own memory does.

mod fake;

use super::*;
use fake::{Fake, Fault};

/// The items that a fault breaks, with what was seen.
fn found(fault: Fault) -> Vec<(Item, String)> {
    let fake = Fake::new(fault);
    let conformance = hold(&fake, &Fake::new(fault), true);
    conformance.findings().map(|(item, finding)| (item, finding.seen.clone())).collect()
}

#[track_caller]
fn check(fault: Fault, item: Item, words: &str) {
    let found = found(fault);
    let seen = found.iter().find(|(broken, _)| *broken == item);
    let Some((_, seen)) = seen else { panic!("{fault:?} breaks {found:?} and not {item}") };
    assert!(seen.contains(words), "{fault:?}: {seen}");
}

/// Only this item is broken.
#[track_caller]
fn check_alone(fault: Fault, item: Item, words: &str) {
    check(fault, item, words);
    let items: Vec<Item> = found(fault).into_iter().map(|(item, _)| item).collect();
    assert_eq!(items, [item], "{fault:?}");
}

#[test]
fn a_module_that_keeps_every_promise_has_no_findings() {
    assert_eq!(found(Fault::None), []);
    assert_eq!(found(Fault::Stateless), []);
    let fake = Fake::new(Fault::None);
    let conformance = hold(&fake, &fake, true);
    let items: Vec<Item> = conformance.verdicts.iter().map(|verdict| verdict.item).collect();
    assert!(items.is_sorted(), "{items:?}");
    let skipped = |verdict: &&Verdict| matches!(verdict.outcome, Outcome::Skipped(_));
    assert_eq!(conformance.verdicts.iter().filter(skipped).count(), 0);
    assert_eq!(items.len(), Item::ALL.len() - 1, "it keeps state, so `stateless` is no matter");
}

#[test]
fn what_it_says_about_itself_must_stay_the_same() {
    let (one, other) = (Fake::new(Fault::None), Fake::new(Fault::OtherName));
    let conformance = hold(&one, &other, true);
    let (item, finding) = conformance.findings().next().unwrap();
    assert_eq!(item, Item::Describe);
    assert!(finding.seen.contains("name"), "{}", finding.seen);
    check_alone(Fault::WantsBySeed, Item::Init, "then for");
    check_alone(Fault::NoSchema, Item::Schema, "no JSON");
    check_alone(Fault::SchemaTooStrict, Item::Schema, "does not allow");
    check_alone(Fault::InitTakesMore, Item::Settings, "`init` takes them");
    check_alone(Fault::ValidateTraps, Item::Settings, "panicked");
}

#[test]
fn answers_must_be_meant_and_calls_must_come_back() {
    check_alone(Fault::Nonsense, Item::Answers, "values missing");
    check_alone(Fault::NeverAnswers, Item::Answers, "not today");
    check_alone(Fault::OddExplanations, Item::Explanations, "because");
    check_alone(Fault::ExplainsUnasked, Item::Explanations, "without being asked");
    check_alone(Fault::Traps, Item::Traps, "zero replicas");
    check_alone(Fault::TrapsTogether, Item::Traps, "halves");
    check_alone(Fault::LearningTraps, Item::Traps, "learning from nothing");
    check_alone(Fault::Floods, Item::Log, "dropped");
    check_alone(Fault::Hungry, Item::Fuel, "95 %");
    check_alone(Fault::Bloated, Item::Memory, "99.89 %");
}

#[test]
fn the_same_calls_must_give_the_same_answers() {
    check(Fault::ByInstance, Item::Repeat, "at first");
    check_alone(Fault::BySeed, Item::Seed, "with seed 1");
    assert_eq!(found(Fault::BySeedExploring), []);
    check(Fault::ByRow, Item::Order, "shuffled");
    check(Fault::ByCompany, Item::Company, "apart");
    assert_eq!(found(Fault::ByCompanyAsGroup), []);
}

#[test]
fn state_must_go_where_it_is_said_to_go() {
    check_alone(Fault::RemembersInSecret, Item::Stateless, "a new one");
    check(Fault::EmptySnapshot, Item::Snapshot, "restored");
    check(Fault::RefusesItsOwn, Item::Snapshot, "did not take it");
    check(Fault::SnapshotChangesIt, Item::Snapshot, "after `snapshot`");
    check_alone(Fault::SnapshotsTheFirst, Item::Subset, "workload 3");
    check_alone(Fault::ForgetsAll, Item::Forget, "after it");
    check_alone(Fault::ForgettingTraps, Item::Forget, "panicked");
    check_alone(Fault::TakesGarbage, Item::Garbage, "without complaint");
    check_alone(Fault::GarbageTraps, Item::Garbage, "panicked");
    check_alone(Fault::HalfRestores, Item::Garbage, "one that refused");
}

#[test]
fn too_few_turns_are_no_ground_for_more() {
    let fake = Fake::new(Fault::TrapsAlways);
    let conformance = hold(&fake, &fake, true);
    let skipped = |wanted| {
        conformance
            .verdicts
            .iter()
            .any(|verdict| verdict.item == wanted && matches!(verdict.outcome, Outcome::Skipped(_)))
    };
    assert!(skipped(Item::Repeat) && skipped(Item::Snapshot));
    let items: Vec<Item> = conformance.findings().map(|(item, _)| item).collect();
    assert!(items.contains(&Item::Traps), "{items:?}");
}

#[test]
fn what_there_is_no_time_for_is_left_out_and_no_finding() {
    let fake = Fake::new(Fault::Slow);
    let conformance = hold(&fake, &fake, true);
    assert_eq!(conformance.findings().count(), 0);
    let late = conformance.verdicts.iter().filter(
        |verdict| matches!(&verdict.outcome, Outcome::Skipped(why) if why.contains("no time")),
    );
    assert_eq!(late.map(|verdict| verdict.item).next(), Some(Item::Answers));
}

#[test]
fn a_module_that_needs_settings_is_told_how_they_may_look() {
    let fake = Fake::new(Fault::NeedsSettings);
    let conformance = hold(&fake, &fake, false);
    let needed = conformance.needs_settings.as_ref().unwrap();
    assert_eq!(needed.example.as_deref(), Some(r#"{"replicas":3}"#));
    assert!(needed.accepted && needed.complaints.contains("replicas"));
    assert_eq!(conformance.findings().count(), 0);
}

#[test]
fn the_scenario_is_long_and_varied_and_the_same_every_time() {
    let frames = scenario::scenario(std::time::Duration::ZERO, None);
    assert!(frames.len() >= 30);
    let rows: Vec<usize> = frames.iter().map(scenario::Frame::rows).collect();
    assert!(rows.contains(&1) && rows.iter().any(|&rows| rows >= 300), "{rows:?}");
    let values = || frames.iter().flat_map(|frame| &frame.now.cards).flat_map(|card| &card.values);
    assert!(values().any(|value| value.is_nan()) && values().any(|value| *value >= 1e6));
    let text = |frames: &[scenario::Frame]| format!("{frames:?}");
    assert_eq!(text(&frames), text(&scenario::scenario(std::time::Duration::ZERO, None)));
    assert!(frames.windows(2).all(|pair| pair[0].now.now < pair[1].now.now));
    let of_three = scenario::scenario(std::time::Duration::ZERO, Some(3));
    assert_eq!(of_three.len(), frames.len());
    assert!(of_three.iter().all(|frame| frame.rows() == 3));
}
