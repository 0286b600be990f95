//! Compile bombs: each ends in a named error, within the caps of the process that compiles.

use std::time::Duration;

use registry::{Allowance, CompileError, CompileLimits, GateError, Stage};

use super::host::{Host, compiler_after, tight};
use super::{another, built_in};
use crate::hostile::bombs::bombs;
use crate::hostile::template::policy;

/// Bombs that no limit lets through; the others may be harmless within theirs.
const REFUSED_ANYWAY: [&str; 8] = [
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
    // No process comes to its first instruction in that time.
    let hasty = CompileLimits { deadline: Duration::from_micros(1), ..limits };
    assert!(matches!(ended(hasty, hold), CompileError::TooLong { .. }));
    let brief = CompileLimits { code_bytes: 10_000, ..limits };
    assert!(matches!(ended(brief, hold), CompileError::TooMuchCode { limit_bytes: 10_000 }));
    // From no room to start in, over none to read the file or to start the compiler in, to too little
    // to finish.
    for address_space_bytes in [1 << 10, 1 << 20, 16 << 20, 32 << 20, 40 << 20] {
        let narrow =
            CompileLimits { address_space_bytes, deadline: Duration::from_secs(600), ..limits };
        let bomb = bombs().remove(0);
        let error = ended(narrow, &bomb.bytes);
        assert!(
            matches!(error, CompileError::OutOfMemory { .. }),
            "{address_space_bytes}: {error:?}"
        );
    }
    // Valid by the rules of WebAssembly, and beyond what the engine takes.
    let branches = bombs().into_iter().find(|bomb| bomb.name == "a-million-branches").unwrap();
    match ended(limits, &branches.bytes) {
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
