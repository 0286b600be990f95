use super::*;
use crate::{EpochClock, Intake, examine};

const KEY: [u8; 32] = [7; 32];

fn smallest() -> Examined {
    let text = include_str!("smallest.wat");
    examine(&wat::parse_str(text).unwrap(), &Intake::default()).unwrap()
}

#[test]
fn only_what_this_host_sealed_for_this_component_is_revived() {
    let sandbox = Sandbox::new(EpochClock::ByHand).unwrap();
    let examined = smallest();
    let code = precompile(examined.component(), Threads::One).unwrap();
    let key = HostKey::new(KEY);
    let sealed = key.seal(examined.digest(), sandbox.build(), &code);
    assert!(sandbox.revive(&key, &examined, &sealed).is_ok());

    let foreign = HostKey::new([8; 32]).seal(examined.digest(), sandbox.build(), &code);
    let other_module = key.seal(Digest::of(b"another"), sandbox.build(), &code);
    let other_build = key.seal(examined.digest(), Build(Digest::of(b"older")), &code);
    let mut flipped = sealed.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let truncated = &sealed[..sealed.len() - 1];
    for (what, bytes) in [
        ("another host's key", &foreign[..]),
        ("another module", &other_module),
        ("another build", &other_build),
        ("one bit flipped", &flipped),
        ("cut", truncated),
        ("not sealed at all", &code),
        ("empty", b""),
    ] {
        let refused = sandbox.revive(&key, &examined, bytes).map(drop);
        assert_eq!(refused, Err(ReviveError::Seal), "{what}");
    }
    // A seal says who made it, and not that it is code.
    let nonsense = key.seal(examined.digest(), sandbox.build(), b"nonsense");
    let refused = sandbox.revive(&key, &examined, &nonsense).map(drop);
    assert!(matches!(refused, Err(ReviveError::Engine { .. })), "{refused:?}");
}

#[test]
fn a_key_is_never_printed() {
    assert_eq!(format!("{:?}", HostKey::new(KEY)), "HostKey(..)");
}
