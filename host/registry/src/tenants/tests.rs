use std::collections::BTreeMap;

use sandbox::{Threads, Wasi};

use super::*;

const README: &str = include_str!("../../README.md");

fn tenants(text: &str) -> Result<Tenants, TenantsError> {
    Tenants::parse(Path::new("tenants.yaml"), text)
}

fn allowance(text: &str) -> Result<Allowance, TenantsError> {
    tenants(text)?.allowance(&"acme".parse().unwrap()).cloned()
}

/// A row of the table: setting, default, least and most.
type Row = (&'static str, &'static str, &'static str, &'static str);

fn table() -> Vec<Row> {
    let rows = README.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|line| {
        let (setting, rest) = line.split_once('`').unwrap();
        let cells: Vec<&str> = rest.split('|').map(str::trim).collect();
        (setting, cells[1], cells[2], cells[3])
    })
    .collect()
}

/// Every number and word of an allowance as the file would write it.
fn written(allowance: &Allowance) -> BTreeMap<&'static str, String> {
    let Allowance { intake, compile, limits, room, at_rest, compiled_bytes } = allowance;
    let discipline = limits.discipline.unwrap();
    let wasi = match intake.wasi {
        Wasi::Refused => "refused",
        Wasi::Stubbed => "stubbed",
    };
    let threads = match compile.threads {
        Threads::One => "one",
        Threads::All => "all",
    };
    BTreeMap::from([
        ("intake.component_bytes", intake.component_bytes.to_string()),
        ("intake.wasi", wasi.to_owned()),
        ("compile.address_space_bytes", compile.address_space_bytes.to_string()),
        ("compile.cpu_seconds_per_mib", compile.cpu_seconds_per_mib.to_string()),
        ("compile.deadline_seconds", compile.deadline.as_secs_f64().to_string()),
        ("compile.code_bytes", compile.code_bytes.to_string()),
        ("compile.threads", threads.to_owned()),
        ("limits.setup_fuel", limits.setup_fuel.to_string()),
        ("limits.call_fuel", limits.call_fuel.to_string()),
        ("limits.row_fuel", limits.row_fuel.to_string()),
        ("limits.deadline_seconds", limits.deadline.unwrap().as_secs_f64().to_string()),
        ("limits.memory_bytes", limits.memory_bytes.to_string()),
        ("limits.copied_bytes", limits.copied_bytes.to_string()),
        ("limits.handles", limits.handles.to_string()),
        ("limits.snapshot_bytes", limits.snapshot_bytes.to_string()),
        ("limits.log_lines", limits.log_lines.to_string()),
        ("limits.log_bytes_per_second", limits.log_bytes_per_second.to_string()),
        ("limits.calls_between_snapshots", limits.calls_between_snapshots.to_string()),
        ("limits.discipline.pause_first_seconds", discipline.pause_first.as_secs_f64().to_string()),
        (
            "limits.discipline.pause_longest_seconds",
            discipline.pause_longest.as_secs_f64().to_string(),
        ),
        ("limits.discipline.failures_to_quarantine", discipline.failures_to_quarantine.to_string()),
        ("room.instances", room.instances.to_string()),
        ("room.memory_bytes", room.memory_bytes.to_string()),
        ("at_rest.versions", at_rest.versions.to_string()),
        ("at_rest.bytes", at_rest.bytes.to_string()),
        ("at_rest.compiled_bytes", compiled_bytes.to_string()),
    ])
}

/// A file that gives one tenant one setting.
fn file(setting: &str, value: &str) -> String {
    let parts = setting.split('.').map(|part| format!("{part}: {{ "));
    let open: String = parts.collect();
    let open = open.strip_suffix("{ ").unwrap();
    format!("tenants:\n  acme: {{ {open}{value}{}", " }".repeat(setting.split('.').count()))
}

#[test]
fn the_table_names_every_setting_with_its_default() {
    let documented: BTreeMap<&str, String> =
        table().into_iter().map(|(setting, default, ..)| (setting, default.to_owned())).collect();
    assert_eq!(documented, written(&Allowance::default()));
    // What can be set is what is documented, too.
    for section in ["intake", "compile", "limits", "limits.discipline", "room", "at_rest"] {
        let error = allowance(&file(&format!("{section}.colour"), "1")).unwrap_err().to_string();
        let known: Vec<&str> = error.rsplit_once("one of ").unwrap().1.split(", ").collect();
        let documented = table().into_iter().filter_map(|(setting, ..)| {
            let rest = setting.strip_prefix(section)?.strip_prefix('.')?;
            Some(rest.split('.').next().unwrap())
        });
        let mut documented: Vec<&str> = documented.collect();
        documented.dedup();
        assert_eq!(known, documented, "{error}");
    }
}

#[test]
fn the_table_tells_the_bounds_of_every_number() {
    for (setting, _, least, most) in table() {
        if least == "–" {
            continue;
        }
        for bound in [least, most] {
            let allowed = allowance(&file(setting, bound)).unwrap();
            assert_eq!(written(&allowed)[setting], bound, "{setting}");
            assert_eq!(allowed.limits.check(), Ok(()), "{setting}");
        }
        let beyond = match most.parse::<u64>() {
            Ok(most) if !setting.ends_with("_seconds") => (most + 1).to_string(),
            _ => format!("{most}.001"),
        };
        let error = allowance(&file(setting, &beyond)).unwrap_err().to_string();
        let told =
            format!("tenants.acme.{setting}: it is {beyond}; between {least} and {most} can");
        assert!(error.starts_with("tenants.yaml:2:") && error.contains(&told), "{error}");
        let below = least.parse::<f64>().unwrap() - 0.0005;
        let error = allowance(&file(setting, &below.to_string())).unwrap_err().to_string();
        assert!(error.starts_with("tenants.yaml:2:") && error.contains(setting), "{error}");
    }
    for (setting, word) in [("intake.wasi", "stubbed"), ("compile.threads", "all")] {
        assert_eq!(written(&allowance(&file(setting, word)).unwrap())[setting], word);
    }
}

#[test]
fn a_tenants_own_words_come_before_the_defaults_and_those_before_the_built_in_ones() {
    let text = "defaults: { room: { instances: 7 }, limits: { handles: 5 } }\n\
                tenants: { acme: { room: { instances: 9 } }, other: }";
    let tenants = tenants(text).unwrap();
    let of = |name: &str| {
        let allowance = tenants.allowance(&name.parse().unwrap()).unwrap();
        (allowance.room.instances, allowance.limits.handles, allowance.at_rest.versions)
    };
    assert_eq!(of("acme"), (9, 5, 200));
    assert_eq!(of("other"), (7, 5, 200));
}

#[test]
fn a_tenant_that_the_file_does_not_list_is_turned_away() {
    let refused = |text: &str| allowance(text).unwrap_err().to_string();
    let error = refused("tenants: { first: , second: }");
    assert!(error.contains("no tenant `acme`") && error.ends_with("first, second"), "{error}");
    assert!(refused("defaults: {}").ends_with("none"));
    let many: String = (0..12).map(|number| format!("  t{number}:\n")).collect();
    assert!(refused(&format!("tenants:\n{many}")).ends_with("and 2 more"));
    assert_eq!(
        *Tenants::default().allowance(&"acme".parse().unwrap()).unwrap(),
        Allowance::default()
    );
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_place() {
    #[track_caller]
    fn check(text: &str, words: &[&str]) {
        let error = tenants(text).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "`{word}` in {error}");
        }
    }
    check("tenants: [", &["tenants.yaml:"]);
    check("tenant: {}", &["tenants.yaml:1:", "`tenant`", "defaults, tenants"]);
    check("tenants:\n  Acme:\n", &["tenants.yaml:2:", "`Acme`", "lower case"]);
    check("tenants:\n  acme:\n  acme:\n", &["tenants.yaml:3:", "acme"]);
    check("tenants:\n  a:\n    room: 7\n", &["tenants.yaml:3:", "tenants.a.room"]);
    check("defaults:\n  intake:\n    wasi: maybe\n", &["tenants.yaml:3:", "wasi", "stubbed"]);
    check("defaults:\n  room: { instances: many }\n", &["tenants.yaml:2:", "room.instances"]);
    check("defaults:\n  room: { instances: -1 }\n", &["tenants.yaml:2:", "room.instances"]);
    check("defaults:\n  limits: { deadline_seconds: .nan }\n", &["deadline_seconds", "NaN"]);
    check("defaults:\n  limits: { deadline_seconds: .inf }\n", &["deadline_seconds", "inf"]);
    check("defaults:\n  limits: { deadline_seconds: null }\n  room: 1", &["tenants.yaml:3:"]);
}

#[test]
fn a_file_that_cannot_be_read_or_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenants.yaml");
    assert!(matches!(Tenants::read(&file), Err(TenantsError::Unreadable { .. })));
    std::fs::write(&file, b"\xff").unwrap();
    assert!(matches!(Tenants::read(&file), Err(TenantsError::NotText { .. })));
    std::fs::write(&file, vec![b' '; FILE_BYTES + 1]).unwrap();
    assert!(matches!(Tenants::read(&file), Err(TenantsError::TooLarge { .. })));
    std::fs::write(&file, "tenants: { acme: }").unwrap();
    assert!(Tenants::read(&file).unwrap().allowance(&"acme".parse().unwrap()).is_ok());
}
