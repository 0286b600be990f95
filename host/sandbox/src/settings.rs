//! Settings: what a component said about settings that it does not accept.

use std::fmt;

use thiserror::Error;

use crate::bindings::policy::regatta::policy::types::SettingError;
use crate::text::quoted;

/// One complaint about settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingComplaint {
    /// JSON Pointer into the settings; empty for the whole document.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for SettingComplaint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "settings" } else { &self.path };
        write!(formatter, "{place}: {}", self.message)
    }
}

impl From<SettingError> for SettingComplaint {
    fn from(error: SettingError) -> Self {
        Self { path: quoted(&error.path), message: quoted(&error.message) }
    }
}

/// Complaints of one message.
const COMPLAINTS: usize = 5;

/// Settings that a component does not accept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{component}` does not accept its settings: {}", joined(.complaints))]
pub struct SettingsError {
    /// The component's name.
    pub component: String,
    /// At least one.
    pub complaints: Vec<SettingComplaint>,
}

fn joined(complaints: &[SettingComplaint]) -> String {
    let told = complaints.iter().take(COMPLAINTS).map(ToString::to_string).collect::<Vec<_>>();
    let more = complaints.len().saturating_sub(COMPLAINTS);
    if more == 0 { told.join("; ") } else { format!("{}; and {more} more", told.join("; ")) }
}
