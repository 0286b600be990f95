//! Error: why the registry refused, or could not do, what it was asked.

use std::path::PathBuf;

use sandbox::Digest;
use thiserror::Error;

use crate::{Damage, FileError, QuotaError, Reference};

/// A registry that cannot be opened, or a request that it cannot follow. Whatever it was, nothing is
/// half-done: what was there before is there still.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// The disk refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// The disk, or somebody's hand, has spoilt something.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The tenant has used up its quota.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// A folder in use for something else.
    #[error("`{}` holds `{entry}`, so it is no registry; name an empty folder", folder.display())]
    NotARegistry {
        /// The folder.
        folder: PathBuf,
        /// What it holds.
        entry: String,
    },
    /// A registry of another time.
    #[error(
        "`{}` is a registry of format {found}, and this program knows format {known}; use the \
         program that wrote it", folder.display()
    )]
    Format {
        /// The folder.
        folder: PathBuf,
        /// Its format.
        found: u64,
        /// The format that is read and written here.
        known: u64,
    },
    /// Another module under a number that is taken.
    #[error(
        "`{version}` is registered as sha256:{registered} and cannot become sha256:{offered}: \
         versions are immutable; register it as a new version"
    )]
    Immutable {
        /// The version.
        version: Box<Reference>,
        /// Its digest.
        registered: Digest,
        /// The digest of what was offered.
        offered: Digest,
    },
    /// A number too long for a file's name.
    #[error(
        "the version of `{version}` is {characters} characters long, the limit is {limit}; \
         shorten what follows the `-` or the `+`"
    )]
    LongVersion {
        /// The version.
        version: Box<Reference>,
        /// Its length.
        characters: usize,
        /// The longest accepted.
        limit: usize,
    },
    /// Nothing of this name.
    #[error("there is no `{reference}`: the tenant has registered no module of this name")]
    NoModule {
        /// What was asked for.
        reference: Box<Reference>,
    },
    /// No such version.
    #[error("there is no `{reference}`: no such version is registered")]
    NoVersion {
        /// What was asked for.
        reference: Box<Reference>,
    },
    /// No version acts.
    #[error("there is no `{reference}`: no version is live; promote one, or name a version")]
    NothingLive {
        /// What was asked for.
        reference: Box<Reference>,
    },
    /// No version was live before.
    #[error("there is no `{reference}`: no other version was live before; promote one instead")]
    NothingPrevious {
        /// What was asked for.
        reference: Box<Reference>,
    },
    /// No module of these bytes.
    #[error("there is no module sha256:{digest}")]
    NoBytes {
        /// What was asked for.
        digest: Digest,
    },
    /// An alias names it.
    #[error(
        "`{version}` cannot be removed because it is {alias}; promote other versions, or withdraw \
         the module"
    )]
    InUse {
        /// The version.
        version: Box<Reference>,
        /// The alias: `live` or `previous`.
        alias: &'static str,
    },
    /// It failed too often.
    #[error("`{version}` is in quarantine and cannot go live: {reason}; release it first")]
    Quarantined {
        /// The version.
        version: Box<Reference>,
        /// Why.
        reason: String,
    },
    /// It is not in quarantine.
    #[error("`{version}` is not in quarantine, so there is nothing to release it from")]
    NotQuarantined {
        /// The version.
        version: Box<Reference>,
    },
}
