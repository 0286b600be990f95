//! The examples, shortened: each is assembled from its file and raced without a failure.

use std::fs;
use std::path::Path;

use crate::program::{Regatta, replaced};

fn example(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    fs::read_to_string(folder.join(name)).unwrap()
}

/// How each example is made short.
const SHORTER: &[(&str, &[(&str, &str)])] = &[
    (
        "azure.yaml",
        &[
            ("duration_seconds: 3600", "duration_seconds: 120"),
            ("warm_up_seconds: 300", "warm_up_seconds: 10"),
            ("busiest: 16", "busiest: 4"),
            ("episodes: 60", "episodes: 2"),
            ("[40, 50, 60, 70, 80, 90]", "[50, 70]"),
        ],
    ),
    ("bursts.yaml", &[("duration_seconds: 400", "duration_seconds: 100")]),
    ("flash-crowd.yaml", &[("duration_seconds: 1200", "duration_seconds: 300")]),
    ("mp3.yaml", &[("episodes: 400", "episodes: 4"), ("mp3: {}", "mp3: { steps: 40 }")]),
    // Simulated here; `processes.rs` races real ones.
    ("processes.yaml", &[("episodes: 300", "episodes: 2")]),
    // Its length is not in the file, so fewer requests make it short.
    ("scarlet.json", &[("\"throughput_target\": 60", "\"throughput_target\": 2")]),
    (
        "scarlet.yaml",
        &[("duration_seconds: 90", "duration_seconds: 40"), ("episodes: 60", "episodes: 2")],
    ),
];

/// Races a shortened example, and gives what it printed on standard error.
fn check(name: &str, more: &[&str]) -> String {
    let regatta = Regatta::new();
    let (_, changes) = SHORTER.iter().find(|(listed, _)| *listed == name).unwrap();
    regatta.write(name, replaced(&example(name), changes));
    fs::create_dir(regatta.path("profiles")).unwrap();
    for profile in ["processes.json", "scarlet.json"] {
        regatta.write(&format!("profiles/{profile}"), example(&format!("profiles/{profile}")));
    }
    let ended = regatta.run(&[&["race", name, "--seeds", "1", "--out", "out"], more].concat());
    assert_eq!(ended.code, Some(0), "{name}: {}", ended.stderr);
    let results = regatta.json("out/results.json");
    assert_eq!(results["failures"].as_array().unwrap().len(), 0, "{name}");
    let entrants = results["entrants"].as_array().unwrap().len();
    let cells = results["cells"].as_array().unwrap();
    assert_eq!(cells.len(), entrants, "{name}: a cell for each entrant");
    for cell in cells {
        assert_ne!(cell["overall"]["requests"]["arrivals"], 0, "{name}: {}", cell["name"]);
        assert_ne!(cell["overall"]["rewards"][0]["scored"], 0, "{name}: {}", cell["name"]);
    }
    let page = String::from_utf8(regatta.read("out/report.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"), "{name}");
    ended.stderr
}

#[test]
fn the_azure_example_races_on_a_fitted_generator() {
    let said = check("azure.yaml", &[]);
    assert!(said.contains("arrivals come from") && said.contains("fitted"), "{said}");
}

#[test]
fn the_azure_example_races_on_the_trace_itself() {
    let Some(traces) = std::env::var_os("REGATTA_TRACES") else {
        println!("skipped: REGATTA_TRACES names no folder of traces");
        return;
    };
    let trace = Path::new(&traces).join("azure2019");
    let said = check("azure.yaml", &["--trace", trace.to_str().unwrap()]);
    assert!(said.contains("arrivals come from") && !said.contains("fitted"), "{said}");
}

#[test]
fn the_bursts_example_races() {
    check("bursts.yaml", &[]);
}

#[test]
fn the_flash_crowd_example_races() {
    check("flash-crowd.yaml", &[]);
}

#[test]
fn the_mp3_example_races() {
    check("mp3.yaml", &[]);
}

#[test]
fn the_example_of_real_functions_races_simulated() {
    check("processes.yaml", &[]);
}

#[test]
fn the_example_of_a_load_can_be_sent() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/load");
    let read = |name: &str| assembly::read_load(&folder.join(name), None).unwrap();
    let (spec, traces, _) = read("trace.yaml");
    assert_eq!(spec.plan(&traces).unwrap().flows.len(), 1);
    let (spec, traces, _) = read("two-functions.yaml");
    let plan = spec.plan(&traces).unwrap();
    let names: Vec<&str> = plan.flows.iter().map(|flow| flow.name.as_str()).collect();
    assert_eq!(names, ["fibonacci", "hotel-geo"]);
}

#[test]
fn the_scarlet_examples_race() {
    check("scarlet.json", &[]);
    check("scarlet.yaml", &[]);
}

#[test]
fn chance_and_the_minimum_fail_at_the_load_of_the_scarlet_example() {
    let regatta = Regatta::new();
    regatta.write(
        "scarlet.yaml",
        replaced(&example("scarlet.yaml"), &[("episodes: 60", "episodes: 2")]),
    );
    let profile = example("profiles/scarlet.json");
    fs::create_dir(regatta.path("profiles")).unwrap();
    regatta.write("profiles/scarlet.json", profile);
    let told = regatta.succeed(&["race", "scarlet.yaml", "--out", "out", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let missed = |entrant: &str| {
        let cells = told["cells"].as_array().unwrap().iter();
        let requests = |cell: &serde_json::Value, name: &str| {
            cell["overall"]["requests"][name].as_f64().unwrap()
        };
        let of = cells.filter(|cell| cell["name"]["entrant"] == entrant);
        let (late, all) = of.fold((0.0, 0.0), |(late, all), cell| {
            (late + requests(cell, "slo_violations"), all + requests(cell, "with_objective"))
        });
        late / all
    };
    // The promise is kept to nine of ten.
    assert!(missed("minimum") > 0.5 && missed("random") > 0.1, "{}", missed("random"));
    assert!(missed("hpa") < 0.1 && missed("static-5") < 0.1, "{}", missed("hpa"));
}

#[test]
fn every_example_is_raced_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut races: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml") || name.ends_with(".json"))
        .collect();
    races.sort();
    assert!(races.iter().eq(SHORTER.iter().map(|(name, _)| name)), "{races:?}");
}

/// Each training of the examples is made very short; together they name every file of the folder.
#[test]
fn the_example_trainings_train() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let named = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let names = entries.map(|name| name.into_string().unwrap());
        names.filter(|name| name.ends_with(".yaml")).collect()
    };
    let trainings = named(&folder.join("train"));
    assert!(trainings.len() >= 5, "{trainings:?}");
    for training in trainings {
        let regatta = Regatta::new();
        for race in named(&folder) {
            regatta.write(&race, example(&race));
        }
        fs::create_dir(regatta.path("profiles")).unwrap();
        regatta.write("profiles/scarlet.json", example("profiles/scarlet.json"));
        regatta.write("profiles/processes.json", example("profiles/processes.json"));
        fs::create_dir(regatta.path("train")).unwrap();
        let file = format!("train/{training}");
        regatta.write(&file, example(&file));
        let arguments = ["train", &file, "--steps", "60", "--seeds", "1", "--out", "out", "--json"];
        let told: serde_json::Value = serde_json::from_str(&regatta.succeed(&arguments)).unwrap();
        let steps = told["seeds"][0]["steps"].as_u64().unwrap();
        assert!(steps >= 60, "{training}: {told}");
        // What was trained keeps a module's promises, alone or for a group of its size.
        regatta.succeed(&["export", "out/seed-1", "-o", "agent.wasm"]);
        regatta.succeed(&["policy", "check", "agent.wasm"]);
    }
}
