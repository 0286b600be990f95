//! What can be wrong with a tenants' settings file.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::TenantName;

/// A settings file that cannot be used, or a tenant that it does not list.
#[derive(Debug, Error)]
pub enum TenantsError {
    /// No such file.
    #[error("cannot read the tenants' settings {}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Too large to be a settings file.
    #[error("{}: it is {bytes} bytes long, the limit is {limit}", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Not text.
    #[error("{}: it is not UTF-8 text", file.display())]
    NotText {
        /// The file.
        file: PathBuf,
    },
    /// Not YAML, not of the right shape, or beyond a documented maximum.
    #[error("{}:{line}:{column}: {}{problem}", file.display(), prefix(.field))]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: u64,
        /// Path of the setting, as far as it is known.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A tenant that is not there.
    #[error(
        "{}: there is no tenant `{tenant}`; add it under `tenants`, or name one that is there: {}",
        file.display(),
        names(.listed)
    )]
    Unlisted {
        /// The file.
        file: PathBuf,
        /// The tenant.
        tenant: TenantName,
        /// Those that are there.
        listed: Vec<TenantName>,
    },
}

fn prefix(field: &str) -> String {
    if field.is_empty() || field == "." { String::new() } else { format!("{field}: ") }
}

/// The first few names.
fn names(listed: &[TenantName]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<&str> = listed.iter().take(SHOWN).map(TenantName::as_str).collect();
    match listed.len().saturating_sub(SHOWN) {
        0 if shown.is_empty() => "none".to_owned(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
