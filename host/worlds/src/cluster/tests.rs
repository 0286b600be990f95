use std::time::Duration;

use agent::{Card, Change};
use scaling::{Ending, Rails};

use super::*;
use crate::fixture::{card, mp3, mp3_with, trio, trio_of};

/// The choice of one more, one fewer and nothing, from the card of the fixture.
const NOTHING: u16 = 0;
const MORE: u16 = 1;
const FEWER: u16 = 2;

fn replicas(world: &ClusterWorld) -> Vec<u32> {
    let seen = world.practice().unwrap().observations();
    (0..seen.rows()).map(|row| seen.replicas(row).unwrap()).collect()
}

#[test]
fn a_row_is_its_features_and_what_bounds_allow() {
    let mut world = mp3(5);
    world.reset(4).unwrap();
    let rate =
        world.practice().unwrap().observations().get(0, scaling::Column::ArrivalRatePerSecond);
    let turn = world.turn();
    assert_eq!(turn.inputs, [0.1, (rate.unwrap() / 8.0) as f32]);
    assert_eq!(turn.allowed, [true, true, false], "one is the fewest");
    assert!(world.step(&[MORE]).unwrap());
    assert_eq!(world.turn().allowed, [true, true, true]);
}

#[test]
fn a_lesson_is_the_consequence_of_a_choice() {
    let mut world = mp3(2);
    world.reset(4).unwrap();
    assert!(world.step(&[MORE]).unwrap());
    let lessons = world.lessons();
    assert_eq!((&lessons.rows[..], &lessons.choices[..]), (&[0][..], &[MORE][..]));
    assert_eq!(lessons.after, world.turn().inputs);
    assert_eq!(lessons.allowed_after, world.turn().allowed);
    assert_eq!(lessons.endings, [Ending::Running]);
    assert!(!world.step(&[NOTHING]).unwrap());
    assert_eq!(world.lessons().endings, [Ending::Truncated]);
    let reward = world.lessons().scores[0];
    assert!((0.0..=1.0).contains(&reward));
    let measures = world.measures();
    assert!(measures.iter().any(|(name, value)| *name == "reward" && value.is_finite()));
}

#[test]
fn what_was_applied_is_learned_and_not_what_was_chosen() {
    let cooldown_after_reversal = Duration::from_secs(100);
    let rails = Rails { cooldown_after_reversal, ..Rails::default() };
    let mut world = mp3_with(5, rails);
    world.reset(4).unwrap();
    world.step(&[MORE]).unwrap();
    assert_eq!(world.turn().allowed, [true, true, false], "no way back while it cools down");
    world.step(&[FEWER]).unwrap();
    assert_eq!(world.lessons().choices, [NOTHING]);
    assert_eq!(replicas(&world), [2]);
}

#[test]
fn a_joint_option_and_its_heads_scale_the_same() {
    let mut joint = trio(Arrangement::Joint { workloads: 3 });
    let mut factored = trio(Arrangement::Factored { workloads: 3 });
    joint.reset(1).unwrap();
    factored.reset(1).unwrap();
    assert_eq!(joint.shape().heads, [27]);
    assert_eq!(factored.shape().heads, [3, 3, 3]);
    assert_eq!(joint.turn().inputs, factored.turn().inputs);
    assert_eq!(joint.turn().inputs.len(), 6);
    for choices in [[MORE, NOTHING, MORE], [MORE, MORE, FEWER], [FEWER, NOTHING, NOTHING]] {
        let option = choices.iter().fold(0, |index, choice| index * 3 + choice);
        joint.step(&[option]).unwrap();
        factored.step(&choices).unwrap();
        assert_eq!(joint.lessons().choices, [option]);
        assert_eq!(factored.lessons().choices, choices);
        assert_eq!(joint.lessons().scores, factored.lessons().scores);
        assert_eq!(joint.lessons().after, factored.lessons().after);
    }
    assert_eq!(replicas(&joint), [2, 2, 1]);
    assert_eq!(replicas(&joint), replicas(&factored));
}

#[test]
fn a_joint_option_is_allowed_if_all_of_its_parts_are() {
    let mut world = trio(Arrangement::Joint { workloads: 3 });
    world.reset(1).unwrap();
    // All have one replica, so no option may take one away from anybody.
    for (option, &allowed) in world.turn().allowed.iter().enumerate() {
        let mut changes = [0; 3];
        parts(option, 3, &mut changes);
        assert_eq!(allowed, !changes.contains(&usize::from(FEWER)), "{changes:?}");
    }
}

#[test]
fn workloads_by_themselves_have_a_row_and_a_lesson_each() {
    let mut world = trio(Arrangement::PerWorkload);
    world.reset(1).unwrap();
    assert_eq!(world.turn().rows(), 3);
    world.step(&[MORE, NOTHING, MORE]).unwrap();
    assert_eq!(world.lessons().choices, [MORE, NOTHING, MORE]);
    assert_eq!(world.lessons().rows, [0, 1, 2]);
    assert_eq!(replicas(&world), [2, 1, 2]);
}

#[test]
fn limits_are_changed_alone_or_with_replicas_and_learned_from() {
    let change = |replicas, cpu_millicores| Change { replicas, cpu_millicores, memory_bytes: 0 };
    let changes = vec![change(0, 0), change(0, 100), change(0, -100), change(1, 100)];
    let mut world = trio_of(Card {
        changes,
        cpu_millicores: Some((100, 300)),
        ..card(Arrangement::Factored { workloads: 3 })
    });
    world.reset(1).unwrap();
    assert_eq!(world.turn().allowed, [true; 12]);
    world.step(&[1, 2, 3]).unwrap();
    assert_eq!(world.lessons().choices, [1, 2, 3]);
    let seen = world.practice().unwrap().observations();
    assert_eq!(seen.column(Column::CpuLimitMillicores), [300.0, 100.0, 300.0]);
    assert_eq!(replicas(&world), [1, 1, 2]);
    // The largest limit, the least, and the largest.
    let allowed =
        [[true, false, true, false], [true, true, false, true], [true, false, true, false]];
    assert_eq!(world.turn().allowed, allowed.concat());
}

#[test]
fn a_group_of_another_size_is_refused() {
    let mut world = trio(Arrangement::Factored { workloads: 2 });
    let refused = world.reset(1).unwrap_err();
    assert!(refused.cause.contains("3 workloads"), "{refused}");
    assert!(refused.cause.contains("decides 2 together"), "{refused}");
}

#[test]
fn wishes_become_choices_that_are_allowed() {
    let mut world = trio(Arrangement::Joint { workloads: 3 });
    world.reset(1).unwrap();
    // All have one replica, the fewest, of at most four.
    let wishes = [4, 1, 0].map(Recommendation::replicas);
    let mut choices = Vec::new();
    world.choices_towards(&wishes, &mut choices).unwrap();
    let wanted = [MORE, NOTHING, NOTHING].iter().fold(0, |index, choice| index * 3 + choice);
    assert_eq!(choices, [wanted]);
    assert!(world.turn().allowed[usize::from(wanted)]);
    world.step(&choices).unwrap();
    assert_eq!(replicas(&world), [2, 1, 1]);
    assert_eq!(world.lessons().choices, choices);
    let (with, missed) = world.objectives();
    assert!(with <= 3 && missed <= with);
}
