//! Traces that cannot be read, and places that cannot be written.

use std::fs;
use std::process::Command;

use crate::program::{Ended, Regatta, replaced};
use crate::race::SMALL;

/// The race on functions of a trace.
fn on_a_trace() -> String {
    let workloads = SMALL.find("workloads:").unwrap()..SMALL.find("rewards:").unwrap();
    let functions = "functions:\n  trace: azure2019\n  busiest: 2\n  template:\n    \
                     bounds: { replicas_min: 1, replicas_max: 4 }\n";
    replaced(SMALL, &[(&SMALL[workloads], functions)])
}

const INVOCATIONS: &str = "HashFunction,Trigger,1,2\nf,http,3,4\ng,http,5,6\n";
const DURATIONS: &str = "HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,\
     percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,\
     percentile_Average_99,percentile_Average_100\n\
     f,100,7,50,200,50,50,80,100,120,190,200\ng,100,11,50,200,50,50,80,100,120,190,200\n";

/// What is said of a trace with these files.
fn race_on(invocations: &str, durations: &str) -> (Regatta, Ended) {
    let regatta = Regatta::new();
    regatta.write("race.yaml", on_a_trace());
    fs::create_dir(regatta.path("trace")).unwrap();
    regatta.write("trace/invocations.csv", invocations);
    regatta.write("trace/durations.csv", durations);
    let ended = regatta.run(&["race", "race.yaml", "--trace", "trace", "--out", "out"]);
    (regatta, ended)
}

#[test]
fn a_trace_of_two_functions_races() {
    let (_, ended) = race_on(INVOCATIONS, DURATIONS);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[test]
fn traces_that_cannot_be_read_are_named_with_file_and_line() {
    let check = |invocations: &str, durations: &str, words: &[&str]| {
        let (regatta, ended) = race_on(invocations, durations);
        let error = ended.error();
        assert_eq!(ended.code, Some(3), "{error}");
        for word in words {
            assert!(error.contains(word), "`{word}` in {error}");
        }
        assert!(!regatta.path("out").exists(), "nothing is written: {error}");
    };
    let invocations = "invocations.csv";
    check("", DURATIONS, &[invocations]);
    check("a,b\n1,2\n", DURATIONS, &[invocations, "HashFunction"]);
    let negative = INVOCATIONS.replace("5,6", "-5,6");
    check(&negative, DURATIONS, &[invocations, "3", "-5"]);
    let words = INVOCATIONS.replace("3,4", "three,4");
    check(&words, DURATIONS, &[invocations, "2", "three"]);
    let short = INVOCATIONS.replace("5,6", "5");
    check(&short, DURATIONS, &[invocations, "3"]);
    check(INVOCATIONS, "HashFunction,Mean\nf,1\n", &["durations.csv", "Average"]);
    check(INVOCATIONS, &DURATIONS.replace("f,100", "f,slow"), &["durations.csv", "2", "slow"]);
    check(INVOCATIONS, &DURATIONS.replace("f,100", "f,-1"), &["durations.csv", "2", "-1"]);
}

#[test]
fn a_folder_without_a_trace_is_named() {
    let regatta = Regatta::new();
    regatta.write("race.yaml", on_a_trace());
    let ended = regatta.run(&["race", "race.yaml", "--trace", "nowhere", "--out", "out"]);
    assert!(ended.error().contains("nowhere"), "{}", ended.stderr);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(!regatta.path("out").exists());
}

#[test]
fn a_file_in_the_way_of_the_results_stays() {
    let regatta = Regatta::new();
    regatta.write("race.yaml", SMALL);
    regatta.write("out", "a file");
    let ended = regatta.run(&["race", "race.yaml", "--out", "out"]);
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(ended.error().contains("`out`") && ended.error().contains("writable folder"));
    assert_eq!(regatta.read("out"), b"a file");
}

#[test]
fn stores_of_another_kind_are_refused() {
    let regatta = Regatta::new();
    regatta.write("race.yaml", SMALL);
    let ended = regatta.run(&["race", "race.yaml", "--out", "gopher://hole"]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(ended.error().contains("gopher://hole") && ended.error().contains("file://"));
}

/// Races a longer race over the results of a shorter one, where writing fails.
#[track_caller]
fn check_full(regatta: &Regatta, untouched: &[&str], run: impl FnOnce() -> Ended) {
    let shorter = replaced(SMALL, &[("duration_seconds: 120", "duration_seconds: 20")]);
    regatta.write("race.yaml", shorter);
    regatta.succeed(&["race", "race.yaml", "--out", "out", "--seeds", "1"]);
    let read = || untouched.iter().map(|object| regatta.read(&format!("out/{object}")));
    let before: Vec<_> = read().collect();
    regatta.write("race.yaml", SMALL);
    let ended = run();
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(ended.error().contains("earlier results are intact"), "{}", ended.stderr);
    assert!(read().eq(before), "earlier results changed");
    for file in
        regatta.files("out").iter().filter(|file| file.extension().is_some_and(|is| is == "json"))
    {
        let json = serde_json::from_slice::<serde_json::Value>(&fs::read(file).unwrap());
        assert!(json.is_ok(), "{} is half written", file.display());
    }
}

#[test]
fn a_write_that_fails_leaves_the_earlier_object() {
    let regatta = Regatta::new();
    check_full(&regatta, &["report.html"], || {
        // The shell ignores the signal that would end the program, so that writes fail instead: the
        // report is the one object of more than two megabytes. Some shells count half kilobytes.
        let limited = "trap '' XFSZ; ulimit -f 4096; exec \"$0\" race race.yaml --out out";
        let mut command = Command::new("sh");
        command.args(["-c", limited, env!("CARGO_BIN_EXE_regatta")]);
        command.current_dir(regatta.path(".")).output().unwrap().into()
    });
}

/// A small disk under `out`, for as long as it lives.
struct Disk<'a>(&'a Regatta);

impl<'a> Disk<'a> {
    /// None where this machine mounts nothing for us.
    fn mount(regatta: &'a Regatta) -> Option<Self> {
        fs::create_dir(regatta.path("out")).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(regatta.path("out"));
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then_some(Self(regatta))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        // Where it stays mounted, the folder cannot be removed, which is all that is lost.
        let _ = Command::new("umount").arg(self.0.path("out")).output();
    }
}

#[test]
fn a_full_disk_leaves_the_earlier_results() {
    let regatta = Regatta::new();
    let Some(_disk) = Disk::mount(&regatta) else {
        println!("skipped: this machine mounts no disk for us to fill");
        return;
    };
    let all = ["results.json", "report.html", "measures.parquet", "series.parquet", "machine.json"];
    check_full(&regatta, &all, || {
        let filled = fs::write(regatta.path("out/filler"), vec![0; 16 << 20]);
        assert!(filled.is_err(), "the disk is not full");
        regatta.run(&["race", "race.yaml", "--out", "out"])
    });
}
