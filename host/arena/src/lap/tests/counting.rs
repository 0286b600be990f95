//! What a lap counts.

use scaling::Column;

use super::*;

/// A policy that asks for these replicas, tick by tick.
fn script(replicas: &'static [u32]) -> Helmsman {
    Helmsman::new(move |batch, _| {
        Ok(Recommendation::replicas(replicas[batch.observations.tick as usize]))
    })
}

#[test]
fn scaling_is_counted_by_direction_and_reversal() {
    let lap = lap(pond(7, &[0]), &mut script(&[3, 3, 2, 1, 4, 0, 0]), false).unwrap();
    let scaling = &lap.overall.scaling;
    // 1 → 3 up, 3 → 2 down (reversal), 2 → 1 down, 1 → 4 up (reversal), 4 → 0 down (reversal).
    assert_eq!((scaling.up, scaling.down, scaling.reversals, scaling.failed), (2, 3, 3, 0));
}

#[test]
fn nothing_counts_while_warming_up() {
    let mut warming = pond(5, &[0]);
    warming.warm_up_ticks = 2;
    let lap = lap(warming, &mut script(&[3, 30, 2, 2, 30]), false).unwrap();
    let overall = &lap.overall;
    assert_eq!((overall.scaling.up, overall.scaling.down, overall.scaling.reversals), (1, 1, 2));
    assert_eq!((overall.answers.asked, overall.answers.illegal), (3, 1));
    assert_eq!(overall.rails, BTreeMap::from([("bounds".to_owned(), 1)]));
    assert_eq!((overall.rewards[0].scored, overall.rewards[0].total), (3, 3.0 + 4.0 + 5.0));
    assert_eq!((overall.slo_ticks, overall.seconds), (3, 3.0));
    assert_eq!(lap.ticks, 5);
}

#[test]
fn what_cannot_be_applied_is_counted() {
    let mut calm = pond(3, &[0, 0]);
    calm.scale_fails_at = Some(1);
    let lap = lap(calm, &mut script(&[1, 2, 2]), false).unwrap();
    assert_eq!((lap.overall.scaling.failed, lap.overall.scaling.up), (2, 2));
}

#[test]
fn the_objective_is_judged_tick_by_tick() {
    // Served are ten requests a replica; nine replicas serve all that can arrive, none nothing.
    let all = lap(pond(20, &[0]), &mut Helmsman::fixed(9), false).unwrap();
    let none = lap(pond(20, &[0]), &mut Helmsman::fixed(0), false).unwrap();
    assert_eq!((all.overall.slo_ticks, all.overall.slo_ticks_violated), (20, 0));
    let quiet = none.series[0].arrival_rate_per_second.iter().filter(|rate| **rate == Some(0.0));
    assert_eq!(none.overall.slo_ticks_violated, 20 - quiet.count() as u64);
    assert_eq!(none.overall.requests.slo_violations, none.overall.requests.arrivals);
}

#[test]
fn all_workloads_together_are_the_sum_of_each() {
    let lap = lap(pond(20, &[0, 1, 1]), &mut Helmsman::fixed(3), false).unwrap();
    let sum = |of: fn(&Measures) -> u64| -> u64 {
        lap.workloads.iter().map(|workload| of(&workload.measures)).sum()
    };
    assert_eq!(lap.overall.requests.arrivals, sum(|of| of.requests.arrivals));
    assert_eq!(lap.overall.requests.rejected, sum(|of| of.requests.rejected));
    assert_eq!(lap.overall.slo_ticks_violated, sum(|of| of.slo_ticks_violated));
    assert_eq!(lap.overall.answers.asked, 60);
    assert_eq!(lap.overall.replica_seconds, 180.0);
    assert_eq!(lap.overall.seconds, 20.0);
    assert_eq!(lap.overall.rewards[0].mean(), Some(10.5));
}

#[test]
fn a_reward_sees_one_group_and_one_tick_a_call() {
    static CALLS: Mutex<Vec<(u64, Vec<f64>)>> = Mutex::new(Vec::new());
    let umpire = Umpire::new(|transitions| {
        let rates = transitions.after.column(Column::ArrivalRatePerSecond);
        let rates = transitions.rows.iter().map(|row| rates[row.after_row]).collect();
        CALLS.lock().unwrap().push((transitions.after.tick, rates));
        Ok(vec![0.0; transitions.rows.len()])
    });
    let rails = Rails::default();
    let mut policy = Helmsman::fixed(1);
    let lap =
        lap_with(pond(2, &[7, 3, 7]), &mut policy, false, umpire, Duration::ZERO, &rails, None);
    let rate = |workload: usize, tick: usize| {
        f64::from(lap.as_ref().unwrap().series[workload].arrival_rate_per_second[tick].unwrap())
    };
    let expected: Vec<(u64, Vec<f64>)> = vec![
        (1, vec![rate(1, 0)]),
        (1, vec![rate(0, 0), rate(2, 0)]),
        (2, vec![rate(1, 1)]),
        (2, vec![rate(0, 1), rate(2, 1)]),
    ];
    assert_eq!(*CALLS.lock().unwrap(), expected);
}
