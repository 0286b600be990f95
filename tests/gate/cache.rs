//! Compiled forms: used when they are this host's very own, and else compiled again.

use std::fs;
use std::path::PathBuf;

use registry::{Allowance, CompileError, Gate, GateError, Record};

use super::host::{Host, compiler, no_compiler};
use crate::hostile::template::{component, policy};

/// A host with one module, its record, and the file with its compiled form.
fn host_with_a_module() -> (Host, Record, PathBuf) {
    let host = Host::new(Allowance::default());
    let record = host.upload("acme", &policy(&[])).unwrap().registered.record;
    let compiled = host.compiled();
    let path = host.path("code").join(&compiled[0]);
    assert!(compiled[0].ends_with(&format!("/acme/{}.code", record.digest)), "{compiled:?}");
    assert_eq!(compiled.len(), 1);
    (host, record, path)
}

/// Whether a gate that cannot compile loads a module all the same.
#[track_caller]
fn is_at_hand(host: &Host, gate: &Gate, record: &Record) -> bool {
    match host.load(gate, record) {
        Ok(recalled) => {
            assert!(recalled.uncached.is_none());
            true
        }
        Err(GateError::Compile(CompileError::Start { .. })) => false,
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn a_module_is_compiled_once() {
    let (host, record, _) = host_with_a_module();
    let idle = host.gate("host.key", &no_compiler());
    assert!(is_at_hand(&host, &idle, &record));
    // Another tenant does not learn that somebody has the same.
    let other = host.tenant("other");
    assert!(idle.load(&record, &other, &host.allowance).is_err());
}

#[test]
fn code_that_is_not_this_hosts_very_own_is_compiled_again_and_never_revived() {
    let (host, record, path) = host_with_a_module();
    let good = fs::read(&path).unwrap();
    let idle = host.gate("host.key", &no_compiler());
    let changed = |place: usize| {
        let mut bytes = good.clone();
        bytes[place] ^= 1;
        bytes
    };
    let raw = sandbox::precompile(&component(&policy(&[])), sandbox::Threads::One).unwrap();
    let spoilt = [
        ("the first byte", changed(0)),
        ("the seal", changed(20)),
        ("the code's first byte", changed(48)),
        ("the code's last byte", changed(good.len() - 1)),
        ("the middle", changed(good.len() / 2)),
        ("cut", good[..good.len() - 1].to_vec()),
        ("continued", [&good[..], b"\0"].concat()),
        ("empty", Vec::new()),
        ("unsealed", raw),
    ];
    for (what, bytes) in spoilt {
        fs::write(&path, bytes).unwrap();
        assert!(!is_at_hand(&host, &idle, &record), "{what}");
        assert!(!path.exists(), "{what}: it is not even kept");
        host.load(&host.gate, &record).unwrap();
        assert!(is_at_hand(&host, &idle, &record), "{what}: compiled again");
    }
}

#[test]
fn code_of_another_key_build_or_module_is_compiled_again() {
    let (host, record, path) = host_with_a_module();
    let foreign = host.gate("other.key", &no_compiler());
    assert!(!is_at_hand(&host, &foreign, &record));
    host.load(&host.gate, &record).unwrap();

    // The folder is named for the build; code of another one lies in another folder.
    let idle = host.gate("host.key", &no_compiler());
    let build = path.parent().unwrap().parent().unwrap();
    let elsewhere = host.path("code").join("0".repeat(64));
    fs::rename(build, &elsewhere).unwrap();
    assert!(!is_at_hand(&host, &idle, &record));
    fs::rename(&elsewhere, build).unwrap();
    assert!(is_at_hand(&host, &idle, &record));

    // One module's code under another's name.
    let second = policy(&[("exports", r#"(data (i32.const 32) "1.0.1")"#)]);
    let second = host.upload("acme", &second).unwrap().registered.record;
    fs::copy(&path, path.with_file_name(format!("{}.code", second.digest))).unwrap();
    assert!(!is_at_hand(&host, &idle, &second));
    assert!(is_at_hand(&host, &idle, &record));
}

#[test]
fn a_cache_that_cannot_be_used_turns_nobody_away() {
    let host = Host::with(Allowance::default(), &compiler());
    fs::write(host.path("code"), "no folder").unwrap();
    let admitted = host.upload("acme", &policy(&[])).unwrap();
    assert!(admitted.uncached.unwrap().to_string().contains("cannot"));
    let recalled = host.load(&host.gate, &admitted.registered.record).unwrap();
    assert!(recalled.uncached.is_some());
}

#[test]
fn code_of_modules_that_are_gone_is_collected() {
    let (host, record, path) = host_with_a_module();
    let registry = host.gate.registry();
    let build = host.sandbox.build();
    let key = registry::host_key(&host.path("host.key")).unwrap();
    let cache = registry::CodeCache::new(&host.path("code"), key);
    let old = host.path("code").join("0".repeat(64)).join("acme");
    fs::create_dir_all(&old).unwrap();
    fs::write(old.join(path.file_name().unwrap()), b"of another build").unwrap();
    fs::write(path.with_file_name(".half"), b"half").unwrap();
    assert_eq!(cache.collect(build, registry).unwrap(), 16 + 4);
    assert!(path.exists() && !old.exists());
    registry.remove(&record.tenant, &record.name, &record.version).unwrap();
    let bytes = fs::metadata(&path).unwrap().len();
    assert_eq!(cache.collect(build, registry).unwrap(), bytes);
    assert_eq!(host.compiled(), Vec::<String>::new());
}
