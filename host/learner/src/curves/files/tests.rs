use super::*;
use crate::curves::Source;

fn point(step: u64) -> Point<'static> {
    let (source, name, wall_seconds) = (Source::Agent, "loss", 1e9 + step as f64 / 4.0);
    Point { source, name, step, episode: step / 2, wall_seconds, value: 1.0 / step as f64 }
}

fn table(folder: &Path) -> String {
    fs::read_to_string(folder.join("curves.csv")).unwrap()
}

fn write(folder: &Path, keep_to_step: Option<u64>, steps: std::ops::RangeInclusive<u64>) {
    let mut files = CurveFiles::open(folder, keep_to_step).unwrap();
    steps.for_each(|step| files.write(&point(step)).unwrap());
    files.flush().unwrap();
}

#[test]
fn a_point_is_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = CurveFiles::open(folder.path(), None).unwrap();
    files.write(&point(2)).unwrap();
    files.write(&Point { value: f64::NAN, ..point(3) }).unwrap();
    files.write(&Point { name: "a,\"b\"", value: -0.25, ..point(4) }).unwrap();
    files.flush().unwrap();
    let lines = "step,episode,wall_seconds,name,value\n\
                 2,1,1000000000.5,agent/loss,0.5\n\
                 4,2,1000000001.0,\"agent/a,\"\"b\"\"\",-0.25\n";
    assert_eq!(table(folder.path()), lines);
}

#[test]
fn readers_see_whole_lines_at_any_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = CurveFiles::open(folder.path(), None).unwrap();
    for step in 1..=5_000 {
        files.write(&point(step)).unwrap();
        if step % 97 == 0 {
            assert!(table(folder.path()).ends_with('\n'));
        }
    }
    let seen = table(folder.path()).lines().count();
    assert!(seen > 1_000, "only {seen} lines, though nobody flushed");
    drop(files);
    assert_eq!(table(folder.path()).lines().count(), 5_001);
}

#[test]
fn a_resumed_run_has_nothing_twice() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [whole, resumed] = [folders[0].path(), folders[1].path()];
    write(whole, None, 1..=900);
    write(resumed, None, 1..=700);
    write(resumed, Some(500), 501..=900);
    assert_eq!(table(resumed), table(whole));

    write(resumed, Some(900), 901..=901);
    write(resumed, None, 1..=900);
    assert_eq!(table(resumed), table(whole), "a new run begins from nothing");
}

#[test]
fn a_line_that_was_torn_by_a_kill_is_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("curves.csv");
    write(folder.path(), None, 1..=3);
    let whole = table(folder.path());
    for torn in ["3", "3,1,1000000000.75,agent/loss", "3,1,1000000000.75,agent/loss,0.3"] {
        fs::write(&path, format!("{whole}{torn}")).unwrap();
        drop(CurveFiles::open(folder.path(), Some(3)).unwrap());
        assert_eq!(table(folder.path()), whole, "{torn}");
    }
    for torn in ["", "step,epi"] {
        fs::write(&path, torn).unwrap();
        drop(CurveFiles::open(folder.path(), Some(3)).unwrap());
        assert_eq!(table(folder.path()), "step,episode,wall_seconds,name,value\n", "{torn}");
    }
}

#[test]
fn a_table_of_somebody_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("curves.csv");
    for foreign in ["name,colour\nrose,red\n", "step,episode,wall_seconds,name,value\n1,2,x,y,z\n"]
    {
        fs::write(&path, foreign).unwrap();
        let error = CurveFiles::open(folder.path(), Some(3)).unwrap_err();
        assert!(matches!(error, CurveError::Foreign { .. }), "{error}");
        assert!(error.to_string().contains("curves.csv"), "{error}");
        assert_eq!(table(folder.path()), foreign);
    }
}

#[test]
fn a_folder_that_cannot_be_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = CurveFiles::open(&file.join("run"), None).unwrap_err();
    assert!(matches!(error, CurveError::Write { .. }) && error.to_string().contains("file/run"));
}
