//! Leaves every workload as it is: the baseline that never scales.

use sdk::schemars::JsonSchema;
use sdk::serde::Deserialize;
use sdk::{Advice, Batch, Needs, Policy, recommendation};

/// `hold` has no settings.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", deny_unknown_fields)]
#[schemars(crate = "sdk::schemars")]
pub struct Settings {}

/// The policy.
#[derive(Debug)]
pub struct Hold;

impl Policy for Hold {
    type Settings = Settings;

    const NAME: &'static str = "hold";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const REASONS: &'static [&'static str] = &["hold"];

    fn new(_: Settings, _seed: u64) -> Self {
        Self
    }

    fn needs(&self) -> Needs {
        Needs { period_milliseconds: 0, columns: Vec::new(), details: Vec::new() }
    }

    fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
        Ok(Advice {
            recommendations: vec![recommendation(None, 0); batch.rows()],
            explanations: Vec::new(),
        })
    }
}

sdk::export!(Hold);
