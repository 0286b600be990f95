//! Storms: a tenant that uploads without end is its own trouble.

use std::fs;
use std::sync::mpsc::sync_channel;

use registry::{Allowance, GateError, Stage};

use super::another;
use super::host::{Host, compiler_after};
use crate::hostile::template::policy;

/// Uploads at once from one tenant.
const STORM: u64 = 50;

#[test]
fn a_storm_of_one_tenant_is_told_to_come_back_and_the_others_upload_goes_through() {
    // Whoever compiles says so and waits until it may go on.
    let gate = tempfile::tempdir().unwrap();
    let (go, started) = (gate.path().join("go"), gate.path().join("started"));
    fs::create_dir(&started).unwrap();
    let script =
        format!(": > {}/$$; until [ -e {} ]; do sleep 0.01; done", started.display(), go.display());
    let host = Host::with(Allowance::default(), &compiler_after(&script));
    let compiling = || fs::read_dir(&started).unwrap().count();
    let (sender, results) = sync_channel(STORM as usize);
    let tenant = host.tenant("acme");
    std::thread::scope(|scope| {
        for number in 0..STORM {
            let (sender, host, tenant) = (sender.clone(), &host, &tenant);
            scope.spawn(move || {
                let bytes = another(&policy(&[]), number);
                sender.send(host.upload_as(tenant, &bytes, None)).unwrap();
            });
        }
        // All but one come back while that one is still in the compiler.
        for _ in 1..STORM {
            let error = results.recv().unwrap().unwrap_err();
            assert!(matches!(error, GateError::Busy { .. }), "{error:?}");
            assert_eq!(error.stage(), Stage::Turn);
        }
        let other = scope.spawn(|| host.upload("other", &policy(&[])));
        while compiling() < 2 {
            std::thread::yield_now();
        }
        fs::write(&go, b"").unwrap();
        other.join().unwrap().unwrap();
        results.recv().unwrap().unwrap();
    });
    // Now it is the tenant's turn again.
    host.upload("acme", &policy(&[("exports", r#"(data (i32.const 32) "1.0.1")"#)])).unwrap();
}
