//! Crowds: a tenant that takes every place it can get, and others that are promised theirs.

use sandbox::{
    Component, ComponentPolicy, EpochClock, Intake, LoadError, PolicyComponent, Quota, Sandbox,
    Tenant, examine,
};

use super::ordeal::limits;
use super::template::{component_with, policy};

const MEMORY: u64 = 64 << 20;

fn linked(sandbox: &Sandbox, tenant: &Tenant, bytes: &[u8]) -> Result<PolicyComponent, LoadError> {
    let examined = examine(bytes, &Intake::default())?;
    let native = sandbox.compile(&examined)?;
    match sandbox.link(&examined, &native, tenant, &limits())? {
        Component::Policy(policy) => Ok(policy),
        Component::Reward(_) => panic!("it is a policy"),
    }
}

/// As many instances as the tenant gets, and what it was told then.
fn hoard(component: &PolicyComponent) -> (Vec<ComponentPolicy>, LoadError) {
    let mut instances = Vec::new();
    loop {
        match component.instantiate("{}", 0) {
            Ok(instance) => instances.push(instance),
            Err(error) => return (instances, error),
        }
    }
}

#[test]
fn a_tenant_that_hoards_instances_gets_its_own_and_nobody_elses() {
    let sandbox = Sandbox::with_instances(EpochClock::ByHand, 16).unwrap();
    let greedy = sandbox.admit("greedy", Quota { instances: 5, memory_bytes: MEMORY }).unwrap();
    let modest = sandbox.admit("modest", Quota { instances: 2, memory_bytes: MEMORY }).unwrap();
    let bytes = policy(&[]);
    let hoarded = linked(&sandbox, &greedy, &bytes).unwrap();
    let (instances, error) = hoard(&hoarded);
    assert_eq!(instances.len(), 5);
    assert!(matches!(error, LoadError::Quota(_)), "{error}");
    assert!(error.to_string().contains("greedy"), "{error}");
    let promised = hoard(&linked(&sandbox, &modest, &bytes).unwrap());
    assert_eq!(promised.0.len(), 2);
    drop(instances);
    assert_eq!(hoard(&hoarded).0.len(), 5);
}

#[test]
fn an_instance_with_many_memories_counts_for_as_many() {
    let sandbox = Sandbox::with_instances(EpochClock::ByHand, 64).unwrap();
    let greedy = sandbox.admit("greedy", Quota { instances: 20, memory_bytes: MEMORY }).unwrap();
    let instances = "(core instance (instantiate $part))".repeat(9);
    let bytes = component_with(&format!(
        "(component $parts (core module $part (memory 1)) {instances}) (instance (instantiate $parts))"
    ));
    let (instances, error) = hoard(&linked(&sandbox, &greedy, &bytes).unwrap());
    assert_eq!(instances.len(), 2);
    assert!(matches!(error, LoadError::Quota(_)), "{error}");
}

#[test]
fn places_come_back_however_an_instance_ends() {
    let sandbox = Sandbox::with_instances(EpochClock::ByHand, 16).unwrap();
    let tenant = sandbox.admit("restless", Quota { instances: 3, memory_bytes: MEMORY }).unwrap();
    let good = linked(&sandbox, &tenant, &policy(&[])).unwrap();
    let never_made = linked(&sandbox, &tenant, &policy(&[("init", "(unreachable)")])).unwrap();
    for _ in 0..500 {
        drop(good.instantiate("{}", 0).unwrap());
        assert!(matches!(never_made.instantiate("{}", 0), Err(LoadError::Trapped { .. })));
    }
    assert!(linked(&sandbox, &tenant, &policy(&[("describe", "(unreachable)")])).is_err());
    assert_eq!(hoard(&good).0.len(), 3);
}
