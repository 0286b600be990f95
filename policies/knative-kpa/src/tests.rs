//! The policy as the host sees it: batches in, recommendations out.

use sdk::RawBatch;
use serde_json::Value;

use super::*;
use crate::clock::SECOND;

fn policy(settings: &str) -> KnativeKpa {
    let settings: Settings = ::settings::parse(settings).unwrap();
    assert_eq!(KnativeKpa::check(&settings), Vec::new());
    KnativeKpa::new(settings, 0)
}

/// One workload's turn: id, ready replicas, and the load of each second that has passed.
struct Case<'a> {
    id: u64,
    ready: f64,
    load: &'a [f64],
}

fn batch(now: i64, rows: &[Case], with_buckets: bool) -> Batch {
    let nan = f64::NAN;
    let column = |value: fn(&Case) -> f64| rows.iter().map(value).collect::<Vec<_>>();
    let values = [
        column(|row| row.ready),
        column(|_| 0.0),
        vec![nan; rows.len()],
        vec![nan; rows.len()],
        column(|row| row.load.last().copied().unwrap_or(f64::NAN)),
    ];
    let bucket = |row: usize, back: usize, &load: &f64| Bucket {
        row: row as u32,
        start_nanoseconds: now - (back as i64 + 1) * SECOND,
        length_nanoseconds: 1_000_000_000,
        concurrency: load,
        arrival_rate_per_second: load * 10.0,
    };
    let buckets = rows.iter().enumerate().flat_map(|(position, row)| {
        let last = row.load.len();
        row.load.iter().enumerate().map(move |(at, load)| bucket(position, last - 1 - at, load))
    });
    let buckets = if with_buckets { buckets.collect() } else { Vec::new() };
    Batch::from(RawBatch {
        now_nanoseconds: now,
        tick: 0,
        workloads: rows.iter().map(|row| row.id).collect(),
        values: values.concat(),
        explore: false,
        explain: true,
        details: vec![Detail::Buckets(buckets)],
    })
}

/// Replicas and reason of a lone workload 1.
fn decide(
    policy: &mut KnativeKpa,
    now: i64,
    ready: f64,
    load: &[f64],
) -> (Option<f64>, &'static str) {
    let advice = policy.decide(&batch(now, &[Case { id: 1, ready, load }], true)).unwrap();
    let answer = &advice.recommendations[0];
    (answer.replicas, Reason::LABELS[answer.reason as usize])
}

fn explained(policy: &mut KnativeKpa, now: i64, ready: f64, load: &[f64]) -> Value {
    let advice = policy.decide(&batch(now, &[Case { id: 1, ready, load }], true)).unwrap();
    serde_json::from_str(&advice.explanations[0].json).unwrap()
}

#[test]
fn averages_the_seconds_of_both_windows() {
    let mut policy = policy(r#"{"target": 10, "target_utilisation_percentage": 100}"#);
    let mut load = vec![3.0; 54];
    load.extend([12.0; 6]);
    let why = explained(&mut policy, 60 * SECOND, 1.0, &load);
    assert_eq!(why["stable_value"], (54.0 * 3.0 + 6.0 * 12.0) / 60.0);
    assert_eq!(why["panic_value"], 12.0);
    assert_eq!(why["panic_count"]["raw"], 2.0);
    assert_eq!(why["panicking"], true);
    assert_eq!(why["excess_burst_capacity"], 10 - 211 - 12);
    assert_eq!(why["activators"], 3);
    assert_eq!(why["reason"], "panicking");
}

#[test]
fn scales_on_the_rate_of_arrivals_when_asked_to() {
    let mut policy = policy(r#"{"metric": "rps"}"#);
    assert_eq!(policy.needs().columns[column::LOAD], "arrival_rate_per_second");
    let why = explained(&mut policy, 60 * SECOND, 3.0, &[42.0; 60]);
    assert_eq!((&why["stable_value"], &why["desired"]), (&420.0.into(), &3.into()));
}

#[test]
fn the_column_stands_in_for_buckets_that_are_absent() {
    let mut policies = [policy("{}"), policy("{}"), policy("{}")];
    for turn in 1..50 {
        let (now, load) = (turn * 2 * SECOND, [turn as f64; 2]);
        let case = || Case { id: 1, ready: 1.0, load: &load };
        let mut without_list = (*batch(now, &[case()], false)).clone();
        without_list.details.clear();
        let batches =
            [batch(now, &[case()], true), batch(now, &[case()], false), without_list.into()];
        let snapshots: Vec<_> = policies
            .iter_mut()
            .zip(&batches)
            .map(|(policy, batch)| {
                policy.decide(batch).unwrap();
                policy.snapshot(&[1])
            })
            .collect();
        assert!(snapshots.windows(2).all(|pair| pair[0] == pair[1]), "turn {turn}");
    }
}

/// Serves, falls silent, and is asked again from zero: the answers, each once.
fn day(settings: &str) -> Vec<(Option<f64>, &'static str)> {
    let mut policy = policy(settings);
    let mut answers = Vec::new();
    let mut now = 0;
    for (ready, load, turns) in [(1.0, 30.0, 40), (1.0, 0.0, 50), (0.0, 0.0, 10), (0.0, 500.0, 1)] {
        for _ in 0..turns {
            now += 2 * SECOND;
            answers.push(decide(&mut policy, now, ready, &[load; 2]));
        }
    }
    answers.dedup();
    answers
}

#[test]
fn goes_to_zero_and_comes_back() {
    let (serving, back) = ((Some(1.0), "stable"), (Some(3.0), "panicking"));
    let (deactivated, zero) = ((None, "zero-deactivated"), (Some(0.0), "zero"));
    // One replica cannot carry the burst, so that the activator has been in the path all along.
    assert_eq!(day("{}"), [serving, deactivated, zero, back]);
    // Without a burst to carry it must come into the path first.
    let grace = (None, "zero-grace");
    let waiting = [serving, deactivated, grace, zero, back];
    assert_eq!(day(r#"{"target_burst_capacity": 0}"#), waiting);
    let kept = [serving, (Some(1.0), "zero-disabled"), back];
    assert_eq!(day(r#"{"cluster": {"enable_scale_to_zero": false}}"#), kept);
}

#[test]
fn holds_without_data_and_without_a_count() {
    let mut policy = policy("{}");
    assert_eq!(decide(&mut policy, 0, 1.0, &[]), (None, "activating"));
    assert_eq!(decide(&mut policy, 2 * SECOND, 1.0, &[]), (None, "no-data"));
    assert_eq!(decide(&mut policy, 4 * SECOND, 1.0, &[150.0; 2]), (Some(3.0), "panicking"));
    assert_eq!(decide(&mut policy, 6 * SECOND, f64::NAN, &[150.0; 2]), (None, "no-ready-count"));
    // After a silent window the last count stands.
    assert_eq!(decide(&mut policy, 120 * SECOND, 3.0, &[]), (Some(3.0), "no-data"));
}

#[test]
fn silence_is_zero_where_the_activator_sees_everything() {
    let mut policy = policy(r#"{"target_burst_capacity": -1}"#);
    decide(&mut policy, 2 * SECOND, 1.0, &[150.0; 2]);
    let why = explained(&mut policy, 120 * SECOND, 1.0, &[]);
    assert_eq!((&why["stable_value"], &why["excess_burst_capacity"]), (&0.0.into(), &(-1).into()));
    assert_eq!(why["desired"], 0);
}

#[test]
fn workloads_neither_mix_nor_depend_on_their_rows() {
    let mut policy = policy("{}");
    let heavy = || Case { id: 7, ready: 2.0, load: &[900.0; 2] };
    let light = || Case { id: 8, ready: 2.0, load: &[1.0; 2] };
    let together = policy.decide(&batch(2 * SECOND, &[heavy(), light()], true)).unwrap();
    let swapped = policy.decide(&batch(4 * SECOND, &[light(), heavy()], true)).unwrap();
    let replicas = |advice: &Advice| -> Vec<_> {
        advice.recommendations.iter().map(|answer| answer.replicas).collect()
    };
    assert_eq!(replicas(&together), [Some(13.0), Some(2.0)]);
    assert_eq!(replicas(&swapped), [Some(2.0), Some(13.0)]);
    policy.forget(&[7]);
    assert_eq!(policy.snapshot(&[7]), policy.snapshot(&[]));
    assert_ne!(policy.snapshot(&[8]), policy.snapshot(&[]));
}

#[test]
fn takes_history_from_outside() {
    let settings = r#"{"target": 1, "target_utilisation_percentage": 100}"#;
    for (history, ready, load, answer) in [
        // In panic for five seconds, at five replicas: the stable value is the larger one.
        (
            r#""panic": {"age_seconds": 5, "replicas": 5},
               "buckets": [{"age_seconds": 3, "value": 90}, {"age_seconds": 2, "value": 70}]"#,
            5.0,
            [40.0, 40.0].as_slice(),
            (Some(60.0), "panicking"),
        ),
        // The panic is over, and did not begin anew although there are five replicas.
        (r#""panic": {"age_seconds": 61, "replicas": 50}"#, 5.0, &[4.0], (Some(4.0), "stable")),
        (r#""buckets": []"#, 5.0, &[4.0], (Some(4.0), "stable")),
        // Inactive for just less and just as long as the grace period.
        (
            r#""activity": {"phase": "inactive", "age_seconds": 29}"#,
            1.0,
            &[0.0],
            (None, "zero-grace"),
        ),
        (
            r#""activity": {"phase": "inactive", "age_seconds": 29, "proxying_age_seconds": 30}"#,
            1.0,
            &[0.0],
            (Some(0.0), "zero"),
        ),
        (
            r#""activity": {"phase": "inactive", "age_seconds": 30}"#,
            1.0,
            &[0.0],
            (Some(0.0), "zero"),
        ),
        // The last word stands while nothing is measured.
        (
            r#""status": {"desired": 9, "excess_burst_capacity": -4}"#,
            1.0,
            &[],
            (Some(9.0), "no-data"),
        ),
    ] {
        for now in [1_000 * SECOND, 1_700_000_000_000_000_000] {
            for anchor in ["", &format!(r#""now_nanoseconds": {now},"#)] {
                let mut policy = policy(settings);
                let text =
                    format!(r#"{{"version":1,"workloads":[{{"workload":1,{anchor}{history}}}]}}"#);
                policy.restore(text.as_bytes()).unwrap();
                assert_eq!(decide(&mut policy, now, ready, load), answer, "{text}");
            }
        }
    }
}

#[test]
fn keeps_the_delay_window_across_a_move() {
    let settings = r#"{"scale_down_delay_seconds": 10}"#;
    let mut policy = policy(settings);
    let text = r#"{"version": 1, "workloads": [{"workload": 1,
        "delay": [{"age_seconds": 6, "replicas": 8}, {"age_seconds": 4, "replicas": 6}]}]}"#;
    policy.restore(text.as_bytes()).unwrap();
    for (seconds, passed, answer) in [
        (100, 1, (Some(8.0), "scale-down-delayed")),
        (104, 4, (Some(6.0), "scale-down-delayed")),
        (106, 2, (Some(2.0), "stable")),
    ] {
        let (now, load) = (seconds * SECOND, vec![100.0; passed]);
        assert_eq!(decide(&mut policy, now, 3.0, &load), answer, "at {seconds} s");
    }
}

#[test]
fn an_unmet_workload_is_snapshotted_as_it_was_restored() {
    let text =
        r#"{"version":1,"workloads":[{"workload":1,"panic":{"age_seconds":5,"replicas":5}}]}"#;
    let mut first = policy("{}");
    first.restore(text.as_bytes()).unwrap();
    let mut second = policy("{}");
    second.restore(&first.snapshot(&[1])).unwrap();
    assert_eq!(decide(&mut second, SECOND, 5.0, &[1.0]), (Some(5.0), "panicking"));
}

#[test]
fn forgets_what_was_restored() {
    let record = |anchor: &str| {
        format!(
            r#"{{"version":1,"workloads":[{{"workload":1,{anchor}
                "panic":{{"age_seconds":1,"replicas":9}}}}]}}"#
        )
    };
    for anchor in ["", r#""now_nanoseconds": 0,"#] {
        let mut policy = policy("{}");
        policy.restore(record(anchor).as_bytes()).unwrap();
        policy.forget(&[1]);
        assert_eq!(decide(&mut policy, SECOND, 1.0, &[1.0]), (Some(1.0), "stable"), "{anchor}");
        // What comes later stands, whatever the workload was before.
        policy.restore(record(anchor).as_bytes()).unwrap();
        assert_eq!(decide(&mut policy, SECOND, 1.0, &[1.0]), (Some(9.0), "panicking"), "{anchor}");
    }
}

#[test]
fn refuses_buckets_without_a_row() {
    let mut raw = (*batch(0, &[Case { id: 1, ready: 1.0, load: &[1.0] }], true)).clone();
    let Detail::Buckets(buckets) = &mut raw.details[0] else { panic!("buckets were given") };
    buckets[0].row = 1;
    assert!(policy("{}").decide(&Batch::from(raw)).unwrap_err().contains("bucket 0"));
}
