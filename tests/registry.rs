//! `regatta registry` as a person runs it.

use std::fs;

use serde_json::Value;

use crate::hostile::template::policy;
use crate::program::{Ended, Regatta};

/// The program with a folder for a registry, and a policy of three versions.
fn regatta() -> Regatta {
    let regatta = Regatta::new();
    for number in 0..3 {
        let data = format!(r#"(data (i32.const 32) "1.0.{number}")"#);
        regatta.write(&format!("v{number}.wasm"), policy(&[("exports", &data)]));
    }
    regatta.write("tenants.yaml", "tenants: { acme: , other: { at_rest: { versions: 1 } } }");
    regatta
}

fn arguments<'a>(command: &[&'a str]) -> Vec<&'a str> {
    [&["registry", "--at", "modules", "--tenants", "tenants.yaml"], command].concat()
}

#[track_caller]
fn succeed(regatta: &Regatta, command: &[&str]) -> String {
    regatta.succeed(&arguments(command))
}

#[track_caller]
fn json(regatta: &Regatta, command: &[&str]) -> Value {
    serde_json::from_str(&succeed(regatta, &[command, &["--json"]].concat())).unwrap()
}

/// What must go wrong: the exit code, and words of the one error.
#[track_caller]
fn refused(regatta: &Regatta, command: &[&str], code: i32, words: &[&str]) -> Ended {
    let ended = regatta.run(&arguments(command));
    let error = ended.error();
    assert_eq!(ended.code, Some(code), "{error}");
    for word in words {
        assert!(error.contains(word), "`{word}` in {error}");
    }
    ended
}

/// Uploads the three versions, each made live.
fn with_versions() -> Regatta {
    let regatta = regatta();
    for number in 0..3 {
        let file = format!("v{number}.wasm");
        succeed(&regatta, &["upload", &file, "--tenant", "acme", "--by", "ann", "--promote"]);
    }
    regatta
}

#[test]
fn an_upload_is_listed_shown_and_fetched_byte_for_byte() {
    let regatta = regatta();
    let uploaded = json(&regatta, &["upload", "v0.wasm", "--tenant", "acme", "--by", "ann"]);
    assert_eq!(uploaded["reference"], "acme/hostile@1.0.0");
    assert_eq!((&uploaded["was_there"], &uploaded["alias"]), (&false.into(), &Value::Null));
    assert_eq!((&uploaded["world"], &uploaded["uploaded_by"]), (&"policy".into(), &"ann".into()));
    let again = succeed(&regatta, &["upload", "v0.wasm", "--tenant", "acme"]);
    assert!(again.starts_with("is there already: acme/hostile@1.0.0\n"), "{again}");

    let list = json(&regatta, &["list"]);
    assert_eq!(list["versions"].as_array().unwrap().len(), 1);
    assert_eq!(list["versions"][0]["digest"], uploaded["digest"]);
    assert_eq!(json(&regatta, &["list", "--tenant", "other"])["versions"], Value::Array(vec![]));
    let by_digest = format!("acme/hostile@sha256:{}", uploaded["digest"].as_str().unwrap());
    let shown = succeed(&regatta, &["show", &by_digest]);
    for words in ["acme/hostile@1.0.0\n", "  alias: none\n", "by ann\n", "settings\n"] {
        assert!(shown.contains(words), "{shown}");
    }
    succeed(&regatta, &["fetch", &by_digest, "-o", "again.wasm"]);
    assert_eq!(regatta.read("again.wasm"), regatta.read("v0.wasm"));
}

#[test]
fn a_version_goes_live_is_rolled_back_and_withdrawn() {
    let regatta = with_versions();
    let standing = |command: &[&str]| {
        let standing = json(&regatta, command);
        (standing["live"].clone(), standing["previous"].clone())
    };
    assert_eq!(standing(&["roll-back", "acme/hostile"]), ("1.0.1".into(), "1.0.2".into()));
    assert_eq!(standing(&["promote", "acme/hostile@1.0.0"]), ("1.0.0".into(), "1.0.1".into()));
    let list = succeed(&regatta, &["list"]);
    let word = |version: &str| {
        let line = list.lines().find(|line| line.contains(version)).unwrap();
        line.split_whitespace().nth(2).unwrap().to_owned()
    };
    assert_eq!(
        (word("@1.0.0"), word("@1.0.1"), word("@1.0.2")),
        ("live".to_owned(), "previous".to_owned(), "-".to_owned())
    );
    refused(&regatta, &["remove", "acme/hostile@1.0.1"], 3, &["previous", "withdraw"]);
    assert_eq!(standing(&["withdraw", "acme/hostile"]), (Value::Null, Value::Null));
    refused(&regatta, &["show", "acme/hostile"], 3, &["no version is live"]);
    succeed(&regatta, &["remove", "acme/hostile@1.0.1"]);
    refused(&regatta, &["show", "acme/hostile@1.0.1"], 3, &["no such version"]);
}

#[test]
fn a_version_in_quarantine_cannot_go_live_until_it_is_released() {
    let regatta = with_versions();
    let reason = "10 turns in a row failed";
    let said = succeed(&regatta, &["quarantine", "acme/hostile@1.0.0", "--reason", reason]);
    assert!(said.contains(reason), "{said}");
    let promote = ["promote", "acme/hostile@1.0.0"];
    refused(&regatta, &promote, 3, &["acme/hostile@1.0.0", "quarantine", reason, "release"]);
    let shown = json(&regatta, &["show", "acme/hostile@1.0.0"]);
    assert_eq!(shown["quarantine"]["reason"], reason);
    succeed(&regatta, &["release", "acme/hostile@1.0.0"]);
    succeed(&regatta, &promote);
    refused(&regatta, &["release", "acme/hostile@1.0.0"], 3, &["not in quarantine"]);
}

#[test]
fn what_nobody_names_is_collected_with_its_code_and_damage_is_found() {
    let regatta = with_versions();
    assert_eq!(succeed(&regatta, &["verify"]), "nothing is damaged\n");
    succeed(&regatta, &["remove", "acme/hostile@1.0.0"]);
    let collected = json(&regatta, &["collect"]);
    assert_eq!(collected["modules"].as_array().unwrap().len(), 1);
    assert!(collected["compiled_bytes"].as_u64().unwrap() > 0);
    assert_eq!(json(&regatta, &["collect"])["compiled_bytes"], 0);
    let modules = regatta.files("modules/modules");
    assert_eq!(modules.len(), 2);
    fs::write(&modules[0], b"other bytes").unwrap();
    let ended = refused(&regatta, &["verify"], 5, &["damaged in 1 place"]);
    assert!(ended.stdout.contains("other bytes than were registered"), "{}", ended.stdout);
}

#[test]
fn what_is_refused_is_told_in_one_line_with_the_exit_code_of_its_kind() {
    let regatta = regatta();
    regatta.write("traps.wasm", policy(&[("decide", "(unreachable)")]));
    regatta.write("noise.wasm", b"noise");
    regatta.write("wrong.yaml", "tenants:\n  acme:\n    room: { instances: 0 }\n");
    let upload = |file, tenant| ["upload", file, "--tenant", tenant];
    refused(&regatta, &upload("noise.wasm", "acme"), 4, &["noise.wasm", "`parse`", "WebAssembly"]);
    refused(&regatta, &upload("traps.wasm", "acme"), 4, &["traps.wasm", "`trial`"]);
    refused(&regatta, &upload("none.wasm", "acme"), 5, &["cannot read", "none.wasm"]);
    refused(&regatta, &upload(".", "acme"), 5, &["cannot read"]);
    refused(&regatta, &upload("v0.wasm", "third"), 3, &["tenants.yaml", "`third`", "acme, other"]);
    succeed(&regatta, &upload("v0.wasm", "other"));
    refused(&regatta, &upload("v1.wasm", "other"), 3, &["`register`", "1 versions", "remove"]);
    let settings = [&upload("v0.wasm", "acme")[..], &["--settings", "{"]].concat();
    refused(&regatta, &settings, 3, &["--settings", "no JSON"]);
    refused(&regatta, &["show", "acme/none"], 3, &["no module of this name"]);
    refused(
        &regatta,
        &["fetch", "other/hostile@1.0.0", "-o", "no/such/file"],
        5,
        &["cannot write"],
    );

    let in_none = ["registry", "--at", "none", "list"];
    let ended = regatta.run(&in_none);
    assert_eq!(ended.code, Some(3));
    assert!(ended.error().contains("no registry in none"), "{}", ended.stderr);
    assert!(!regatta.path("none").exists());
    let wrong = ["registry", "--at", "modules", "--tenants", "wrong.yaml", "upload", "v0.wasm"];
    let ended = regatta.run(&[&wrong[..], &["--tenant", "acme"]].concat());
    assert_eq!(ended.code, Some(3));
    let words = "wrong.yaml:3:24: tenants.acme.room.instances: it is 0; between 1 and 100000";
    assert!(ended.error().contains(words), "{}", ended.stderr);
    for wrong in ["acme", "acme/Night", "acme/night@1"] {
        assert_eq!(regatta.run(&arguments(&["show", wrong])).code, Some(2), "{wrong}");
    }
    assert_eq!(regatta.run(&arguments(&["roll-back", "acme/hostile@1.0.0"])).code, Some(2));
}

#[test]
fn a_file_beyond_the_limit_is_not_even_read() {
    let regatta = regatta();
    regatta.write("small.yaml", "tenants: { acme: { intake: { component_bytes: 1000 } } }");
    let file = fs::File::create(regatta.path("huge.wasm")).unwrap();
    file.set_len(1 << 40).unwrap();
    let command = ["registry", "--at", "modules", "--tenants", "small.yaml"];
    let command = [&command[..], &["upload", "huge.wasm", "--tenant", "acme"]].concat();
    let ended = regatta.run(&command);
    assert_eq!(ended.code, Some(4));
    let words = "`size`";
    assert!(ended.error().contains(words), "{}", ended.stderr);
    assert!(ended.error().contains("1099511627776 bytes long, the limit is 1000"));
}

#[test]
fn a_key_that_others_can_read_seals_nothing() {
    use std::os::unix::fs::PermissionsExt;

    let regatta = regatta();
    succeed(&regatta, &["upload", "v0.wasm", "--tenant", "acme"]);
    let key = regatta.path("modules/compiled/host.key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    refused(&regatta, &["upload", "v1.wasm", "--tenant", "acme"], 5, &["host.key", "remove"]);
}
