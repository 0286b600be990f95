use sdk::RawBatch;

use super::*;

const MISSING: f64 = f64::NAN;

fn policy() -> ByRate {
    ByRate::new(Settings::default(), 0)
}

/// What the policy says when workload 7 has this rate.
fn turn(policy: &mut ByRate, rate: f64) -> (Option<f64>, &'static str) {
    let batch = RawBatch { workloads: vec![7], values: vec![rate], ..RawBatch::default() };
    let advice = policy.decide(&batch.into()).unwrap();
    let answer = advice.recommendations[0];
    (answer.replicas, REASONS[answer.reason as usize])
}

#[test]
fn follows_a_rise_at_once_and_a_fall_slowly() {
    let mut policy = policy();
    for (rate, replicas, reason) in [
        (25.0, Some(3.0), "rate"),
        (95.0, Some(10.0), "rate"),
        // Half of each fall counts: 95, 47.5, 23.75.
        (0.0, Some(5.0), "falling"),
        (0.0, Some(3.0), "falling"),
        (MISSING, None, "no-rate"),
        (40.0, Some(4.0), "rate"),
    ] {
        assert_eq!(turn(&mut policy, rate), (replicas, reason), "{rate}");
    }
}

#[test]
fn asks_for_one_replica_at_least_and_for_no_absurd_number() {
    assert_eq!(turn(&mut policy(), 0.0), (Some(1.0), "rate"));
    assert_eq!(turn(&mut policy(), f64::MAX), (Some(1e6), "rate"));
}

#[test]
fn goes_on_elsewhere_from_a_snapshot() {
    let (mut here, mut there) = (policy(), policy());
    turn(&mut here, 95.0);
    there.restore(&here.snapshot(&[7])).unwrap();
    assert_eq!(turn(&mut there, 0.0), turn(&mut here, 0.0));
    assert!(there.restore(br#"{"version":2,"rates":[]}"#).unwrap_err().contains("version 2"));
    there.forget(&[7]);
    assert_eq!(turn(&mut there, 0.0), (Some(1.0), "rate"));
}

#[test]
fn complains_about_settings_with_their_place() {
    let wrong = Settings { rate_per_replica: 0.0, smoothing: 1.5, ..Settings::default() };
    let places: Vec<_> = ByRate::check(&wrong).into_iter().map(|error| error.path).collect();
    assert_eq!(places, ["/rate_per_replica", "/smoothing"]);
    assert_eq!(ByRate::check(&Settings::default()), Vec::new());
}
