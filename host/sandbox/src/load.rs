//! Load: from code to a component that can make instances.

mod error;

use std::sync::Arc;

use scaling::{Column, Detail, DetailSet};
use wasmtime::component::{Component as Code, Linker};

use crate::Sandbox;
use crate::bindings::{World, policy, reward};
use crate::description::{PolicyDescription, RewardDescription};
use crate::digest::Digest;
use crate::guest::Guest;
use crate::intake::{Examined, Intake, examine};
use crate::limits::Limits;
use crate::log;
use crate::tenant::Tenant;
use crate::text::quoted;
use crate::wasi;
use crate::world::GuestWorld;

pub use error::LoadError;

/// A component of one of our worlds.
#[derive(Debug, Clone)]
pub enum Component {
    /// A scaling policy.
    Policy(PolicyComponent),
    /// A reward function.
    Reward(RewardComponent),
}

/// A policy's code, ready to make instances. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PolicyComponent(pub(crate) Loaded<policy::Policy>);

/// A reward function's code, ready to make instances. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RewardComponent(pub(crate) Loaded<reward::Reward>);

impl PolicyComponent {
    /// What it says about itself.
    pub fn description(&self) -> &PolicyDescription {
        &self.0.shared.description
    }

    /// Digest of the bytes that it was loaded from.
    pub fn digest(&self) -> Digest {
        self.0.shared.digest
    }

    /// What an instance may use.
    pub fn limits(&self) -> &Limits {
        &self.0.shared.limits
    }
}

impl RewardComponent {
    /// What it says about itself.
    pub fn description(&self) -> &RewardDescription {
        &self.0.shared.description
    }

    /// Digest of the bytes that it was loaded from.
    pub fn digest(&self) -> Digest {
        self.0.shared.digest
    }

    /// What an instance may use.
    pub fn limits(&self) -> &Limits {
        &self.0.shared.limits
    }
}

/// Native code of a component.
#[derive(Clone)]
pub struct Native(pub(crate) Code);

impl std::fmt::Debug for Native {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Native(..)")
    }
}

/// Code of one world, linked and described.
pub(crate) struct Loaded<W: GuestWorld> {
    pub(crate) shared: Arc<Shared<W>>,
}

/// What all instances of a component share.
pub(crate) struct Shared<W: GuestWorld> {
    pub(crate) sandbox: Sandbox,
    pub(crate) pre: W::Pre,
    pub(crate) limits: Limits,
    pub(crate) owner: Tenant,
    pub(crate) description: W::Description,
    pub(crate) digest: Digest,
    /// Places of the pool that an instance takes.
    slots: u32,
}

impl<W: GuestWorld> Clone for Loaded<W> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<W: GuestWorld> std::fmt::Debug for Loaded<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Loaded").field(&self.shared.digest).finish()
    }
}

impl<W: GuestWorld> Shared<W> {
    /// A store in a place of the owner's.
    pub(crate) fn guest(&self, seed: u64) -> Result<Guest, LoadError> {
        let claim = self.owner.claim(self.slots)?;
        Ok(Guest::new(&self.sandbox, &self.limits, claim, seed))
    }
}

impl Sandbox {
    /// Loads a component that is trusted to be harmless to compile, on the host's own account: a
    /// built-in, or a file that the person at the command line named.
    pub fn load(&self, bytes: &[u8], limits: &Limits) -> Result<Component, LoadError> {
        let examined = examine(bytes, &Intake::default())?;
        let native = self.compile(&examined)?;
        self.link(&examined, &native, self.own(), limits)
    }

    /// Links compiled code to its imports and asks it to describe itself, within these limits and in
    /// the owner's room.
    pub fn link(
        &self,
        examined: &Examined,
        native: &Native,
        owner: &Tenant,
        limits: &Limits,
    ) -> Result<Component, LoadError> {
        match examined.world() {
            World::Policy => self
                .link_as(examined, native, owner, limits)
                .map(PolicyComponent)
                .map(Component::Policy),
            World::Reward => self
                .link_as(examined, native, owner, limits)
                .map(RewardComponent)
                .map(Component::Reward),
        }
    }

    fn link_as<W: GuestWorld>(
        &self,
        examined: &Examined,
        native: &Native,
        owner: &Tenant,
        limits: &Limits,
    ) -> Result<Loaded<W>, LoadError> {
        let mismatch = |error| LoadError::Mismatch { world: W::WORLD, cause: one_line(&error) };
        let mut linker = Linker::new(self.engine());
        W::add_to_linker(&mut linker).map_err(mismatch)?;
        log::charge_for_lines(&mut linker).map_err(mismatch)?;
        if examined.stubbed() {
            wasi::define(&mut linker, &native.0).map_err(mismatch)?;
        }
        let pre = linker.instantiate_pre(&native.0).and_then(W::prepare).map_err(mismatch)?;
        let slots = slots(&native.0)?;
        let mut guest = Guest::new(self, limits, owner.claim(slots)?, 0);
        let budget = guest.budget(limits.setup_fuel);
        let (description, _) = guest
            .call(budget, |mut store| {
                W::instantiate(&pre, wasmtime::AsContextMut::as_context_mut(&mut store))?
                    .describe(store)
            })
            .map_err(|trapped| LoadError::trapped("describe itself", trapped, &mut guest))?;
        let shared = Shared {
            sandbox: self.clone(),
            pre,
            limits: limits.clone(),
            owner: owner.clone(),
            description: description?,
            digest: examined.digest(),
            slots,
        };
        Ok(Loaded { shared: Arc::new(shared) })
    }
}

/// Places of the pool that an instance takes: one for each memory, and at least one.
fn slots(code: &Code) -> Result<u32, LoadError> {
    let resources = code.resources_required().ok_or_else(|| LoadError::Oversized {
        cause: "what it needs cannot be told before it runs".to_owned(),
    })?;
    Ok(resources.num_memories.max(1))
}

/// The columns of these names.
pub(crate) fn columns(names: &[String]) -> Result<Vec<Column>, LoadError> {
    // Each once is enough for anybody, and each costs the host a copy at every tick.
    let (asked, limit) = (names.len(), 2 * Column::COUNT);
    if asked > limit {
        return Err(LoadError::ManyColumns { asked, limit });
    }
    names
        .iter()
        .map(|name| {
            Column::from_name(name).ok_or_else(|| LoadError::UnknownColumn { name: quoted(name) })
        })
        .collect()
}

/// The details of these names.
pub(crate) fn details(names: &[String]) -> Result<DetailSet, LoadError> {
    let details = names.iter().map(|name| {
        Detail::from_name(name).ok_or_else(|| LoadError::UnknownDetail { name: quoted(name) })
    });
    details.collect()
}

pub(crate) fn one_line(error: &wasmtime::Error) -> String {
    quoted(&format!("{error:#}"))
}
