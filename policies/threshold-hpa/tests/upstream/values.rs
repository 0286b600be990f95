//! The replica calculator's tables for values that are not of one pod: objects and external metrics.

use sdk::{ConditionStatus, MetricSource};
use threshold_hpa::quantity::Quantity;

use crate::scenario::{Scenario, external_qps, object_qps, pod, qps};
use crate::usage::settings;

use MetricSource::{External, Object};

/// Where, how and at what target, current replicas, samples in thousandths, unready pods, tolerances,
/// and replicas and status that come out.
type Row = (
    (MetricSource, &'static str, &'static str),
    i32,
    &'static [i64],
    &'static [usize],
    (f64, f64),
    (i32, i64),
);

const TENTH: (f64, f64) = (0.1, 0.1);
const UP_ONE: (f64, f64) = (0.1, 0.01);
const MAX: &str = "9223372036854775807m";

const ROWS: &[Row] = &[
    ((Object, "Value", "1m"), 3, &[i64::MAX], &[], TENTH, (i32::MAX, i64::MAX)),
    ((Object, "Value", "15"), 3, &[20_000], &[], TENTH, (4, 20_000)),
    ((Object, "Value", "10"), 3, &[50_000], &[0, 2], TENTH, (5, 50_000)),
    ((Object, "Value", "20"), 5, &[12_000], &[], TENTH, (3, 12_000)),
    ((Object, "Value", "20"), 3, &[20_666], &[], TENTH, (3, 20_666)),
    ((Object, "Value", "20"), 3, &[20_666], &[], UP_ONE, (4, 20_666)),
    ((Object, "AverageValue", "5"), 3, &[20_000], &[], TENTH, (4, 6667)),
    ((Object, "AverageValue", "2"), 5, &[6000], &[], TENTH, (3, 1200)),
    ((Object, "AverageValue", "5"), 4, &[20_166], &[], TENTH, (4, 5042)),
    ((Object, "AverageValue", "5"), 4, &[20_208], &[], UP_ONE, (5, 5052)),
    ((External, "Value", "4400m"), 3, &[8600], &[0, 2], TENTH, (2, 8600)),
    ((External, "Value", "14334m"), 5, &[8600], &[], TENTH, (3, 8600)),
    ((External, "Value", "8888m"), 3, &[8600], &[], TENTH, (3, 8600)),
    ((External, "Value", "8800m"), 3, &[8900], &[], UP_ONE, (4, 8900)),
    ((External, "Value", MAX), 3, &[i64::MAX / 2 + 1; 2], &[], TENTH, (3, i64::MAX)),
    ((External, "AverageValue", "2150m"), 3, &[8600], &[], TENTH, (4, 2867)),
    ((External, "AverageValue", "2867m"), 5, &[8600], &[], TENTH, (3, 1720)),
    ((External, "AverageValue", "2900m"), 3, &[8600], &[], TENTH, (3, 2867)),
    ((External, "AverageValue", "2800m"), 3, &[8600], &[], UP_ONE, (4, 2867)),
    ((External, "AverageValue", "1m"), 1, &[i64::MAX], &[], TENTH, (i32::MAX, i64::MAX)),
    ((External, "AverageValue", "1m"), 2, &[i64::MAX], &[], TENTH, (i32::MAX, i64::MAX)),
    ((External, "AverageValue", MAX), 1, &[i64::MAX], &[], TENTH, (1, i64::MAX)),
    // Series are added up.
    ((External, "Value", "4"), 2, &[3000, 3000, 2000], &[], TENTH, (4, 8000)),
];

#[test]
fn values_propose_what_the_original_proposes() {
    for &((source, kind, target), current, samples, unready, tolerances, expected) in ROWS {
        let mut pods = vec![pod(); current as usize];
        for &index in unready {
            pods[index].ready.as_mut().unwrap().status = ConditionStatus::False;
        }
        let metric = match source {
            Object => object_qps(kind, target),
            _ => external_qps(kind, target),
        };
        let scenario = Scenario {
            settings: settings(metric, tolerances),
            current,
            status: current,
            pods,
            metrics: samples.iter().map(|&milli| qps(source, None, milli)).collect(),
            faults: Vec::new(),
            history: None,
        };
        let (.., explanation) = scenario.run();
        let metric = &explanation["metrics"][0];
        let place = format!("{source:?} {kind} {target} of {samples:?}: {explanation}");
        assert_eq!(metric["replicas"], expected.0, "{place}");
        let field = if kind == "Value" { "value" } else { "averageValue" };
        let read = Quantity::parse(metric["current"][field].as_str().unwrap()).unwrap().milli;
        assert_eq!(read, expected.1, "{place}");
    }
}
