use crate::fixture::{Fixture, refused};

#[track_caller]
fn check(fixture: &Fixture, live: &str, previous: Option<&str>) {
    let expected = (live.to_owned(), previous.map(str::to_owned));
    assert_eq!(fixture.aliases("acme/night"), Some(expected));
}

fn three_versions() -> Fixture {
    let fixture = Fixture::new();
    for version in ["1.0.0", "2.0.0", "3.0.0"] {
        fixture.register(&format!("acme/night@{version}"), version.as_bytes());
    }
    fixture
}

#[test]
fn what_was_live_before_is_previous_and_a_roll_back_swaps_them() {
    let fixture = three_versions();
    assert_eq!(fixture.aliases("acme/night"), None);
    fixture.promote("acme/night@1.0.0").unwrap();
    check(&fixture, "1.0.0", None);
    fixture.promote("acme/night@2.0.0").unwrap();
    check(&fixture, "2.0.0", Some("1.0.0"));
    fixture.promote("acme/night@2.0.0").unwrap();
    check(&fixture, "2.0.0", Some("1.0.0"));
    fixture.roll_back("acme/night").unwrap();
    check(&fixture, "1.0.0", Some("2.0.0"));
    fixture.roll_back("acme/night").unwrap();
    fixture.promote("acme/night@3.0.0").unwrap();
    check(&fixture, "3.0.0", Some("2.0.0"));
}

#[test]
fn a_promotion_or_a_roll_back_to_nothing_is_refused_and_changes_nothing() {
    let fixture = three_versions();
    refused(fixture.roll_back("acme/night"), "there is no `acme/night@live`: no version is live");
    refused(fixture.withdraw("acme/night"), "there is no `acme/night@live`: no version is live");
    refused(fixture.promote("acme/night@4.0.0"), "there is no `acme/night@4.0.0`: no such version");
    refused(fixture.promote("other/night@1.0.0"), "there is no `other/night@1.0.0`");
    fixture.promote("acme/night@1.0.0").unwrap();
    refused(
        fixture.roll_back("acme/night"),
        "there is no `acme/night@previous`: no other version was live before; promote one instead",
    );
    check(&fixture, "1.0.0", None);
}

#[test]
fn a_version_in_quarantine_does_not_go_live() {
    let fixture = three_versions();
    fixture.promote("acme/night@1.0.0").unwrap();
    fixture.promote("acme/night@2.0.0").unwrap();
    fixture.quarantine("acme/night@1.0.0", "ran out of fuel").unwrap();
    let start = "`acme/night@1.0.0` is in quarantine and cannot go live: ran out of fuel; release";
    refused(fixture.promote("acme/night@1.0.0"), start);
    refused(fixture.roll_back("acme/night"), start);
    check(&fixture, "2.0.0", Some("1.0.0"));
    fixture.release("acme/night@1.0.0").unwrap();
    fixture.roll_back("acme/night").unwrap();
    check(&fixture, "1.0.0", Some("2.0.0"));
}

#[test]
fn a_withdrawn_module_has_no_alias_and_can_be_removed() {
    let fixture = three_versions();
    fixture.promote("acme/night@1.0.0").unwrap();
    fixture.promote("acme/night@2.0.0").unwrap();
    refused(
        fixture.remove("acme/night@2.0.0"),
        "`acme/night@2.0.0` cannot be removed because it is live; promote other versions",
    );
    refused(
        fixture.remove("acme/night@1.0.0"),
        "`acme/night@1.0.0` cannot be removed because it is previous",
    );
    fixture.withdraw("acme/night").unwrap();
    assert_eq!(fixture.aliases("acme/night"), None);
    for version in ["1.0.0", "2.0.0", "3.0.0"] {
        fixture.remove(&format!("acme/night@{version}")).unwrap();
    }
    refused(fixture.remove("acme/night@1.0.0"), "there is no `acme/night@1.0.0`");
    assert_eq!(fixture.registry.tenants().unwrap(), []);
}
