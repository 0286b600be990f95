//! A disk that fails at every step of every change.

use std::error::Error;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::script::{Change, stages};
use crate::file::fault::{Fault, Taken, plan, taken};
use crate::fixture::{Fixture, kept, module_path, upload};

#[test]
fn a_full_disk_at_any_step_gives_an_error_and_half_of_nothing() {
    for stage in stages() {
        let change = stage.change;
        for step in 0.. {
            let (folder, registry) = stage.set();
            plan(step, Fault::Full);
            let result = change.apply(&registry);
            let (_, struck) = taken();
            if !struck {
                assert!(step > 0);
                result.unwrap();
                break;
            }
            let error = result.unwrap_err();
            let cause = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
            assert_eq!(cause.kind(), ErrorKind::StorageFull, "{change:?}, step {step}: {error}");
            assert!(error.to_string().contains(folder.path().to_str().unwrap()), "{error}");
            stage.check(&registry, &format!("step {step}"));
        }
    }
}

#[test]
fn every_name_is_given_to_what_is_on_the_disk_and_bytes_come_before_their_record() {
    for stage in stages() {
        let (change, (_folder, registry)) = (stage.change, stage.set());
        plan(usize::MAX, Fault::Full);
        change.apply(&registry).unwrap();
        let (steps, _) = taken();
        for (index, step) in steps.iter().enumerate() {
            let later = |what: &str| {
                let parent = step.path.parent().unwrap();
                steps[index..].iter().position(|other| other.what == what && other.path == parent)
            };
            let next = steps[index + 1..].iter().position(|other| other.what == "name");
            match step.what {
                "name" => {
                    assert_eq!(steps[index - 1].what, "sync", "{change:?}: {steps:?}");
                    assert_eq!(steps[index - 1].path, step.path, "{change:?}: {steps:?}");
                    let synced = later("sync folder").unwrap();
                    assert!(next.is_none_or(|next| synced <= next), "{change:?}: {steps:?}");
                }
                "make folder" => assert!(later("sync folder").is_some(), "{change:?}: {steps:?}"),
                _ => {}
            }
        }
    }
}

/// Makes a change that was made before, by a process that may have been killed before it could be
/// sure, and expects it to make sure of this.
#[track_caller]
fn check_sure(change: Change, registry: &Path, files: &[&str]) {
    change.apply(registry).unwrap();
    plan(usize::MAX, Fault::Full);
    change.apply(registry).unwrap();
    let (steps, _) = taken();
    for file in files {
        let folder = registry.join(file).parent().unwrap().to_owned();
        let sure = |step: &Taken| step.what == "sync folder" && step.path == folder;
        assert!(steps.iter().any(sure), "{change:?}, {}: {steps:?}", folder.display());
    }
}

#[test]
fn what_another_process_did_is_sure_to_stay_before_it_is_told_again() {
    let fixture = Fixture::new();
    let folder = fixture.registry.folder();
    let files = [module_path(b"first"), "records/acme/night/1.0.0.json".to_owned()];
    check_sure(
        Change::Register("acme/night@1.0.0", "first"),
        folder,
        &files.each_ref().map(String::as_str),
    );
    check_sure(Change::Promote("acme/night@1.0.0"), folder, &["aliases/acme/night.json"]);
    let quarantine = "quarantine/acme/night/1.0.0.json";
    check_sure(Change::Quarantine("acme/night@1.0.0"), folder, &[quarantine]);
}

#[test]
fn a_folder_that_another_process_made_is_sure_to_stay_before_it_is_used() {
    for made in ["records/acme", "records/acme/night"] {
        let fixture = Fixture::new();
        // As a process does that is killed before it is sure of the last of them.
        fs::create_dir_all(fixture.path(made)).unwrap();
        plan(usize::MAX, Fault::Full);
        fixture.register("acme/night@1.0.0", b"first");
        let (steps, _) = taken();
        let record = fixture.path("records/acme/night/1.0.0.json");
        let named = steps.iter().position(|step| step.what == "name" && step.path == record);
        let above = fixture.path(made).parent().unwrap().to_owned();
        let sure = |step: &Taken| step.what == "sync folder" && step.path == above;
        assert!(steps[..named.unwrap()].iter().any(sure), "{made}: {steps:?}");
    }
}

#[test]
fn nothing_is_synced_in_vain() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"first");
    fixture.promote("acme/night@1.0.0").unwrap();
    let syncs = |change: &dyn Fn()| {
        plan(usize::MAX, Fault::Full);
        change();
        taken().0.iter().filter(|step| step.what.starts_with("sync")).count()
    };
    // The bytes, the record, the names of both, and the first folder of such a digest.
    assert_eq!(syncs(&|| drop(fixture.register("acme/night@2.0.0", b"second"))), 5);
    assert_eq!(syncs(&|| drop(fixture.register("acme/night@3.0.0", b"second"))), 3);
    assert_eq!(syncs(&|| fixture.promote("acme/night@2.0.0").unwrap()), 2);
}

#[test]
fn a_module_goes_when_its_records_are_sure_not_to_come_back() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"first");
    fixture.register("acme/night@2.0.0", b"second");
    // As a process does that is killed before it is sure.
    fs::remove_file(fixture.path("records/acme/night/1.0.0.json")).unwrap();
    plan(usize::MAX, Fault::Full);
    fixture.registry.collect().unwrap();
    let (steps, _) = taken();
    let find = |what: &str, path: &str| {
        steps.iter().position(|step| step.what == what && step.path == fixture.path(path)).unwrap()
    };
    assert!(find("sync folder", "records/acme/night") < find("remove", &module_path(b"first")));
}

#[test]
fn a_folder_that_cannot_be_written_can_still_be_read() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"module");
    fixture.promote("acme/night@1.0.0").unwrap();
    // In the way of what would be written, for whoever runs this may write anywhere.
    fs::remove_dir_all(fixture.path("incoming")).unwrap();
    fs::write(fixture.path("incoming"), "").unwrap();
    let registry = crate::Registry::open(fixture.registry.folder()).unwrap();
    let before = kept(registry.folder());
    let refusal = registry.register(upload("acme/night@2.0.0"), b"second", &Default::default());
    let error = refusal.unwrap_err();
    assert!(error.to_string().starts_with("cannot write `"), "{error}");
    let cause = error.source().unwrap().to_string();
    assert!(cause.starts_with("Not a directory"), "{cause}");
    assert_eq!(kept(registry.folder()), before);
    assert_eq!(registry.read(&fixture.resolve("acme/night").unwrap().digest).unwrap(), b"module");
}

#[test]
fn a_tenants_modules_are_nobody_elses_to_read() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"module");
    for file in kept(fixture.registry.folder()).keys() {
        let mode = fs::metadata(fixture.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}");
    }
}
