//! Built-in: the components that the program carries.

use sandbox::World;

/// A component that the program carries, as the core module that it was built as.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// What it is.
    pub world: World,
    /// What it is called.
    pub name: &'static str,
    /// The core module, with its world embedded.
    pub bytes: &'static [u8],
}

const BUILT_IN: &[BuiltIn] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// Every built-in component: policies, then rewards, by name.
pub fn built_in() -> &'static [BuiltIn] {
    BUILT_IN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_policies_and_rewards_are_there() {
        let names = |world| -> Vec<&str> {
            built_in().iter().filter(|one| one.world == world).map(|one| one.name).collect()
        };
        let policies = names(World::Policy);
        for name in [
            "hold",
            "knative-kpa",
            "probe",
            "q-table",
            "random",
            "static-replicas",
            "step-threshold",
            "threshold-hpa",
        ] {
            assert!(policies.contains(&name), "{name} is missing from {policies:?}");
        }
        let rewards = names(World::Reward);
        for name in
            ["balanced", "cold-start", "overprovision", "scarlet", "throughput-ratio", "tight-pack"]
        {
            assert!(rewards.contains(&name), "{name} is missing from {rewards:?}");
        }
    }
}
