//! Description: what a component says about itself, checked before it is believed.

use std::collections::BTreeSet;
use std::sync::Arc;

use scaling::Scope;
use thiserror::Error;

use crate::bindings::{policy, reward};

/// The most reasons that a policy may describe, because they become labels of metrics.
const REASONS: usize = 256;
/// The largest settings schema.
const SCHEMA_BYTES: usize = 256 << 10;

/// What a policy says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyDescription {
    /// Its name.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// How it looks at a batch.
    pub scope: Scope,
    /// It keeps state by workload.
    pub stateful: bool,
    /// JSON Schema of its settings.
    pub settings_schema: String,
    /// The reasons that its recommendations name by index.
    pub reasons: Vec<Arc<str>>,
}

/// What a reward function says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct RewardDescription {
    /// Its name.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// It keeps state.
    pub stateful: bool,
    /// JSON Schema of its settings.
    pub settings_schema: String,
}

/// A description that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DescriptionError {
    /// Not a name.
    #[error("its name `{name}` is not 1 to 63 lower case letters, digits and hyphens")]
    Name {
        /// What it called itself.
        name: String,
    },
    /// Not a version.
    #[error("its version `{version}` is not a semantic version such as 1.2.3")]
    Version {
        /// What it said.
        version: String,
    },
    /// Not a schema.
    #[error("its settings schema is {bytes} bytes long, the limit is {limit}")]
    SchemaTooLong {
        /// Length.
        bytes: usize,
        /// The longest accepted.
        limit: usize,
    },
    /// Not a table of reasons.
    #[error("it describes {count} reasons, between 1 and {limit} are accepted")]
    ReasonCount {
        /// How many.
        count: usize,
        /// The most accepted.
        limit: usize,
    },
    /// Not a reason.
    #[error("its reason `{reason}` is not 1 to 63 lower case letters, digits and hyphens")]
    Reason {
        /// The reason.
        reason: String,
    },
    /// Twice the same.
    #[error("it describes the reason `{reason}` twice")]
    ReasonTwice {
        /// The reason.
        reason: String,
    },
}

impl TryFrom<policy::Description> for PolicyDescription {
    type Error = DescriptionError;

    fn try_from(raw: policy::Description) -> Result<Self, DescriptionError> {
        check(&raw.name, &raw.version, &raw.settings_schema)?;
        let count = raw.reasons.len();
        if count == 0 || count > REASONS {
            return Err(DescriptionError::ReasonCount { count, limit: REASONS });
        }
        let mut seen = BTreeSet::new();
        for reason in &raw.reasons {
            if !is_label(reason) {
                return Err(DescriptionError::Reason { reason: shortened(reason) });
            }
            if !seen.insert(reason) {
                return Err(DescriptionError::ReasonTwice { reason: reason.clone() });
            }
        }
        Ok(Self {
            name: raw.name,
            version: raw.version,
            scope: match raw.scope {
                policy::Scope::Workload => Scope::Workload,
                policy::Scope::Group => Scope::Group,
            },
            stateful: raw.stateful,
            settings_schema: raw.settings_schema,
            reasons: raw.reasons.into_iter().map(Arc::from).collect(),
        })
    }
}

impl TryFrom<reward::Description> for RewardDescription {
    type Error = DescriptionError;

    fn try_from(raw: reward::Description) -> Result<Self, DescriptionError> {
        check(&raw.name, &raw.version, &raw.settings_schema)?;
        Ok(Self {
            name: raw.name,
            version: raw.version,
            stateful: raw.stateful,
            settings_schema: raw.settings_schema,
        })
    }
}

fn check(name: &str, version: &str, schema: &str) -> Result<(), DescriptionError> {
    if !is_label(name) {
        return Err(DescriptionError::Name { name: shortened(name) });
    }
    if !is_version(version) {
        return Err(DescriptionError::Version { version: shortened(version) });
    }
    if schema.len() > SCHEMA_BYTES {
        return Err(DescriptionError::SchemaTooLong { bytes: schema.len(), limit: SCHEMA_BYTES });
    }
    Ok(())
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    text.len() <= 63
        && parts.len() == 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'))
}

/// What a stranger wrote, fit for an error message.
fn shortened(text: &str) -> String {
    text.chars().take(80).flat_map(char::escape_default).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_versions_are_judged_to_the_letter() {
        for (text, expected) in [
            ("hold", true),
            ("a-1", true),
            ("", false),
            ("A", false),
            ("-a", false),
            ("a_b", false),
        ] {
            assert_eq!(is_label(text), expected, "{text}");
        }
        assert!(!is_label(&"a".repeat(64)));
        for (text, expected) in [
            ("1.2.3", true),
            ("0.1.0-rc.1+5", true),
            ("1.2", false),
            ("1.2.x", false),
            ("1.2.3 ", false),
        ] {
            assert_eq!(is_version(text), expected, "{text}");
        }
    }
}
