use sdk::RawBatch;

use super::*;

const MIB: f64 = 1024.0 * 1024.0;
const MISSING: f64 = f64::NAN;

/// One row of each column: CPU, memory, replicas, minimum, maximum.
fn decide(settings: Settings, columns: [f64; 5]) -> (Option<f64>, &'static str) {
    let batch = Batch::from(RawBatch {
        now_nanoseconds: 0,
        tick: 0,
        workloads: vec![1],
        values: columns.to_vec(),
        explore: false,
        explain: false,
        details: Vec::new(),
    });
    let mut advice = StepThreshold::new(settings, 0).decide(&batch).unwrap();
    let answer = advice.recommendations.remove(0);
    (answer.replicas, REASONS[answer.reason as usize])
}

fn check(combine: Combine, step: u32, rows: &[([f64; 5], f64, &str)]) {
    for &(columns, replicas, reason) in rows {
        let settings = Settings { combine, step, ..Settings::default() };
        assert_eq!(decide(settings, columns), (Some(replicas), reason), "{columns:?}");
    }
}

#[test]
fn sequential_takes_one_step_for_each_threshold() {
    check(
        Combine::Sequential,
        1,
        &[
            ([251.0, 257.0 * MIB, 4.0, 1.0, 10.0], 6.0, "cpu-high-memory-high"),
            ([251.0, 255.0 * MIB, 4.0, 1.0, 10.0], 4.0, "cpu-high-memory-low"),
            ([249.0, 257.0 * MIB, 4.0, 1.0, 10.0], 4.0, "cpu-low-memory-high"),
            ([249.0, 255.0 * MIB, 4.0, 1.0, 10.0], 2.0, "cpu-low-memory-low"),
        ],
    );
}

#[test]
fn sequential_stops_at_the_bounds_after_each_step() {
    check(
        Combine::Sequential,
        1,
        &[
            // At the maximum the step up is lost and the step down is not.
            ([251.0, 255.0 * MIB, 10.0, 1.0, 10.0], 9.0, "cpu-high-memory-low"),
            ([249.0, 257.0 * MIB, 10.0, 1.0, 10.0], 10.0, "cpu-low-memory-high"),
            // At the minimum the step down is lost and the step up is not.
            ([249.0, 257.0 * MIB, 1.0, 1.0, 10.0], 2.0, "cpu-low-memory-high"),
            ([251.0, 255.0 * MIB, 1.0, 1.0, 10.0], 1.0, "cpu-high-memory-low"),
            ([251.0, 257.0 * MIB, 9.0, 1.0, 10.0], 10.0, "cpu-high-memory-high"),
            ([249.0, 255.0 * MIB, 2.0, 1.0, 10.0], 1.0, "cpu-low-memory-low"),
        ],
    );
}

#[test]
fn any_takes_one_step_up_if_either_is_high() {
    check(
        Combine::Any,
        1,
        &[
            ([251.0, 257.0 * MIB, 4.0, 1.0, 10.0], 5.0, "cpu-high-memory-high"),
            ([251.0, 255.0 * MIB, 4.0, 1.0, 10.0], 5.0, "cpu-high-memory-low"),
            ([249.0, 257.0 * MIB, 4.0, 1.0, 10.0], 5.0, "cpu-low-memory-high"),
            ([249.0, 255.0 * MIB, 4.0, 1.0, 10.0], 3.0, "cpu-low-memory-low"),
            ([251.0, 255.0 * MIB, 10.0, 1.0, 10.0], 10.0, "cpu-high-memory-low"),
        ],
    );
}

#[test]
fn what_equals_a_threshold_is_low() {
    check(Combine::Any, 1, &[([250.0, 256.0 * MIB, 4.0, 1.0, 10.0], 3.0, "cpu-low-memory-low")]);
}

#[test]
fn steps_may_be_larger_and_keep_the_last_replica() {
    check(
        Combine::Any,
        5,
        &[
            ([251.0, 0.0, 4.0, 0.0, 10.0], 9.0, "cpu-high-memory-low"),
            ([251.0, 0.0, 9.0, 0.0, 10.0], 10.0, "cpu-high-memory-low"),
            ([0.0, 0.0, 4.0, 0.0, 10.0], 1.0, "cpu-low-memory-low"),
            ([0.0, 0.0, 4.0, 2.0, 10.0], 2.0, "cpu-low-memory-low"),
        ],
    );
}

#[test]
fn holds_when_a_column_is_missing() {
    for (column, reason) in REASONS[4..].iter().enumerate() {
        let mut columns = [251.0, 257.0 * MIB, 4.0, 1.0, 10.0];
        columns[column] = MISSING;
        assert_eq!(decide(Settings::default(), columns), (None, *reason));
    }
}

#[test]
fn complains_about_settings_with_their_place() {
    let settings = Settings {
        cpu_threshold_millicores: -1.0,
        memory_threshold_bytes: -1.0,
        step: 0,
        ..Settings::default()
    };
    let paths: Vec<_> =
        StepThreshold::check(&settings).into_iter().map(|error| error.path).collect();
    assert_eq!(paths, ["/cpu_threshold_millicores", "/memory_threshold_bytes", "/step"]);
    assert_eq!(StepThreshold::check(&Settings::default()), Vec::new());
}
