use super::*;
use crate::azure2021::{Invocation, Trace2021};
use crate::{ArrivalSpec, Purpose, Traces};

fn plan(json: &str) -> ArrivalPlan {
    let spec: ArrivalSpec = serde_json::from_str(json).expect(json);
    spec.plan(&traces()).expect(json)
}

/// Three invocations of two functions, at 1 s, 2 s and 4 s.
fn traces() -> Traces {
    let invocation = |start: u64, duration: u64, function| Invocation {
        start_nanoseconds: start * 1_000_000_000,
        duration_nanoseconds: duration * 1_000_000_000,
        function,
    };
    let trace = Trace2021 {
        functions: vec!["f".into(), "g".into()],
        invocations: [invocation(1, 10, 0), invocation(2, 20, 1), invocation(4, 40, 0)].into(),
    };
    Traces { azure2021: Some(trace.into()), ..Traces::default() }
}

fn start(json: &str, seed: u64) -> Arrivals {
    plan(json).start(Stream::new(seed, 0, Purpose::Arrivals))
}

const KINDS: [&str; 8] = [
    r#"{"kind":"constant","rate_per_second":40,"limit_seconds":3600}"#,
    r#"{"kind":"poisson","rate_per_second":40,"limit_seconds":3600}"#,
    r#"{"kind":"mmpp","limit_seconds":3600,"states":[
        {"rate_per_second":10,"mean_sojourn_seconds":3},
        {"rate_per_second":0,"mean_sojourn_seconds":2},
        {"rate_per_second":100,"mean_sojourn_seconds":1}]}"#,
    r#"{"kind":"diurnal","mean_rate_per_second":40,"amplitude_ratio":1,"period_seconds":600,
        "limit_seconds":3600}"#,
    r#"{"kind":"flash-crowd","base_rate_per_second":5,"peak_rate_per_second":200,
        "start_seconds":60,"ramp_up_seconds":30,"plateau_seconds":60,"decay_seconds":120,
        "limit_seconds":3600}"#,
    r#"{"kind":"counts","counts_per_minute":[0,5,300,7,0,60]}"#,
    r#"{"kind":"counts","counts_per_minute":[0,5,300,7,0,60],"placement":"exact","scale":1.5}"#,
    r#"{"kind":"azure2021","scale":3.5,"jitter_seconds":5}"#,
];

#[test]
fn instants_never_fall_and_end_for_good() {
    for json in KINDS {
        let plan = plan(json);
        let mut arrivals = plan.start(Stream::new(5, 0, Purpose::Arrivals));
        let instants: Vec<u64> = arrivals.by_ref().collect();
        assert!(instants.len() > 5, "{json}");
        assert!(instants.is_sorted(), "{json}");
        assert!(instants.iter().all(|&at| (at as f64) < plan.end), "{json}");
        assert_eq!((arrivals.next(), arrivals.next()), (None, None), "{json}");
    }
}

#[test]
fn the_same_seed_gives_the_same_arrivals_and_another_seed_others() {
    for json in KINDS {
        let instants = |seed| start(json, seed).collect::<Vec<_>>();
        assert_eq!(instants(1), instants(1), "{json}");
        if !json.contains("constant") {
            assert_ne!(instants(1), instants(2), "{json}");
        }
    }
}

/// The seventh instant of each kind under seed 1, in nanoseconds: bits that must not depend on the
/// machine nor change between versions.
#[test]
fn known_seeds_give_known_instants() {
    let seventh = KINDS.map(|json| start(json, 1).nth(6).unwrap_or(0));
    assert_eq!(
        seventh,
        [
            175000000,
            151646076,
            1261015062,
            153182848,
            1213168609,
            120213168609,
            104730394933,
            4044151053
        ]
    );
}

/// The mean over seeds of the number of arrivals, within four standard errors; `deviation` is that
/// of a single run.
fn check_count(json: &str, expected: f64, deviation: f64) {
    const SEEDS: u64 = 100;
    let total: usize = (0..SEEDS).map(|seed| start(json, seed).count()).sum();
    let mean = total as f64 / SEEDS as f64;
    let allowed = 4.0 * deviation / (SEEDS as f64).sqrt();
    assert!((mean - expected).abs() <= allowed, "{json}: {mean} ± {allowed}, not {expected}");
}

#[test]
fn processes_keep_their_rates() {
    let root = f64::sqrt;
    check_count(r#"{"kind":"constant","rate_per_second":3,"limit_seconds":100.1}"#, 300.0, 0.0);
    check_count(
        r#"{"kind":"poisson","rate_per_second":50,"scale":2,"limit_seconds":100}"#,
        10_000.0,
        root(10_000.0),
    );
    // Between two states the rate's covariance is (90 − 10)² · ⅔ · ⅓ · e^(−1.5 t): the stationary
    // rate is 10 · ⅔ + 90 · ⅓, and the variance of the count 2 · 1422 · T / 1.5 above Poisson's.
    check_count(
        r#"{"kind":"mmpp","limit_seconds":200,"states":[
            {"rate_per_second":10,"mean_sojourn_seconds":2},
            {"rate_per_second":90,"mean_sojourn_seconds":1}]}"#,
        200.0 * 110.0 / 3.0,
        root(200.0 * 110.0 / 3.0 + 2.0 * 1422.2 * 200.0 / 1.5),
    );
    // From the start on, because the first state is drawn from the long-run shares.
    check_count(
        r#"{"kind":"mmpp","limit_seconds":0.1,"states":[
            {"rate_per_second":10,"mean_sojourn_seconds":2},
            {"rate_per_second":90,"mean_sojourn_seconds":1}]}"#,
        0.1 * 110.0 / 3.0,
        root(0.1 * 110.0 / 3.0 + 1422.2 * 0.01),
    );
    // The crest of a sine has the area of its base times 2 / π.
    let crest = 300.0 * 40.0 * (1.0 + 0.7 * 2.0 / std::f64::consts::PI);
    for (phase, expected) in [(0, crest), (300, 24_000.0 - crest)] {
        let json = format!(
            r#"{{"kind":"diurnal","mean_rate_per_second":40,"amplitude_ratio":0.7,
                "period_seconds":600,"phase_seconds":{phase},"limit_seconds":300}}"#
        );
        check_count(&json, expected, root(expected));
    }
    // 400 s at the base, a triangle, a plateau and another triangle.
    let flash = KINDS[4].replace("3600", "400");
    let expected = 400.0 * 5.0 + 195.0 * (15.0 + 60.0 + 60.0);
    check_count(&flash, expected, root(expected));
    // From the middle of the ramp up to its end.
    let ramp = flash.replace(r#""limit_seconds":400"#, r#""offset_seconds":75,"limit_seconds":15"#);
    let expected = 15.0 * (102.5 + 200.0) / 2.0;
    check_count(&ramp, expected, root(expected));
    check_count(KINDS[5], 372.0, root(372.0));
    // Here most gaps reach over a change of the rate.
    let sparse = vec![1; 600];
    let json = format!(r#"{{"kind":"counts","counts_per_minute":{sparse:?}}}"#);
    check_count(&json, 600.0, root(600.0));
    check_count(
        r#"{"kind":"counts","counts_per_minute":[0,5,300,7,0,60],"scale":0.1}"#,
        37.2,
        root(37.2),
    );
}

/// Variance over mean of the counts of whole seconds: 1 for Poisson processes.
fn dispersion(json: &str) -> f64 {
    let mut counts = vec![0.0; 3600];
    for at in start(json, 3) {
        counts[(at / 1_000_000_000) as usize] += 1.0;
    }
    let mean = counts.iter().sum::<f64>() / 3600.0;
    counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / 3600.0 / mean
}

#[test]
fn poisson_counts_vary_as_they_should_and_modulated_ones_more() {
    let (constant, poisson, modulated) =
        (dispersion(KINDS[0]), dispersion(KINDS[1]), dispersion(KINDS[2]));
    assert!(constant < 0.01, "{constant}");
    // Four standard deviations of the index over 3,600 independent counts.
    assert!((poisson - 1.0).abs() < 4.0 * (2.0f64 / 3600.0).sqrt(), "{poisson}");
    assert!(modulated > 10.0, "{modulated}");
}

#[test]
fn an_offset_moves_the_window_and_nothing_else() {
    let seconds = |json: &str| if json.contains("azure2021") { 2 } else { 90 };
    for (json, offset) in KINDS.map(|json| (json, seconds(json))) {
        let from = offset * 1_000_000_000;
        let moved = json.replacen('{', &format!(r#"{{"offset_seconds":{offset},"#), 1);
        let longer = json.replace("3600", "3690");
        let expected: Vec<u64> =
            start(&longer, 4).filter(|&at| at >= from).map(|at| at - from).collect();
        let found: Vec<u64> = start(&moved, 4).collect();
        assert!(!found.is_empty() && found.len() == expected.len(), "{json}");
        // Fractions of a nanosecond are cut off after the offset was taken away.
        assert!(found.iter().zip(&expected).all(|(one, two)| one.abs_diff(*two) <= 1), "{json}");
    }
}

fn counts_by_minute(instants: impl Iterator<Item = u64>) -> Vec<u32> {
    let mut counts = vec![0; 6];
    for at in instants {
        counts[(at / 60_000_000_000) as usize] += 1;
    }
    counts
}

#[test]
fn exact_counts_are_kept_minute_by_minute() {
    let exact = KINDS[6].replace("1.5", "1");
    assert_eq!(counts_by_minute(start(&exact, 1)), [0, 5, 300, 7, 0, 60]);
    assert_eq!(counts_by_minute(start(&exact.replace(":1}", ":3}"), 1)), [0, 15, 900, 21, 0, 180]);
}

#[test]
fn a_fractional_scale_of_exact_counts_is_right_on_average() {
    let mut fives = 0;
    for seed in 0..1000 {
        let counts = counts_by_minute(start(KINDS[6], seed));
        assert_eq!((counts[2], counts[5]), (450, 90));
        assert!([7, 8].contains(&counts[1]) && [10, 11].contains(&counts[3]), "{counts:?}");
        fives += counts[1];
    }
    // 7.5 on average, each with a standard deviation of a half.
    assert!((f64::from(fives) - 7500.0).abs() < 4.0 * 0.5 * 1000f64.sqrt(), "{fives}");
}

/// The greatest distance between where the arrivals lie and the distribution of their places
/// (Kolmogorov and Smirnov), held below what one seed in a thousand exceeds.
fn check_places(json: &str, place: impl Fn(f64) -> f64) {
    let mut places: Vec<f64> = start(json, 1).map(|at| place(at as f64 / SECOND)).collect();
    places.sort_by(f64::total_cmp);
    let count = places.len() as f64;
    let distance = places.iter().enumerate();
    let distance = distance.map(|(rank, place)| (place - rank as f64 / count).abs());
    let distance = distance.fold(0.0, f64::max);
    assert!(count > 10_000.0 && distance < 1.95 / count.sqrt(), "{json:.80}: {distance}");
}

#[test]
fn arrivals_lie_where_the_rate_puts_them() {
    let json = r#"{"kind":"counts","counts_per_minute":[100000],"placement":"exact"}"#;
    check_places(json, |at| at / 60.0);
    let pairs = vec![2; 10_000];
    let json = format!(r#"{{"kind":"counts","counts_per_minute":{pairs:?},"placement":"exact"}}"#);
    check_places(&json, |at| at / 60.0 % 1.0);
    let crowd = r#"{"kind":"flash-crowd","base_rate_per_second":0,"peak_rate_per_second":400,
        "start_seconds":0,"ramp_up_seconds":100,"plateau_seconds":0,"decay_seconds":100"#;
    let rise = format!(r#"{crowd},"limit_seconds":100}}"#);
    check_places(&rise, |at| (at / 100.0).powi(2));
    let fall = format!(r#"{crowd},"offset_seconds":100,"limit_seconds":100}}"#);
    check_places(&fall, |at| 1.0 - (1.0 - at / 100.0).powi(2));
}

/// Instants in whole seconds, each with the duration that the trace recorded.
fn replayed(json: &str) -> Vec<(u64, f64)> {
    let mut arrivals = start(json, 1);
    let mut replayed = Vec::new();
    while let Some(at) = arrivals.next() {
        replayed.push((at / 1_000_000_000, arrivals.recorded_seconds().unwrap()));
    }
    replayed
}

#[test]
fn a_replay_carries_its_durations_along() {
    assert_eq!(replayed(r#"{"kind":"azure2021"}"#), [(1, 10.0), (2, 20.0), (4, 40.0)]);
    assert_eq!(replayed(r#"{"kind":"azure2021","function":"g"}"#), [(2, 20.0)]);
    assert_eq!(replayed(r#"{"kind":"azure2021","offset_seconds":2}"#), [(0, 20.0), (2, 40.0)]);
    assert_eq!(start(KINDS[1], 1).recorded_seconds(), None);
}

#[test]
fn a_scaled_replay_repeats_each_invocation_a_little_later() {
    let mut arrivals = start(r#"{"kind":"azure2021","scale":40,"jitter_seconds":2.5}"#, 1);
    let mut delays: [Vec<f64>; 3] = Default::default();
    while let Some(at) = arrivals.next() {
        let (index, original) = match arrivals.recorded_seconds() {
            Some(10.0) => (0, 1.0),
            Some(20.0) => (1, 2.0),
            _ => (2, 4.0),
        };
        delays[index].push(at as f64 / SECOND - original);
    }
    for delays in delays {
        assert_eq!((delays.len(), delays[0]), (40, 0.0));
        // The latest of 39 uniform copies is not far from the end of the jitter.
        assert!(delays.is_sorted() && (2.0..2.5).contains(&delays[39]), "{delays:?}");
    }
    check_count(r#"{"kind":"azure2021","scale":2.25}"#, 6.75, (3.0f64 * 0.25 * 0.75).sqrt());
    check_count(r#"{"kind":"azure2021","scale":0.3}"#, 0.9, (3.0f64 * 0.3 * 0.7).sqrt());
}

#[test]
fn plans_know_their_mean_rate() {
    let rows = [
        (KINDS[0], 40.0),
        (KINDS[1], 40.0),
        (KINDS[2], (30.0 + 100.0) / 6.0),
        (KINDS[3], 40.0),
        (KINDS[5], 372.0 / 360.0),
        (KINDS[6], 1.5 * 372.0 / 360.0),
        (KINDS[7], 3.5 * 3.0 / 4.0),
    ];
    for (json, expected) in rows {
        let rate = plan(json).mean_rate_per_second();
        assert!((rate / expected - 1.0).abs() < 1e-9, "{json}: {rate}");
    }
}
