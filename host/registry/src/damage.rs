//! Damage: what a disk, or somebody's hand, has done to a registry.

use std::path::PathBuf;

use sandbox::Digest;
use thiserror::Error;

use crate::{FileError, Reference};

/// Something in the registry's folder that it did not leave there like this.
#[derive(Debug, Error)]
pub enum Damage {
    /// The disk does not give it back.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// Text that says nothing known.
    #[error("`{}` is damaged; {remedy}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What to do about it.
        remedy: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A record of something else than its file is named for.
    #[error(
        "`{}` holds the record of `{found}`; restore it from a copy, or remove the version that \
         the file is named for", path.display()
    )]
    Misfiled {
        /// The file.
        path: PathBuf,
        /// What it says that it is.
        found: Box<Reference>,
    },
    /// Bytes that are not those that were registered.
    #[error(
        "`{}` holds other bytes than were registered as sha256:{digest}; upload them again as the \
         same version, or restore the file from a copy", path.display()
    )]
    Altered {
        /// The file.
        path: PathBuf,
        /// What was registered.
        digest: Digest,
    },
    /// Bytes that are gone.
    #[error(
        "the bytes of sha256:{digest} are gone from `{}`; upload them again as the same version, \
         or restore the file from a copy", path.display()
    )]
    Gone {
        /// The file that should be there.
        path: PathBuf,
        /// What was registered.
        digest: Digest,
    },
    /// A record whose module has another length.
    #[error(
        "the record of `{version}` says {recorded} bytes and its module has {found}; restore the \
         record from a copy, or remove the version"
    )]
    Length {
        /// Whose record.
        version: Box<Reference>,
        /// Bytes by the record.
        recorded: u64,
        /// Bytes by the module.
        found: u64,
    },
    /// An alias of a version that is not there.
    #[error("`{alias}` is the alias of `{version}`, which is gone; promote another version")]
    Dangling {
        /// The alias.
        alias: Box<Reference>,
        /// What it names.
        version: Box<Reference>,
    },
    /// A file that the registry has not put there.
    #[error("`{}` is no file of the registry; move it elsewhere", path.display())]
    Stranger {
        /// The file.
        path: PathBuf,
    },
}
