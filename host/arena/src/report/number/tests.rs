use super::*;
use crate::metric::Metric;

fn estimate(iqm: f64, half: Option<f64>) -> Estimate {
    let interval = half.map(|half| Interval { low: iqm - half, high: iqm + half });
    Estimate { values: 5, iqm, interval, mean: iqm, median: iqm }
}

fn metric(name: &str) -> MetricRecord {
    let metrics = Metric::all(["balanced"]).into_iter().map(|metric| metric.record);
    metrics.into_iter().find(|metric| metric.name == name).unwrap()
}

#[test]
fn a_column_shares_one_unit_and_as_many_digits_as_it_deserves() {
    let check = |name: &str, values: &[(f64, Option<f64>)], unit: &str, shown: &[&str]| {
        let estimates: Vec<Estimate> =
            values.iter().map(|&(of, half)| estimate(of, half)).collect();
        let scale = Scale::new(&metric(name), &estimates);
        let texts: Vec<String> = values.iter().map(|&(value, _)| scale.value(value)).collect();
        assert_eq!(texts, shown, "{name}");
        assert_eq!(scale.unit, unit, "{name}");
    };
    check("reward_mean:balanced", &[(0.91234, None), (-0.5, None)], "", &["0.912", "−0.500"]);
    // The interval is so narrow that it takes a fourth digit to have two ends.
    check("reward_mean:balanced", &[(0.91234, Some(0.0004))], "", &["0.9123"]);
    check("slo_violation_request_ratio", &[(0.0412, Some(0.001))], "%", &["4.12"]);
    check("slo_violation_request_ratio", &[(0.5, None), (0.00001, None)], "%", &["50.0", "<0.1"]);
    check("slo_violation_request_ratio", &[(0.0, None)], "%", &["0"]);
    check("latency_seconds_p99", &[(0.1234, None), (0.00512, None)], "ms", &["123", "5.12"]);
    check("latency_seconds_p99", &[(12.34, None), (0.1234, None)], "s", &["12.3", "0.123"]);
    check("latency_seconds_p99", &[(0.1, None), (f64::INFINITY, None)], "ms", &["100", "∞"]);
    check("replica_seconds", &[(900.0, None), (1.5, None)], "s", &["900", "2"]);
    check("replica_seconds", &[(64_800.0, None), (3_600.0, None)], "h", &["18.0", "1.0"]);
    check("replica_seconds", &[(44_444_444.0, None)], "h", &["12\u{202f}346"]);
    check("cpu_core_seconds_used", &[(36_000.0, Some(36.0))], "core·h", &["10.00"]);
    check("cold_starts", &[(12.0, None), (3.0, None)], "", &["12", "3"]);
    check("cold_starts", &[(12.0, None), (3.5, None)], "", &["12.0", "3.5"]);
}

#[test]
fn a_difference_carries_its_sign_even_where_it_vanishes() {
    let values = [estimate(0.9, None)];
    let scale = Scale::new(&metric("reward_mean:balanced"), &values);
    let check = |value: f64, shown: &str| assert_eq!(scale.signed(value), shown, "{value}");
    check(0.0123, "+0.012");
    check(-0.0123, "−0.012");
    check(0.0, "0.000");
    check(0.00001, "+0.000");
    check(-0.00001, "−0.000");
    check(f64::NEG_INFINITY, "−∞");
    check(f64::NAN, ABSENT);
    let interval = Interval { low: -0.01, high: 0.02 };
    assert_eq!(scale.signed_interval(&interval), "−0.010…+0.020");
    assert_eq!(scale.interval(&interval), "−0.010…0.020");
}

#[test]
fn a_time_is_told_in_the_unit_that_suits_it() {
    let check = |seconds: f64, shown: &str| assert_eq!(duration(seconds), shown, "{seconds}");
    check(0.0, "0 s");
    check(0.25, "250 ms");
    check(1.0, "1 s");
    check(15.0, "15 s");
    check(100.0, "100 s");
    check(120.0, "2 min");
    check(3_720.0, "62 min");
    check(9_000.0, "2.5 h");
    check(1_209_600.0, "14 days");
}

#[test]
fn a_title_follows_its_unit() {
    let check = |seconds: f64, shown: &str, beside: &str| {
        let metric = metric("replica_seconds");
        let scale = Scale::new(&metric, &[estimate(seconds, None)]);
        assert_eq!(
            (title(&metric, &scale).as_str(), unit_beside(&metric, &scale)),
            (shown, beside)
        );
    };
    check(60.0, "replica-seconds", "");
    check(60_000.0, "replica-hours", "");
}
