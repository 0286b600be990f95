mod failing;
mod killed;
mod opening;
mod processes;
mod script;

use crate::fixture::{Fixture, kept, key, refused, upload};
use crate::{Quota, Upload};

#[test]
fn a_version_is_registered_once_and_found_by_whoever_opens_the_folder_next() {
    let fixture = Fixture::new();
    let first = fixture.register("acme/night@1.0.0", b"module");
    assert!(!first.was_there);
    assert_eq!(first.record.size_bytes, 6);
    let reopened = crate::Registry::open(fixture.registry.folder()).unwrap();
    let (tenant, name, version) = key("acme/night@1.0.0");
    assert_eq!(reopened.record(&tenant, &name, &version).unwrap(), first.record);
    assert_eq!(reopened.read(&first.record.digest).unwrap(), b"module");

    let by_another = Upload { uploaded_by: "bob".to_owned(), ..upload("acme/night@1.0.0") };
    let again = reopened.register(by_another, b"module", &Quota::default()).unwrap();
    assert!(again.was_there);
    assert_eq!(again.record, first.record, "the first time stays on record");
}

#[test]
fn a_version_never_becomes_another_module() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"module");
    let before = kept(fixture.registry.folder());
    let other = fixture.registry.register(upload("acme/night@1.0.0"), b"other", &Quota::default());
    let error = other.unwrap_err().to_string();
    assert!(error.starts_with("`acme/night@1.0.0` is registered as sha256:"), "{error}");
    assert!(error.ends_with("versions are immutable; register it as a new version"), "{error}");
    assert_eq!(kept(fixture.registry.folder()), before);
    fixture.register("acme/night@1.0.1", b"other");
    fixture.register("acme/night@1.0.0+build", b"other");
    fixture.register("other/night@1.0.0", b"other");
}

#[test]
fn lists_are_in_order_and_name_only_what_is_registered() {
    let fixture = Fixture::new();
    for text in ["b/m@1.10.0", "b/m@1.9.0", "b/m@1.9.0-rc.1", "b/a@0.1.0", "a/m@1.0.0"] {
        fixture.register(text, text.as_bytes());
    }
    fixture.register("gone/m@1.0.0", b"gone");
    fixture.remove("gone/m@1.0.0").unwrap();
    let registry = &fixture.registry;
    assert_eq!(registry.tenants().unwrap(), ["a", "b"].map(|name| name.parse().unwrap()));
    let (tenant, name, _) = key("b/m");
    assert_eq!(registry.modules(&tenant).unwrap(), ["a", "m"].map(|name| name.parse().unwrap()));
    let versions: Vec<_> =
        registry.versions(&tenant, &name).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(versions, ["1.9.0-rc.1", "1.9.0", "1.10.0"]);
    let (tenant, name, _) = key("nobody/m");
    assert_eq!(registry.modules(&tenant).unwrap(), []);
    assert_eq!(registry.versions(&tenant, &name).unwrap(), []);
}

#[test]
fn a_version_too_long_for_a_file_is_refused_by_name() {
    let fixture = Fixture::new();
    let long = format!("acme/night@1.0.0-{}", "x".repeat(123));
    let refusal = fixture.registry.register(upload(&long), b"module", &Quota::default());
    refused(refusal, &format!("the version of `{long}` is 129 characters long, the limit is 128"));
    fixture.register(&long[..long.len() - 1], b"module");
}
