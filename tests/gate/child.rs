//! The process that compiles: what it may do, and that it goes with its host.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::hostile::bombs::{FUNCTIONS_OF_MANY_LOOPS, bomb};
use crate::hostile::template::{component, policy};
use crate::program::Regatta;

/// The compiling process as the host starts it, with this as its host.
fn child(parent: u32) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regatta"));
    let parent = parent.to_string();
    command.args(["compile", "4294967296", "600", "one", "fair", &parent]).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// How it ends with this component.
fn ended(command: &mut Command, component: &[u8]) -> Output {
    let mut child = command.spawn().unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(component);
    child.wait_with_output().unwrap()
}

#[test]
fn the_child_writes_code_to_a_pipe_and_nothing_to_a_file() {
    let component = component(&policy(&[]));
    let good = ended(&mut child(std::process::id()), &component);
    assert!(good.status.success() && good.stdout.len() > component.len(), "{good:?}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("code");
    let file = File::create(&path).unwrap();
    let bad = ended(child(std::process::id()).stdout(file), &component);
    assert!(!bad.status.success(), "{bad:?}");
    assert_eq!(fs::metadata(path).unwrap().len(), 0);
}

#[test]
fn a_child_whose_host_is_gone_does_not_begin() {
    // Process 1 started neither this test nor the child.
    let orphan = ended(&mut child(1), &component(&policy(&[])));
    assert_eq!((orphan.status.code(), orphan.stdout.len()), (Some(1), 0));
    let words = String::from_utf8(orphan.stderr).unwrap();
    assert!(words.contains("whoever wanted the code is gone"), "{words}");
}

#[test]
fn the_child_is_confined_while_it_reads() {
    let mut child = child(std::process::id()).spawn().unwrap();
    // It takes more than a pipe holds only when it has given up what it does not need.
    let mut input = child.stdin.take().unwrap();
    input.write_all(&vec![0; 1 << 20]).unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line[name.len()..].split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!(limit("Max address space"), "4294967296");
    assert_eq!(limit("Max cpu time"), "600");
    assert_eq!(limit("Max file size"), "0");
    assert_eq!(limit("Max core file size"), "0");
    assert_eq!(limit("Max open files"), "3");
    assert_eq!(fs::read(format!("/proc/{}/environ", child.id())).unwrap(), b"");
    drop(input);
    assert!(!child.wait().unwrap().success(), "zeroes are no component");
}

#[test]
fn a_host_killed_in_the_middle_of_an_upload_leaves_no_child_and_nothing_half_registered() {
    let regatta = Regatta::new();
    regatta.write("bomb.wasm", bomb(FUNCTIONS_OF_MANY_LOOPS).bytes);
    regatta.write("good.wasm", policy(&[]));
    // The bomb is in the compiler for a minute and more, unless somebody ends it.
    regatta.write(
        "tenants.yaml",
        "defaults: { compile: { deadline_seconds: 600, cpu_seconds_per_mib: 600 } }\ntenants: { acme: }",
    );
    let registry = ["registry", "--at", "modules", "--tenants", "tenants.yaml"];
    let upload = |file| [&registry[..], &["upload", file, "--tenant", "acme"]].concat();

    let mut host = regatta.command(&upload("bomb.wasm")).spawn().unwrap();
    let compiling = child_of(&mut host);
    host.kill().unwrap();
    host.wait().unwrap();
    wait_until(2000, "the child is gone", || is_gone(compiling));

    let kept: Vec<_> = regatta.files("modules");
    let kept = kept.iter().filter(|path| !path.to_str().unwrap().contains("/locks/"));
    let kept: Vec<_> =
        kept.map(|path| path.strip_prefix(regatta.path("modules")).unwrap()).collect();
    assert_eq!(kept, [Path::new("compiled/host.key"), Path::new("format.json")]);
    regatta.succeed(&[&registry[..], &["verify"]].concat());
    regatta.succeed(&upload("good.wasm"));
}

/// The process that another one has started, once there is one and it compiles.
fn child_of(host: &mut Child) -> u32 {
    let threads = format!("/proc/{}/task", host.id());
    let mut found = None;
    wait_until(60_000, "the module is in the compiler", || {
        if let Some(status) = host.try_wait().unwrap() {
            let said = BufReader::new(host.stderr.take().unwrap()).lines().next();
            panic!("the upload ended, {status}: {said:?}");
        }
        let threads = fs::read_dir(&threads).into_iter().flatten().flatten();
        let children = threads.filter_map(|thread| {
            fs::read_to_string(thread.path().join("children")).ok()?.trim().parse().ok()
        });
        found = children.last();
        // It has read the whole component when it has burnt some time of its own.
        found.is_some_and(|child| ticks(child) >= 20)
    });
    found.unwrap()
}

/// What a process's own account of itself says after its name.
fn account(process: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let rest = text.rsplit_once(')')?.1;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// Time that a process has spent computing, in hundredths of a second.
fn ticks(process: u32) -> u64 {
    account(process).map_or(0, |account| account[11].parse().unwrap())
}

/// Whether a process is gone, or dead and not yet buried.
fn is_gone(process: u32) -> bool {
    account(process).is_none_or(|account| matches!(&*account[0], "Z" | "X"))
}

/// Waits for what comes soon, and gives up after so many looks.
#[track_caller]
fn wait_until(looks: u32, what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..looks {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("it never came about that {what}");
}
