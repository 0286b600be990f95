//! Sample: made-up results with the shape of real ones. Nothing in it was measured: a rough formula
//! stands for the cluster, so that the parts agree with each other.

mod measured;
mod summarised;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::metric::Metric;
use crate::results::{
    Cell, CellName, Curve, CurvePoint, EntrantRecord, FORMAT, Failure, Learned, Machine, Note,
    Plan, Provenance, Results, RewardRecord, Trial,
};

/// How an imagined entrant behaves.
struct Habit {
    name: &'static str,
    /// Arrivals a second that it plans for one replica; none holds `fixed`.
    rate_a_replica: Option<f64>,
    fixed: f64,
    /// Points that it lags behind.
    lag: usize,
    learned: Learned,
}

const fn habit(
    name: &'static str,
    rate_a_replica: Option<f64>,
    fixed: f64,
    lag: usize,
    learned: Learned,
) -> Habit {
    Habit { name, rate_a_replica, fixed, lag, learned }
}

const HABITS: [Habit; 7] = [
    habit("threshold-hpa", Some(4.2), 0.0, 4, Learned::Never),
    habit("threshold-hpa-tuned", Some(4.6), 0.0, 3, Learned::Never),
    habit("knative-kpa", Some(4.7), 0.0, 1, Learned::Never),
    habit("q-table", Some(4.6), 0.0, 2, Learned::Beforehand),
    habit("q-table-online", Some(5.2), 0.0, 5, Learned::Online),
    habit("static-12", None, 12.0, 0, Learned::Never),
    habit("static-3", None, 3.0, 0, Learned::Never),
];

const COURSES: [&str; 2] = ["azure", "flash-crowd"];
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// Workloads of every sample cell.
const WORKLOADS: [&str; 2] = ["checkout", "search"];

/// Sample results. They are made once, because their intervals take a second.
pub(super) fn results() -> Results {
    static RESULTS: LazyLock<Results> = LazyLock::new(make);
    RESULTS.clone()
}

fn make() -> Results {
    let failure = Failure {
        name: CellName { entrant: "static-3".into(), course: "flash-crowd".into(), seed: 5 },
        message: "cannot observe the cluster: out of memory for workload `checkout`".into(),
    };
    let cells: Vec<Cell> = HABITS
        .iter()
        .flat_map(|habit| COURSES.iter().map(move |course| (habit, course)))
        .flat_map(|(habit, course)| {
            SEEDS.iter().map(move |&seed| measured::cell(habit, course, seed, &WORKLOADS))
        })
        .filter(|cell| cell.name != failure.name)
        .collect();
    let metrics = Metric::all(["balanced", "scarlet"]);
    Results {
        format: FORMAT,
        provenance: provenance(),
        plan: plan(),
        entrants: HABITS.iter().map(entrant).collect(),
        summaries: summarised::summaries(&metrics, &cells),
        comparisons: summarised::comparisons(&metrics, &cells, "threshold-hpa"),
        metrics: metrics.into_iter().map(|metric| metric.record).collect(),
        cells,
        failures: vec![failure],
        notes: notes(),
    }
}

/// Sample facts of a machine.
pub(super) fn machine() -> Machine {
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Machine {
        facts: BTreeMap::from([fact("cores", "2"), fact("operating system", "linux x86_64")]),
        threads: 2,
        wall_seconds: 83.4,
        cells: Vec::new(),
        training_wall_seconds: BTreeMap::from([(
            "q-table".to_owned(),
            (1..=40).map(|episode| f64::from(episode) * 0.8).collect(),
        )]),
    }
}

fn provenance() -> Provenance {
    let digest = |byte: &str| byte.repeat(32);
    Provenance {
        program: "regatta".into(),
        version: "0.1.0".into(),
        config: serde_json::json!({
            "tick": "1s",
            "policies": { "knative-kpa": { "target": 0.7 }, "threshold-hpa": { "cpu": "70%" } },
        }),
        modules: BTreeMap::from([
            ("balanced".to_owned(), digest("1f")),
            ("knative-kpa".to_owned(), digest("a7")),
            ("q-table".to_owned(), digest("5c")),
            ("scarlet".to_owned(), digest("90")),
            ("threshold-hpa".to_owned(), digest("3e")),
        ]),
        arrivals: BTreeMap::from([("azure".to_owned(), "sample data, no trace".to_owned())]),
    }
}

fn plan() -> Plan {
    let reward =
        |name: &str, minimum, maximum| RewardRecord { name: name.into(), minimum, maximum };
    Plan {
        tick_seconds: 1.0,
        warm_up_seconds: 120.0,
        seeds: SEEDS.to_vec(),
        courses: COURSES.map(str::to_owned).to_vec(),
        rewards: vec![reward("balanced", -1.0, 1.0), reward("scarlet", -1.0, 1.0)],
        reference: "threshold-hpa".into(),
        confidence_ratio: 0.95,
        resamples: 5_000,
        blocks: false,
        demonstration: false,
    }
}

fn entrant(habit: &Habit) -> EntrantRecord {
    let tuned = habit.name.ends_with("tuned");
    let trials = [(50, 0.741), (60, 0.772), (70, 0.769), (80, 0.702)].map(|(target, objective)| {
        Trial { candidate: format!("cpu {target} %"), objective: Some(objective), failure: None }
    });
    let refused = Trial {
        candidate: "cpu 0 %".into(),
        objective: None,
        failure: Some("settings: /cpu: 0 is not above 0".into()),
    };
    EntrantRecord {
        name: habit.name.into(),
        period_seconds: Some(if habit.name == "knative-kpa" { 2.0 } else { 15.0 }),
        learned: habit.learned,
        chosen: tuned.then(|| "cpu 60 %".into()),
        objective: tuned.then(|| "reward_mean:balanced".into()),
        trials: if tuned { trials.into_iter().chain([refused]).collect() } else { Vec::new() },
        curve: (habit.learned == Learned::Beforehand).then(curve),
    }
}

fn curve() -> Curve {
    let point = |episode: u32| {
        let wobble = f64::from((episode * 7) % 11) / 11.0 - 0.5;
        CurvePoint {
            episode,
            course: COURSES[episode as usize % 2].into(),
            seed: 1_000 + u64::from(episode),
            steps: u64::from(episode + 1) * 720,
            reward_mean: Some(0.78 - 0.5 * (-f64::from(episode) / 9.0).exp() + 0.05 * wobble),
        }
    };
    Curve { reward: "balanced".into(), points: (0..40).map(point).collect() }
}

fn notes() -> Vec<Note> {
    let note = |kind: &str, text: &str| Note { kind: kind.into(), text: text.into() };
    vec![
        note(
            "one-trace",
            "All arrivals come from one trace: the intervals cover the noise of the simulation and \
             not other days.",
        ),
        note("failed-cells", "1 of 70 cells failed; its entrant is judged by the others."),
        note("learns-online", "`q-table-online` learns during the race; the others raced frozen."),
    ]
}
