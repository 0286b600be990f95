//! Deadlines: what has fuel for ever is stopped by the clock, which passes by hand.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sandbox::{Component, Limits, LoadError, TrapKind};
use scaling::{Policy, Refusal};

use super::ordeal::{Ordeal, limits};
use super::time;
use crate::scene::{batch, tick};

#[test]
fn a_guest_with_fuel_for_ever_is_stopped_by_its_deadline() {
    let mut ordeal = Ordeal::new();
    let limits = Limits {
        deadline: Some(Duration::from_millis(3)),
        setup_fuel: u64::MAX / 4,
        call_fuel: u64::MAX / 4,
        ..limits()
    };
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                ordeal.sandbox.advance_epoch();
                std::thread::yield_now();
            }
        });
        for hostile in time::cases() {
            let name = &hostile.name;
            let made =
                ordeal.sandbox.load(&hostile.bytes, &limits).and_then(|loaded| match loaded {
                    Component::Policy(policy) => policy.instantiate("{}", 0),
                    Component::Reward(_) => panic!("attacks are policies"),
                });
            match made {
                Err(LoadError::Trapped { kind, detail, .. }) => {
                    assert_eq!(kind, TrapKind::Deadline, "{name}: {detail}");
                    assert!(detail.contains("ran past its 3ms"), "{name}: {detail}");
                }
                Err(error) => panic!("{name}: {error}"),
                Ok(mut policy) => {
                    let answer = policy.recommend(&batch(&tick(&[1.0]), &[0])).answers.remove(0);
                    let Err(Refusal::Failed { cause }) = answer else {
                        panic!("{name}: {answer:?}")
                    };
                    assert!(cause.contains("ran past its 3ms"), "{name}: {cause}");
                    let traps: Vec<_> = policy.usage().traps.clone().into_iter().collect();
                    assert_eq!(traps, [(TrapKind::Deadline, 1)], "{name}");
                }
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    ordeal.see_neighbour("guests that were late");
}
