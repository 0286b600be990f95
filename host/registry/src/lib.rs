//! The registry: modules at rest. A [`Registry`] is a folder of plain files that any number of
//! processes share: modules by digest, an immutable [`Record`] for each version of each tenant's
//! module, the aliases `live` and `previous`, and what is quarantined and why.

mod alias;
mod allowance;
mod blob;
mod code_cache;
mod collect;
mod compiler;
mod conformance;
mod damage;
mod error;
mod file;
#[cfg(test)]
mod fixture;
mod gate;
mod host_key;
mod layout;
mod lock;
mod name;
mod quarantine;
mod quota;
mod record;
mod reference;
mod resolve;
mod store;
mod tenants;
mod verify;

pub use alias::Aliases;
pub use allowance::Allowance;
pub use code_cache::{Cached, CodeCache, Sealed, UncachedError};
pub use collect::Collected;
pub use compiler::{
    ChildArguments, ChildError, CompileError, CompileLimits, Compiler, Priority, compile_as_child,
};
pub use conformance::{
    Conformance, Finding, Item, MadeUpTurn, NeedsSettings, Outcome, Verdict, conformance,
};
pub use damage::Damage;
pub use error::RegistryError;
pub use file::FileError;
pub use gate::{Admitted, Entrance, Gate, GateError, Passed, Recalled, Stage, Submission};
pub use host_key::{KeyError, host_key};
pub use name::{ModuleName, NameError, TenantName};
pub use quarantine::Quarantine;
pub use quota::{Quota, QuotaError};
pub use record::{Record, Upload};
pub use reference::{Reference, ReferenceError, Selector};
pub use store::{Registered, Registry};
pub use tenants::{Tenants, TenantsError};
