//! What the sandbox says of bytes that are no component of ours.

use sandbox::{Component, LoadError, World};

use crate::scene::{limits, modules};

fn load(bytes: &[u8]) -> Result<Component, LoadError> {
    let (sandbox, _) = modules(limits());
    sandbox.load(bytes, &limits())
}

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

fn built_in(name: &str) -> &'static [u8] {
    assembly::built_in().iter().find(|one| one.name == name).unwrap().bytes
}

fn check(bytes: &[u8], words: &str) {
    let error = load(bytes).expect_err(words).to_string();
    assert!(error.contains(words), "{error}");
    assert!(!error.contains('\n'), "one line: {error}");
}

#[test]
fn bytes_that_are_no_component_of_ours_are_refused_by_name() {
    check(b"", "not a WebAssembly component");
    check(b"(component)", "not a WebAssembly component");
    check(b"#!/bin/sh\n", "not a WebAssembly component");
    check(&wat("(module)"), "it is no component of ours");
    check(&wat("(component)"), "it is no component of ours");
    let mut truncated = built_in("hold").to_vec();
    truncated.truncate(truncated.len() / 2);
    check(&truncated, "not valid WebAssembly");
}

#[test]
fn imports_beyond_the_log_are_named() {
    let component = wat(r#"(component
            (import "wasi:cli/environment@0.2.0" (instance
                (export "get-arguments" (func (result (list string))))))
            (core module $code (func (export "decide")))
            (core instance $instance (instantiate $code))
            (func (export "decide") (canon lift (core func $instance "decide"))))"#);
    check(&component, "`wasi:cli/environment@0.2.0`");
    check(&component, "wasm32-unknown-unknown");
}

#[test]
fn a_component_of_another_shape_does_not_fit() {
    let component = wat(r#"(component
            (core module $code (func (export "decide")))
            (core instance $instance (instantiate $code))
            (func (export "decide") (canon lift (core func $instance "decide"))))"#);
    match load(&component) {
        Err(LoadError::Mismatch { world: World::Policy, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_built_in_loads_describes_itself_and_takes_no_settings_or_says_why() {
    let (sandbox, _) = modules(limits());
    for one in assembly::built_in() {
        match sandbox.load(one.bytes, &limits()).unwrap() {
            Component::Policy(policy) => {
                assert_eq!((one.world, one.name), (World::Policy, &*policy.description().name));
                let made = policy.instantiate("{}", 0).map(drop);
                assert!(
                    matches!(made, Ok(()) | Err(LoadError::Settings(_))),
                    "{}: {made:?}",
                    one.name
                );
            }
            Component::Reward(reward) => {
                assert_eq!((one.world, one.name), (World::Reward, &*reward.description().name));
                reward.instantiate("{}").unwrap();
            }
        }
    }
}

#[test]
fn a_component_and_its_core_module_are_the_same_to_us() {
    let core = built_in("static-replicas");
    let component =
        wit_component::ComponentEncoder::default().module(core).unwrap().encode().unwrap();
    let (Component::Policy(from_core), Component::Policy(from_component)) =
        (load(core).unwrap(), load(&component).unwrap())
    else {
        panic!("both are policies")
    };
    assert_eq!(from_core.description(), from_component.description());
    assert_ne!(from_core.digest(), from_component.digest());
}

#[test]
fn an_unknown_column_is_named_with_the_nearest_one() {
    let (_, modules) = modules(limits());
    let settings = r#"{"columns": ["replicas_wanted"]}"#;
    let error = modules.policy("probe").unwrap().instantiate(settings, 0).unwrap_err().to_string();
    assert!(error.contains("`replicas_wanted`") && error.contains("did you mean"), "{error}");
}

#[test]
fn settings_are_refused_with_their_place() {
    let (_, modules) = modules(limits());
    let error = modules
        .policy("static-replicas")
        .unwrap()
        .instantiate(r#"{"replicas": "many"}"#, 0)
        .unwrap_err()
        .to_string();
    assert!(error.contains("/replicas"), "{error}");
}
