//! Recommends the value of its first column as replicas, or misbehaves as told: it measures what a
//! call costs, and shows what a host does with a policy that breaks.

use sdk::schemars::JsonSchema;
use sdk::serde::Deserialize;
use sdk::{Advice, Batch, Experiences, Needs, Policy, recommendation};

/// Settings of `probe`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", deny_unknown_fields, default)]
#[schemars(crate = "sdk::schemars")]
pub struct Settings {
    /// The columns to read; the first one is recommended as replicas.
    pub columns: Vec<String>,
    /// The details to read (and ignore).
    pub details: Vec<String>,
    /// Its period in milliseconds; 0 means every tick.
    pub period_milliseconds: u64,
    /// How to misbehave.
    pub misbehave: Misbehaviour,
    /// Misbehave only in batches that hold a row whose first column is above this.
    pub above: f64,
    /// Misbehave only from this call on, counting from 1.
    pub from_call: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let columns = [
            "replicas_desired",
            "replicas_ready",
            "cpu_utilisation_ratio_mean",
            "arrival_rate_per_second",
            "latency_seconds_p90",
            "queue_length",
        ];
        Self {
            columns: columns.map(str::to_owned).to_vec(),
            details: Vec::new(),
            period_milliseconds: 0,
            misbehave: Misbehaviour::No,
            above: f64::NEG_INFINITY,
            from_call: 1,
        }
    }
}

/// A way to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "sdk::serde", rename_all = "kebab-case")]
#[schemars(crate = "sdk::schemars")]
pub enum Misbehaviour {
    /// Behave.
    No,
    /// Never come back.
    Loop,
    /// Panic.
    Panic,
    /// Ask for memory without end.
    Allocate,
    /// Call itself without end.
    Recurse,
    /// Say that it cannot answer.
    Decline,
    /// Recommend NaN replicas.
    NotANumber,
    /// Recommend half a replica more.
    Fraction,
    /// Recommend a negative number of replicas.
    Negative,
    /// Recommend a million million replicas.
    Absurd,
    /// Give a reason that was never described.
    UnknownReason,
    /// Leave one answer out.
    Short,
    /// Give one answer too many.
    Long,
    /// Write a thousand lines to the log.
    Flood,
}

/// The policy.
#[derive(Debug)]
pub struct Probe {
    settings: Settings,
    calls: u64,
}

impl Policy for Probe {
    type Settings = Settings;

    const NAME: &'static str = "probe";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const STATEFUL: bool = true;
    const REASONS: &'static [&'static str] = &["probe"];

    fn new(settings: Settings, _seed: u64) -> Self {
        Self { settings, calls: 0 }
    }

    fn needs(&self) -> Needs {
        Needs {
            period_milliseconds: self.settings.period_milliseconds,
            columns: self.settings.columns.clone(),
            details: self.settings.details.clone(),
        }
    }

    fn decide(&mut self, batch: &Batch) -> Result<Advice, String> {
        self.calls += 1;
        let replicas = |row| (!self.settings.columns.is_empty()).then(|| batch.column(0)[row]);
        let recommendations =
            (0..batch.rows()).map(|row| recommendation(replicas(row), 0)).collect();
        let mut advice = Advice { recommendations, explanations: Vec::new() };
        if self.settings.misbehave != Misbehaviour::No && self.is_provoked(batch) {
            misbehave(self.settings.misbehave, &mut advice)?;
        }
        Ok(advice)
    }

    fn learn(&mut self, _: &Experiences) -> Result<(), String> {
        self.calls += 1;
        Ok(())
    }

    /// The number of calls, in little-endian bytes.
    fn snapshot(&self, _: &[u64]) -> Vec<u8> {
        self.calls.to_le_bytes().to_vec()
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        let bytes = snapshot.try_into().map_err(|_| "a snapshot of `probe` has eight bytes")?;
        self.calls = u64::from_le_bytes(bytes);
        Ok(())
    }
}

impl Probe {
    fn is_provoked(&self, batch: &Batch) -> bool {
        self.calls >= self.settings.from_call
            && (self.settings.columns.is_empty()
                || batch.column(0).iter().any(|&value| value > self.settings.above))
    }
}

fn misbehave(how: Misbehaviour, advice: &mut Advice) -> Result<(), String> {
    let mut set = |replicas| {
        for recommendation in &mut advice.recommendations {
            recommendation.replicas = Some(replicas);
        }
    };
    match how {
        Misbehaviour::No => {}
        Misbehaviour::Loop => spin(),
        Misbehaviour::Panic => panic!("told to"),
        Misbehaviour::Allocate => allocate(),
        Misbehaviour::Recurse => {
            recurse(0);
        }
        Misbehaviour::Decline => return Err("told to decline".to_owned()),
        Misbehaviour::NotANumber => set(f64::NAN),
        Misbehaviour::Fraction => set(1.5),
        Misbehaviour::Negative => set(-1.0),
        Misbehaviour::Absurd => set(1e12),
        Misbehaviour::UnknownReason => {
            for recommendation in &mut advice.recommendations {
                recommendation.reason = 1;
            }
        }
        Misbehaviour::Short => {
            advice.recommendations.pop();
        }
        Misbehaviour::Long => advice.recommendations.push(recommendation(None, 0)),
        Misbehaviour::Flood => {
            for line in 0..1000 {
                sdk::log(sdk::Level::Info, &format!("line {line}"));
            }
        }
    }
    Ok(())
}

fn spin() {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

fn allocate() {
    let mut held = Vec::new();
    loop {
        held.push(std::hint::black_box(Vec::<u8>::with_capacity(1 << 20)));
    }
}

#[expect(unconditional_recursion, reason = "that is what it is told to do")]
fn recurse(depth: u64) -> u64 {
    std::hint::black_box(recurse(std::hint::black_box(depth + 1)) + 1)
}

sdk::export!(Probe);
