use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
struct Golden {
    fold: bool,
    discount: f64,
    lambda: f64,
    rewards: Vec<f64>,
    values: Vec<f32>,
    after: Vec<f32>,
    endings: Vec<String>,
    advantages: Vec<f64>,
}

fn turn(rows: &[u64]) -> Turn {
    Turn {
        ids: rows.iter().map(|&row| RowId { world: 0, row }).collect(),
        inputs: vec![0.0; rows.len()],
        allowed: vec![true; 2 * rows.len()],
    }
}

/// Lessons of the rows with these rewards, inputs afterwards and endings.
fn lessons(rows: &[(usize, f64, f32, Ending)]) -> Lessons {
    Lessons {
        rows: rows.iter().map(|row| row.0).collect(),
        choices: vec![0; rows.len()],
        scores: rows.iter().map(|row| row.1).collect(),
        after: rows.iter().map(|row| row.2).collect(),
        allowed_after: vec![true; 2 * rows.len()],
        endings: rows.iter().map(|row| row.3).collect(),
    }
}

fn meet(rollout: &mut Rollout, turn: &Turn, lessons: &Lessons, values: &[f32], fold: bool) {
    rollout.begin();
    for lesson in 0..lessons.len() {
        let row = lessons.rows[lesson];
        let seen = Seen { inputs: &[0.0], log_probability: 0.0, value: values[row] };
        rollout.append(turn, (lessons, lesson), seen, fold);
    }
    rollout.end(lessons.len());
}

/// Advantages where the inputs after a transition are the critic's value of them.
fn advantages(rollout: &Rollout, discount: f64, lambda: f64) -> Vec<f64> {
    let later: Vec<f32> = rollout.unknown().map(|place| rollout.after[place]).collect();
    let mut advantages = Vec::new();
    rollout.advantages(&later, (discount, lambda), &mut advantages);
    advantages
}

#[test]
fn advantages_are_pytorchs_with_terminated_and_truncated_episodes_mixed() {
    let cases: Vec<Golden> = serde_json::from_str(include_str!("golden.json")).unwrap();
    assert_eq!(cases.iter().map(|case| case.fold).collect::<Vec<_>>(), [false, true]);
    for case in cases {
        let mut rollout = Rollout::default();
        let turn = turn(&[0, 1]);
        for step in 0..case.rewards.len() / 2 {
            let row = |row: usize| {
                let place = 2 * step + row;
                let ending = match case.endings[place].as_str() {
                    "terminated" => Ending::Terminated,
                    "truncated" => Ending::Truncated,
                    _ => Ending::Running,
                };
                (row, case.rewards[place], case.after[place], ending)
            };
            let values = &case.values[2 * step..2 * step + 2];
            meet(&mut rollout, &turn, &lessons(&[row(0), row(1)]), values, case.fold);
        }
        for (found, wanted) in
            advantages(&rollout, case.discount, case.lambda).iter().zip(&case.advantages)
        {
            assert!((found - wanted).abs() < 1e-7, "{found} instead of {wanted}");
        }
    }
}

#[test]
fn a_trajectory_is_cut_at_a_gap_and_follows_its_row_wherever_it_stands() {
    let mut rollout = Rollout::default();
    let running = |row, reward, after| (row, reward, after, Ending::Running);
    meet(
        &mut rollout,
        &turn(&[3, 5]),
        &lessons(&[running(0, 1.0, 10.0), running(1, 2.0, 20.0)]),
        &[0.0; 2],
        false,
    );
    // Row 3 gets no lesson, row 5 stands first, row 9 is new.
    meet(
        &mut rollout,
        &turn(&[5, 3, 9]),
        &lessons(&[running(0, 4.0, 40.0), running(2, 8.0, 80.0)]),
        &[0.5, 0.0, 0.0],
        false,
    );
    meet(&mut rollout, &turn(&[3]), &lessons(&[running(0, 16.0, 160.0)]), &[0.0], false);
    let unknown: Vec<usize> = rollout.unknown().collect();
    assert_eq!((unknown.as_slice(), rollout.finished), (&[0, 2, 3, 4][..], 3));
    assert_eq!(rollout.follows[1], Follow::Transition(2));
    // With λ = 0: r + γ V(after) − V, where V(after) of the second is what was said one turn later.
    let wanted = [1.0 + 5.0, 2.0 + 0.25, 4.0 + 20.0 - 0.5, 8.0 + 40.0, 16.0 + 80.0];
    assert_eq!(advantages(&rollout, 0.5, 0.0), wanted);
}

#[test]
fn what_goes_on_is_kept_when_the_finished_is_forgotten() {
    let mut rollout = Rollout::default();
    let turn = turn(&[0, 1]);
    for (step, ending) in [Ending::Running, Ending::Terminated, Ending::Running].iter().enumerate()
    {
        let step = step as f64;
        let lessons = lessons(&[(0, step, 0.0, *ending), (1, 10.0 + step, 0.0, Ending::Running)]);
        meet(&mut rollout, &turn, &lessons, &[0.0; 2], false);
    }
    let mut places = Vec::new();
    rollout.finished_places(&mut places);
    assert_eq!((places.as_slice(), rollout.finished), (&[0, 2][..], 1));
    rollout.keep_open();
    assert_eq!(rollout.rewards, [10.0, 11.0, 2.0, 12.0]);
    let follows = [Follow::Transition(1), Follow::Transition(3), Follow::Unknown, Follow::Unknown];
    assert_eq!((rollout.follows.as_slice(), rollout.finished), (&follows[..], 0));
    meet(&mut rollout, &turn, &lessons(&[(0, 3.0, 0.0, Ending::Terminated)]), &[0.0; 2], false);
    assert_eq!(rollout.follows[2], Follow::Transition(4));
    assert_eq!(rollout.finished, 2);
}
