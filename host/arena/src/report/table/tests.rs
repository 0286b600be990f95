use super::*;
use crate::metric::Metric;
use crate::report::sample;
use crate::results::{Comparison, Estimate, Interval, Note, Summary};

const WIDE: Terminal = Terminal { width: 120, colour: false };
const NARROW: Terminal = Terminal { width: 80, colour: false };

fn estimate(iqm: f64, half: f64) -> Estimate {
    let interval = Some(Interval { low: iqm - half, high: iqm + half });
    Estimate { values: 5, iqm, interval, mean: iqm, median: iqm }
}

/// Three entrants with round numbers, and one that never finished.
fn round() -> Results {
    let mut results = sample::results();
    let names = ["threshold-hpa", "knative-kpa", "static-3", "q-table"];
    results.entrants.retain(|entrant| names.contains(&entrant.name.as_str()));
    results.plan.courses = vec!["azure".into()];
    let rows = [
        ("reward_mean:balanced", 0.004, [0.823, 0.835, 0.609]),
        ("slo_violation_request_ratio", 0.001, [0.0276, 0.0406, 0.3333]),
        ("slo_violation_tick_ratio", 0.002, [0.0671, 0.1069, 0.6225]),
        ("latency_seconds_p50", 0.01, [0.168, 0.184, 0.204]),
        ("latency_seconds_p99", 0.1, [5.53, 0.94, f64::INFINITY]),
        ("replica_seconds", 90.0, [64_260.0, 58_392.0, 32_400.0]),
        ("cpu_core_seconds_used", 90.0, [30_000.0, 30_000.0, 29_448.0]),
        ("cpu_core_seconds_allocated", 90.0, [64_260.0, 58_392.0, 32_400.0]),
        ("cold_starts", 4.0, [222.0, 224.0, 0.0]),
        ("scaling_actions", 4.0, [335.0, 341.0, 0.0]),
        ("refused_recommendations", 1.0, [0.0, 0.0, 0.0]),
        ("fallback_answers", 1.0, [0.0, 0.0, 0.0]),
    ];
    let summary = |metric: &str, entrant: &str, iqm: f64, half: f64| Summary {
        entrant: entrant.into(),
        metric: metric.into(),
        course: None,
        workload: None,
        estimate: estimate(iqm, half),
    };
    results.summaries = rows
        .iter()
        .flat_map(|(metric, half, values)| {
            let of = names.iter().zip(values);
            of.map(move |(name, &iqm)| summary(metric, name, iqm, *half))
        })
        .collect();
    let comparison = |entrant: &str, iqm: f64, half: f64| Comparison {
        entrant: entrant.into(),
        reference: names[0].into(),
        metric: rows[0].0.into(),
        estimate: estimate(iqm, half),
        differences: Vec::new(),
        wins: 5,
        losses: 0,
        improvement_probability: 1.0,
        improvement_interval: None,
    };
    results.comparisons =
        vec![comparison("knative-kpa", 0.012, 0.013), comparison("static-3", -0.214, 0.003)];
    results
}

#[test]
fn a_wide_terminal_gets_the_whole_table() {
    assert_eq!(table(&round(), WIDE), include_str!("tests/wide.txt"));
}

#[test]
fn a_narrow_terminal_gets_what_matters_most() {
    assert_eq!(table(&round(), NARROW), include_str!("tests/narrow.txt"));
}

#[test]
fn no_line_is_longer_than_the_terminal_is_wide() {
    let results = sample::results();
    for width in [80, 100, 120, 160] {
        for line in table(&results, Terminal { width, colour: false }).lines() {
            assert!(line.chars().count() <= usize::from(width), "{width}: {line}");
        }
    }
}

#[test]
fn refusals_get_a_column_as_soon_as_there_is_one() {
    let wide = Terminal { width: 200, colour: false };
    let mut results = round();
    assert!(!table(&results, wide).contains("refused"));
    let refused = results.summaries.iter_mut().find(|of| of.metric == "refused_recommendations");
    refused.unwrap().estimate.mean = 0.2;
    assert!(table(&results, wide).contains("refused"));
}

#[test]
fn every_column_of_the_table_is_a_metric_of_the_race() {
    let names: Vec<String> =
        Metric::all(["balanced"]).into_iter().map(|metric| metric.record.name).collect();
    let results = round();
    for summary in &results.summaries {
        assert!(names.contains(&summary.metric), "{}", summary.metric);
    }
    assert_eq!(board::columns(&results).len(), 8, "all but the refusals");
}

#[test]
fn a_demonstration_has_numbers_and_no_verdict() {
    let mut results = round();
    results.plan.demonstration = true;
    let text = table(&results, Terminal { colour: true, ..WIDE });
    let (above, below) = text.split_once("How to read").unwrap();
    assert!(above.contains("Demonstration, no verdict"), "{above}");
    assert!(above.contains("· −0.214") && above.contains("−0.217…−0.211"), "{above}");
    for judging in ["▲", "▼", "≈", "*", "marks the best"] {
        assert!(!text.contains(judging), "`{judging}` in {text}");
    }
    assert!(!above.contains("\u{1b}[38;5;"), "no colour says who is ahead: {above:?}");
    assert!(below.contains("· no verdict"), "{below}");
}

#[test]
fn few_seeds_give_no_verdict() {
    let mut results = round();
    results.plan.seeds.truncate(2);
    results.plan.blocks = true;
    let text = table(&results, WIDE).replace('\n', " ");
    assert!(text.contains("all met the same arrivals in 2 blocks"), "{text}");
    assert!(text.contains("(threshold-hpa), block by block"), "{text}");
    assert!(text.contains("· −0.214"), "{text}");
    assert!(!text.contains("▼") && text.contains("* marks the best"), "{text}");
}

#[test]
fn colour_adds_nothing_but_colour() {
    let results = round();
    let coloured = table(&results, Terminal { colour: true, ..WIDE });
    assert!(coloured.contains("\u{1b}["), "no colour");
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    let trimmed: Vec<&str> = bare.lines().map(str::trim_end).collect();
    let plain = table(&results, WIDE);
    assert_eq!(trimmed, plain.lines().collect::<Vec<&str>>());
}

#[test]
fn a_name_cannot_move_the_cursor() {
    let mut results = round();
    let hostile = "\u{1b}[2Jgone\r\u{7}";
    results.entrants[0].name = hostile.into();
    results.summaries.iter_mut().for_each(|summary| summary.entrant = hostile.into());
    results.plan.courses = vec![hostile.into()];
    results.plan.reference = hostile.into();
    results.notes = vec![Note { kind: "one-trace".into(), text: hostile.into() }];
    results.failures[0].message = hostile.into();
    let text = table(&results, WIDE);
    let controls: Vec<char> =
        text.chars().filter(|letter| letter.is_control() && *letter != '\n').collect();
    assert!(controls.is_empty(), "{controls:?}");
}

#[test]
fn many_failures_are_counted_and_not_listed() {
    let mut results = round();
    let failure = results.failures[0].clone();
    results.failures = vec![failure; 8];
    let text = table(&results, WIDE);
    assert_eq!(text.matches("× ").count(), 6);
    assert!(text.contains("× and 3 more failed cells"));
}

#[test]
fn a_race_without_a_finished_cell_still_has_a_table() {
    let mut results = sample::results();
    results.cells.clear();
    results.summaries.clear();
    results.comparisons.clear();
    let text = table(&results, WIDE);
    for entrant in &results.entrants {
        assert!(text.contains(&entrant.name), "{}", entrant.name);
    }
}
