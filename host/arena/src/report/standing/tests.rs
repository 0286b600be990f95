use super::*;
use crate::report::sample;
use crate::results::{Estimate, Interval};

fn comparison(interval: Option<(f64, f64)>) -> Comparison {
    let interval = interval.map(|(low, high)| Interval { low, high });
    Comparison {
        entrant: "one".into(),
        reference: "other".into(),
        metric: "metric".into(),
        estimate: Estimate { values: 5, iqm: 0.0, interval, mean: 0.0, median: 0.0 },
        differences: Vec::new(),
        wins: 0,
        losses: 0,
        improvement_probability: 0.5,
        improvement_interval: None,
    }
}

#[test]
fn a_difference_is_decided_only_by_an_interval_without_zero() {
    let plan = sample::results().plan;
    let check = |interval, better, verdict| {
        let comparison = comparison(interval);
        assert_eq!(Verdict::of(&plan, &comparison, better), verdict, "{interval:?} {better:?}");
    };
    check(Some((0.1, 0.2)), Better::Higher, Verdict::Better);
    check(Some((0.1, 0.2)), Better::Lower, Verdict::Worse);
    check(Some((-0.2, -0.1)), Better::Higher, Verdict::Worse);
    check(Some((-0.2, -0.1)), Better::Lower, Verdict::Better);
    check(Some((-0.1, 0.1)), Better::Higher, Verdict::Open);
    check(Some((0.0, 0.1)), Better::Higher, Verdict::Open);
    check(Some((-0.1, 0.0)), Better::Lower, Verdict::Open);
    check(Some((0.1, f64::INFINITY)), Better::Lower, Verdict::Worse);
    check(None, Better::Higher, Verdict::Withheld);
}

#[test]
fn nobody_is_judged_by_few_pairs_or_in_a_demonstration() {
    let check = |demonstration, seeds, values, verdict| {
        let mut plan = sample::results().plan;
        (plan.demonstration, plan.seeds) = (demonstration, (1..=seeds).collect());
        let mut comparison = comparison(Some((0.1, 0.2)));
        comparison.estimate.values = values;
        let told = Verdict::of(&plan, &comparison, Better::Higher);
        assert_eq!(told, verdict, "{demonstration} {seeds} {values}");
    };
    check(false, 5, 5, Verdict::Better);
    check(false, 5, 9, Verdict::Better);
    check(false, 5, 4, Verdict::Withheld);
    check(false, 2, 2, Verdict::Withheld);
    check(false, 4, 8, Verdict::Withheld);
    check(true, 5, 5, Verdict::Withheld);
}

#[test]
fn a_demonstration_ranks_nobody() {
    let mut results = sample::results();
    results.plan.demonstration = true;
    let order: Vec<&str> = by_main_reward(&results).iter().map(|of| of.name.as_str()).collect();
    let race: Vec<&str> = results.entrants.iter().map(|of| of.name.as_str()).collect();
    assert_eq!(order, race);
    assert!(results.metrics.iter().all(|metric| best(&results, metric).is_none()));
}

#[test]
fn entrants_stand_by_their_main_reward_and_those_without_one_last() {
    let mut results = sample::results();
    let missing = results.entrants[0].name.clone();
    results.summaries.retain(|summary| summary.entrant != missing);
    let main = main_reward(&results).unwrap().clone();
    let order = by_main_reward(&results);
    assert_eq!(order.last().unwrap().name, missing);
    let scores: Vec<f64> = order.iter().filter_map(|of| value(&results, &of.name, &main)).collect();
    assert_eq!(scores.len(), results.entrants.len() - 1);
    assert!(scores.is_sorted_by(|left, right| left >= right), "{scores:?}");
}

#[test]
fn the_best_value_follows_the_metrics_direction() {
    let results = sample::results();
    let check = |name: &str, winner: &str| {
        let metric = metric(&results, name).unwrap();
        assert_eq!(best(&results, metric), value(&results, winner, metric), "{name}");
    };
    check("reward_mean:balanced", &by_main_reward(&results)[0].name);
    check("replica_seconds", "static-3");
    check("latency_seconds_p99", "static-12");
}

#[test]
fn a_value_that_most_share_is_not_called_the_best() {
    let results = sample::results();
    let crashes = metric(&results, "crashes").unwrap();
    assert_eq!(best(&results, crashes), None);
    let refused = metric(&results, "refused_recommendations").unwrap();
    assert_eq!(best(&results, refused), None, "five of seven have none");
}
