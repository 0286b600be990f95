//! Name: what tenants and their modules are called. A name is also a file's, so nothing that could
//! lead out of a folder is one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest name, in characters: that of a DNS label, as in Kubernetes.
const LONGEST: usize = 63;

/// Text that names nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` cannot name a {what}: use 1 to {LONGEST} lower case letters, digits and hyphens")]
pub struct NameError {
    /// The text, cut, with control characters escaped.
    pub text: String,
    /// What it should have named.
    pub what: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                if is_name(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(NameError { text: shown(text), what: $what })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name!(
    /// Who owns modules: 1 to 63 lower case letters, digits and hyphens.
    TenantName,
    "tenant"
);
name!(
    /// What a tenant calls a module: 1 to 63 lower case letters, digits and hyphens.
    ModuleName,
    "module"
);

fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// The beginning of a stranger's text, fit to be printed.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(80).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, accepted: bool) {
        let tenant = text.parse::<TenantName>();
        let module = serde_json::from_value::<ModuleName>(text.into());
        assert_eq!((tenant.is_ok(), module.is_ok()), (accepted, accepted), "{text:?}");
        if let Ok(name) = tenant {
            assert_eq!(name.to_string(), text);
        }
    }

    #[test]
    fn a_name_cannot_lead_out_of_its_folder() {
        for name in ["a", "night-shift", "0", "-", "7-", &"z".repeat(63)] {
            check(name, true);
        }
        let longer = "z".repeat(64);
        for other in
            ["", ".", "..", "a/b", "../a", "/", "a.b", "A", "a b", "a\0", "a\n", "é", "_", &longer]
        {
            check(other, false);
        }
    }

    #[test]
    fn a_refused_name_is_told_with_the_remedy() {
        let error = "Up\u{1b}[2J".parse::<TenantName>().unwrap_err().to_string();
        let remedy = "use 1 to 63 lower case letters, digits and hyphens";
        assert_eq!(error, format!("`Up\\u{{1b}}[2J` cannot name a tenant: {remedy}"));
        let error = "x".repeat(1000).parse::<ModuleName>().unwrap_err();
        assert_eq!((error.text.len(), error.what), (80, "module"));
    }
}
