use std::fs;

use crate::fixture::{Fixture, module_path, refused};

fn fixture() -> Fixture {
    let fixture = Fixture::new();
    fixture.register("acme/night@1.0.0", b"first");
    fixture.register("acme/night@2.0.0", b"second");
    fixture.promote("acme/night@1.0.0").unwrap();
    fixture.promote("acme/night@2.0.0").unwrap();
    fixture.quarantine("acme/night@1.0.0", "trapped").unwrap();
    fixture
}

/// Spoils a file and expects one damage that says so.
#[track_caller]
fn check(file: &str, spoil: impl FnOnce(&str) -> Option<String>, expected: &str) {
    let fixture = fixture();
    assert!(fixture.registry.verify().unwrap().is_empty());
    let path = fixture.path(file);
    match spoil(&fs::read_to_string(&path).unwrap_or_default()) {
        Some(text) => fs::write(&path, text).unwrap(),
        None => fs::remove_file(&path).unwrap(),
    }
    let damages = fixture.registry.verify().unwrap();
    let told: Vec<String> = damages.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{file}: {told:?}");
    assert!(told[0].contains(expected), "{file}: {told:?}");
}

#[test]
fn every_kind_of_damage_is_told_by_name() {
    let module = module_path(b"second");
    let record = "records/acme/night/2.0.0.json";
    check(
        &module,
        |text| Some(text.replace('s', "z")),
        "holds other bytes than were registered as",
    );
    check(&module, |text| Some(text[..3].to_owned()), "holds other bytes");
    check(&module, |_| None, "are gone from `");
    check(record, |_| Some("{}".to_owned()), "2.0.0.json` is damaged; restore it from a copy, or");
    check(record, |text| Some(text.replace("2.0.0", "1.0.0")), "record of `acme/night@1.0.0`;");
    check(record, |text| Some(text.replace("acme", "other")), "record of `other/night@2.0.0`;");
    let length = "says 7 bytes and its module has 6";
    check(record, |text| Some(text.replace("bytes\": 6", "bytes\": 7")), length);
    let dangling = "`acme/night@live` is the alias of `acme/night@2.0.0`, which is gone";
    check(record, |_| None, dangling);
    let alias = "aliases/acme/night.json";
    let dangling = "`acme/night@previous` is the alias of `acme/night@9.0.0`, which is gone";
    check(alias, |text| Some(text.replace("1.0.0", "9.0.0")), dangling);
    check(
        alias,
        |_| Some("[".to_owned()),
        "night.json` is damaged; restore it from a copy, or with",
    );
    let quarantine = "quarantine/acme/night/1.0.0.json";
    check(
        quarantine,
        |_| Some(String::new()),
        "1.0.0.json` is damaged; restore it from a copy, or",
    );
}

#[test]
fn files_of_others_are_told_by_name() {
    for stranger in
        ["modules/notes", "records/README.md", "records/acme/night/latest.json", "aliases/acme/x"]
    {
        check(
            stranger,
            |_| Some("mine".to_owned()),
            "is no file of the registry; move it elsewhere",
        );
    }
    let second = module_path(b"second");
    let (_, file) = second.rsplit_once('/').unwrap();
    let fixture = fixture();
    fs::create_dir_all(fixture.path("modules/00")).unwrap();
    fs::copy(fixture.path(&second), fixture.path(&format!("modules/00/{file}"))).unwrap();
    let damages = fixture.registry.verify().unwrap();
    assert!(damages[0].to_string().contains("is no file of the registry"), "{damages:?}");
}

#[test]
fn what_nothing_names_is_no_damage() {
    let fixture = fixture();
    fs::create_dir_all(fixture.path("records/empty/folders")).unwrap();
    fs::write(fixture.path("incoming/.tmpXYZ"), b"half").unwrap();
    fixture.register("acme/night@3.0.0", b"third");
    fixture.remove("acme/night@3.0.0").unwrap();
    assert!(fixture.registry.verify().unwrap().is_empty());
}

#[test]
fn damaged_bytes_are_never_given_out_and_the_same_upload_repairs_them() {
    for spoilt in [Some("SECOND"), None] {
        let fixture = fixture();
        let record = fixture.resolve("acme/night").unwrap();
        assert_eq!(fixture.registry.read(&record.digest).unwrap(), b"second");
        let path = fixture.path(&module_path(b"second"));
        match spoilt {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        assert!(fixture.registry.read(&record.digest).is_err());
        assert_eq!(fixture.registry.verify().unwrap().len(), 1);
        assert!(fixture.register("acme/night@2.0.0", b"second").was_there);
        assert_eq!(fixture.registry.read(&record.digest).unwrap(), b"second");
        assert!(fixture.registry.verify().unwrap().is_empty());
    }
}

#[test]
fn an_alias_of_what_is_gone_resolves_to_an_error() {
    let fixture = fixture();
    fs::remove_file(fixture.path("records/acme/night/2.0.0.json")).unwrap();
    let start = "`acme/night@live` is the alias of `acme/night@2.0.0`, which is gone; promote";
    refused(fixture.resolve("acme/night"), start);
}
