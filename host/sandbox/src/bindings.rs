//! Generated from `wit/`: the documentation is there.

/// The worlds that this host speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// A scaling policy.
    Policy,
    /// A reward function.
    Reward,
}

impl World {
    /// Its full name.
    pub fn name(self) -> &'static str {
        match self {
            World::Policy => "regatta:policy/policy@0.1.0",
            World::Reward => "regatta:policy/reward@0.1.0",
        }
    }
}

#[allow(clippy::all, clippy::unwrap_used, reason = "generated")]
pub(crate) mod policy {
    wasmtime::component::bindgen!({ path: "../../wit", world: "policy" });
}

#[allow(clippy::all, clippy::unwrap_used, reason = "generated")]
pub(crate) mod reward {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "reward",
        with: {
            "regatta:policy/log@0.1.0": super::policy::regatta::policy::log,
            "regatta:policy/types@0.1.0": super::policy::regatta::policy::types,
        },
    });
}
