use proptest::prelude::*;

use super::*;
use crate::Usage;

const RULES: LifeRules = LifeRules {
    ready_within: Duration::from_secs(10),
    failed_probes: 3,
    grace: Duration::from_secs(5),
};

/// What happens in a script, at the second beside it.
#[derive(Debug, Clone, Copy)]
enum Step {
    Up,
    Down,
    Drain,
    Time,
    Exit(i32),
    Signal(i32),
    OutOfMemory,
}
use Step::{Down, Drain, Exit, OutOfMemory, Signal, Time, Up};

fn ended(ending: Ending, oom_kills: u64) -> Ended {
    let usage = Some(Usage { oom_kills, ..Usage::default() });
    Ended { ending, usage, last_lines: Vec::new(), group_left: None }
}

fn apply(life: &mut Life, step: Step, now: Duration) -> Option<Order> {
    let exit = |ending, oom_kills| ended(ending, oom_kills);
    match step {
        Up => life.on(&Event::ProbeSucceeded, now),
        Down => life.on(&Event::ProbeFailed, now),
        Drain => life.on(&Event::Drain, now),
        Time => life.on(&Event::Time, now),
        Exit(status) => life.on(&Event::Ended(&exit(Ending::Exited { status }, 0)), now),
        Signal(signal) => life.on(&Event::Ended(&exit(Ending::Killed { signal }, 0)), now),
        OutOfMemory => life.on(&Event::Ended(&exit(Ending::Killed { signal: 9 }, 1)), now),
    }
}

fn check(script: &[(u64, Step)], orders: &[(u64, Order)], phase: Phase, over: bool) {
    let mut life = Life::new(RULES, Duration::ZERO);
    let mut given = Vec::new();
    for &(second, step) in script {
        let order = apply(&mut life, step, Duration::from_secs(second));
        given.extend(order.map(|order| (second, order)));
    }
    assert_eq!(given, orders, "{script:?}");
    assert_eq!((life.phase(), life.is_over()), (&phase, over), "{script:?}");
}

#[test]
fn a_good_life() {
    check(&[], &[], Phase::Starting, false);
    check(&[(1, Down), (2, Up)], &[], Phase::Ready, false);
    let terminate = [(3, Order::Terminate)];
    check(&[(2, Up), (3, Drain)], &terminate, Phase::Draining, false);
    check(&[(2, Up), (3, Drain), (4, Exit(0))], &terminate, Phase::Gone, true);
    check(&[(3, Drain), (4, Up), (5, Signal(15))], &terminate, Phase::Gone, true);
}

#[test]
fn crashes_are_told_apart() {
    let crashed = |cause| Phase::Crashed(cause);
    let exited = |status| crashed(Cause::Ended(Ending::Exited { status }));
    let killed = |signal| crashed(Cause::Ended(Ending::Killed { signal }));
    check(&[(0, Exit(0))], &[], exited(0), true);
    check(&[(1, Up), (2, Exit(1))], &[], exited(1), true);
    check(&[(1, Up), (2, Signal(9))], &[], killed(9), true);
    check(&[(1, Up), (2, OutOfMemory)], &[], crashed(Cause::OutOfMemory), true);
    check(&[(1, OutOfMemory)], &[], crashed(Cause::OutOfMemory), true);
}

#[test]
fn who_is_not_ready_in_time_is_killed() {
    let crashed = Phase::Crashed(Cause::NeverReady);
    let kill = [(10, Order::Kill)];
    check(&[(9, Time), (9, Down)], &[], Phase::Starting, false);
    check(&[(10, Time)], &kill, crashed.clone(), false);
    check(&[(10, Down), (10, Time), (11, Signal(9))], &kill, crashed.clone(), true);
    check(&[(10, Time), (11, Up), (12, Drain)], &kill, crashed, false);
}

#[test]
fn who_fails_too_many_probes_in_a_row_is_killed() {
    let crashed = Phase::Crashed(Cause::FailedProbes);
    check(&[(1, Up), (2, Down), (3, Down), (4, Up), (5, Down)], &[], Phase::Ready, false);
    let script = [(1, Up), (2, Down), (3, Down), (4, Down), (5, Signal(9))];
    check(&script, &[(4, Order::Kill)], crashed, true);
}

#[test]
fn grace_ends_with_one_kill() {
    let orders = [(3, Order::Terminate), (8, Order::Kill)];
    let script = [(2, Up), (3, Drain), (4, Drain), (7, Time), (8, Time), (9, Time)];
    check(&script, &orders, Phase::Draining, false);
    check(&[(3, Drain), (8, Down), (9, OutOfMemory)], &orders, Phase::Gone, true);
}

#[test]
fn start_up_is_measured_to_the_first_success() {
    let second = Duration::from_secs;
    let mut life = Life::new(RULES, second(100));
    assert_eq!((life.due(), life.ready_after()), (Some(second(110)), None));
    apply(&mut life, Up, second(102));
    apply(&mut life, Up, second(103));
    assert_eq!((life.due(), life.ready_after()), (None, Some(second(2))));
    apply(&mut life, Exit(1), second(107));
    assert_eq!(life.ran(second(500)), second(7));
}

proptest! {
    #[test]
    fn nothing_revives_it_and_nobody_is_ordered_to_end_after_the_end(
        steps in prop::collection::vec((0u64..30, 0usize..7), 0..40),
    ) {
        let kinds = [Up, Down, Drain, Time, Exit(1), Signal(11), OutOfMemory];
        let mut life = Life::new(RULES, Duration::ZERO);
        let mut now = 0;
        let mut kills = 0;
        for (pause, kind) in steps {
            now += pause;
            let before = life.clone();
            let order = apply(&mut life, kinds[kind], Duration::from_secs(now));
            kills += u32::from(order == Some(Order::Kill));
            prop_assert!(kills <= 1);
            if before.is_over() {
                prop_assert_eq!(&before, &life);
                prop_assert_eq!(order, None);
            }
            if matches!(before.phase(), Phase::Draining | Phase::Crashed(_)) {
                prop_assert_ne!(life.phase(), &Phase::Ready);
            }
        }
    }
}
