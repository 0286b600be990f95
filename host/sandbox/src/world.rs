//! GuestWorld: what the worlds have in common, so that instances of all are kept alike.

use wasmtime::StoreContextMut;
use wasmtime::component::{HasSelf, InstancePre, Linker};

use crate::bindings::policy::regatta::policy::types::SettingError;
use crate::bindings::{World, policy, reward};
use crate::description::{DescriptionError, PolicyDescription, RewardDescription};
use crate::guest::GuestState;
use crate::log::GuestLog;

/// A store in the middle of a call.
pub(crate) type Context<'a> = StoreContextMut<'a, GuestState>;

/// The exports of one world, bound to an instance.
pub(crate) trait GuestWorld: Send + Sized + 'static {
    const WORLD: World;
    /// An instance about to be.
    type Pre: Clone + Send + Sync;
    type Description: Described + Send + Sync;
    /// What `init` gives.
    type Made;

    fn add_to_linker(linker: &mut Linker<GuestState>) -> wasmtime::Result<()>;
    fn prepare(pre: InstancePre<GuestState>) -> wasmtime::Result<Self::Pre>;
    fn instantiate(pre: &Self::Pre, store: Context<'_>) -> wasmtime::Result<Self>;
    fn describe(
        &self,
        store: Context<'_>,
    ) -> wasmtime::Result<Result<Self::Description, DescriptionError>>;
    fn validate_settings(
        &self,
        store: Context<'_>,
        settings: &str,
    ) -> wasmtime::Result<Vec<SettingError>>;
    fn init(
        &self,
        store: Context<'_>,
        settings: &str,
        seed: u64,
    ) -> wasmtime::Result<Result<Self::Made, Vec<SettingError>>>;
    fn forget(&self, store: Context<'_>, workloads: &[u64]) -> wasmtime::Result<()>;
    fn snapshot(&self, store: Context<'_>, workloads: &[u64]) -> wasmtime::Result<Vec<u8>>;
    fn restore(&self, store: Context<'_>, snapshot: &[u8]) -> wasmtime::Result<Result<(), String>>;
}

/// What descriptions of all worlds say.
pub(crate) trait Described {
    fn name(&self) -> &str;
    fn stateful(&self) -> bool;
}

impl Described for PolicyDescription {
    fn name(&self) -> &str {
        &self.name
    }

    fn stateful(&self) -> bool {
        self.stateful
    }
}

impl Described for RewardDescription {
    fn name(&self) -> &str {
        &self.name
    }

    fn stateful(&self) -> bool {
        self.stateful
    }
}

/// What the generated code of each world repeats.
macro_rules! same_for_all_worlds {
    ($world:path, $pre:path) => {
        fn add_to_linker(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
            <$world>::add_to_linker::<_, HasSelf<GuestLog>>(linker, |state| &mut state.log)
        }

        fn prepare(pre: InstancePre<GuestState>) -> wasmtime::Result<Self::Pre> {
            <$pre>::new(pre)
        }

        fn instantiate(pre: &Self::Pre, store: Context<'_>) -> wasmtime::Result<Self> {
            pre.instantiate(store)
        }

        fn describe(
            &self,
            store: Context<'_>,
        ) -> wasmtime::Result<Result<Self::Description, DescriptionError>> {
            self.call_describe(store).map(TryInto::try_into)
        }

        fn validate_settings(
            &self,
            store: Context<'_>,
            settings: &str,
        ) -> wasmtime::Result<Vec<SettingError>> {
            self.call_validate_settings(store, settings)
        }

        fn forget(&self, store: Context<'_>, workloads: &[u64]) -> wasmtime::Result<()> {
            self.call_forget(store, workloads)
        }

        fn snapshot(&self, store: Context<'_>, workloads: &[u64]) -> wasmtime::Result<Vec<u8>> {
            self.call_snapshot(store, workloads)
        }

        fn restore(
            &self,
            store: Context<'_>,
            snapshot: &[u8],
        ) -> wasmtime::Result<Result<(), String>> {
            self.call_restore(store, snapshot)
        }
    };
}

impl GuestWorld for policy::Policy {
    const WORLD: World = World::Policy;
    type Pre = policy::PolicyPre<GuestState>;
    type Description = PolicyDescription;
    type Made = policy::Needs;

    same_for_all_worlds!(policy::Policy, policy::PolicyPre<GuestState>);

    fn init(
        &self,
        store: Context<'_>,
        settings: &str,
        seed: u64,
    ) -> wasmtime::Result<Result<Self::Made, Vec<SettingError>>> {
        self.call_init(store, settings, seed)
    }
}

impl GuestWorld for reward::Reward {
    const WORLD: World = World::Reward;
    type Pre = reward::RewardPre<GuestState>;
    type Description = RewardDescription;
    type Made = reward::Terms;

    same_for_all_worlds!(reward::Reward, reward::RewardPre<GuestState>);

    /// Rewards draw no chances.
    fn init(
        &self,
        store: Context<'_>,
        settings: &str,
        _: u64,
    ) -> wasmtime::Result<Result<Self::Made, Vec<SettingError>>> {
        self.call_init(store, settings)
    }
}
