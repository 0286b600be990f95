//! Compile bombs: each ends in a named error, within the caps of the process that compiles.

use std::time::Duration;

use registry::{Allowance, CompileError, CompileLimits, GateError, Stage};
use sandbox::{Intake, examine};

use super::host::{Host, compiler_after, tight};
use super::{another, built_in};
use crate::hostile::bombs::{FUNCTIONS_OF_MANY_LOOPS, bomb, bombs};
use crate::hostile::template::policy;

/// Bombs that no limit lets through; the others may be harmless within theirs.
const REFUSED_ANYWAY: [&str; 17] = [
    "one-huge-function",
    "one-function-of-a-million-values",
    "a-million-functions",
    "20-thousand-functions-of-50-thousand-locals",
    "deep-blocks",
    "deep-loops",
    "deep-ifs",
    "deep-sum",
    "many-loops",
    "a-million-exports",
    "a-million-branches",
    "components-that-double",
    "components-in-components",
    "components-by-the-thousand",
    "modules-by-the-thousand",
    "types-that-double",
    "types-in-types",
];

#[test]
fn every_bomb_ends_within_its_limits_and_the_next_upload_goes_through() {
    let bombed = Host::new(Allowance { compile: tight(), ..Allowance::default() });
    for bomb in bombs() {
        let kept = (bombed.registered(), bombed.compiled());
        // All have one name and version, so each comes from a tenant of its own.
        match bombed.upload(bomb.name, &bomb.bytes) {
            Ok(_) => assert!(!REFUSED_ANYWAY.contains(&bomb.name), "{}", bomb.name),
            Err(error) => {
                let named = match &error {
                    GateError::Refused(_) => error.stage() == Stage::Parse,
                    GateError::Compile(error) => !matches!(error, CompileError::Broken { .. }),
                    _ => false,
                };
                assert!(named, "{}: {error:?}", bomb.name);
                assert_eq!((bombed.registered(), bombed.compiled()), kept, "{}", bomb.name);
            }
        }
    }
    Host::new(Allowance::default()).upload("acme", built_in("hold")).unwrap();
}

#[test]
fn what_would_keep_a_compiler_busy_is_named_while_it_is_read() {
    for (name, expected) in [
        ("a-million-functions", "1000015 functions, the limit is 100000"),
        (
            "20-thousand-functions-of-50-thousand-locals",
            "1049981 locals of all functions together, the limit is 1000000",
        ),
        ("one-huge-function", "7000004 bytes of one function, the limit is 2097152"),
        ("deep-blocks", "5001 blocks in blocks of one function, the limit is 5000"),
        ("many-loops", "50001 blocks of one function, the limit is 50000"),
        ("components-in-components", "1001 modules and components, the limit is 1000"),
    ] {
        let error = examine(&bomb(name).bytes, &Intake::default()).unwrap_err();
        let words = error.to_string();
        assert!(words.contains(expected), "{name}: {words}");
        assert_eq!(GateError::from(error).stage(), Stage::Parse, "{name}");
    }
}

/// What compiling a module within these limits ends in.
fn ended(compile: CompileLimits, bytes: &[u8]) -> CompileError {
    let host = Host::new(Allowance { compile, ..Allowance::default() });
    let error = host.upload("acme", bytes).unwrap_err();
    assert_eq!(error.stage(), Stage::Compile, "{error:?}");
    assert_eq!((host.registered(), host.compiled()), (vec!["format.json".to_owned()], vec![]));
    match error {
        GateError::Compile(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_way_of_taking_too_much_has_a_name() {
    let hold = built_in("hold");
    let limits = CompileLimits::default();
    // No process comes to its first instruction in that time, perhaps for want of a processor.
    let hasty = CompileLimits { deadline: Duration::from_micros(1), ..limits };
    let late = ended(hasty, hold);
    let named = matches!(late, CompileError::TooLong { .. } | CompileError::Starved { .. });
    assert!(named, "{late:?}");
    let brief = CompileLimits { code_bytes: 10_000, ..limits };
    assert!(matches!(ended(brief, hold), CompileError::TooMuchCode { limit_bytes: 10_000 }));
    // From no room to start in, over none to read the file or to start the compiler in, to too little
    // to finish.
    for address_space_bytes in [1 << 10, 1 << 20, 16 << 20, 32 << 20, 40 << 20] {
        let narrow =
            CompileLimits { address_space_bytes, deadline: Duration::from_secs(600), ..limits };
        let error = ended(narrow, &bomb(FUNCTIONS_OF_MANY_LOOPS).bytes);
        assert!(
            matches!(error, CompileError::OutOfMemory { .. }),
            "{address_space_bytes}: {error:?}"
        );
    }
    // Valid by the rules of WebAssembly, and beyond what the engine takes.
    match ended(limits, &bomb("a-million-branches").bytes) {
        CompileError::Refused { cause } => assert!(cause.contains("1000000 targets"), "{cause}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_compiler_that_breaks_is_named_and_the_host_lives() {
    let allowance = Allowance::default();
    for (script, words) in [("exit 3", "exit status: 3"), ("kill -SEGV $$", "SIGSEGV")] {
        let host = Host::with(allowance.clone(), &compiler_after(script));
        let error = host.upload("acme", &policy(&[])).unwrap_err();
        assert!(matches!(error, GateError::Compile(CompileError::Broken { .. })), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(host.registered(), ["format.json"]);
    }
    // What it writes is no code of this engine's.
    let host = Host::with(allowance, &compiler_after("echo nonsense; exit 0"));
    let error = host.upload("acme", &another(&policy(&[]), 1)).unwrap_err();
    assert!(matches!(error, GateError::Revive(_)), "{error:?}");
    assert_eq!((error.stage(), host.compiled().len()), (Stage::Compile, 0));
}
