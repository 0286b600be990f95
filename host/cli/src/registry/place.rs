//! Place: where a registry is, and what belongs to it.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use registry::{CodeCache, Gate, Priority, Registry, Tenants, host_key};
use sandbox::{EpochClock, Sandbox};

use crate::compile::compiler;
use crate::exit::{Exit, Failure};

/// Where a registry is.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The registry's folder; `upload` makes it.
    #[arg(long, value_name = "DIR")]
    at: PathBuf,
    /// Compiled forms and the key that seals them; `compiled` in the registry's folder by default.
    #[arg(long, value_name = "DIR")]
    code: Option<PathBuf>,
    /// What each tenant is allowed, in YAML; without it every tenant is welcome and has the defaults.
    #[arg(long, value_name = "FILE")]
    tenants: Option<PathBuf>,
}

impl Place {
    /// The registry that is there.
    pub(super) fn registry(&self) -> Result<Registry, Failure> {
        if !self.at.is_dir() {
            let at = self.at.display();
            return Err(Failure::input(anyhow!(
                "there is no registry in {at}; name its folder, or make one by an upload"
            )));
        }
        self.open()
    }

    /// What each tenant is allowed.
    pub(super) fn tenants(&self) -> Result<Tenants, Failure> {
        match &self.tenants {
            Some(file) => Ok(Tenants::read(file)?),
            None => Ok(Tenants::default()),
        }
    }

    /// The gate to the registry, which is made if it is not there.
    pub(super) fn gate(&self, sandbox: &Sandbox) -> Result<Gate, Failure> {
        let registry = self.open()?;
        let cache = self.cache()?;
        // The machine may run a host too.
        let compiler = compiler(Priority::Spare)
            .map_err(|error| Failure::io(anyhow!(error).context("cannot find itself")))?;
        // One command lets one module in.
        Ok(Gate::new(sandbox.clone(), registry, cache, compiler, 1))
    }

    /// Compiled forms.
    pub(super) fn cache(&self) -> Result<CodeCache, Failure> {
        let folder = self.code.clone().unwrap_or_else(|| self.at.join("compiled"));
        let key = host_key(&folder.join("host.key"))?;
        Ok(CodeCache::new(&folder.join("code"), key))
    }

    fn open(&self) -> Result<Registry, Failure> {
        Ok(Registry::open(&self.at)?)
    }
}

/// The sandbox that modules are tried in. Deadlines pass: strangers' modules are called.
pub(super) fn sandbox() -> Result<Sandbox, Failure> {
    Sandbox::new(EpochClock::default()).map_err(|error| Failure::new(Exit::Other, error))
}
