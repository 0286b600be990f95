//! Gate: how bytes from outside become a version in the registry. The stages come in this order, and
//! each refuses by an error of its own: the tenant's turn; size, form, parse, world and version,
//! imports; compilation in a child process; linking; description, settings and one trial;
//! registration.

mod entrance;
mod error;
mod queue;

use jiff::Timestamp;
use sandbox::{Component, Sandbox, Tenant, Trial, World};

pub use entrance::{Entrance, Passed};
pub use error::{GateError, Stage};

use crate::code_cache::{CodeCache, UncachedError};
use crate::compiler::Compiler;
use crate::name::shown;
use crate::{Allowance, Record, Registered, Registry, TenantName, Upload};
use entrance::Tried;

/// A module that somebody wants to register.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// A component, or a core module with an embedded world.
    pub bytes: &'a [u8],
    /// Settings (JSON text) for its trial; `{}` without.
    pub settings: Option<&'a str>,
    /// Who uploads it, as the caller knows them.
    pub uploaded_by: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// A module that came through the gate.
#[derive(Debug)]
pub struct Admitted {
    /// It, ready to make instances.
    pub component: Component,
    /// How its trial went.
    pub trial: Trial,
    /// Its version in the registry.
    pub registered: Registered,
    /// Why its code is not kept.
    pub uncached: Option<UncachedError>,
}

/// A module that was loaded from the registry.
#[derive(Debug)]
pub struct Recalled {
    /// It, ready to make instances.
    pub component: Component,
    /// Why its code is not kept.
    pub uncached: Option<UncachedError>,
}

/// The upload gate of a host.
#[derive(Debug)]
pub struct Gate {
    entrance: Entrance,
    registry: Registry,
}

impl Gate {
    /// A gate to this registry, which compiles at most so many modules at once.
    pub fn new(
        sandbox: Sandbox,
        registry: Registry,
        cache: CodeCache,
        compiler: Compiler,
        children: usize,
    ) -> Self {
        Self { entrance: Entrance::new(sandbox, cache, compiler, children), registry }
    }

    /// The registry behind it.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Lets a module in, or says at which stage it was refused; then nothing of it is left.
    pub fn admit(
        &self,
        submission: &Submission<'_>,
        owner: &Tenant,
        allowance: &Allowance,
    ) -> Result<Admitted, GateError> {
        let Submission { bytes, settings, .. } = *submission;
        let turn = self.entrance.turn(owner)?;
        let tried = self.entrance.try_out(bytes, settings, owner, allowance, &turn, &mut |_| {})?;
        let Tried { component, trial, code } = tried;
        let upload = upload(&component, submission, turn.tenant())?;
        let registered = self.registry.register(upload, bytes, &allowance.at_rest)?;
        // Not before it is registered, or what is refused would fill the disk.
        let uncached = self.entrance.keep(&turn, code, allowance);
        Ok(Admitted { component, trial, registered, uncached })
    }

    /// Loads a registered version, from its compiled form where there is one. Without one it waits
    /// while its owner uploads.
    pub fn load(
        &self,
        record: &Record,
        owner: &Tenant,
        allowance: &Allowance,
    ) -> Result<Recalled, GateError> {
        let bytes = self.registry.read(&record.digest)?;
        let (component, uncached) = self.entrance.load(&bytes, owner, allowance)?;
        Ok(Recalled { component, uncached })
    }
}

/// What a module is registered as: what it says about itself.
fn upload(
    component: &Component,
    submission: &Submission<'_>,
    tenant: &TenantName,
) -> Result<Upload, GateError> {
    let (world, name, version, settings_schema) = match component {
        Component::Policy(policy) => {
            let said = policy.description();
            (World::Policy, &said.name, &said.version, &said.settings_schema)
        }
        Component::Reward(reward) => {
            let said = reward.description();
            (World::Reward, &said.name, &said.version, &said.settings_schema)
        }
    };
    let version =
        version.parse().map_err(|source| GateError::Version { version: shown(version), source })?;
    Ok(Upload {
        tenant: tenant.clone(),
        name: name.parse().map_err(GateError::Name)?,
        version,
        world,
        settings_schema: settings_schema.clone(),
        uploaded_by: submission.uploaded_by.to_owned(),
        uploaded_at: submission.now,
    })
}
