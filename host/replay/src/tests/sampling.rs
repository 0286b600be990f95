//! Samples: from whom, how far, how often.

use super::*;

fn filled(rows: u64) -> Replay {
    let mut replay = memory(Limits::rows(rows as usize));
    for number in 0..rows {
        append(&mut replay, told(number));
    }
    replay
}

#[test]
fn a_batch_has_what_the_rows_have() {
    let replay = filled(300);
    let mut batch = Batch::new();
    replay.sample(&draw(50), &mut generator(1), &mut batch).unwrap();
    assert_eq!((batch.rows(), batch.before.len(), batch.allowed_after.len()), (50, 100, 250));
    for row in 0..batch.rows() {
        let value = batch.before[2 * row];
        let told = told(value as u64);
        assert_eq!(batch.ids[row].sequence, value as u64 + 1);
        assert_eq!(batch.before[2 * row + 1], -value);
        assert_eq!(batch.after[2 * row..][..2], [value + 3.0, -(value + 3.0)]);
        assert_eq!(batch.choices[2 * row..][..2], [value as i64 % 3, value as i64 % 2]);
        assert_eq!(batch.reward[row], value / 2.0);
        assert_eq!(batch.endings[row], told.ending);
        let goes_on = if told.ending == Ending::Terminated { 0.0 } else { 0.5 };
        assert_eq!(batch.discount[row], goes_on);
        assert_eq!(
            batch.allowed_after[5 * row..][..5],
            [true, (value as u32).is_multiple_of(2), true, false, true]
        );
        assert_eq!(batch.probability[row].is_nan(), told.turn == 0);
        assert_eq!(batch.weights[row], 1.0);
    }
}

#[test]
fn returns_end_with_the_episode_and_do_not_cross_gaps() {
    // Turn, ending and what a return over three steps from there is: reward, discount, value after.
    let check = |rows: &[(u32, Ending)], from: usize, expected: (f32, f32, f32)| {
        let mut replay = memory(Limits::rows(100));
        for (value, &(turn, ending)) in rows.iter().enumerate() {
            let value = value as f32 * 2.0 + 2.0;
            append(&mut replay, Told { tenant: 0, workload: 0, episode: 0, turn, value, ending });
            // Others in between change nothing: another workload's, and another episode of this one.
            for (workload, episode) in [(1, 0), (0, 1)] {
                let other = Told { tenant: 0, workload, episode, turn, value: 9.0, ending };
                append(&mut replay, other);
            }
        }
        let mut batch = Batch::new();
        let long = Draw { steps: NonZero::new(3).unwrap(), ..draw(500) };
        replay.sample(&long, &mut generator(3), &mut batch).unwrap();
        let sequence = from as u64 * 3 + 1;
        let row = batch.ids.iter().position(|id| id.sequence == sequence).unwrap();
        let found = (batch.reward[row], batch.discount[row], batch.after[2 * row]);
        assert_eq!(found, expected, "{rows:?} from {from}");
    };
    use Ending::{Running, Terminated, Truncated};
    let on = [(0, Running), (1, Running), (2, Running), (3, Running)];
    // Rewards are 1, 2, 3, 4 at a discount of a half; `after` is the value plus 3.
    check(&on, 0, (1.0 + 1.0 + 0.75, 0.125, 9.0));
    check(&on, 2, (3.0 + 2.0, 0.25, 11.0));
    check(&on, 3, (4.0, 0.5, 11.0));
    check(&[(0, Running), (1, Terminated), (2, Running)], 0, (2.0, 0.0, 7.0));
    check(&[(0, Running), (1, Truncated), (2, Running)], 0, (2.0, 0.25, 7.0));
    check(&[(0, Running), (2, Running), (3, Running)], 0, (1.0, 0.5, 5.0));
    check(&[(0, Running), (2, Running), (3, Running)], 1, (3.5, 0.25, 9.0));
}

#[test]
fn draws_from_one_tenant_or_one_workload() {
    let replay = filled(300);
    let check = |from: Whose, workloads: &[u64]| {
        let mut batch = Batch::new();
        let some = Draw { from, ..draw(400) };
        replay.sample(&some, &mut generator(5), &mut batch).unwrap();
        let mut seen: Vec<u64> = batch.before.iter().step_by(2).map(|&v| v as u64 % 3).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, workloads);
    };
    check(Whose::All, &[0, 1, 2]);
    check(Whose::Tenant(TenantId(0)), &[0, 1]);
    check(Whose::Tenant(TenantId(1)), &[2]);
    check(Whose::Workload(TenantId(0), WorkloadId(1)), &[1]);
    let nobody = Draw { from: Whose::Tenant(TenantId(9)), ..draw(1) };
    let error = replay.sample(&nobody, &mut generator(5), &mut Batch::new()).unwrap_err();
    assert_eq!(error, SampleError::Empty { from: nobody.from });
}

#[test]
fn every_row_is_drawn_alike() {
    let replay = filled(60);
    for from in [Whose::All, Whose::Tenant(TenantId(0))] {
        let mut batch = Batch::new();
        let mut counts = [0_u32; 60];
        let some = Draw { from, ..draw(60_000) };
        replay.sample(&some, &mut generator(7), &mut batch).unwrap();
        batch.ids.iter().for_each(|id| counts[id.sequence as usize - 1] += 1);
        let members = counts.iter().filter(|&&count| count > 0).count();
        let mean = 60_000.0 / members as f64;
        // Five standard deviations of a binomial.
        let slack = 5.0 * mean.sqrt();
        for &count in counts.iter().filter(|&&count| count > 0) {
            assert!((f64::from(count) - mean).abs() < slack, "{count} around {mean}");
        }
    }
}

#[test]
fn says_why_a_sample_cannot_be_drawn() {
    let replay = filled(3);
    let check = |some: Draw, expected: &str| {
        let said = replay.sample(&some, &mut generator(1), &mut Batch::new()).unwrap_err();
        assert!(said.to_string().contains(expected), "{said}");
    };
    check(Draw { score: 2, ..draw(1) }, "score 2 as reward: the schema has 2");
    check(Draw { gamma: 1.5, ..draw(1) }, "discount of 1.5");
    let plain = Replay::in_memory(schema(), Limits::rows(4), None).unwrap();
    let said = plain
        .sample_prioritised(&draw(1), 0.4, &mut generator(1), &mut Batch::new())
        .unwrap_err()
        .to_string();
    assert!(said.contains("no priorities are kept"), "{said}");
}

#[test]
fn prioritised_samples_follow_the_errors() {
    let mut replay = filled(30);
    let mut batch = Batch::new();
    replay.sample_prioritised(&draw(30), 0.4, &mut generator(2), &mut batch).unwrap();
    // One from each stratum of equal priorities: every row once.
    let mut all: Vec<u64> = batch.ids.iter().map(|id| id.sequence).collect();
    all.sort_unstable();
    assert!(all.iter().copied().eq(1..=30));
    assert!(batch.weights.iter().all(|&weight| weight == 1.0));

    let ids = batch.ids.clone();
    let errors: Vec<f32> = ids.iter().map(|id| (id.sequence % 3) as f32).collect();
    assert_eq!(replay.update_priorities(&ids, &errors).unwrap(), 30);
    let mut counts = [0.0_f64; 3];
    replay.sample_prioritised(&draw(30_000), 0.4, &mut generator(2), &mut batch).unwrap();
    batch.ids.iter().for_each(|id| counts[(id.sequence % 3) as usize] += 1.0);
    // (|δ| + 0.01)^0.6, ten rows of each.
    let priorities = [0.01_f64, 1.01, 2.01].map(|error| error.powf(0.6));
    let total: f64 = priorities.iter().sum();
    for (kind, priority) in priorities.iter().enumerate() {
        let expected = 30_000.0 * priority / total;
        assert!((counts[kind] - expected).abs() < 0.01 * 30_000.0, "{counts:?}");
    }
    // (N·P)^−β over that of the least likely, which is in the batch.
    for (id, &weight) in batch.ids.iter().zip(&batch.weights) {
        let expected = (priorities[0] / priorities[(id.sequence % 3) as usize]).powf(0.4) as f32;
        assert!((weight - expected).abs() < 1e-5, "{weight} for {expected}");
    }
}

#[test]
fn priorities_of_rows_that_made_room_are_left_alone() {
    let mut replay = filled(6);
    let mut batch = Batch::new();
    replay.sample_prioritised(&draw(6), 0.4, &mut generator(2), &mut batch).unwrap();
    let ids = batch.ids.clone();
    append(&mut replay, told(6));
    append(&mut replay, told(7));
    assert_eq!(replay.update_priorities(&ids, &[0.0; 6]).unwrap(), 4);
    // Two new rows of priority 1 against four of 0.01^0.6.
    replay.sample_prioritised(&draw(10_000), 0.4, &mut generator(2), &mut batch).unwrap();
    let newer = batch.ids.iter().filter(|id| id.sequence > 6).count();
    assert!(newer > 8_000, "{newer}");
    let errors = [f32::NAN; 6];
    assert!(matches!(
        replay.update_priorities(&ids, &errors),
        Err(PrioritiesError::NotFinite { .. })
    ));
    assert!(matches!(
        replay.update_priorities(&ids, &[1.0]),
        Err(PrioritiesError::Length { errors: 1, rows: 6 })
    ));
}

#[test]
fn a_warm_batch_keeps_its_memory() {
    let replay = filled(300);
    let mut batch = Batch::new();
    replay.sample(&draw(64), &mut generator(1), &mut batch).unwrap();
    let places = |batch: &Batch| {
        (
            batch.before.as_ptr(),
            batch.choices.as_ptr(),
            batch.after.as_ptr(),
            batch.allowed_after.as_ptr(),
            batch.weights.as_ptr(),
            batch.ids.as_ptr(),
        )
    };
    let before = places(&batch);
    for seed in 2..20 {
        replay.sample_prioritised(&draw(64), 0.4, &mut generator(seed), &mut batch).unwrap();
        replay.sample(&draw(64), &mut generator(seed), &mut batch).unwrap();
    }
    assert_eq!(places(&batch), before);
}
