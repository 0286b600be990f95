//! Quota: what one tenant may keep at rest, so that no tenant fills the disk of all.

use std::collections::BTreeMap;

use sandbox::Digest;
use thiserror::Error;

use crate::{Record, TenantName};

/// What one tenant may keep at rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Versions of all its modules together.
    pub versions: u64,
    /// Bytes of all its modules, the same ones counted once, and of what is known about them.
    pub bytes: u64,
}

impl Default for Quota {
    /// Room for some fifty modules as the largest toolchains make them.
    fn default() -> Self {
        Self { versions: 200, bytes: 1 << 30 }
    }
}

impl Quota {
    /// The documented maxima: what a tenant can be given at most.
    pub const MAXIMA: Quota = Quota { versions: 100_000, bytes: 1 << 40 };
}

/// A tenant that would keep more than it may.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QuotaError {
    /// Too many.
    #[error(
        "tenant `{tenant}` has registered {used} versions, the limit is {limit}; remove some that \
         nothing uses"
    )]
    Versions {
        /// The tenant.
        tenant: TenantName,
        /// Versions of all its modules.
        used: u64,
        /// The most that it may keep.
        limit: u64,
    },
    /// Too large.
    #[error(
        "tenant `{tenant}` keeps {used} bytes, the limit is {limit}, and this version needs {needed} \
         more; remove some that nothing uses"
    )]
    Bytes {
        /// The tenant.
        tenant: TenantName,
        /// Bytes at rest.
        used: u64,
        /// Bytes that would come on top.
        needed: u64,
        /// The most that it may keep.
        limit: u64,
    },
}

/// What a tenant keeps at rest.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    versions: u64,
    record_bytes: u64,
    /// Bytes of each of its modules.
    modules: BTreeMap<Digest, u64>,
}

impl Usage {
    /// Counts a version whose record is so long.
    pub(crate) fn add(&mut self, record: &Record, record_bytes: u64) {
        self.versions += 1;
        self.record_bytes += record_bytes;
        self.modules.insert(record.digest, record.size_bytes);
    }

    /// Whether one more version would stay within the quota.
    pub(crate) fn admit(
        &self,
        quota: &Quota,
        record: &Record,
        record_bytes: u64,
    ) -> Result<(), QuotaError> {
        let tenant = || record.tenant.clone();
        if self.versions >= quota.versions {
            let (used, limit) = (self.versions, quota.versions);
            return Err(QuotaError::Versions { tenant: tenant(), used, limit });
        }
        let used = self.modules.values().fold(self.record_bytes, |sum, &bytes| {
            // A length that a damaged record invents must not wrap.
            sum.saturating_add(bytes)
        });
        let kept = self.modules.contains_key(&record.digest);
        let needed = record_bytes + if kept { 0 } else { record.size_bytes };
        if used.saturating_add(needed) > quota.bytes {
            return Err(QuotaError::Bytes { tenant: tenant(), used, needed, limit: quota.bytes });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
