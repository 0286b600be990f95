//! Imports: worlds that are nearly ours.

use wit_component::StringEncoding;

use super::case::Expected::{Answers, Refused};
use super::case::{Expected, Hostile};
use super::ordeal::Ordeal;
use super::template::{Replaced, WIT, policy_of};

fn of(name: &str, wit: &str, replaced: Replaced<'_>, expected: Expected) -> Hostile {
    Hostile::new(name, policy_of(wit, StringEncoding::UTF8, replaced), expected)
}

/// Our interface in another version.
fn version(name: &str, version: &str, expected: Expected) -> Hostile {
    let wit = WIT.replace("regatta:policy@0.1.0", &format!("regatta:policy@{version}"));
    let import = format!(
        r#"(import "regatta:policy/log@{version}" "write" (func $log (param i32 i32 i32)))"#
    );
    of(name, &wit, &[("import-log", &import)], expected)
}

/// Attacks by imports and exports.
pub(crate) fn cases() -> Vec<Hostile> {
    let log = r#"(import "regatta:policy/log@0.1.0" "write" (func $log (param i32 i32 i32)))"#;
    let with_import = |name: &str, wit: &str, core: &str, expected: Expected| {
        let wit = WIT.replace("world policy {\n", &format!("world policy {{\n{wit}\n"));
        of(name, &wit, &[("import-log", &format!("{log} {core}"))], expected)
    };
    let with_log = |name: &str, write: &str, core: &str, expected: Expected| {
        let wit = WIT.replace("write: func(level: level, message: string);", write);
        assert_ne!(wit, WIT);
        let import = format!(r#"(import "regatta:policy/log@0.1.0" {core})"#);
        of(name, &wit, &[("import-log", &import)], expected)
    };
    let exporting = |name: &str, export: &str, instead: &str, expected: Expected| {
        let wit = WIT.replace(export, instead);
        assert_ne!(wit, WIT);
        of(name, &wit, &[], expected)
    };
    vec![
        with_import(
            "import-of-a-function",
            "import shell: func(command: string);",
            r#"(import "$root" "shell" (func (param i32 i32)))"#,
            Refused("`shell`"),
        ),
        with_import(
            "import-of-an-interface",
            "import files: interface { open: func(path: string) -> u32; }",
            r#"(import "files" "open" (func (param i32 i32) (result i32)))"#,
            Refused("`files`"),
        ),
        with_import(
            "import-of-a-resource",
            "import files: interface { resource file { constructor(path: string); } }",
            r#"(import "files" "[constructor]file" (func (param i32 i32) (result i32)))
               (import "files" "[resource-drop]file" (func (param i32)))"#,
            Refused("`files`"),
        ),
        with_log(
            "log-of-another-type",
            "write: func(level: level, message: list<u32>);",
            r#""write" (func $log (param i32 i32 i32))"#,
            Refused("log"),
        ),
        with_log(
            "log-with-an-answer",
            "write: func(level: level, message: string) -> u32;",
            r#""write" (func $log (param i32 i32 i32) (result i32))"#,
            Refused("log"),
        ),
        with_log(
            "log-with-more-functions",
            "write: func(level: level, message: string); read: func() -> u32;",
            r#""write" (func $log (param i32 i32 i32)))
               (import "regatta:policy/log@0.1.0" "read" (func (result i32))"#,
            Refused("log"),
        ),
        version("version-0.2.0", "0.2.0", Refused("0.2.0")),
        // A patch of the interface differs in nothing that matters.
        version("version-0.1.9", "0.1.9", Answers(3)),
        version("version-0.0.1", "0.0.1", Refused("0.0.1")),
        version("version-1.0.0", "1.0.0", Refused("1.0.0")),
        version("version-0.1.0-rc.1", "0.1.0-rc.1", Refused("0.1.0-rc.1")),
        exporting(
            "export-missing",
            "export forget: func(workloads: list<workload-id>);",
            "",
            Refused("forget"),
        ),
        exporting(
            "export-decide-missing",
            "export decide: func(batch: batch) -> result<advice, string>;",
            "",
            Refused("decide"),
        ),
        exporting(
            "export-of-another-type",
            "export forget: func(workloads: list<workload-id>);",
            "export forget: func(workloads: string);",
            Refused("forget"),
        ),
        exporting(
            "export-of-a-smaller-record",
            "explanations: list<explanation>,",
            "",
            Refused("decide"),
        ),
        exporting(
            "export-of-another-order",
            "targets: list<u8>,",
            "targets: list<s8>,",
            Refused("decide"),
        ),
        exporting(
            "world-of-another-package",
            "package regatta:policy@0.1.0;",
            "package hostile:policy@0.1.0;",
            Refused("regatta:policy/log@0.1.0"),
        ),
        {
            let wit = WIT.replace(
                "world policy {\n",
                "world policy {\nexport more: interface { run: func(); }\n",
            );
            of(
                "export-beyond-the-world",
                &wit,
                &[("exports", r#"(func (export "more#run"))"#)],
                Answers(3),
            )
        },
        {
            let core = "(import \"wasi_snapshot_preview1\" \"fd_write\" (func (param i32 i32 i32 i32) (result i32)))";
            of(
                "import-of-core-wasi",
                WIT,
                &[("import-log", &format!("{log} {core}"))],
                Refused("wasi_snapshot_preview1"),
            )
        },
    ]
}

#[test]
fn a_world_that_is_nearly_ours_is_refused_by_name() {
    Ordeal::new().undergo(&cases());
}
