//! Reference: what a module is compared with: the smallest built-in of its world, which costs what any
//! call costs, and a rule in the host's own language, which costs what the arithmetic costs.

use std::hint::black_box;

use registry::{Allowance, MadeUpTurn};
use sandbox::{Component, Tenant, World};
use scaling::Column;

use super::contestant::{Contestant, Maker, Module};
use crate::entrance::{Bytes, Lane};
use crate::exit::Failure;

/// The smallest built-in of a world.
pub(super) struct Floor {
    component: Component,
    name: &'static str,
}

/// Puts a built-in through the same gate.
pub(super) fn floor(
    lane: &Lane,
    world: World,
    owner: &Tenant,
    allowance: &Allowance,
) -> Result<Floor, Failure> {
    let name = match world {
        World::Policy => "hold",
        World::Reward => "overprovision",
    };
    let bytes = Bytes::of(world, name.as_ref(), allowance.intake.component_bytes)?;
    let (passed, _) = lane.pass(&bytes, None, owner, allowance);
    Ok(Floor { component: passed?.component, name })
}

impl Floor {
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn make(&self) -> Result<Module, Failure> {
        Maker { component: &self.component, settings: "{}" }.make()
    }
}

/// The proportional rule of Kubernetes' autoscaler, without any of its refinements; for transitions
/// the reward that is lost by a late tail.
pub(super) struct Native {
    pub(super) world: World,
}

/// What the rule steers to.
const TARGET_RATIO: f64 = 0.7;

impl Contestant for Native {
    fn ask(&mut self, turn: &MadeUpTurn) -> Result<(), String> {
        let pair = match self.world {
            World::Policy => (Column::ReplicasDesired, Column::CpuUtilisationRatioMean),
            World::Reward => (Column::LatencySloSeconds, Column::LatencySecondsP90),
        };
        let (left, right) = (turn.now.column(pair.0), turn.now.column(pair.1));
        let each = left.iter().zip(right);
        let answers: Vec<f64> = match self.world {
            World::Policy => each.map(|(had, used)| (had * used / TARGET_RATIO).ceil()).collect(),
            World::Reward => each.map(|(slo, tail)| (slo / tail).min(1.0)).collect(),
        };
        black_box(answers);
        Ok(())
    }
}
