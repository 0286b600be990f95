use std::path::Path;

use super::*;
use crate::Purpose;

fn shape() -> Shape {
    Shape { inputs: 1, heads: vec![2], scores: vec!["reward".into()] }
}

fn settings(n_step: u32, log: Option<&Path>) -> MemorySettings {
    MemorySettings {
        capacity: 100,
        n_step,
        gamma: 0.5,
        prioritised: None,
        log: log.map(Path::to_owned),
        keep: 2,
        provenance: Provenance {
            policy: "p".into(),
            policy_version: String::new(),
            reward: "reward".into(),
            reward_version: String::new(),
            driver: "test".into(),
            seed: 0,
        },
        features: vec!["x".into()],
        features_version: String::new(),
    }
}

fn memory(n_step: u32, log: Option<&Path>) -> StoredMemory {
    StoredMemory::open(settings(n_step, log), &shape()).unwrap()
}

/// One experience of a world's only row, whose reward is the turn's number.
fn append(memory: &mut StoredMemory, world: u32, turn: u64, ending: Ending) {
    let row = Row {
        id: RowId { world, row: 0 },
        turn,
        before: &[turn as f32],
        choices: &[1],
        probability: f32::NAN,
        scores: &[turn as f64],
        after: &[turn as f32 + 1.0],
        allowed_after: &[true, true],
        ending,
    };
    memory.append(&row).unwrap();
}

/// What can be sampled: (before, reward, discount, after) by where it begins.
fn sampled(memory: &mut StoredMemory) -> Vec<[f32; 4]> {
    let mut batch = Batch::new();
    let mut chance = Chance::new(1, Purpose::Sampling);
    memory.sample(400, 1.0, &mut chance, &mut batch).unwrap();
    let row =
        |row: usize| [batch.before[row], batch.reward[row], batch.discount[row], batch.after[row]];
    let mut rows: Vec<[f32; 4]> = (0..400).map(row).collect();
    rows.sort_by(|one, other| one.partial_cmp(other).unwrap());
    rows.dedup();
    rows
}

#[test]
fn returns_reach_as_far_as_steps_endings_and_gaps_let_them() {
    let mut memory = memory(2, None);
    append(&mut memory, 0, 1, Ending::Running);
    append(&mut memory, 0, 2, Ending::Terminated);
    append(&mut memory, 0, 3, Ending::Running);
    // Turn 4 gave no lesson.
    append(&mut memory, 0, 5, Ending::Truncated);
    assert_eq!(
        sampled(&mut memory),
        [
            [1.0, 1.0 + 0.5 * 2.0, 0.0, 3.0],
            [2.0, 2.0, 0.0, 3.0],
            [3.0, 3.0, 0.5, 4.0],
            [5.0, 5.0, 0.5, 6.0]
        ]
    );
}

#[test]
fn a_return_does_not_reach_into_the_next_episode_nor_another_world() {
    let mut memory = memory(2, None);
    memory.begin_episode(0, 7);
    memory.begin_episode(1, 8);
    append(&mut memory, 0, 1, Ending::Running);
    append(&mut memory, 1, 2, Ending::Running);
    memory.begin_episode(0, 9);
    append(&mut memory, 0, 2, Ending::Running);
    assert_eq!(sampled(&mut memory), [[1.0, 1.0, 0.5, 2.0], [2.0, 2.0, 0.5, 3.0]]);
    let seeds: Vec<u64> = memory.replay().provenances().iter().map(|one| one.seed).collect();
    assert_eq!(seeds, [7, 8, 9]);
}

#[test]
fn a_memory_comes_back_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut memory = memory(2, Some(folder.path()));
    memory.begin_episode(0, 7);
    (1..=5).for_each(|turn| append(&mut memory, 0, turn, Ending::Running));
    let state = memory.state().unwrap().unwrap();
    let before = sampled(&mut memory);
    (6..=9).for_each(|turn| append(&mut memory, 0, turn, Ending::Running));
    memory.state().unwrap();
    drop(memory);
    let mut memory = self::memory(2, Some(folder.path()));
    assert_eq!(memory.len(), 9);
    memory.restore(&state).unwrap();
    assert_eq!(sampled(&mut memory), before);
    // Turn 6 goes on from turn 5, as it would have.
    append(&mut memory, 0, 6, Ending::Running);
    assert!(sampled(&mut memory).contains(&[5.0, 5.0 + 0.5 * 6.0, 0.25, 7.0]));
}

#[test]
fn a_log_of_other_features_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    drop(memory(1, Some(folder.path())));
    let other = MemorySettings { features: vec!["y".into()], ..settings(1, Some(folder.path())) };
    let refused = StoredMemory::open(other, &shape()).err().unwrap().to_string();
    assert!(refused.contains("features") && refused.contains('y'), "{refused}");
}
