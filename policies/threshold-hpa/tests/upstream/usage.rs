//! The replica calculator's tables for means over pods: utilisation and metrics of pods.

use sdk::{ConditionStatus, MetricSource, PodPhase, Sampling};
use serde_json::{Value, json};

use crate::scenario::{
    ANCIENT, COOL, HOT, SECOND, Scenario, amount, container_cpu_at, cpu_at, flags, pod, pods_qps,
    qps,
};

/// Pods of two containers, each with the same request; the rows give only what differs.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    current: i32,
    target: i32,
    /// Of which container; none for whole pods.
    container: Option<&'static str>,
    /// Millicores requested by each container, one entry a pod.
    requests: &'static [i64],
    /// Millicores used by the two containers, one entry a sampled pod; −1 is not sampled.
    levels: &'static [[i64; 2]],
    unready: &'static [usize],
    hot: &'static [usize],
    cool: bool,
    failed: &'static [usize],
    pending: &'static [usize],
    deleting: &'static [usize],
    tolerances: (f64, f64),
    /// Replicas, percent and mean millicores.
    expected: Result<(i32, i32, i64), &'static str>,
}

const ROW: Row = Row {
    name: "",
    current: 3,
    target: 30,
    container: None,
    requests: &[1000; 3],
    levels: &[],
    unready: &[],
    hot: &[],
    cool: false,
    failed: &[],
    pending: &[],
    deleting: &[],
    tolerances: (0.1, 0.1),
    expected: Err(""),
};

const GROWING: &[[i64; 2]] = &[[300, 300], [500, 500], [700, 700]];
const SECOND_ONLY: Option<&str> = Some("container2");
const FIVE: Row = Row { current: 5, target: 50, requests: &[1000; 5], ..ROW };
const SHRINKING: &[[i64; 2]] = &[[100, 100], [300, 300], [500, 500], [250, 250], [250, 250]];
const ONE_SHRINKS: &[[i64; 2]] = &[[1000, 100], [1000, 300], [1000, 500], [1000, 250], [1000, 250]];
const MIXED: Row = Row { target: 100, requests: &[900, 1000, 1100], ..ROW };
const HALF: &[[i64; 2]] = &[[100, 100], [450, 450]];
const FOURFOLD: &[[i64; 2]] = &[[100, 100], [2000, 2000]];
/// Ten pods that request twice what they use, unevenly.
const UNEVEN: Row = Row {
    current: 10,
    requests: &[400, 200, 310, 290, 302, 298, 301, 299, 300, 300],
    levels: &[[150, 150]; 10],
    ..ROW
};

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { name: "grow", levels: GROWING, expected: Ok((5, 50, 1000)), ..ROW },
    Row { name: "grow by one container", container: SECOND_ONLY, levels: &[[1000, 300], [1000, 500], [1000, 700]], expected: Ok((5, 50, 500)), ..ROW },
    Row { name: "an unready pod softens growth", levels: GROWING, unready: &[0], expected: Ok((4, 60, 1200)), ..ROW },
    Row { name: "a hot pod softens growth", levels: GROWING, hot: &[0], cool: true, expected: Ok((4, 60, 1200)), ..ROW },
    Row { name: "a hot container softens growth", container: SECOND_ONLY, levels: &[[0, 300], [0, 500], [0, 700]], hot: &[0], cool: true, expected: Ok((4, 60, 600)), ..ROW },
    Row { name: "two unready pods stop growth", levels: &[[400, 400], [500, 500], [700, 700]], unready: &[1, 2], expected: Ok((3, 40, 800)), ..ROW },
    Row { name: "two hot, unready pods stop growth", levels: &[[400, 400], [500, 500], [700, 700]], unready: &[1, 2], hot: &[1, 2], cool: true, expected: Ok((3, 40, 800)), ..ROW },
    Row { name: "grow past failed pods", current: 2, requests: &[1000; 4], levels: &[[500, 500], [700, 700]], unready: &[2, 3], failed: &[2, 3], expected: Ok((4, 60, 1200)), ..ROW },
    Row { name: "grow past failed pods that lack the container", container: SECOND_ONLY, current: 2, requests: &[1000; 4], levels: &[[1000, 500], [9000, 700], [1000, -1], [9000, -1]], unready: &[2, 3], failed: &[2, 3], expected: Ok((4, 60, 600)), ..ROW },
    Row { name: "grow by one container past failed pods", container: SECOND_ONLY, current: 2, requests: &[1000; 4], levels: &[[1000, 500], [9000, 700]], unready: &[2, 3], failed: &[2, 3], expected: Ok((4, 60, 600)), ..ROW },
    Row { name: "grow past pods that are going", current: 2, requests: &[1000; 4], levels: &[[500, 500], [700, 700]], unready: &[2, 3], deleting: &[2, 3], expected: Ok((4, 60, 1200)), ..ROW },
    Row { name: "grow by one container past pods that are going", container: Some("container1"), current: 2, requests: &[1000; 4], levels: &[[500, 500], [700, 700]], unready: &[2, 3], deleting: &[2, 3], expected: Ok((4, 60, 600)), ..ROW },
    Row { name: "shrink", levels: SHRINKING, expected: Ok((3, 28, 560)), ..FIVE },
    Row { name: "shrink by one container", container: SECOND_ONLY, levels: ONE_SHRINKS, expected: Ok((3, 28, 280)), ..FIVE },
    Row { name: "shrink leaves unready pods out", levels: SHRINKING, unready: &[3, 4], expected: Ok((2, 30, 600)), ..FIVE },
    Row { name: "shrink by one container leaves unready pods out", container: SECOND_ONLY, levels: ONE_SHRINKS, unready: &[3, 4], expected: Ok((2, 30, 300)), ..FIVE },
    Row { name: "shrink leaves pending pods out", levels: &[[100, 100]], unready: &[1, 2, 3, 4], pending: &[1, 2, 3, 4], expected: Ok((1, 10, 200)), ..FIVE },
    Row { name: "shrink by one container leaves pending pods out", container: SECOND_ONLY, levels: ONE_SHRINKS, unready: &[1, 2, 3, 4], pending: &[1, 2, 3, 4], expected: Ok((1, 10, 100)), ..FIVE },
    Row { name: "shrink leaves hot pods out", levels: SHRINKING, hot: &[3, 4], cool: true, expected: Ok((2, 30, 600)), ..FIVE },
    Row { name: "shrink by one container leaves hot pods out", container: SECOND_ONLY, levels: &[[1000, 100], [1000, 300], [1000, 500], [1000, 1000], [1000, 1000]], hot: &[3, 4], cool: true, expected: Ok((2, 30, 300)), ..FIVE },
    Row { name: "shrink past failed pods", requests: &[1000; 7], levels: SHRINKING, unready: &[5, 6], failed: &[5, 6], expected: Ok((3, 28, 560)), ..FIVE },
    Row { name: "shrink by one container past failed pods", container: SECOND_ONLY, requests: &[1000; 7], levels: ONE_SHRINKS, unready: &[5, 6], failed: &[5, 6], expected: Ok((3, 28, 280)), ..FIVE },
    Row { name: "shrink past pods that are going", requests: &[1000; 7], levels: SHRINKING, unready: &[5, 6], deleting: &[5, 6], expected: Ok((3, 28, 560)), ..FIVE },
    Row { name: "shrink by one container past pods that are going", container: SECOND_ONLY, requests: &[1000; 7], levels: ONE_SHRINKS, unready: &[5, 6], deleting: &[5, 6], expected: Ok((3, 28, 280)), ..FIVE },
    Row { name: "within tolerance", levels: &[[1010, 1010], [1030, 1030], [1020, 1020]], expected: Ok((3, 102, 2040)), ..MIXED },
    Row { name: "outside no tolerance", tolerances: (0.0, 0.0), levels: &[[909, 909], [1010, 1010], [1111, 1111]], expected: Ok((4, 101, 2020)), ..MIXED },
    Row { name: "within 200 % up", tolerances: (0.1, 2.0), levels: &[[1890, 1890], [1910, 1910], [1900, 1900]], expected: Ok((3, 190, 3800)), ..MIXED },
    Row { name: "outside 8 % up", tolerances: (2.0, 0.08), levels: &[[1100, 1100], [1080, 1080], [1090, 1090]], expected: Ok((4, 109, 2180)), ..MIXED },
    Row { name: "within 36 % down", tolerances: (0.36, 0.1), levels: &[[660, 660], [640, 640], [650, 650]], expected: Ok((3, 65, 1300)), ..MIXED },
    Row { name: "outside 34 % down", tolerances: (0.34, 0.1), levels: &[[660, 660], [640, 640], [650, 650]], expected: Ok((2, 65, 1300)), ..MIXED },
    Row { name: "far above", current: 4, target: 100, requests: &[1000; 4], levels: &[[4000, 4000], [9500, 9500], [3000, 3000], [7000, 7000]], expected: Ok((24, 587, 11750)), ..ROW },
    Row { name: "missing samples soften shrinking", current: 4, target: 100, requests: &[1000; 4], levels: &[[400, 400], [95, 95]], expected: Ok((3, 24, 495)), ..ROW },
    Row { name: "no samples at all", current: 4, target: 100, expected: Err("unable to get metrics for resource cpu: no metrics returned from resource metrics API"), ..ROW },
    Row { name: "no request", current: 1, target: 100, requests: &[], levels: &[[200, 200]], expected: Err("missing request for"), ..ROW },
    Row { name: "requests of nothing", current: 1, target: 100, requests: &[0], levels: &[[100, 100]], expected: Err("no metrics returned matched known pods"), ..ROW },
    Row { name: "samples of unready pods only", current: 1, requests: &[1000], levels: &[[100, 100]], unready: &[0], expected: Err("did not receive metrics for targeted pods (pods might be unready)"), ..ROW },
    Row { name: "samples of unready pods only, and no request", current: 1, requests: &[], levels: &[[100, 100]], unready: &[0], expected: Err("did not receive metrics for targeted pods (pods might be unready)"), ..ROW },
    Row { name: "missing, at the target", current: 2, target: 100, requests: &[1000; 2], levels: &[[1000, 1000]], expected: Ok((2, 100, 2000)), ..ROW },
    Row { name: "missing, above the target", current: 2, target: 100, requests: &[1000; 2], levels: &[[1900, 1900]], expected: Ok((2, 190, 3800)), ..ROW },
    Row { name: "missing, below the target", current: 2, target: 100, requests: &[1000; 2], levels: &[[600, 600]], expected: Ok((2, 60, 1200)), ..ROW },
    Row { name: "missing and unready, no change", target: 50, levels: HALF, unready: &[0], expected: Ok((3, 45, 900)), ..ROW },
    Row { name: "missing and hot, no change", target: 50, levels: HALF, hot: &[0], cool: true, expected: Ok((3, 45, 900)), ..ROW },
    Row { name: "missing and unready, grow", target: 50, levels: FOURFOLD, unready: &[0], expected: Ok((4, 200, 4000)), ..ROW },
    Row { name: "missing, unready and hot, grow", target: 50, levels: FOURFOLD, unready: &[0], hot: &[0], cool: true, expected: Ok((4, 200, 4000)), ..ROW },
    Row { name: "missing and unready, shrink", current: 4, target: 50, requests: &[1000; 4], levels: &[[100, 100]; 3], unready: &[0], expected: Ok((3, 10, 200)), ..ROW },
    Row { name: "missing pods count as a target over 100 %", current: 4, target: 300, requests: &[1000, 1000, 2000, 2000], levels: &[[200, 200], [100, 100], [100, 100]], unready: &[0], expected: Ok((2, 6, 200)), ..ROW },
    Row { name: "a rolling update with a surge", current: 2, target: 50, requests: &[1000; 3], levels: &[[100, 100]; 2], expected: Ok((2, 10, 200)), ..ROW },
    Row { name: "just outside tolerance", target: 56, expected: Ok((9, 50, 300)), ..UNEVEN },
    Row { name: "just inside tolerance", target: 55, expected: Ok((10, 50, 300)), ..UNEVEN },
];

fn scenario(row: &Row) -> Scenario {
    let count = row.requests.len().max(row.current as usize);
    let mut pods = vec![pod(); count];
    for (index, pod) in pods.iter_mut().enumerate() {
        if let Some(&milli) = row.requests.get(index) {
            pod.containers.iter_mut().for_each(|one| one.requests = amount("cpu", milli));
        }
        if let Some(levels) = row.levels.get(index) {
            for (container, &level) in pod.containers.iter_mut().zip(levels) {
                container.usage = if level < 0 { Vec::new() } else { amount("cpu", level) };
            }
            let window_nanoseconds = (60 * SECOND) as u64;
            pod.sampled = Some(Sampling { taken_nanoseconds: ANCIENT, window_nanoseconds });
        }
        if row.unready.contains(&index) {
            pod.ready.as_mut().unwrap().status = ConditionStatus::False;
        }
        if row.hot.contains(&index) {
            pod.started_nanoseconds = Some(HOT);
        } else if row.cool {
            pod.started_nanoseconds = Some(COOL);
        }
        if row.failed.contains(&index) {
            pod.phase = PodPhase::Failed;
        }
        if row.pending.contains(&index) {
            pod.phase = PodPhase::Pending;
        }
        pod.deleting = row.deleting.contains(&index);
    }
    let metric = row
        .container
        .map_or_else(|| cpu_at(row.target), |container| container_cpu_at(row.target, container));
    Scenario {
        settings: settings(metric, row.tolerances),
        current: row.current,
        status: row.current,
        pods,
        metrics: Vec::new(),
        faults: Vec::new(),
        history: None,
    }
}

/// Nothing but the metric and the tolerances matters to the calculator.
pub fn settings(metric: Value, (down, up): (f64, f64)) -> Value {
    json!({
        "minReplicas": 0, "maxReplicas": i32::MAX, "metrics": [metric], "controller": flags(true),
        "behavior": { "scaleDown": { "tolerance": down }, "scaleUp": { "tolerance": up } },
    })
}

fn milli(quantity: &Value) -> i64 {
    let quantity = quantity.as_str().expect("a quantity is text");
    threshold_hpa::quantity::Quantity::parse(quantity).expect("it can be read back").milli
}

#[test]
fn utilisation_proposes_what_the_original_proposes() {
    for row in ROWS {
        let (.., explanation) = scenario(row).run();
        let metric = &explanation["metrics"][0];
        match row.expected {
            Ok((replicas, percent, mean)) => {
                assert_eq!(metric["replicas"], replicas, "{}: {explanation}", row.name);
                let current = &metric["current"];
                assert_eq!(current["averageUtilization"], percent, "{}", row.name);
                assert_eq!(milli(&current["averageValue"]), mean, "{}", row.name);
            }
            Err(message) => {
                let error = metric["error"].as_str().unwrap_or_default();
                assert!(error.contains(message), "{}: {explanation}", row.name);
            }
        }
    }
}

/// Current replicas and pods, samples, the target, unready and hot pods, tolerances, and replicas
/// and mean that come out.
type PodsRow = (
    (i32, usize),
    &'static [i64],
    &'static str,
    (&'static [usize], &'static [usize]),
    (f64, f64),
    (i32, i64),
);

const TENTH: (f64, f64) = (0.1, 0.1);
const ALL_READY: (&[usize], &[usize]) = (&[], &[]);

const PODS_ROWS: &[PodsRow] = &[
    ((3, 3), &[20_000, 10_000, 30_000], "15", ALL_READY, TENTH, (4, 20_000)),
    ((3, 3), &[50_000, 10_000, 30_000], "15", (&[2], &[2]), TENTH, (6, 30_000)),
    ((3, 3), &[50_000, 15_000, 30_000], "15", (&[0, 2], &[0, 2]), TENTH, (7, 31_666)),
    ((1, 1), &[8600], "4400m", ALL_READY, TENTH, (2, 8600)),
    ((5, 5), &[12_000; 5], "20", ALL_READY, TENTH, (3, 12_000)),
    ((3, 3), &[20_000, 21_000, 21_000], "20", ALL_READY, TENTH, (3, 20_666)),
    ((3, 3), &[20_000, 21_000, 21_000], "20", ALL_READY, (0.1, 0.01), (4, 20_666)),
    ((5, 5), &[20_000, 19_000, 21_000], "20", ALL_READY, TENTH, (5, 20_000)),
    ((2, 3), &[10_000, 10_000], "17", ALL_READY, TENTH, (2, 10_000)),
    // Samples of pods that the selector did not return count in the mean.
    ((1, 1), &[10_000, 50_000], "10", ALL_READY, TENTH, (3, 30_000)),
];

#[test]
fn metrics_of_pods_propose_what_the_original_proposes() {
    for &((current, count), samples, target, (unready, hot), tolerances, expected) in PODS_ROWS {
        let mut pods = vec![pod(); count];
        for &index in unready {
            pods[index].ready.as_mut().unwrap().status = ConditionStatus::False;
        }
        for &index in hot {
            pods[index].started_nanoseconds = Some(HOT);
        }
        let owner = |index: usize| (index < count).then_some(index as u32);
        let sample = |(index, &milli)| qps(MetricSource::Pods, owner(index), milli);
        let scenario = Scenario {
            settings: settings(pods_qps(target), tolerances),
            current,
            status: current,
            pods,
            metrics: samples.iter().enumerate().map(sample).collect(),
            faults: Vec::new(),
            history: None,
        };
        let (.., explanation) = scenario.run();
        let metric = &explanation["metrics"][0];
        assert_eq!(metric["replicas"], expected.0, "{samples:?}: {explanation}");
        assert_eq!(milli(&metric["current"]["averageValue"]), expected.1, "{samples:?}");
    }
}
