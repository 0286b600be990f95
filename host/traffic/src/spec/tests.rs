use super::*;
use crate::{ArrivalPlan, SpecError, Traces};

fn plan(json: &str) -> Result<ArrivalPlan, String> {
    let spec: ArrivalSpec = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let trace = crate::fitted::synthetic(1, 3, 60);
    let traces = Traces { azure2019: Some(trace.into()), azure2021: None };
    spec.plan(&traces).map_err(|error| error.to_string())
}

fn check_refused(rows: &[(&str, &str)]) {
    for (json, expected) in rows {
        let error = plan(json).expect_err(json);
        assert!(error.contains(expected), "{json}: {error}");
    }
}

#[test]
fn numbers_that_make_no_sense_are_refused_by_name() {
    check_refused(&[
        (r#"{"kind":"poisson","rate_per_second":-1}"#, "rate_per_second is -1, but must be"),
        (r#"{"kind":"constant","rate_per_second":0}"#, "rate_per_second is 0, but must be"),
        (r#"{"kind":"poisson","rate_per_second":1e9}"#, "at most 100000000 when scaled"),
        (r#"{"kind":"poisson","rate_per_second":1,"scale":0}"#, "scale is 0, but must be above 0"),
        (r#"{"kind":"poisson","rate_per_second":1,"offset_seconds":-1}"#, "offset_seconds is -1"),
        (r#"{"kind":"poisson","rate_per_second":1,"limit_seconds":0}"#, "limit_seconds is 0"),
        (
            r#"{"kind":"diurnal","mean_rate_per_second":1,"amplitude_ratio":1.5}"#,
            "amplitude_ratio is 1.5, but must be within 0 and 1",
        ),
        (
            r#"{"kind":"diurnal","mean_rate_per_second":1,"amplitude_ratio":1,"period_seconds":0}"#,
            "period_seconds is 0, but must be",
        ),
        (r#"{"kind":"mmpp","states":[]}"#, "states hold no rate above 0"),
        (
            r#"{"kind":"mmpp","states":[{"rate_per_second":1,"mean_sojourn_seconds":1},
                {"rate_per_second":-1,"mean_sojourn_seconds":1}]}"#,
            "states[1].rate_per_second is -1",
        ),
        (
            r#"{"kind":"mmpp","states":[{"rate_per_second":1,"mean_sojourn_seconds":0}]}"#,
            "states[0].mean_sojourn_seconds is 0, but must be at least 0.001",
        ),
        (
            r#"{"kind":"flash-crowd","base_rate_per_second":5,"peak_rate_per_second":4,
                "start_seconds":0,"ramp_up_seconds":0,"plateau_seconds":1,"decay_seconds":0}"#,
            "peak_rate_per_second is 4, but must be at least base_rate_per_second, which is 5",
        ),
        (
            r#"{"kind":"flash-crowd","base_rate_per_second":5,"peak_rate_per_second":9,
                "start_seconds":0,"ramp_up_seconds":-2,"plateau_seconds":1,"decay_seconds":0}"#,
            "ramp_up_seconds is -2",
        ),
        (
            r#"{"kind":"counts","counts_per_minute":[1,2],"offset_seconds":121}"#,
            "offset_seconds is 121, but must be at most the length of the pattern in seconds, \
             which is 120",
        ),
        (r#"{"kind":"counts","counts_per_minute":[]}"#, "counts_per_minute hold no request"),
        (r#"{"kind":"counts","counts_per_minute":[0,0]}"#, "counts_per_minute hold no request"),
    ]);
    for value in [f64::NAN, f64::INFINITY] {
        let spec = ArrivalSpec::new(ProcessSpec::Poisson { rate_per_second: value });
        let error = spec.plan(&Traces::default()).unwrap_err();
        assert!(matches!(error, SpecError::OutOfBounds { .. }), "{error}");
    }
}

#[test]
fn fields_that_nobody_knows_are_refused() {
    check_refused(&[
        (r#"{"kind":"poisson","rate_per_second":1,"rate":2}"#, "unknown field `rate`"),
        (r#"{"kind":"poisson","rate_per_second":1,"offset":2}"#, "unknown field `offset`"),
        (r#"{"kind":"azure2019","rank":1,"ranks":2}"#, "unknown field `ranks`"),
        (
            r#"{"kind":"flash-crowd","base_rate_per_second":1,"peak_rate_per_second":2,
                "start_seconds":0,"ramp_up_seconds":0,"plateau_seconds":1,"decay_seconds":0,
                "length_seconds":3}"#,
            "unknown field `length_seconds`",
        ),
        (r#"{"kind":"fractal"}"#, "unknown variant `fractal`"),
        (r#"{"kind":"poisson"}"#, "missing field `rate_per_second`"),
        (r#"{"kind":"counts","counts_per_minute":[-1]}"#, "invalid value"),
    ]);
}

#[test]
fn traces_and_functions_that_are_not_there_are_named() {
    check_refused(&[
        (r#"{"kind":"azure2021"}"#, "azure2021 arrivals need the azure2021 trace"),
        (r#"{"kind":"azure2019","function":"x"}"#, "the trace holds no function `x`; it holds 3"),
        (r#"{"kind":"azure2019","rank":4}"#, "rank is 4, but the trace holds 3 functions"),
        (r#"{"kind":"azure2019","rank":0}"#, "rank is 0, but the trace holds 3 functions"),
        (r#"{"kind":"azure2019"}"#, "function or rank must be given, and not both"),
        (
            r#"{"kind":"azure2019","rank":1,"function":"synthetic-0"}"#,
            "function or rank must be given, and not both",
        ),
    ]);
}

#[test]
fn specs_survive_being_written_and_read() {
    let rows = [
        r#"{"kind":"poisson","rate_per_second":30,"scale":2,"offset_seconds":5,"limit_seconds":60}"#,
        r#"{"kind":"azure2019","rank":1,"placement":"exact","scale":20}"#,
        r#"{"kind":"azure2019","function":"synthetic-0"}"#,
        r#"{"kind":"diurnal","mean_rate_per_second":3,"amplitude_ratio":0.5}"#,
    ];
    for json in rows {
        let spec: ArrivalSpec = serde_json::from_str(json).unwrap();
        let written = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<ArrivalSpec>(&written).unwrap(), spec, "{written}");
        assert!(plan(json).is_ok(), "{json}");
    }
}
