use super::*;
use crate::trace::real;

fn mean(function: &FunctionTrace) -> f64 {
    60.0 * function.mean_rate_per_second()
}

/// Mean product of the counts' differences from their mean, `lag` minutes apart.
fn covariance(function: &FunctionTrace, lag: usize) -> f64 {
    let counts = &function.counts_per_minute;
    let off = |count: &u32| f64::from(*count) - mean(function);
    let products = counts.iter().zip(counts.iter().skip(lag)).map(|(one, two)| off(one) * off(two));
    products.sum::<f64>() / counts.len() as f64
}

fn coefficient_of_variation(function: &FunctionTrace) -> f64 {
    covariance(function, 0).sqrt() / mean(function).max(f64::MIN_POSITIVE)
}

fn autocorrelation(function: &FunctionTrace) -> f64 {
    covariance(function, 1) / covariance(function, 0).max(f64::MIN_POSITIVE)
}

/// Lower quartile, median and 90th percentile over the functions.
fn quantiles(trace: &Trace2019, statistic: impl Fn(&FunctionTrace) -> f64) -> [f64; 3] {
    let mut values: Vec<f64> = trace.functions.iter().map(statistic).collect();
    values.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.9].map(|place| values[(place * values.len() as f64) as usize])
}

/// Everything that the tables in the module's documentation tell, by name, and how far the fit may
/// be off.
fn statistics(trace: &Trace2019) -> Vec<(&'static str, [f64; 3], Allowed)> {
    let busiest = trace.busiest(trace.functions.len() / 10);
    let over_busiest = |statistic: fn(&FunctionTrace) -> f64| {
        let mean =
            busiest.iter().map(|function| statistic(function)).sum::<f64>() / busiest.len() as f64;
        [mean; 3]
    };
    let total: f64 = trace.functions.iter().map(mean).sum();
    vec![
        ("calls a minute", quantiles(trace, mean), Allowed::Factor(1.35)),
        ("calls a minute, mean", [total / trace.functions.len() as f64; 3], Allowed::Factor(1.2)),
        ("variation", quantiles(trace, coefficient_of_variation), Allowed::Factor(1.35)),
        ("autocorrelation", quantiles(trace, autocorrelation), Allowed::Absolute(0.2)),
        ("busiest: calls a minute", over_busiest(mean), Allowed::Factor(1.2)),
        ("busiest: variation", over_busiest(coefficient_of_variation), Allowed::Factor(1.35)),
        ("busiest: autocorrelation", over_busiest(autocorrelation), Allowed::Absolute(0.2)),
        (
            "median ms",
            quantiles(trace, |one| one.durations_or_typical().milliseconds[3]),
            Allowed::Factor(1.35),
        ),
        (
            "p99 ms",
            quantiles(trace, |one| one.durations_or_typical().milliseconds[5]),
            Allowed::Factor(1.5),
        ),
        (
            "memory MB",
            quantiles(trace, |one| one.memory_or_typical().megabytes[3]),
            Allowed::Factor(1.15),
        ),
    ]
}

#[derive(Clone, Copy)]
enum Allowed {
    Factor(f64),
    Absolute(f64),
}

#[test]
fn the_synthetic_trace_has_the_statistics_of_the_real_one() {
    let Some(folder) = real::folder() else { return };
    let real = Trace2019::read(&folder.join("azure2019")).unwrap();
    // Ten times the functions, so that it is the fit which is tested and not one draw of it.
    let fitted = synthetic(1, 10 * real.functions.len(), 60);
    for ((name, real, allowed), (_, fitted, _)) in
        statistics(&real).into_iter().zip(statistics(&fitted))
    {
        for (real, fitted) in real.into_iter().zip(fitted) {
            let close = match allowed {
                Allowed::Factor(factor) => (1.0 / factor..=factor).contains(&(fitted / real)),
                Allowed::Absolute(limit) => (fitted - real).abs() <= limit,
            };
            assert!(close, "{name}: {fitted} instead of {real}");
        }
    }
}

#[test]
fn a_larger_trace_extends_a_smaller_one() {
    let (small, large) = (synthetic(7, 20, 60), synthetic(7, 40, 60));
    assert_eq!(small.functions, large.functions[..20]);
    assert_ne!(small.functions, synthetic(8, 20, 60).functions);
}

#[test]
fn every_function_can_be_planned_and_served() {
    let trace = synthetic(3, 500, 60);
    for function in &trace.functions {
        assert_eq!(function.counts_per_minute.len(), 60);
        assert!(function.durations_or_typical().milliseconds.is_sorted(), "{function:?}");
        assert!(function.memory_or_typical().megabytes.is_sorted(), "{function:?}");
        assert!(
            function.durations_or_typical().service_spec().service().unwrap().mean_seconds() > 0.0
        );
    }
}

#[test]
fn a_synthetic_trace_is_the_same_everywhere() {
    let function = synthetic(1, 1, 12).functions.remove(0);
    let shown = format!("{} {} {:?}", function.name, function.trigger, function.counts_per_minute);
    assert_eq!(shown, "synthetic-0 event [4, 2, 2, 5, 1, 5, 5, 2, 0, 6, 0, 0]");
    assert_eq!(
        function.durations_or_typical().milliseconds,
        [8.0, 10.0, 17.0, 21.0, 29.0, 147.0, 420.0]
    );
}
