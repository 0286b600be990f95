use super::*;
use crate::trace::real;

const HEADER: &str = "app,func,end_timestamp,duration\n";

fn read(rows: &str) -> Result<Trace2021, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("trace.csv"), rows).unwrap();
    Trace2021::read(folder.path()).map_err(|error| error.to_string())
}

#[test]
fn invocations_are_sorted_by_their_start() {
    let trace = read(&format!("{HEADER}a,g,9.5,0.5\na,f,10,8\nb,h,1,3\n")).unwrap();
    assert_eq!(trace.functions, ["f", "g", "h"]);
    let shown = trace.invocations.iter().map(|one| {
        (one.function, one.start_nanoseconds / 1_000_000, one.duration_nanoseconds / 1_000_000)
    });
    // What began before the trace begins with it.
    assert_eq!(shown.collect::<Vec<_>>(), [(2, 0, 3000), (0, 2000, 8000), (1, 9000, 500)]);
    let function: Vec<_> = trace.of("g").unwrap().iter().map(|one| one.function).collect();
    assert_eq!(function, [1]);
    let error = trace.of("x").unwrap_err().to_string();
    assert_eq!(error, "the trace holds no function `x`; it holds 3, such as `f`");
}

#[test]
fn bad_files_are_refused_with_their_place() {
    let rows = [
        ("", "line 1: no column `app` anywhere; found "),
        ("app,func,end,duration\n", "line 1: no column `end_timestamp` anywhere; found app, func,"),
        (HEADER, "trace.csv holds no rows below its header"),
        (
            "app,func,end_timestamp,duration\na,f,1,1\na,f,-2,1\n",
            "trace.csv, line 3, column `end_timestamp`: `-2` is not a number of seconds within",
        ),
        (
            "app,func,end_timestamp,duration\na,f,1,NaN\n",
            "line 2, column `duration`: `NaN` is not a number of seconds within 0 and 10000000",
        ),
        ("app,func,end_timestamp,duration\na,f,1\n", "line 2: 3 values for 4 columns"),
        ("app,func,end_timestamp,duration\na,,1,1\n", "line 2, column `func`: `` is not a name"),
    ];
    for (text, expected) in rows {
        let error = read(text).expect_err(text);
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn a_folder_must_hold_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = Trace2021::read(folder.path()).unwrap_err().to_string();
    assert!(error.contains("holds no single .csv or .txt file (there are 0)"), "{error}");
    let error = Trace2021::read(&folder.path().join("none.csv")).unwrap_err().to_string();
    assert!(error.starts_with("could not read ") && error.ends_with("none.csv"), "{error}");
}

#[test]
fn the_real_sample_can_be_read() {
    let Some(folder) = real::folder() else { return };
    let trace = Trace2021::read(&folder.join("azure2021")).unwrap();
    assert_eq!((trace.functions.len(), trace.invocations.len()), (31, 199));
    assert!(trace.invocations.is_sorted());
    let first = trace.invocations[0];
    assert_eq!(first.duration_nanoseconds, 78_000_000);
    assert_eq!(first.start_nanoseconds, 1_490_900);
}
