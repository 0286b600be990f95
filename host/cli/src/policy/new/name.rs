//! Name: what a project is called, and so its component.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// 1 to 63 lower case letters, digits and hyphens, with no hyphen at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

/// Not a name.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("a name is 1 to 63 lower case letters, digits and hyphens, with no hyphen at either end")]
pub(crate) struct NameError;

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let fits = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let framed = !text.starts_with('-') && !text.ends_with('-');
        if framed && (1..=63).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError)
        }
    }
}

impl Name {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// As cargo names the files that it builds.
    pub(crate) fn with_underscores(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_to_the_letter() {
        let longest = "a".repeat(63);
        for (text, expected) in [
            ("night-owl", true),
            ("7", true),
            (&longest, true),
            (&format!("{longest}a"), false),
            ("", false),
            ("Night", false),
            ("night_owl", false),
            ("-owl", false),
            ("owl-", false),
            ("../owl", false),
            ("öwl", false),
        ] {
            assert_eq!(text.parse::<Name>().is_ok(), expected, "{text}");
        }
    }
}
