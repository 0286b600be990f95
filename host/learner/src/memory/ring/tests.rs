use super::*;
use crate::Purpose;

const ID: RowId = RowId { world: 0, row: 7 };

fn ring(capacity: usize, n_step: usize) -> Ring {
    let shape = Shape { inputs: 1, heads: vec![2], scores: vec!["reward".into()] };
    Ring::new(&shape, RingSettings { capacity, n_step, gamma: 0.5 })
}

/// Appends a row that leads from `turn` to `turn + 1` with the reward 2^turn.
fn append(ring: &mut Ring, turn: u64, ending: Ending) {
    let (before, after) = ([turn as f32], [turn as f32 + 1.0]);
    let row = Row {
        id: ID,
        turn,
        before: &before,
        choices: &[(turn % 2) as u16],
        reward: 2.0_f64.powi(turn as i32),
        after: &after,
        allowed_after: &[true, turn > 3],
        ending,
    };
    ring.append(&row).unwrap();
    ring.end_turn(turn);
}

/// Start, reward, discount, end.
fn rows(ring: &Ring) -> Vec<[f32; 4]> {
    let all = ring.before.iter().zip(&ring.figures).zip(&ring.after);
    all.map(|((before, [reward, discount]), after)| [*before, *reward, *discount, *after]).collect()
}

#[test]
fn n_steps_are_summed_up_and_endings_shorten_them() {
    let endings = [(Ending::Terminated, 0.0), (Ending::Truncated, 1.0)];
    for (ending, goes_on) in endings {
        let mut ring = ring(9, 3);
        for turn in 0..3 {
            append(&mut ring, turn, Ending::Running);
        }
        assert_eq!(rows(&ring), [[0.0, 3.0, 0.125, 3.0]]);
        append(&mut ring, 3, ending);
        let wanted = [
            [0.0, 3.0, 0.125, 3.0],
            [1.0, 6.0, 0.125 * goes_on, 4.0],
            [2.0, 8.0, 0.25 * goes_on, 4.0],
            [3.0, 8.0, 0.5 * goes_on, 4.0],
        ];
        assert_eq!(rows(&ring), wanted);
        append(&mut ring, 4, Ending::Running);
        assert_eq!(rows(&ring), wanted, "a new episode waits for its own steps");
    }
}

#[test]
fn a_gap_is_bootstrapped_and_not_joined() {
    let mut ring = ring(9, 3);
    append(&mut ring, 0, Ending::Running);
    append(&mut ring, 1, Ending::Running);
    ring.end_turn(2);
    let wanted = [[0.0, 2.0, 0.25, 2.0], [1.0, 2.0, 0.5, 2.0]];
    assert_eq!(rows(&ring), wanted);
    for turn in 3..6 {
        append(&mut ring, turn, Ending::Running);
    }
    assert_eq!(rows(&ring)[2..], [[3.0, 24.0, 0.125, 6.0]]);
}

#[test]
fn the_oldest_goes_first() {
    let mut ring = ring(3, 1);
    for turn in 0..5 {
        append(&mut ring, turn, Ending::Running);
    }
    assert_eq!((ring.len(), ring.position()), (3, 5));
    assert_eq!(ring.before, [3.0, 4.0, 2.0]);
    assert_eq!(ring.choices, [1, 0, 0]);
    assert_eq!(ring.allowed_after, [true, false, true, true, true, false]);
}

#[test]
fn every_experience_is_sampled_alike_with_all_that_belongs_to_it() {
    let mut ring = ring(4, 1);
    for turn in 0..4 {
        append(&mut ring, turn, Ending::Running);
    }
    let (mut chance, mut batch) = (Chance::new(2, Purpose::Sampling), Batch::default());
    let mut counts = [0_u32; 4];
    for _ in 0..100 {
        ring.sample(400, 1.0, &mut chance, &mut batch).unwrap();
        assert_eq!((batch.len(), batch.weights.len()), (400, 400));
        for row in 0..400 {
            let start = batch.before[row];
            counts[start as usize] += 1;
            assert_eq!(batch.after[row], start + 1.0);
            assert_eq!(batch.rewards[row], 2.0_f32.powf(start));
            assert_eq!(batch.choices[row], start as u16 % 2);
        }
    }
    assert!(counts.iter().all(|count| count.abs_diff(10_000) < 500), "{counts:?}");
}

#[test]
fn nothing_is_sampled_from_an_empty_ring() {
    let (mut chance, mut batch) = (Chance::new(2, Purpose::Sampling), Batch::default());
    let refused = ring(4, 1).sample(1, 1.0, &mut chance, &mut batch).unwrap_err();
    assert_eq!(refused.to_string(), "sampling from a ring failed: it is empty");
}
