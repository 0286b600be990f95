//! From the world's free functions to one [`Policy`] value.

use std::marker::PhantomData;

use crate::log::report_panics;
use crate::{Advice, Batch, Policy, SettingError};

use crate::bindings as raw;
use crate::bindings::regatta::policy::types::SettingError as RawSettingError;

/// Where an exported policy lives: made by [`crate::export!`].
pub trait Host {
    /// The exported policy.
    type Policy: Policy;

    /// Runs with the place of the one instance.
    fn with<R>(run: impl FnOnce(&mut Option<Self::Policy>) -> R) -> R;
}

/// Implements the generated world for the policy that lives in `H`.
pub struct Adapter<H>(PhantomData<H>);

fn checked<P: Policy>(text: &str) -> Result<P::Settings, Vec<SettingError>> {
    let parsed: P::Settings = settings::parse(text).map_err(|error| vec![error])?;
    let complaints = P::check(&parsed);
    if complaints.is_empty() { Ok(parsed) } else { Err(complaints) }
}

fn lowered(errors: Vec<SettingError>) -> Vec<RawSettingError> {
    errors
        .into_iter()
        .map(|error| RawSettingError { path: error.path, message: error.message })
        .collect()
}

const UNMADE: &str = "`init` comes first";

/// The exported policy's answer to a batch.
pub(crate) fn decide<H: Host>(batch: &Batch) -> Result<Advice, String> {
    H::with(|place| match place {
        Some(policy) => policy.decide(batch),
        None => Err(UNMADE.to_owned()),
    })
}

impl<H: Host> raw::Guest for Adapter<H> {
    fn describe() -> raw::Description {
        report_panics();
        raw::Description {
            name: H::Policy::name(),
            version: H::Policy::version(),
            scope: H::Policy::scope(),
            stateful: H::Policy::STATEFUL,
            settings_schema: settings::schema::<<H::Policy as Policy>::Settings>(),
            reasons: H::Policy::REASONS.iter().map(|&reason| reason.to_owned()).collect(),
        }
    }

    fn validate_settings(settings: String) -> Vec<RawSettingError> {
        report_panics();
        lowered(checked::<H::Policy>(&settings).err().unwrap_or_default())
    }

    fn init(settings: String, seed: u64) -> Result<raw::Needs, Vec<RawSettingError>> {
        report_panics();
        let policy = H::Policy::new(checked::<H::Policy>(&settings).map_err(lowered)?, seed);
        let needs = policy.needs();
        H::with(|place| *place = Some(policy));
        Ok(needs)
    }

    fn decide(batch: raw::Batch) -> Result<raw::Advice, String> {
        decide::<H>(&batch.into()).map(raw::Advice::from)
    }

    fn learn(experiences: raw::Experiences) -> Result<(), String> {
        H::with(|place| place.as_mut().ok_or(UNMADE)?.learn(&experiences))
    }

    fn forget(workloads: Vec<u64>) {
        H::with(|place| {
            if let Some(policy) = place {
                policy.forget(&workloads);
            }
        });
    }

    fn snapshot(workloads: Vec<u64>) -> Vec<u8> {
        H::with(|place| place.as_ref().map(|policy| policy.snapshot(&workloads)))
            .unwrap_or_default()
    }

    fn restore(snapshot: Vec<u8>) -> Result<(), String> {
        H::with(|place| place.as_mut().ok_or(UNMADE)?.restore(&snapshot))
    }
}
