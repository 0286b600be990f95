//! Tenants: who may upload, and what each is allowed, from a settings file.

mod bounded;
mod error;
mod raw;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use error::TenantsError;

use crate::{Allowance, TenantName};
use raw::Raw;

/// The largest settings file, in bytes.
const FILE_BYTES: usize = 16 << 20;

/// What each tenant is allowed.
#[derive(Debug, Clone, Default)]
pub struct Tenants {
    defaults: Allowance,
    listed: Option<Listed>,
}

/// The tenants of a file. There are no others.
#[derive(Debug, Clone)]
struct Listed {
    file: PathBuf,
    tenants: BTreeMap<TenantName, Allowance>,
}

impl Tenants {
    /// The tenants of a settings file: YAML, of which JSON is a part. Every number is checked
    /// against the documented maxima. Without a file ([`Tenants::default`]) every tenant is welcome
    /// and allowed the defaults.
    pub fn read(file: &Path) -> Result<Self, TenantsError> {
        let unreadable = |source| TenantsError::Unreadable { file: file.to_owned(), source };
        let bytes = std::fs::read(file).map_err(unreadable)?;
        if bytes.len() > FILE_BYTES {
            let (file, bytes, limit) = (file.to_owned(), bytes.len(), FILE_BYTES);
            return Err(TenantsError::TooLarge { file, bytes, limit });
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| TenantsError::NotText { file: file.to_owned() })?;
        Self::parse(file, &text)
    }

    /// The same, of the file's text.
    fn parse(file: &Path, text: &str) -> Result<Self, TenantsError> {
        let Raw { defaults: given, tenants: raw } = parse(file, text)?;
        let mut defaults = Allowance::default();
        given.apply(&mut defaults);
        let tenants = raw
            .into_iter()
            .map(|(name, own)| {
                let mut allowance = defaults.clone();
                own.unwrap_or_default().apply(&mut allowance);
                (name, allowance)
            })
            .collect();
        Ok(Self { defaults, listed: Some(Listed { file: file.to_owned(), tenants }) })
    }

    /// What a tenant is allowed.
    pub fn allowance(&self, tenant: &TenantName) -> Result<&Allowance, TenantsError> {
        let Some(Listed { file, tenants }) = &self.listed else { return Ok(&self.defaults) };
        tenants.get(tenant).ok_or_else(|| TenantsError::Unlisted {
            file: file.clone(),
            tenant: tenant.clone(),
            listed: tenants.keys().cloned().collect(),
        })
    }
}

/// Parses YAML, naming line, column and field of what is wrong.
fn parse(file: &Path, text: &str) -> Result<Raw, TenantsError> {
    let mut field = String::new();
    let parsed = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            field = error.path().to_string();
            error.into_inner()
        })
    });
    parsed.map_err(|error| {
        let place = error.location();
        TenantsError::Malformed {
            file: file.to_owned(),
            line: place.map_or(1, |place| place.line()),
            column: place.map_or(1, |place| place.column()),
            field,
            problem: first_line(&error.without_snippet().to_string()),
        }
    })
}

/// The parser's words without its own account of the place.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.split(" at line ").next().unwrap_or(line).trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests;
