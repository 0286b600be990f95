use std::fs;

use crate::fixture::{Fixture, refused};

#[test]
fn the_first_reason_is_kept_until_a_hand_releases_the_version() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"module");
    assert_eq!(fixture.reason("acme/night@1.0.0"), None);
    fixture.quarantine("acme/night@1.0.0", "trapped \"ten\"\ntimes").unwrap();
    let kept = fixture.quarantine("acme/night@1.0.0", "trapped again").unwrap();
    assert_eq!(kept.reason, "trapped \"ten\"\ntimes");
    assert_eq!(fixture.reason("acme/night@1.0.0"), Some(kept.reason));
    fixture.release("acme/night@1.0.0").unwrap();
    assert_eq!(fixture.reason("acme/night@1.0.0"), None);
    refused(
        fixture.release("acme/night@1.0.0"),
        "`acme/night@1.0.0` is not in quarantine, so there is nothing to release",
    );
}

#[test]
fn a_new_version_is_free_whatever_became_of_the_old_one() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"module");
    fixture.quarantine("acme/night@1.0.0", "trapped").unwrap();
    fixture.register("acme/night@1.0.1", b"mended");
    assert_eq!(fixture.reason("acme/night@1.0.1"), None);
    assert!(fixture.reason("acme/night@1.0.0").is_some());
    fixture.remove("acme/night@1.0.0").unwrap();
    fixture.register("acme/night@1.0.0", b"another");
    assert_eq!(fixture.reason("acme/night@1.0.0"), None);
}

#[test]
fn what_is_left_of_a_removed_version_does_not_hold_its_successor() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"module");
    fixture.quarantine("acme/night@1.0.0", "trapped").unwrap();
    fs::remove_file(fixture.path("records/acme/night/1.0.0.json")).unwrap();
    fixture.register("acme/night@1.0.0", b"another");
    assert_eq!(fixture.reason("acme/night@1.0.0"), None);
}

#[test]
fn only_what_is_registered_can_be_in_quarantine() {
    let fixture = Fixture::new();
    refused(fixture.quarantine("acme/night@1.0.0", "x"), "there is no `acme/night@1.0.0`");
}

#[test]
fn a_quarantine_that_cannot_be_read_holds_until_it_is_released() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"module");
    fixture.quarantine("acme/night@1.0.0", "trapped").unwrap();
    let path = fixture.path("quarantine/acme/night/1.0.0.json");
    fs::write(&path, "{").unwrap();
    let error = format!("`{}` is damaged; restore it from a copy, or release", path.display());
    refused(fixture.promote("acme/night@1.0.0"), &error);
    fixture.release("acme/night@1.0.0").unwrap();
    fixture.promote("acme/night@1.0.0").unwrap();
}
