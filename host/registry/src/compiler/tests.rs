//! What the compiler makes of processes that end in all the ways in which they can: here they are
//! shell scripts.

use std::time::Duration;

use super::*;

/// A compiler that is a shell script.
fn script(text: &str) -> Compiler {
    Compiler {
        program: "/bin/sh".into(),
        arguments: vec!["-c".into(), text.into(), "sh".into()],
        priority: Priority::Spare,
    }
}

fn limits() -> CompileLimits {
    CompileLimits { code_bytes: 1000, ..CompileLimits::default() }
}

#[track_caller]
fn check(text: &str, expected: impl Fn(&CompileError) -> bool) {
    let error = script(text).compile(b"component", &limits()).unwrap_err();
    assert!(expected(&error), "{text}: {error:?}");
}

#[test]
fn what_the_process_writes_is_the_code() {
    assert_eq!(script("cat").compile(b"component", &limits()).unwrap(), b"component");
    // More than a pipe holds goes in and comes out.
    let component = vec![b'x'; 1 << 20];
    let plenty = CompileLimits { code_bytes: 1 << 20, ..limits() };
    assert_eq!(script("cat").compile(&component, &plenty).unwrap(), component);
}

#[test]
fn the_process_is_told_its_limits_and_nothing_of_the_hosts_surroundings() {
    let told = script(r#"printf '%s ' "$@""#).compile(b"", &limits()).unwrap();
    let told = String::from_utf8(told).unwrap();
    let arguments: Vec<OsString> = told.split_whitespace().map(Into::into).collect();
    let parsed = ChildArguments::parse(&arguments).unwrap();
    assert_eq!(parsed.address_space_bytes, limits().address_space_bytes);
    assert_eq!((parsed.threads, parsed.parent), (limits().threads, std::process::id()));
    assert_eq!((parsed.cpu_seconds, parsed.priority), (5, Priority::Spare));
    let one = CompileLimits { threads: Threads::One, ..limits() };
    let surroundings = script("cat /proc/$$/environ").compile(b"", &one).unwrap();
    assert_eq!(surroundings, b"RAYON_NUM_THREADS=1\0");
}

#[test]
fn an_end_is_named_by_its_cause() {
    check(
        "echo no good >&2; exit 10",
        |error| matches!(error, CompileError::Refused { cause } if cause == "no good"),
    );
    check("exit 11", |error| matches!(error, CompileError::OutOfMemory { .. }));
    check(
        "echo memory allocation of 8 bytes failed >&2; kill -ABRT $$",
        |error| matches!(error, CompileError::OutOfMemory { limit_bytes } if *limit_bytes == 4 << 30),
    );
    check("kill -XCPU $$", |error| {
        matches!(error, CompileError::TooMuchWork { bytes: 9, cpu_seconds: 6 })
    });
    check("exit 3", |error| matches!(error, CompileError::Broken { how, .. } if how.contains('3')));
    check(
        "kill -SEGV $$",
        |error| matches!(error, CompileError::Broken { how, .. } if how.contains("SIGSEGV")),
    );
}

#[test]
fn the_last_line_that_says_something_is_told_and_cannot_move_a_cursor() {
    let words = r"printf 'first\nbr\033[2Joken\nnote: run with more\n\n' >&2; exit 1";
    check(
        words,
        |error| matches!(error, CompileError::Broken { words, .. } if words == "br\\u{1b}[2Joken"),
    );
    // Of a flood only the end is kept.
    check(
        "head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 10",
        |error| matches!(error, CompileError::Refused { cause } if cause.len() <= 4096),
    );
}

#[test]
fn a_process_that_takes_too_much_is_stopped() {
    check("yes", |error| matches!(error, CompileError::TooMuchCode { limit_bytes: 1000 }));
    let limits = CompileLimits { deadline: Duration::from_millis(50), ..limits() };
    // Also what the process has started in its turn.
    for text in
        ["exec sleep 1000", "cat >&2; exec sleep 1000", "yes >&2; true", "yes >&2 & sleep 1000"]
    {
        let error = script(text).compile(&vec![0; 1 << 20], &limits).unwrap_err();
        let named = matches!(error, CompileError::TooLong { .. } | CompileError::Starved { .. });
        assert!(named, "{text}: {error:?}");
    }
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let compiler = Compiler { program: "/no/such/compiler".into(), ..script("") };
    let error = compiler.compile(b"", &limits()).unwrap_err();
    assert_eq!(error.to_string(), "cannot start the compiler `/no/such/compiler`");
}

#[test]
fn only_what_the_host_writes_is_understood_as_its_orders() {
    let parse = |text: &str| {
        let arguments: Vec<OsString> = text.split_whitespace().map(Into::into).collect();
        ChildArguments::parse(&arguments).ok()
    };
    let orders = ChildArguments {
        address_space_bytes: 1 << 30,
        cpu_seconds: 9,
        threads: Threads::All,
        priority: Priority::Fair,
        parent: 77,
    };
    assert_eq!(parse("1073741824 9 all fair 77"), Some(orders));
    assert_eq!(ChildArguments::parse(&orders.written()).ok(), Some(orders));
    for wrong in [
        "",
        "1 2 one fair",
        "1 2 one fair 3 4",
        "1 2 some fair 3",
        "1 2 one all 3",
        "-1 2 one fair 3",
        "1 x one fair 3",
        "1 2 one fair -3",
    ] {
        assert_eq!(parse(wrong), None, "{wrong}");
    }
}
