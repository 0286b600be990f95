//! Quotas: what a tenant keeps at rest.

use std::fs;

use registry::{Allowance, CompileLimits, GateError, Quota, QuotaError, RegistryError, Stage};

use super::another;
use super::host::Host;
use crate::hostile::template::policy;

/// The template's policy as version `1.0.number`.
fn version(number: u32) -> Vec<u8> {
    policy(&[("exports", &format!(r#"(data (i32.const 32) "1.0.{number}")"#))])
}

#[test]
fn a_tenant_keeps_no_more_versions_and_bytes_than_it_may() {
    let bytes = version(0).len() as u64 + 1500;
    for (at_rest, is_it) in [
        (Quota { versions: 1, ..Quota::default() }, "versions"),
        (Quota { bytes, ..Quota::default() }, "bytes"),
    ] {
        let host = Host::new(Allowance { at_rest, ..Allowance::default() });
        host.upload("acme", &version(0)).unwrap();
        let kept = (host.registered(), host.compiled());
        let error = host.upload("acme", &version(1)).unwrap_err();
        assert_eq!(error.stage(), Stage::Register);
        let GateError::Register(RegistryError::Quota(error)) = error else { panic!("{error:?}") };
        match error {
            QuotaError::Versions { used: 1, limit: 1, .. } => assert_eq!(is_it, "versions"),
            QuotaError::Bytes { .. } => assert_eq!(is_it, "bytes"),
            other => panic!("{other:?}"),
        }
        assert_eq!((host.registered(), host.compiled()), kept);
        host.upload("other", &version(1)).unwrap();
    }
}

#[test]
fn compiled_forms_beyond_the_tenants_room_make_the_oldest_go() {
    let mut host = Host::new(Allowance::default());
    host.upload("other", &version(9)).unwrap();
    host.upload("acme", &version(0)).unwrap();
    let of_acme = |host: &Host| {
        let mut compiled = host.compiled();
        compiled.retain(|name| name.contains("/acme/"));
        compiled
    };
    let first = of_acme(&host);
    let bytes = fs::metadata(host.path("code").join(&first[0])).unwrap().len();
    host.allowance.compiled_bytes = bytes * 5 / 2;
    for number in 1..4 {
        let admitted = host.upload("acme", &version(number)).unwrap();
        assert!(admitted.uncached.is_none());
    }
    let kept = of_acme(&host);
    assert_eq!(kept.len(), 2);
    assert!(!kept.contains(&first[0]), "{kept:?}");
    assert_eq!(host.compiled().len(), 3, "the other tenant's is there");

    host.allowance.compiled_bytes = bytes / 2;
    let admitted = host.upload("acme", &version(4)).unwrap();
    assert!(admitted.uncached.unwrap().to_string().contains("the tenant may keep"));
    assert_eq!(of_acme(&host), kept);
}

#[test]
fn what_is_refused_after_it_was_compiled_fills_no_disk() {
    let at_rest = Quota { versions: 0, ..Quota::default() };
    let host = Host::new(Allowance { at_rest, ..Allowance::default() });
    for number in 0..3 {
        host.upload("acme", &another(&version(0), number)).unwrap_err();
    }
    assert_eq!(host.compiled(), Vec::<String>::new());
    assert_eq!(host.registered(), ["format.json"]);
    let limits = CompileLimits { code_bytes: 10, ..CompileLimits::default() };
    let host = Host::new(Allowance { compile: limits, ..Allowance::default() });
    assert_eq!(host.upload("acme", &version(0)).unwrap_err().stage(), Stage::Compile);
}
