use std::fs;
use std::path::Path;

use crate::Registry;
use crate::fixture::{Fixture, refused, upload};

fn open(folder: &Path) -> Result<Registry, crate::RegistryError> {
    Registry::open(folder)
}

#[test]
fn a_folder_in_use_for_something_else_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    let start = format!("`{}` holds `thesis.txt`, so it is no registry", folder.path().display());
    refused(open(folder.path()), &start);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    refused(open(&folder.path().join("thesis.txt")), "cannot read `");
    refused(open(Path::new("")), "cannot open a registry in ``");
}

#[test]
fn a_registry_of_a_newer_format_is_refused_by_name() {
    let fixture = Fixture::new();
    let format = fixture.path("format.json");
    assert_eq!(fs::read_to_string(&format).unwrap(), "{\n  \"format\": 1\n}\n");
    fs::write(&format, r#"{"format": 2, "shards": 16}"#).unwrap();
    let folder = fixture.registry.folder();
    let start = format!(
        "`{}` is a registry of format 2, and this program knows format 1; use",
        folder.display()
    );
    refused(open(folder), &start);
    fs::write(&format, "format 1").unwrap();
    refused(open(folder), &format!("`{}` is damaged; restore it", format.display()));
}

#[test]
fn a_registry_that_was_half_made_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["modules", "locks", "lost+found"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let registry = open(folder.path()).unwrap();
    registry.register(upload("acme/night@1.0.0"), b"module", &Default::default()).unwrap();
}
