//! Export and import: what leaves comes back, and others can read it.
#![expect(clippy::print_stderr, reason = "a test says what it skipped and why")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use parquet::file::reader::{FileReader as _, SerializedFileReader};

use super::*;

/// Two workloads' episodes, one of them with a gap, one that still goes on.
fn replay() -> Replay {
    let mut replay = memory(Limits::rows(1000));
    for number in (0..287).filter(|number| number / 3 != 44) {
        append(&mut replay, told(number));
    }
    replay
}

fn minari() -> Format {
    Format::Minari { score: "slo".to_owned() }
}

/// The content without the rows' numbers, in an order of its own.
fn unordered(replay: &Replay) -> Vec<String> {
    let mut rows: Vec<String> =
        content(replay).iter().map(|row| row.split_once(' ').unwrap().1.to_owned()).collect();
    rows.sort();
    rows
}

#[test]
fn what_is_exported_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let replay = replay();
    for (format, name) in [(Format::Parquet, "rows.parquet"), (minari(), "regatta-test-v0")] {
        let path = folder.path().join(name);
        let exported = export(&replay, &format, &path).unwrap();
        assert_eq!((exported.rows, &exported.path), (replay.rows(), &path));
        let mut other = memory(Limits::rows(1000));
        let imported = import(&mut other, &path).unwrap();
        assert_eq!((imported.rows, imported.last), (replay.rows(), other.last()));
        assert_eq!(unordered(&other), unordered(&replay));
        if format == Format::Parquet {
            assert_eq!(content(&other), content(&replay));
        }
    }
}

#[test]
fn nothing_is_overwritten_and_refusals_name_the_cause() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let replay = replay();
    let refused =
        |format: &Format, path: &Path| export(&replay, format, path).unwrap_err().to_string();
    fs::write(path("here.parquet"), "mine").unwrap();
    assert!(refused(&Format::Parquet, &path("here.parquet")).contains("already there"));
    assert_eq!(fs::read(path("here.parquet")).unwrap(), b"mine");
    assert!(refused(&minari(), &path("scarlet")).contains("NAME-vNUMBER"));
    let other = Format::Minari { score: "energy".to_owned() };
    assert!(
        refused(&other, &path("a-v0"))
            .contains(r#"score `energy` as reward: the schema has ["slo", "cost"]"#)
    );

    for (format, name) in [(Format::Parquet, "rows.parquet"), (minari(), "rows-v1")] {
        export(&replay, &format, &path(name)).unwrap();
        let mut schema = schema();
        schema.heads[1] = 4;
        let mut foreign = Replay::in_memory(schema, Limits::rows(10), None).unwrap();
        let error = import(&mut foreign, &path(name)).unwrap_err();
        let ImportError::Schema { source, .. } = error else { panic!("{error}") };
        assert!(source.to_string().contains("its heads[1] is 2, here it is 4"), "{source}");
        assert_eq!(foreign.rows(), 0);
    }
    let mut plain = memory(Limits::rows(10));
    assert!(matches!(import(&mut plain, &path("nowhere")), Err(ImportError::Io { .. })));
    assert!(matches!(import(&mut plain, &path("here.parquet")), Err(ImportError::Decode { .. })));
}

#[test]
fn a_dataset_lies_as_minari_expects_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("regatta-test-v0");
    let replay = replay();
    let exported = export(&replay, &minari(), &path).unwrap();
    let json = |path: PathBuf| -> serde_json::Value {
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    let metadata = json(path.join("data/metadata.json"));
    assert_eq!(metadata["dataset_id"], "regatta-test-v0");
    assert_eq!(metadata["data_format"], "parquet");
    assert_eq!(metadata["minari_version"], "0.5.0");
    assert_eq!(metadata["total_steps"], replay.rows());
    // Ten episodes of three workloads, one of each with a gap.
    assert_eq!(metadata["total_episodes"], 33);
    assert_eq!(exported.episodes, Some(33));
    assert_eq!(
        metadata["observation_space"],
        r#"{"type": "Box", "dtype": "float32", "shape": [2], "low": [-Infinity, -Infinity], "high": [Infinity, Infinity]}"#
    );
    let actions: serde_json::Value =
        serde_json::from_str(metadata["action_space"].as_str().unwrap()).unwrap();
    assert_eq!((&actions["type"], &actions["nvec"]), (&"MultiDiscrete".into(), &vec![3, 2].into()));
    let mut steps = 0;
    for episode in 0..33 {
        let folder = path.join("data").join(episode.to_string());
        let episode = json(folder.join("metadata.json"));
        let file = fs::File::open(folder.join("part-0.parquet")).unwrap();
        let file = SerializedFileReader::new(file).unwrap();
        let rows = file.metadata().file_metadata().num_rows() as u64;
        assert_eq!(episode["total_steps"], rows - 1);
        steps += rows - 1;
        let columns = file.metadata().file_metadata().schema_descr();
        let names: Vec<String> =
            columns.columns().iter().map(|column| column.path().string()).collect();
        let expected = ["observations.list.element", "actions.list.element", "rewards"];
        assert_eq!(names[..3], expected);
        assert_eq!(names[3..5], ["terminations", "truncations"]);
        assert!(names[5..].iter().all(|name| name.starts_with("infos.")));
    }
    assert_eq!(steps as usize, replay.rows());
}

/// What Minari itself reads, where a Python with it is at hand: `REGATTA_MINARI_PYTHON`, or `python3`.
#[test]
fn minari_reads_it() {
    const SCRIPT: &str = "
import minari, sys
dataset = minari.load_dataset('regatta/test-v0')
steps = reward = values = actions = terminated = truncated = allowed = 0
for episode in dataset:
    assert len(episode.observations) == len(episode.rewards) + 1
    assert episode.observations[0] in dataset.observation_space
    assert episode.actions[0] in dataset.action_space
    steps += len(episode.rewards)
    reward += episode.rewards.sum()
    values += episode.observations[:-1, 0].sum(dtype=float)
    actions += int(episode.actions.sum())
    terminated += int(episode.terminations.sum())
    truncated += int(episode.truncations.sum())
    allowed += int(episode.infos['allowed_after'][:-1].sum())
assert dataset.total_steps == steps
print(dataset.total_episodes, steps, reward, values, actions, terminated, truncated, allowed)
";
    let python = std::env::var("REGATTA_MINARI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = Command::new(&python).args(["-c", "import minari, pyarrow, PIL"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: `{python}` has no minari with pyarrow and pillow");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let replay = replay();
    fs::create_dir(folder.path().join("regatta")).unwrap();
    export(&replay, &minari(), &folder.path().join("regatta/test-v0")).unwrap();
    let output = Command::new(&python)
        .args(["-c", SCRIPT])
        .env("MINARI_DATASETS_PATH", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<f64> = said.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let sum = |of: &dyn Fn(&Row<'_>) -> f64| replay.iter().map(|row| of(&row)).sum::<f64>();
    let allowed = |row: &Row<'_>| (0..5).filter(|&option| row.allowed_after(option)).count() as f64;
    let terminated = sum(&|row| f64::from(u8::from(row.ending() == Ending::Terminated)));
    let expected = [
        33.0,
        replay.rows() as f64,
        sum(&|row| f64::from(row.score(0))),
        sum(&|row| row.before().next().map_or(0.0, f64::from)),
        sum(&|row| f64::from(row.choice(0) + row.choice(1))),
        terminated,
        33.0 - terminated,
        sum(&allowed),
    ];
    assert_eq!(numbers, expected);
}
