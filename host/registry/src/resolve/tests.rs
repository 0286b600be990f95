use sandbox::Digest;

use crate::fixture::{Fixture, refused};

#[test]
fn a_reference_means_a_number_an_alias_or_the_newest_with_these_bytes() {
    let fixture = Fixture::new();
    for (version, bytes) in [("1.9.0", "same"), ("1.10.0", "same"), ("2.0.0-rc.1", "other")] {
        fixture.register(&format!("acme/night@{version}"), bytes.as_bytes());
    }
    fixture.promote("acme/night@1.9.0").unwrap();
    fixture.promote("acme/night@2.0.0-rc.1").unwrap();
    let same = format!("acme/night@sha256:{}", Digest::of(b"same"));
    let rows = [
        ("acme/night@1.9.0", "1.9.0"),
        ("acme/night@live", "2.0.0-rc.1"),
        ("acme/night", "2.0.0-rc.1"),
        ("acme/night@previous", "1.9.0"),
        (&same, "1.10.0"),
    ];
    for (reference, version) in rows {
        let record = fixture.resolve(reference).unwrap();
        assert_eq!(record.version.to_string(), version, "{reference}");
    }
}

#[test]
fn a_reference_to_nothing_says_what_is_missing() {
    let fixture = Fixture::new();
    refused(fixture.resolve("acme/night"), "there is no `acme/night@live`: the tenant has");
    fixture.register("acme/night@1.0.0", b"mine");
    refused(fixture.resolve("acme/night"), "there is no `acme/night@live`: no version is live;");
    refused(
        fixture.resolve("acme/night@previous"),
        "there is no `acme/night@previous`: no version",
    );
    fixture.promote("acme/night@1.0.0").unwrap();
    refused(fixture.resolve("acme/night@previous"), "there is no `acme/night@previous`: no other");
    refused(fixture.resolve("acme/night@1.0.1"), "there is no `acme/night@1.0.1`: no such version");
    let longest = format!("acme/night@1.0.0-{}", "x".repeat(100));
    refused(fixture.resolve(&longest), "there is no `acme/night@1.0.0-xxx");
}

#[test]
fn a_digest_does_not_open_another_tenants_module() {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"mine");
    fixture.register("other/night@1.0.0", b"theirs");
    let theirs = format!("acme/night@sha256:{}", Digest::of(b"theirs"));
    refused(fixture.resolve(&theirs), &format!("there is no `{theirs}`: no such version"));
}
