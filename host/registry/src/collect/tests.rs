use std::fs;
use std::os::unix::fs::FileExt;

use sandbox::Digest;

use crate::Collected;
use crate::fixture::{Fixture, kept, module_path, refused};

#[test]
fn what_a_version_names_stays_and_the_rest_goes() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"shared");
    fixture.register("other/day@1.0.0", b"shared");
    fixture.register("acme/night@2.0.0", b"only here");
    fixture.quarantine("acme/night@2.0.0", "trapped").unwrap();
    assert_eq!(fixture.registry.collect().unwrap(), Collected::default());
    fixture.remove("acme/night@1.0.0").unwrap();
    fixture.remove("acme/night@2.0.0").unwrap();
    let collected = fixture.registry.collect().unwrap();
    let expected = Collected { modules: vec![Digest::of(b"only here")], bytes: 9, leftovers: 0 };
    assert_eq!(collected, expected);
    let files: Vec<String> = kept(fixture.registry.folder()).into_keys().collect();
    let shared = module_path(b"shared");
    assert_eq!(files, ["format.json", &shared, "records/other/day/1.0.0.json"]);
    assert!(!fixture.path("records/acme").exists(), "nor do empty folders stay");
}

#[test]
fn what_killed_processes_leave_is_swept() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"module");
    fixture.quarantine("acme/night@1.0.0", "trapped").unwrap();
    let before = kept(fixture.registry.folder());
    fs::write(fixture.path("incoming/.tmpXYZ"), b"half").unwrap();
    fs::create_dir_all(fixture.path("quarantine/acme/day")).unwrap();
    fs::write(fixture.path("quarantine/acme/day/1.0.0.json"), b"{}").unwrap();
    fs::create_dir_all(fixture.path("records/acme/day")).unwrap();
    let collected = fixture.registry.collect().unwrap();
    assert_eq!(collected, Collected { modules: vec![], bytes: 6, leftovers: 2 });
    assert_eq!(kept(fixture.registry.folder()), before);
    assert!(!fixture.path("records/acme/day").exists());
}

#[test]
fn nothing_is_removed_while_a_record_cannot_be_read() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"module");
    fixture.register("acme/night@2.0.0", b"another");
    fixture.remove("acme/night@2.0.0").unwrap();
    let path = fixture.path("records/acme/night/1.0.0.json");
    let record = fs::OpenOptions::new().write(true).open(&path).unwrap();
    record.write_all_at(b"}", 0).unwrap();
    let error = format!("`{}` is damaged; restore it from a copy, or remove", path.display());
    refused(fixture.registry.collect(), &error);
    assert!(fixture.path(&module_path(b"another")).is_file());
    fixture.remove("acme/night@1.0.0").unwrap();
    assert_eq!(fixture.registry.collect().unwrap().modules.len(), 2);
}

#[test]
fn files_that_are_not_the_registrys_are_left_alone() {
    let fixture = Fixture::new();
    let strangers = ["modules/notes.txt", "modules/ab/notes.txt", "records/README", "other"];
    fs::create_dir_all(fixture.path("modules/ab")).unwrap();
    for stranger in strangers {
        fs::write(fixture.path(stranger), b"mine").unwrap();
    }
    fixture.registry.collect().unwrap();
    for stranger in strangers {
        assert!(fixture.path(stranger).is_file(), "{stranger}");
    }
}
