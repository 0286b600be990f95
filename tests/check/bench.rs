//! Bench: what `regatta policy bench` tells. Times are not looked at, only that there are some.

use crate::hostile::template::policy;
use crate::program::Regatta;

#[test]
fn a_bench_tells_time_fuel_and_memory_by_batch() {
    let regatta = Regatta::new();
    for (kind, name) in [("policy", "step-threshold"), ("reward", "tight-pack")] {
        let arguments = [kind, "bench", name, "--rows", "10,1", "--json"];
        let told: serde_json::Value = serde_json::from_str(&regatta.succeed(&arguments)).unwrap();
        let batches = told["batches"].as_array().unwrap();
        let rows: Vec<u64> = batches.iter().map(|batch| batch["rows"].as_u64().unwrap()).collect();
        assert_eq!(rows, [1, 10], "{told:#}");
        for batch in batches {
            let cost = &batch["measured"];
            let above_zero = |value: &serde_json::Value| value.as_f64().is_some_and(|it| it > 0.0);
            for of in ["call", "floor_call", "native_call"] {
                assert!(above_zero(&cost[of]["seconds_median"]), "{kind} {of}: {told:#}");
            }
            assert!(
                above_zero(&cost["fuel"]) && above_zero(&cost["memory_bytes_peak"]),
                "{told:#}"
            );
        }
        assert_eq!(told["rows_by_fuel"], "any", "{told:#}");
        assert!(told["code_bytes"].as_u64().unwrap() > 0, "{told:#}");
    }
}

#[test]
fn a_batch_that_breaks_is_told_and_the_others_are_measured() {
    let regatta = Regatta::new();
    let breaks = "(if (i32.gt_u (local.get $rows) (i32.const 5)) (then (unreachable)))
                  (call $answer (local.get $rows))";
    regatta.write("breaks.wasm", policy(&[("decide", breaks)]));
    let told = regatta.succeed(&["policy", "bench", "breaks.wasm", "--rows", "1,10"]);
    assert!(told.contains("✗ 10 rows") && told.contains("halves"), "{told}");
    assert!(told.contains("× hold") && told.contains("against the limits"), "{told}");
}

#[test]
fn what_cannot_be_measured_is_refused_in_one_line() {
    let regatta = Regatta::new();
    for (arguments, code) in [
        (&["policy", "bench", "nothing-of-the-kind"][..], 5),
        (&["policy", "bench", "hold", "--rows", "0"], 2),
        (&["policy", "bench", "static-replicas"], 3),
        (&["policy", "check", "nothing-of-the-kind"], 5),
    ] {
        let ended = regatta.run(arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.stderr);
    }
}
