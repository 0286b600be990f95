mod counting;
mod learning;
mod turns;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use scaling::{Ending, Rails, Recommendation};

use super::*;
use crate::entry::Split;
use crate::pond::{Helmsman, Log, Pond, Umpire};

const SECOND: Duration = Duration::from_secs(1);

fn pond(ticks: u64, groups: &[u32]) -> Pond {
    Pond::new(1, Split::Race, ticks, groups)
}

/// Runs a lap without rails, scored by the number of the tick.
fn lap(pond: Pond, policy: &mut Helmsman, learns: bool) -> Result<Lap, LapError> {
    let warm_up = SECOND * pond.warm_up_ticks as u32;
    lap_with(pond, policy, learns, Umpire::counting(), warm_up, &Rails::default(), None)
}

fn lap_with(
    pond: Pond,
    policy: &mut Helmsman,
    learns: bool,
    umpire: Umpire,
    warm_up: Duration,
    rails: &Rails,
    fallback: Option<Box<dyn Policy>>,
) -> Result<Lap, LapError> {
    let rules = Rules { tick: SECOND, warm_up, rails, quotas: &BTreeMap::new() };
    let crew = Crew {
        cluster: Box::new(pond),
        policy,
        period: None,
        fallback,
        rewards: vec![Box::new(umpire)],
        learns_from: learns.then_some(0),
    };
    run(&rules, crew)
}
