//! Settings: JSON from the command line, or from a file.

use std::str::FromStr;

use anyhow::{Context, anyhow};
use serde::de::IgnoredAny;

use crate::exit::Failure;

/// Where settings come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settings {
    /// The text itself.
    Given(String),
    /// A file.
    File(String),
}

impl FromStr for Settings {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.strip_prefix('@') {
            Some(path) => Settings::File(path.to_owned()),
            None => Settings::Given(text.to_owned()),
        })
    }
}

impl Settings {
    /// What errors call the place.
    pub(crate) fn place(&self) -> &str {
        match self {
            Settings::Given(_) => "--settings",
            Settings::File(path) => path,
        }
    }

    /// The settings as JSON text.
    pub(crate) fn read(&self) -> Result<String, Failure> {
        let text = match self {
            Settings::Given(text) => text.clone(),
            Settings::File(path) => std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the settings {path}"))
                .map_err(Failure::io)?,
        };
        match serde_json::from_str::<IgnoredAny>(&text) {
            Ok(_) => Ok(text),
            Err(error) => Err(Failure::input(anyhow!(
                "{} is no JSON: {error}; give an object such as {{\"replicas\": 3}}, or @FILE",
                self.place()
            ))),
        }
    }
}

/// Settings that may have been left out: every default applies then.
pub(crate) fn text(settings: Option<&Settings>) -> Result<String, Failure> {
    settings.map_or_else(|| Ok("{}".to_owned()), Settings::read)
}

/// What errors about settings call their place.
pub(crate) fn place(settings: Option<&Settings>) -> &str {
    settings.map_or("--settings", Settings::place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_text_or_a_file() {
        let parse = |text: &str| text.parse::<Settings>().unwrap();
        assert_eq!(parse("{}"), Settings::Given("{}".to_owned()));
        assert_eq!(parse("@hpa.json"), Settings::File("hpa.json".to_owned()));
        assert_eq!(parse(r#"{"replicas": 3}"#).read().unwrap(), r#"{"replicas": 3}"#);
        for wrong in ["{replicas: 3}", "", "{} {}", "@/no/such/file.json"] {
            assert!(parse(wrong).read().is_err(), "{wrong}");
        }
    }
}
