//! Gate: how modules get into the registry, through the program's own compiling process.

mod bombs;
mod cache;
mod child;
mod host;
mod quota;
mod storm;

use registry::{Allowance, Stage};
use sandbox::{Intake, Threads, Trial, Wasi};
use wit_component::StringEncoding;

use crate::hostile::template::{Replaced, WIT, component, policy, policy_of};
use host::Host;

/// A built-in's core module.
fn built_in(name: &str) -> &'static [u8] {
    assembly::built_in().iter().find(|one| one.name == name).unwrap().bytes
}

/// The same module as another file: with one more custom section.
fn another(bytes: &[u8], number: u64) -> Vec<u8> {
    let content = [&b"\x06number"[..], &number.to_le_bytes()].concat();
    [bytes, &[0, content.len() as u8], &content].concat()
}

/// A policy that imports the clock of WASI.
fn ticking() -> Vec<u8> {
    let clock = "wasi:clocks/monotonic-clock@0.2.6";
    let wit = WIT.replace("world policy {\n", &format!("world policy {{\nimport {clock};\n"))
        + "package wasi:clocks@0.2.6 { interface monotonic-clock { now: func() -> u64; } }";
    let import = format!(r#"(import "{clock}" "now" (func $now (result i64)))"#);
    let decide = "(drop (call $now)) (call $answer (local.get $rows))";
    policy_of(&wit, StringEncoding::UTF8, &[("import-log", &import), ("decide", decide)])
}

/// The template's policy in a world that differs in these words.
fn of_another_world(changes: &[(&str, &str)], replaced: Replaced<'_>) -> Vec<u8> {
    let wit = crate::program::replaced(WIT, changes);
    component(&policy_of(&wit, StringEncoding::UTF8, replaced))
}

/// What must be refused, with these settings: at which stage, and in which words.
#[track_caller]
fn check(host: &Host, bytes: &[u8], settings: Option<&str>, stage: Stage, words: &str) {
    let error = host.upload_with("acme", bytes, settings).unwrap_err();
    assert_eq!(error.stage(), stage, "{error:?}");
    assert!(error.to_string().contains(words), "`{words}` in {error}");
    assert_eq!(host.registered(), ["format.json"], "{error}");
    assert_eq!(host.compiled(), Vec::<String>::new(), "{error}");
}

#[test]
fn each_stage_refuses_by_an_error_of_its_own_and_nothing_is_left() {
    let host = Host::new(Allowance {
        intake: Intake { component_bytes: 1 << 20, wasi: Wasi::Refused },
        ..Allowance::default()
    });
    let refused = |bytes: &[u8], stage, words| check(&host, bytes, None, stage, words);
    let hold = built_in("hold");

    refused(&vec![0; (1 << 20) + 1], Stage::Size, "1048577 bytes long, the limit is 1048576");
    refused(b"#!/bin/sh\n", Stage::Parse, "not a WebAssembly component");
    refused(&hold[..hold.len() / 2], Stage::Parse, "not valid WebAssembly");
    let compiled = sandbox::precompile(&component(&policy(&[])), Threads::One).unwrap();
    refused(&compiled, Stage::Parse, "compiled code, which this host takes from nobody");

    refused(&wat::parse_str("(component)").unwrap(), Stage::World, "no component of ours");
    refused(&wat::parse_str("(module)").unwrap(), Stage::World, "no component of ours");
    let log = r#"(import "regatta:policy/log@0.2.0" "write" (func $log (param i32 i32 i32)))"#;
    let newer = of_another_world(&[("@0.1.0", "@0.2.0")], &[("import-log", log)]);
    refused(&newer, Stage::World, "version 0.2.0");
    let line = "export restore: func";
    let poorer = of_another_world(
        &[(line, "export retrieve: func")],
        &[("exports", r#"(export "retrieve" (func $restore))"#)],
    );
    refused(&poorer, Stage::Link, "does not export `restore`");

    refused(&ticking(), Stage::Imports, "`wasi:clocks/monotonic-clock@0.2.6`");
    let mistyped = of_another_world(
        &[(
            "export forget: func(workloads: list<workload-id>)",
            "export forget: func(workloads: list<s64>)",
        )],
        &[],
    );
    refused(&mistyped, Stage::Link, "does not fit the world");

    refused(&policy(&[("describe", "(unreachable)")]), Stage::Describe, "describe itself");
    let named = |place: u32, name: &str| {
        policy(&[("exports", &format!(r#"(data (i32.const {place}) "{name}")"#))])
    };
    refused(&named(16, "Hostile"), Stage::Describe, "is not 1 to 63 lower case");
    refused(&named(32, "1.0.x"), Stage::Describe, "`1.0.x` is not a semantic version");

    let many = Some(r#"{"replicas": "many"}"#);
    check(&host, built_in("static-replicas"), many, Stage::Settings, "/replicas");
    refused(&policy(&[("decide", "(unreachable)")]), Stage::Trial, "failed its trial");
    refused(&policy(&[("decide", "(loop (br 0)) (unreachable)")]), Stage::Trial, "fuel");
    let absurd = "(call $answer-with (f64.const nan))";
    refused(&policy(&[("decide", absurd)]), Stage::Trial, "failed its trial");
}

#[test]
fn a_version_once_registered_is_not_replaced() {
    let host = Host::new(Allowance::default());
    let first = policy(&[]);
    let registered = host.upload("acme", &first).unwrap().registered;
    assert_eq!(registered.record.reference().to_string(), "acme/hostile@1.0.0");
    let (kept, compiled) = (host.registered(), host.compiled());
    let error = host.upload("acme", &another(&first, 1)).unwrap_err();
    assert_eq!(error.stage(), Stage::Register, "{error:?}");
    assert!(error.to_string().contains("versions are immutable"), "{error}");
    assert_eq!((host.registered(), host.compiled()), (kept, compiled));
    assert!(host.upload("acme", &first).unwrap().registered.was_there);
    // What is another tenant's is nobody else's business.
    assert!(!host.upload("other", &another(&first, 1)).unwrap().registered.was_there);
}

#[test]
fn core_modules_components_and_those_that_export_more_are_let_in() {
    let host = Host::new(Allowance::default());
    let hold = host.upload("core", built_in("hold")).unwrap();
    assert_eq!((&hold.trial, hold.registered.was_there), (&Trial::Answered, false));
    assert_eq!(
        host.gate.registry().read(&hold.registered.record.digest).unwrap(),
        built_in("hold")
    );
    host.upload("component", &component(built_in("hold"))).unwrap();
    host.upload("reward", built_in("balanced")).unwrap();
    let line = "export forget: func";
    let richer = of_another_world(
        &[(line, "export more: func();\n    export forget: func")],
        &[("exports", r#"(func (export "more"))"#)],
    );
    host.upload("more", &richer).unwrap();
    let untried = host.upload("needy", built_in("static-replicas")).unwrap();
    assert!(matches!(untried.trial, Trial::NeedsSettings { .. }), "{:?}", untried.trial);
    let settings = Some(r#"{"replicas": 3}"#);
    let tried = host.upload_with("needy", built_in("static-replicas"), settings).unwrap();
    assert_eq!(tried.trial, Trial::Answered);
}

#[test]
fn wasi_is_refused_or_stubbed_as_the_tenants_allowance_says() {
    let stubbed = Intake { wasi: Wasi::Stubbed, ..Intake::default() };
    let host = Host::new(Allowance { intake: stubbed, ..Allowance::default() });
    host.upload("acme", &ticking()).unwrap();
    let record = host.upload("acme", &ticking()).unwrap().registered.record;
    // A tenant that may no longer is not served by what it once uploaded.
    let owner = host.tenant("acme");
    let error = host.gate.load(&record, &owner, &Allowance::default()).unwrap_err();
    assert_eq!(error.stage(), Stage::Imports, "{error:?}");
}
