use std::fs;
use std::path::Path;

use super::*;
use crate::trace::real;

const CALLS: &str = "HashFunction,Trigger,1,2,3\nf,timer,1,0,2\ng,http,7,0,0\nh,queue,0,3,0\n";
const DURATIONS: &str = "HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,\
    percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,\
    percentile_Average_99,percentile_Average_100\n\
    f,20,9,1,99,0,2,5,10,20,90,95\n";
const MEMORY: &str = "HashFunction,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct1,\
    AverageAllocatedMb_pct5,AverageAllocatedMb_pct25,AverageAllocatedMb_pct50,\
    AverageAllocatedMb_pct75,AverageAllocatedMb_pct95,AverageAllocatedMb_pct99,\
    AverageAllocatedMb_pct100\n\
    g,100,50,40,41,45,50,55,60,61,62\n";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
}

fn read(files: &[(&str, &str)]) -> Result<Trace2019, String> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    Trace2019::read(folder.path()).map_err(|error| error.to_string())
}

fn sampled(calls: &str, durations: &str, memory: &str) -> Result<Trace2019, String> {
    read(&[("invocations.csv", calls), ("durations.csv", durations), ("memory.csv", memory)])
}

#[test]
fn the_sampled_shape_is_read_and_joined() {
    let trace = sampled(CALLS, DURATIONS, MEMORY).unwrap();
    let [f, g, h] = &trace.functions[..] else { panic!("three functions") };
    assert_eq!(
        (f.name.as_str(), f.trigger, &f.counts_per_minute[..]),
        ("f", Trigger::Timer, &[1, 0, 2][..])
    );
    assert_eq!((f.invocations(), f.mean_rate_per_second()), (3, 3.0 / 180.0));
    assert_eq!(f.durations_or_typical().milliseconds, [0.0, 2.0, 5.0, 10.0, 20.0, 90.0, 95.0]);
    assert_eq!(
        (f.durations_or_typical().average_milliseconds, f.durations_or_typical().count),
        (20.0, 9)
    );
    assert_eq!((f.memory, g.memory.map(|memory| memory.megabytes[3])), (None, Some(50.0)));
    assert_eq!(f.memory_or_typical(), Memory::TYPICAL);
    assert_eq!((h.durations, h.durations_or_typical()), (None, Durations::TYPICAL));
    let names = |functions: Vec<&FunctionTrace>| {
        functions.iter().map(|function| function.name.clone()).collect::<Vec<_>>()
    };
    // Equally busy functions come by name.
    assert_eq!(names(trace.busiest(2)), ["g", "f"]);
    assert_eq!(names(trace.busiest(9)), ["g", "f", "h"]);
}

/// Puts owner and app in front of every row.
fn published(text: &str, app: &str) -> String {
    let (header, rows) = text.split_once('\n').unwrap();
    let rows: String = rows.lines().map(|row| format!("o,{app},{row}\n")).collect();
    format!("HashOwner,HashApp,{header}\n{rows}")
}

#[test]
fn the_published_shape_is_read_and_joined_by_app() {
    let (calls, durations) = (published(CALLS, "a"), published(DURATIONS, "a"));
    let memory = published(MEMORY, "a").replace("HashFunction,", "").replace("a,g,", "a,");
    let trace = read(&[
        ("invocations_per_function_md.anon.d02.csv", "a later day"),
        ("invocations_per_function_md.anon.d01.csv", &calls),
        ("function_durations_percentiles.anon.d01.csv", &durations),
        ("app_memory_percentiles.anon.d01.csv", &memory),
    ])
    .unwrap();
    let durations = trace.functions.iter().map(|function| function.durations.is_some());
    assert_eq!(durations.collect::<Vec<_>>(), [true, false, false]);
    assert!(trace.functions.iter().all(|function| function.memory.unwrap().megabytes[3] == 50.0));
}

#[test]
fn repetitions_of_the_published_files_are_settled() {
    let calls = format!("{CALLS}f,http,10,10,10\n");
    let durations = format!("{DURATIONS}f,1,8,1,1,1,1,1,1,1,1,1\nf,1,10,2,2,2,2,2,2,2,2,2\n");
    let trace = sampled(&calls, &durations, MEMORY).unwrap();
    let f = &trace.functions[0];
    assert_eq!((f.trigger, &f.counts_per_minute[..]), (Trigger::Timer, &[11, 10, 12][..]));
    assert_eq!(
        (f.durations_or_typical().count, f.durations_or_typical().milliseconds[0]),
        (10, 2.0)
    );
}

#[test]
fn bad_files_are_refused_with_their_place() {
    let calls = |from, to| sampled(&CALLS.replace(from, to), DURATIONS, MEMORY);
    let durations = |from, to| sampled(CALLS, &DURATIONS.replace(from, to), MEMORY);
    let rows = [
        (
            calls("f,timer,1,0,2", "f,timer,1,-4,2"),
            "invocations.csv, line 2, column `2`: `-4` is not a whole number of at least 0",
        ),
        (calls("7,0,0", "7,x,0"), "line 3, column `2`: `x` is not a whole number"),
        (calls("7,0,0", "7,0"), "line 3: 4 values for 5 columns"),
        (calls("g,http", "g,htp"), "line 3, column `Trigger`: `htp` is not http, timer, event,"),
        (calls("h,queue", "f,timer"), "line 4, column `HashFunction`: `f` was on line 2 already"),
        (calls("1,2,3\n", "1,2,4\n"), "line 1: no column `3` after the minute before it"),
        (
            calls("Trigger,", "Cause,"),
            "line 1: no column `Trigger` anywhere; found HashFunction, Cause, 1, 2, 3",
        ),
        (sampled("HashFunction,Trigger,1\n", DURATIONS, MEMORY), "invocations.csv holds no rows"),
        (
            durations("percentile_Average_99", "p99"),
            "durations.csv, line 1: no column `percentile_Average_99`",
        ),
        (
            durations("5,10,20,90", "5,4,20,90"),
            "line 2, column `percentile_Average_50`: `4` is not at least the percentile before it",
        ),
        (
            durations("f,20,9", "f,inf,9"),
            "column `Average`: `inf` is not a finite number of at least 0",
        ),
        (read(&[("invocations.csv", CALLS)]), "durations.csv"),
        (read(&[]), "holds no invocations.csv and no invocations_per_function_md.anon.d01.csv"),
    ];
    for (found, expected) in rows {
        let error = found.expect_err(expected);
        assert!(error.contains(expected), "{error}\n{expected}");
    }
    let error = Trace2019::read(Path::new("/no/such/folder")).unwrap_err().to_string();
    assert_eq!(error, "could not read /no/such/folder");
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("durations.csv", DURATIONS)]);
    fs::write(
        folder.path().join("invocations.csv"),
        b"HashFunction,Trigger,1\nf,http,1\n\xff,http,1\n",
    )
    .unwrap();
    let error = Trace2019::read(folder.path()).unwrap_err().to_string();
    assert!(error.contains("invocations.csv, line 3: not a row of UTF-8"), "{error}");
}

#[test]
fn a_split_is_seeded_and_shares_nothing() {
    let trace = crate::fitted::synthetic(1, 101, 2);
    let (train, race) = trace.split(5, 0.3);
    assert_eq!((train.functions.len(), race.functions.len()), (30, 71));
    let mut names: Vec<_> =
        train.functions.iter().chain(&race.functions).map(|function| &function.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 101);
    assert_eq!((train, race), trace.split(5, 0.3));
    assert_ne!(trace.split(6, 0.3), trace.split(5, 0.3));
    assert_eq!(trace.split(5, 2.0).1.functions.len(), 0);
}

#[test]
fn the_real_sample_can_be_read() {
    let Some(folder) = real::folder() else { return };
    let trace = Trace2019::read(&folder.join("azure2019")).unwrap();
    assert_eq!(trace.functions.len(), 500);
    for function in &trace.functions {
        assert_eq!(function.counts_per_minute.len(), 60);
        assert!(function.durations.is_some() && function.memory.is_some());
    }
    let total: u64 = trace.functions.iter().map(FunctionTrace::invocations).sum();
    assert_eq!(total, 40_660);
    let busiest = trace.busiest(1)[0];
    assert_eq!((busiest.name.as_str(), busiest.trigger), ("984", Trigger::Orchestration));
}

#[test]
fn service_times_come_near_the_recorded_averages() {
    let Some(folder) = real::folder() else { return };
    let trace = Trace2019::read(&folder.join("azure2019")).unwrap();
    let mut ratios: Vec<f64> = trace
        .functions
        .iter()
        .map(|function| {
            let service = function.durations.unwrap().service_spec().service().unwrap();
            1000.0 * service.mean_seconds()
                / function.durations.unwrap().average_milliseconds.max(0.5)
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    let quartiles = [125, 250, 375].map(|rank| (100.0 * ratios[rank]).round() / 100.0);
    assert_eq!(quartiles, [1.01, 1.09, 1.26]);
}
