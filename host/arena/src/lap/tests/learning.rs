//! Experiences, worked out by hand. The reward of a tick is its number, and a pond begins with one
//! replica.

use scaling::{Column, Experiences};

use super::*;

/// One workload, asked every three ticks for one replica more.
fn learner(log: &Arc<Mutex<Log>>) -> Helmsman {
    let mut policy = Helmsman::new(|batch, row| {
        let replicas = batch.observations.replicas(row).unwrap();
        Ok(Recommendation::replicas(replicas + 1))
    });
    policy.needs.period = SECOND * 3;
    policy.needs.columns = vec![Column::ReplicasDesired];
    policy.log = Arc::clone(log);
    policy
}

fn learned(pond: Pond) -> (Lap, Vec<Experiences>) {
    let log = Arc::default();
    let lap = lap(pond, &mut learner(&log), true).unwrap();
    let lessons = std::mem::take(&mut log.lock().unwrap().lessons);
    (lap, lessons)
}

/// Checks (before, after, action before, action after, reward, ending) of each lesson's only row.
#[track_caller]
fn check(lessons: &[Experiences], expected: &[(f64, f64, u32, u32, f64, Ending)]) {
    let told: Vec<_> = lessons
        .iter()
        .map(|lesson| {
            assert_eq!(lesson.rows(), 1);
            let action = lesson.actions[0];
            let (before, after) = (action.replicas_before, action.replicas_after);
            let (reward, ending) = (lesson.rewards[0], lesson.endings[0]);
            (lesson.before[0], lesson.after[0], before, after, reward, ending)
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn an_experience_spans_the_policy_s_own_period() {
    let (lap, lessons) = learned(pond(8, &[0]));
    // Turns at 0, 3 and 6; the lap ends at 8, so the last span is cut short after two ticks.
    check(
        &lessons,
        &[
            (1.0, 2.0, 1, 2, 2.0, Ending::Running),
            (2.0, 3.0, 2, 3, 5.0, Ending::Running),
            (3.0, 4.0, 3, 4, 7.5, Ending::Truncated),
        ],
    );
    assert_eq!((lap.steps, lap.ticks), (3, 8));
}

#[test]
fn a_span_that_touches_the_warm_up_teaches_nothing() {
    let mut warming = pond(9, &[0]);
    warming.warm_up_ticks = 4;
    // Tick 3 is still warm-up, and belongs to the second span.
    check(&learned(warming).1, &[(3.0, 4.0, 3, 4, 8.0, Ending::Truncated)]);
}

#[test]
fn a_span_in_which_scaling_failed_teaches_nothing() {
    let mut calm = pond(9, &[0]);
    calm.scale_fails_at = Some(4);
    check(
        &learned(calm).1,
        &[(1.0, 2.0, 1, 2, 2.0, Ending::Running), (3.0, 4.0, 3, 4, 8.0, Ending::Truncated)],
    );
}

#[test]
fn a_span_without_a_reward_teaches_nothing() {
    let log = Arc::default();
    let umpire = Umpire::new(|transitions| match transitions.after.tick {
        2 => Err(scaling::RewardError::Failed { cause: "fog".into() }),
        tick => Ok(vec![tick as f64; transitions.rows.len()]),
    });
    let rails = Rails::default();
    let mut policy = learner(&log);
    let lap =
        lap_with(pond(6, &[0]), &mut policy, true, umpire, Duration::ZERO, &rails, None).unwrap();
    check(&log.lock().unwrap().lessons, &[(2.0, 3.0, 2, 3, 5.0, Ending::Truncated)]);
    assert_eq!(lap.complaints, [Some("the reward function failed: fog".to_owned())]);
}

#[test]
fn whoever_leaves_teaches_nothing_more_and_is_forgotten() {
    let mut leaving = pond(6, &[0, 0]);
    leaving.last_leaves_at = Some(4);
    let log: Arc<Mutex<Log>> = Arc::default();
    let lap = lap(leaving, &mut learner(&log), true).unwrap();
    let log = log.lock().unwrap();
    let rows: Vec<usize> = log.lessons.iter().map(Experiences::rows).collect();
    assert_eq!(rows, [2, 1]);
    assert_eq!(log.forgotten, [WorkloadId(11)]);
    assert_eq!(lap.workloads.len(), 2, "what it did is still told");
}

#[test]
fn nobody_learns_or_explores_unless_asked_to() {
    let log: Arc<Mutex<Log>> = Arc::default();
    lap(pond(8, &[0]), &mut learner(&log), false).unwrap();
    let log = log.lock().unwrap();
    assert!(log.lessons.is_empty());
    assert!(log.batches.iter().all(|(_, _, explore, _)| !explore));
}
