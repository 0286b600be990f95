//! From the world's free functions to one [`Reward`] value.

use std::marker::PhantomData;

use crate::bindings as raw;
use crate::bindings::regatta::policy::types::SettingError as RawSettingError;
use crate::log::report_panics;
use crate::{Reward, SettingError};

/// Where an exported reward function lives: made by [`crate::export!`].
pub trait Host {
    /// The exported reward function.
    type Reward: Reward;

    /// Runs with the place of the one instance.
    fn with<R>(run: impl FnOnce(&mut Option<Self::Reward>) -> R) -> R;
}

/// Implements the generated world for the reward function that lives in `H`.
pub struct Adapter<H>(PhantomData<H>);

fn checked<R: Reward>(text: &str) -> Result<R::Settings, Vec<SettingError>> {
    let parsed: R::Settings = settings::parse(text).map_err(|error| vec![error])?;
    let complaints = R::check(&parsed);
    if complaints.is_empty() { Ok(parsed) } else { Err(complaints) }
}

fn lowered(errors: Vec<SettingError>) -> Vec<RawSettingError> {
    errors
        .into_iter()
        .map(|error| RawSettingError { path: error.path, message: error.message })
        .collect()
}

const UNMADE: &str = "`init` comes first";

impl<H: Host> raw::Guest for Adapter<H> {
    fn describe() -> raw::Description {
        report_panics();
        raw::Description {
            name: H::Reward::NAME.to_owned(),
            version: H::Reward::VERSION.to_owned(),
            stateful: H::Reward::STATEFUL,
            settings_schema: settings::schema::<<H::Reward as Reward>::Settings>(),
        }
    }

    fn validate_settings(settings: String) -> Vec<RawSettingError> {
        report_panics();
        lowered(checked::<H::Reward>(&settings).err().unwrap_or_default())
    }

    fn init(settings: String) -> Result<raw::Terms, Vec<RawSettingError>> {
        report_panics();
        let reward = H::Reward::new(checked::<H::Reward>(&settings).map_err(lowered)?);
        let terms = reward.terms();
        H::with(|place| *place = Some(reward));
        Ok(terms)
    }

    fn score(transitions: raw::Transitions) -> Result<Vec<f64>, String> {
        let transitions = transitions.into();
        H::with(|place| place.as_mut().ok_or(UNMADE)?.score(&transitions))
    }

    fn forget(workloads: Vec<u64>) {
        H::with(|place| {
            if let Some(reward) = place {
                reward.forget(&workloads);
            }
        });
    }

    fn snapshot(workloads: Vec<u64>) -> Vec<u8> {
        H::with(|place| place.as_ref().map(|reward| reward.snapshot(&workloads)))
            .unwrap_or_default()
    }

    fn restore(snapshot: Vec<u8>) -> Result<(), String> {
        H::with(|place| place.as_mut().ok_or(UNMADE)?.restore(&snapshot))
    }
}
