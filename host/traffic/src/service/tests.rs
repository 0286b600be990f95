use super::*;
use crate::{Purpose, SpecError};

fn parse(json: &str) -> Result<Service, String> {
    let spec: ServiceSpec = serde_json::from_str(json).map_err(|error| error.to_string())?;
    spec.service().map_err(|error: SpecError| error.to_string())
}

/// Mean and coefficient of variation of the distribution, told and drawn.
fn check_moments(json: &str, mean: f64, variation: f64) {
    const DRAWS: usize = 400_000;
    let service = parse(json).unwrap();
    let close = |value: f64, expected: f64, tolerance: f64| {
        assert!((value - expected).abs() <= tolerance * expected, "{json}: {value}, {expected}");
    };
    close(service.mean_seconds(), mean, 1e-9);
    let mut stream = Stream::new(1, 0, Purpose::Service);
    let draws: Vec<f64> = (0..DRAWS).map(|_| service.sample(&mut stream)).collect();
    assert!(draws.iter().all(|&draw| draw >= 0.0 && draw.is_finite()));
    let drawn = draws.iter().sum::<f64>() / DRAWS as f64;
    // Four standard errors, and some room for the rounding of a sum where nothing varies.
    close(drawn, mean, 4.0 * variation / (DRAWS as f64).sqrt() + 1e-9);
    let square = draws.iter().map(|draw| (draw - drawn).powi(2)).sum::<f64>() / DRAWS as f64;
    assert!((square.sqrt() / drawn - variation).abs() <= 0.03 * variation + 1e-9, "{json}");
}

#[test]
fn draws_have_the_mean_and_the_variation_that_were_asked_for() {
    check_moments(r#"{"kind":"deterministic","seconds":0.25}"#, 0.25, 0.0);
    check_moments(r#"{"kind":"exponential","mean_seconds":0.1}"#, 0.1, 1.0);
    check_moments(
        r#"{"kind":"log-normal","mean_seconds":2,"coefficient_of_variation":0.8}"#,
        2.0,
        0.8,
    );
    check_moments(r#"{"kind":"gamma","mean_seconds":2,"coefficient_of_variation":0.5}"#, 2.0, 0.5);
    check_moments(r#"{"kind":"gamma","mean_seconds":2,"coefficient_of_variation":1.5}"#, 2.0, 1.5);
    // E[X²] = 2 (0.9 · 0.01 + 0.1 · 1) = 0.218 around a mean of 0.19.
    check_moments(
        r#"{"kind":"hyperexponential","branches":[
            {"probability":0.9,"mean_seconds":0.1},{"probability":0.1,"mean_seconds":1}]}"#,
        0.19,
        (0.218f64 - 0.0361).sqrt() / 0.19,
    );
    // Uniform between 1 and 3.
    check_moments(
        r#"{"kind":"percentiles","percentiles":[
            {"percentile":0,"seconds":1},{"percentile":50,"seconds":2},
            {"percentile":100,"seconds":3}]}"#,
        2.0,
        (1.0f64 / 3.0).sqrt() / 2.0,
    );
    // Log-uniform between 1 and e: mean e − 1, second moment (e² − 1) / 2.
    let e = std::f64::consts::E;
    check_moments(
        r#"{"kind":"percentiles","interpolation":"geometric","percentiles":[
            {"percentile":0,"seconds":1},{"percentile":100,"seconds":2.718281828459045}]}"#,
        e - 1.0,
        ((e * e - 1.0) / 2.0 - (e - 1.0).powi(2)).sqrt() / (e - 1.0),
    );
}

#[test]
fn percentiles_are_met() {
    let spec = crate::azure2019::Durations::TYPICAL.service_spec();
    let service = spec.service().unwrap();
    let mut stream = Stream::new(2, 0, Purpose::Service);
    let draws: Vec<f64> = (0..100_000).map(|_| service.sample(&mut stream)).collect();
    for (share, seconds) in [(0.01, 0.046), (0.25, 0.093), (0.5, 0.1455), (0.99, 1.5695)] {
        let below = draws.iter().filter(|&&draw| draw <= seconds).count() as f64 / 1e5;
        let allowed = 4.0 * (share * (1.0 - share) / 1e5f64).sqrt();
        assert!((below - share).abs() < allowed, "{share}: {below}");
    }
    assert!(draws.iter().all(|draw| (0.034..=4.002).contains(draw)));
}

#[test]
fn bad_settings_are_refused_by_name() {
    let rows = [
        (r#"{"kind":"exponential","mean_seconds":0}"#, "mean_seconds is 0, but must be"),
        (r#"{"kind":"deterministic","seconds":-1}"#, "seconds is -1, but must be"),
        (
            r#"{"kind":"gamma","mean_seconds":1,"coefficient_of_variation":0}"#,
            "coefficient_of_variation is 0, but must be within 0.001 and 100",
        ),
        (r#"{"kind":"hyperexponential","branches":[]}"#, "branches[].probability is 0"),
        (
            r#"{"kind":"hyperexponential","branches":[{"probability":0.5,"mean_seconds":1}]}"#,
            "the sum of branches[].probability is 0.5, but must be 1",
        ),
        (r#"{"kind":"percentiles","percentiles":[]}"#, "percentiles is empty"),
        (
            r#"{"kind":"percentiles","percentiles":[{"percentile":0,"seconds":1},
                {"percentile":90,"seconds":2}]}"#,
            "percentiles[1].percentile is 90, but must be 100",
        ),
        (
            r#"{"kind":"percentiles","percentiles":[{"percentile":0,"seconds":1},
                {"percentile":50,"seconds":0.5},{"percentile":100,"seconds":2}]}"#,
            "percentiles[1].seconds is 0.5, but must be at least the seconds before it",
        ),
        (
            r#"{"kind":"percentiles","interpolation":"geometric","percentiles":[
                {"percentile":0,"seconds":0},{"percentile":100,"seconds":2}]}"#,
            "percentiles[0].seconds is 0, but must be a finite number above 0",
        ),
        (r#"{"kind":"exponential","mean_seconds":1,"mean":2}"#, "unknown field `mean`"),
        (r#"{"kind":"weibull"}"#, "unknown variant `weibull`"),
    ];
    for (json, expected) in rows {
        let error = parse(json).expect_err(json);
        assert!(error.contains(expected), "{json}: {error}");
    }
    let error = ServiceSpec::Exponential { mean_seconds: f64::NAN }.service().unwrap_err();
    assert!(error.to_string().contains("mean_seconds is NaN"), "{error}");
}
