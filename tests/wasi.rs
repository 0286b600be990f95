//! Components that import WASI: refused, or given the deterministic stand-in, by a setting of the
//! tenant.

use sandbox::{Component, ComponentPolicy, EpochClock, Intake, LoadError, LogLevel, Sandbox};
use sandbox::{TrapKind, Wasi, examine};
use scaling::{Policy, Refusal, Timestamp};
use wit_component::StringEncoding;

use crate::hostile::template::{WIT, policy_of};
use crate::scene::{batch, limits, tick};

/// What the guests here import, as WASI declares it.
const DECLARED: &str = r"
package wasi:clocks@0.2.6 {
    interface monotonic-clock { now: func() -> u64; }
}
package wasi:random@0.2.6 {
    interface random { get-random-u64: func() -> u64; }
}
package wasi:io@0.2.6 {
    interface error { resource error; }
    interface streams {
        use error.{error};
        variant stream-error { last-operation-failed(error), closed }
        resource output-stream {
            write: func(contents: list<u8>) -> result<_, stream-error>;
        }
    }
}
package wasi:cli@0.2.6 {
    interface exit { exit: func(status: result); }
    interface stdout {
        use wasi:io/streams@0.2.6.{output-stream};
        get-stdout: func() -> output-stream;
    }
}
package wasi:sockets@0.2.6 {
    interface instance-network {
        resource network;
        instance-network: func() -> network;
    }
}
package wasi:clocks@0.3.0 {
    interface monotonic-clock { now: func() -> u64; }
}
package wasi:nn@0.2.6 {
    interface tensor { now: func() -> u64; }
}
";

const CLOCK: (&str, &str, &str) =
    ("wasi:clocks/monotonic-clock@0.2.6", "now", "(func $now (result i64))");

/// A policy with these imports beside the log, that decides like this.
fn guest(imports: &[(&str, &str, &str)], decide: &str) -> Vec<u8> {
    let mut core = String::new();
    let mut wit = "world policy {\n".to_owned();
    for (interface, function, ty) in imports {
        core.push_str(&format!(r#"(import "{interface}" "{function}" {ty})"#));
        wit.push_str(&format!("import {interface};\n"));
    }
    let wit = WIT.replace("world policy {\n", &wit) + DECLARED;
    policy_of(&wit, StringEncoding::UTF8, &[("import-log", &core), ("decide", decide)])
}

fn load(sandbox: &Sandbox, bytes: &[u8], wasi: Wasi) -> Result<Component, LoadError> {
    let examined = examine(bytes, &Intake { wasi, ..Intake::default() })?;
    let native = sandbox.compile(&examined)?;
    sandbox.link(&examined, &native, sandbox.own(), &limits())
}

/// An instance with the stand-in.
fn stubbed(bytes: &[u8], seed: u64) -> ComponentPolicy {
    let sandbox = Sandbox::new(EpochClock::ByHand).unwrap();
    match load(&sandbox, bytes, Wasi::Stubbed).unwrap() {
        Component::Policy(policy) => policy.instantiate("{}", seed).unwrap(),
        Component::Reward(_) => panic!("it is a policy"),
    }
}

fn replicas_at(policy: &mut ComponentPolicy, seconds: i64) -> Option<u32> {
    let mut observations = tick(&[3.0]);
    observations.now = Timestamp::from_nanoseconds(seconds * 1_000_000_000);
    policy.recommend(&batch(&observations, &[0])).answers.remove(0).unwrap().replicas
}

#[test]
fn wasi_is_refused_by_name_or_stubbed_as_the_tenant_says() {
    let sandbox = Sandbox::new(EpochClock::ByHand).unwrap();
    let answer = "(drop (call $now)) (call $answer (local.get $rows))";
    let wanted = guest(&[CLOCK], answer);
    assert!(load(&sandbox, &wanted, Wasi::Stubbed).is_ok());
    let newer = ("wasi:clocks/monotonic-clock@0.3.0", "now", "(func $now (result i64))");
    let unknown = ("wasi:nn/tensor@0.2.6", "now", "(func $now (result i64))");
    for (import, wasi) in [(CLOCK, Wasi::Refused), (newer, Wasi::Stubbed), (unknown, Wasi::Stubbed)]
    {
        match load(&sandbox, &guest(&[import], answer), wasi) {
            Err(LoadError::ForbiddenImports { imports }) => assert_eq!(imports, [import.0]),
            other => panic!("{import:?}: {other:?}"),
        }
    }
}

#[test]
fn a_guests_clock_is_the_ticks() {
    let seconds = "(call $answer-with
        (f64.convert_i64_u (i64.div_u (call $now) (i64.const 1000000000))))";
    let mut policy = stubbed(&guest(&[CLOCK], seconds), 0);
    assert_eq!(replicas_at(&mut policy, 7), Some(7));
    assert_eq!(replicas_at(&mut policy, 9), Some(9));
}

#[test]
fn a_guests_chance_is_its_seeds() {
    let random = ("wasi:random/random@0.2.6", "get-random-u64", "(func $draw (result i64))");
    let drawn = "(call $answer-with
        (f64.convert_i64_u (i64.rem_u (call $draw) (i64.const 1000000))))";
    let bytes = guest(&[random], drawn);
    let draws = |seed| {
        let mut policy = stubbed(&bytes, seed);
        [replicas_at(&mut policy, 1), replicas_at(&mut policy, 2)]
    };
    assert_eq!(draws(1), draws(1));
    assert_ne!(draws(1), draws(2));
    assert_ne!(draws(1)[0], draws(1)[1]);
}

#[test]
fn what_a_guest_prints_is_in_its_log_without_tricks() {
    let imports = [
        ("wasi:cli/stdout@0.2.6", "get-stdout", "(func $stdout (result i32))"),
        (
            "wasi:io/streams@0.2.6",
            "[method]output-stream.write",
            "(func $write (param i32 i32 i32 i32))",
        ),
    ];
    let decide = "(i32.store (i32.const 1024) (i32.const 0x0a1b6968))
        (i32.store (i32.const 1028) (i32.const 0x0d6f686f))
        (call $write (call $stdout) (i32.const 1024) (i32.const 8) (i32.const 1032))
        (call $answer (local.get $rows))";
    let mut policy = stubbed(&guest(&imports, decide), 0);
    assert_eq!(replicas_at(&mut policy, 1), Some(3));
    let lines: Vec<_> =
        policy.take_log().into_iter().map(|line| (line.level, line.message)).collect();
    let info = |message: &str| (LogLevel::Info, message.to_owned());
    assert_eq!(lines, [info("hi\\u{1b}"), info("oho")]);
}

#[test]
fn what_no_guest_gets_traps_by_name() {
    let exit = ("wasi:cli/exit@0.2.6", "exit", "(func $exit (param i32))");
    let network =
        ("wasi:sockets/instance-network@0.2.6", "instance-network", "(func $network (result i32))");
    for (import, decide, kind, words) in [
        (
            exit,
            "(call $exit (i32.const 1)) (unreachable)",
            TrapKind::Aborted,
            "ended itself with status 1",
        ),
        (
            network,
            "(drop (call $network)) (unreachable)",
            TrapKind::Other,
            "`wasi:sockets/instance-network@0.2.6#instance-network`",
        ),
    ] {
        let mut policy = stubbed(&guest(&[import], decide), 0);
        let answer = policy.recommend(&batch(&tick(&[3.0]), &[0])).answers.remove(0);
        match answer {
            Err(Refusal::Failed { cause }) => assert!(cause.contains(words), "{cause}"),
            other => panic!("{words}: {other:?}"),
        }
        assert_eq!(policy.usage().traps.get(&kind), Some(&1), "{words}");
    }
}
