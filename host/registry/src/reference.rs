//! Reference: how one version of a module is asked for, such as `tenant/name@1.2.3`.

use std::fmt;
use std::str::FromStr;

use sandbox::{Digest, DigestError};
use semver::Version;
use thiserror::Error;

use crate::name::shown;
use crate::{ModuleName, NameError, TenantName};

/// The longest version, in characters, so that it fits a file's name.
pub(crate) const LONGEST_VERSION: usize = 128;

/// One version of a module, by number, alias or digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Who owns it.
    pub tenant: TenantName,
    /// The module.
    pub name: ModuleName,
    /// Which of its versions.
    pub selector: Selector,
}

/// Which version of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// The one that acts: `@live`, or nothing.
    Live,
    /// The one that was live before: `@previous`.
    Previous,
    /// This one: `@1.2.3`.
    Version(Version),
    /// The newest with these bytes: `@sha256:` and 64 hexadecimal digits.
    Digest(Digest),
}

/// Text that refers to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReferenceError {
    /// Neither tenant nor module can be told.
    #[error(
        "`{text}` names no module: write `tenant/name`, `tenant/name@1.2.3` or `tenant/name@live`"
    )]
    Form {
        /// The text, cut.
        text: String,
    },
    /// A part that is no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// What follows `@sha256:` is no digest.
    #[error(transparent)]
    Digest(#[from] DigestError),
    /// What follows the `@` is nothing known.
    #[error(
        "`{text}` selects no version: after the `@` write a version such as 1.2.3, `live`, \
         `previous` or `sha256:` and the digest"
    )]
    Selector {
        /// What follows the `@`, cut.
        text: String,
    },
}

impl Reference {
    /// A version by its number.
    pub fn version(tenant: &TenantName, name: &ModuleName, version: &Version) -> Self {
        Self::new(tenant, name, Selector::Version(version.clone()))
    }

    pub(crate) fn new(tenant: &TenantName, name: &ModuleName, selector: Selector) -> Self {
        Self { tenant: tenant.clone(), name: name.clone(), selector }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let (module, selector) = match text.split_once('@') {
            Some((module, selector)) => (module, selector.parse()?),
            None => (text, Selector::Live),
        };
        let form = || ReferenceError::Form { text: shown(text) };
        let (tenant, name) = module.split_once('/').ok_or_else(form)?;
        Ok(Self { tenant: tenant.parse()?, name: name.parse()?, selector })
    }
}

impl FromStr for Selector {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if let Some(digest) = text.strip_prefix("sha256:") {
            return Ok(Self::Digest(digest.parse()?));
        }
        match text {
            "live" => Ok(Self::Live),
            "previous" => Ok(Self::Previous),
            _ => Version::parse(text)
                .ok()
                .filter(|_| text.len() <= LONGEST_VERSION)
                .map(Self::Version)
                .ok_or_else(|| ReferenceError::Selector { text: shown(text) }),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}@{}", self.tenant, self.name, self.selector)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Selector::Live => formatter.write_str("live"),
            Selector::Previous => formatter.write_str("previous"),
            Selector::Version(version) => version.fmt(formatter),
            Selector::Digest(digest) => write!(formatter, "sha256:{digest}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, written: &str) {
        let reference: Reference = text.parse().unwrap();
        assert_eq!(reference.to_string(), written);
        assert_eq!(written.parse(), Ok(reference));
    }

    #[test]
    fn a_reference_is_a_number_an_alias_or_a_digest() {
        check("a/b", "a/b@live");
        for text in ["a/b@live", "a/b@previous", "a/b@1.2.3", "a/b@1.0.0-rc.1+build.7"] {
            check(text, text);
        }
        let by_digest = format!("a/b@sha256:{}", Digest::of(b"module"));
        check(&by_digest, &by_digest);
    }

    #[test]
    fn other_text_is_refused_with_what_to_write() {
        let long = format!("a/b@1.2.3-{}", "x".repeat(LONGEST_VERSION));
        let rows = [
            ("", "`` names no module: write `tenant/name`"),
            ("b@1.2.3", "`b@1.2.3` names no module"),
            ("A/b", "`A` cannot name a tenant"),
            ("a/../b", "`../b` cannot name a module"),
            ("a/b@", "`` selects no version: after the `@` write"),
            ("a/b@newest", "`newest` selects no version"),
            ("a/b@1.2", "`1.2` selects no version"),
            ("a/b@1.2.3-../x", "`1.2.3-../x` selects no version"),
            ("a/b@1.2.3@live", "`1.2.3@live` selects no version"),
            ("a/b@sha256:12", "`12` is no digest"),
            (&long, "`1.2.3-xxxx"),
        ];
        for (text, start) in rows {
            let error = text.parse::<Reference>().unwrap_err().to_string();
            assert!(error.starts_with(start), "{text}: {error}");
        }
    }
}
