//! Races from files: what is raced, what is fair about it, and what is reported.

use serde_json::Value;

use crate::program::{Regatta, replaced};

/// A race of a second or so.
pub(crate) const SMALL: &str = include_str!("small.yaml");

/// The race with more policies.
fn with_policies(policies: &str) -> String {
    replaced(SMALL, &[("fallback:", &format!("{policies}fallback:"))])
}

/// Races a file of this text, with nothing going wrong.
#[track_caller]
fn raced(text: &str) -> Value {
    let regatta = Regatta::new();
    regatta.write("race.yaml", text);
    regatta.succeed(&["race", "race.yaml", "--out", "out"]);
    regatta.json("out/results.json")
}

/// The measures of an entrant, by seed in the order of the race.
fn measures<'a>(results: &'a Value, entrant: &str) -> Vec<&'a Value> {
    let cells = results["cells"].as_array().unwrap().iter();
    let found: Vec<_> = cells
        .filter(|cell| cell["name"]["entrant"] == entrant)
        .map(|cell| &cell["overall"])
        .collect();
    assert!(!found.is_empty(), "no cells of {entrant}");
    found
}

#[test]
fn the_same_race_gives_the_same_bytes_on_any_number_of_threads() {
    let regatta = Regatta::new();
    regatta.write("race.yaml", SMALL);
    regatta.succeed(&["race", "race.yaml", "--out", "one", "--threads", "1"]);
    regatta.succeed(&["race", "race.yaml", "--out", "three", "--threads", "3"]);
    for object in ["results.json", "measures.parquet", "series.parquet"] {
        let [one, three] = ["one", "three"].map(|out| regatta.read(&format!("{out}/{object}")));
        assert!(one.len() > 100 && one == three, "{object} differs");
    }
}

#[test]
fn json_on_standard_output_is_the_results() {
    let regatta = Regatta::new();
    regatta.write("race.yaml", SMALL);
    let printed = regatta.succeed(&["race", "race.yaml", "--json", "--seeds", "1"]);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed, regatta.json("results/small/results.json"));
    assert_eq!(printed["cells"].as_array().unwrap().len(), 2, "two policies, one seed");
}

#[test]
fn every_entrant_meets_the_same_arrivals_and_every_seed_others() {
    let results = raced(&with_policies("  - { module: random }\n"));
    let arrivals = |entrant| -> Vec<u64> {
        let measures = measures(&results, entrant).into_iter();
        measures.map(|overall| overall["requests"]["arrivals"].as_u64().unwrap()).collect()
    };
    let reference = arrivals("two");
    assert!(reference[0] > 2000 && reference[0] != reference[1], "{reference:?}");
    for entrant in ["hold", "random"] {
        assert_eq!(arrivals(entrant), reference, "{entrant}");
    }
}

#[test]
fn a_cell_that_fails_is_reported_and_the_rest_go_on() {
    let regatta = Regatta::new();
    let odd = "  - { name: odd, module: probe, settings: { period_milliseconds: 700 } }\n";
    regatta.write("race.yaml", with_policies(odd));
    let ended = regatta.run(&["race", "race.yaml", "--out", "out"]);
    assert_eq!(ended.code, Some(6), "{}", ended.stderr);
    assert!(ended.error().contains("2 of 6 cells failed"), "{}", ended.stderr);
    assert!(ended.stdout.contains("`odd` on `small` with seed 1"), "{}", ended.stdout);
    let results = regatta.json("out/results.json");
    let failures = results["failures"].as_array().unwrap();
    assert_eq!(failures.len(), 2);
    for failure in failures {
        assert_eq!(failure["name"]["entrant"], "odd");
        assert!(failure["message"].as_str().unwrap().contains("700ms"), "{failure}");
    }
    assert_eq!(results["cells"].as_array().unwrap().len(), 4);
}

#[test]
fn the_fallback_answers_for_a_policy_that_panics_and_is_counted() {
    let probes = "  - { name: panics, module: probe, settings: { misbehave: panic } }\n  \
                  - { name: behaves, module: probe }\n";
    let fallback = "{ module: static-replicas, settings: { replicas: 2 } }";
    let text = replaced(&with_policies(probes), &[("{ module: step-threshold }", fallback)]);
    let results = raced(&text);
    for (panics, two) in measures(&results, "panics").iter().zip(measures(&results, "two")) {
        let answers = &panics["answers"];
        // 110 ticks of a second after the warm-up, one workload.
        assert_eq!(answers["asked"], 110);
        assert_eq!(answers["refused"]["failed"], 110);
        assert_eq!(answers["fallback"], 110);
        for what in ["requests", "latency", "replica_seconds", "rewards"] {
            assert_eq!(panics[what], two[what], "{what}: the fallback keeps two replicas");
        }
    }
    for behaves in measures(&results, "behaves") {
        assert_eq!(behaves["answers"]["refused"], serde_json::json!({}));
        assert_eq!(behaves["answers"]["fallback"], 0);
    }
}

#[test]
fn a_frozen_table_does_not_learn_and_an_online_one_does() {
    let table = "module: q-table, settings: { period_milliseconds: 1000, \
                 actions: [{}, { replicas: 1 }], exploration: { start: 0.5 } }";
    let tables = format!(
        "  - {{ name: frozen, {table} }}\n  - {{ name: online, {table}, learn_online: {{}} }}\n"
    );
    let results = raced(&with_policies(&tables));
    let held = measures(&results, "hold");
    for (frozen, held) in measures(&results, "frozen").iter().zip(&held) {
        // What was never learned from takes the first action, which keeps.
        for what in ["requests", "latency", "replica_seconds", "rewards", "scaling"] {
            assert_eq!(frozen[what], held[what], "{what}");
        }
    }
    for online in measures(&results, "online") {
        assert_ne!(online["scaling"]["up"], 0, "it explores");
    }
    let learned: Vec<_> =
        results["entrants"].as_array().unwrap().iter().map(|one| &one["learned"]).collect();
    assert_eq!(learned, ["never", "never", "never", "online"]);
}
