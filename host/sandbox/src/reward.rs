//! ComponentReward: an instance of a component behind the seam `Reward`.

use scaling::{Reward, RewardError, Terms, Transitions, WorkloadId};

use crate::bindings::reward as raw;
use crate::experience::lower_transitions;
use crate::guest::{Guest, GuestState, Trapped};
use crate::load::{LoadError, RewardComponent, columns};
use crate::settings::SettingsError;

/// An instance of a reward component. After a trap it is made anew, without its state: a reward
/// that broke says nothing for that tick.
pub struct ComponentReward {
    component: RewardComponent,
    settings: String,
    terms: Terms,
    instance: Option<Instance>,
}

impl std::fmt::Debug for ComponentReward {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ComponentReward")
            .field("component", &self.component)
            .finish_non_exhaustive()
    }
}

struct Instance {
    guest: Guest,
    world: raw::Reward,
}

impl RewardComponent {
    /// Makes a reward function with these settings (JSON text).
    pub fn instantiate(&self, settings: &str) -> Result<ComponentReward, LoadError> {
        let (instance, raw) = self.make(settings)?;
        let terms =
            Terms { columns: columns(&raw.columns)?, minimum: raw.minimum, maximum: raw.maximum };
        if !(terms.minimum.is_finite() && terms.maximum.is_finite())
            || terms.minimum > terms.maximum
        {
            return Err(LoadError::Range { minimum: terms.minimum, maximum: terms.maximum });
        }
        Ok(ComponentReward {
            component: self.clone(),
            settings: settings.to_owned(),
            terms,
            instance: Some(instance),
        })
    }

    fn make(&self, settings: &str) -> Result<(Instance, raw::Terms), LoadError> {
        let mut guest = Guest::new(&self.sandbox, &self.limits);
        let budget = guest.budget(self.limits.setup_fuel);
        let ((world, made), _) = guest
            .call(budget, |mut store| {
                let world = self.pre.instantiate(&mut store)?;
                let made = world.call_init(&mut store, settings)?;
                Ok((world, made))
            })
            .map_err(|trapped| LoadError::trapped("start", trapped))?;
        let terms = made.map_err(|complaints| SettingsError {
            component: self.description().name.clone(),
            complaints: complaints.into_iter().map(Into::into).collect(),
        })?;
        Ok((Instance { guest, world }, terms))
    }
}

impl ComponentReward {
    fn call<R>(
        &mut self,
        fuel: u64,
        run: impl FnOnce(&raw::Reward, wasmtime::StoreContextMut<'_, GuestState>) -> wasmtime::Result<R>,
    ) -> Result<R, RewardError> {
        let mut instance = match self.instance.take() {
            Some(instance) => instance,
            None => {
                let failed = |error: LoadError| RewardError::Failed {
                    cause: format!("it cannot be started again: {error}").into(),
                };
                self.component.make(&self.settings).map_err(failed)?.0
            }
        };
        let budget = instance.guest.budget(fuel);
        let world = &instance.world;
        let (answer, _) = instance
            .guest
            .call(budget, |store| run(world, store))
            .map_err(|trapped| failed(&trapped))?;
        // Only an instance whose call came back is kept.
        self.instance = Some(instance);
        Ok(answer)
    }

    fn judged(&self, rewards: Vec<f64>, expected: usize) -> Result<Vec<f64>, RewardError> {
        let given = rewards.len();
        if given != expected {
            return Err(RewardError::WrongLength { expected, given });
        }
        let Terms { minimum, maximum, .. } = self.terms;
        // NaN is in no range.
        match rewards.iter().position(|reward| !(minimum..=maximum).contains(reward)) {
            Some(row) => {
                Err(RewardError::OutOfRange { row, value: rewards[row], minimum, maximum })
            }
            None => Ok(rewards),
        }
    }
}

fn failed(trapped: &Trapped) -> RewardError {
    RewardError::Failed { cause: format!("{} ({})", trapped.detail, trapped.kind).into() }
}

impl Reward for ComponentReward {
    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn score(&mut self, transitions: &Transitions<'_>) -> Result<Vec<f64>, RewardError> {
        let lowered = lower_transitions(transitions, &self.terms.columns);
        let fuel = self.component.limits.fuel(transitions.rows.len());
        let rewards = self
            .call(fuel, |world, store| world.call_score(store, &lowered))?
            .map_err(|message| RewardError::Declined { message })?;
        self.judged(rewards, transitions.rows.len())
    }

    fn forget(&mut self, workloads: &[WorkloadId]) -> Result<(), RewardError> {
        let ids: Vec<u64> = workloads.iter().map(|workload| workload.0).collect();
        self.call(self.component.limits.setup_fuel, |world, store| world.call_forget(store, &ids))
    }
}
