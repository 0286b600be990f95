//! Memory: one limit on everything an instance holds.

use wasmtime::ResourceLimiter;

use crate::tenant::Claim;

/// Bytes that one element of a table costs the host.
const TABLE_ELEMENT_BYTES: usize = 16;
/// Core instances, and tables, of one component. Python's components bring about thirty.
pub(crate) const PARTS: usize = 64;
/// Memories of one component.
pub(crate) const MEMORIES: usize = 16;

/// Counts all memories and tables of a store together: wasmtime's own limiter counts each alone, so
/// that many small memories would pass. What it grants is also taken from the tenant's room.
#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    limit_bytes: usize,
    held_bytes: usize,
    claim: Claim,
    /// Whose limit stood in the way last, if any did.
    pub(crate) refused: Option<Refused>,
}

/// Whose limit stands in the way of more memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Instance,
    Tenant,
}

impl MemoryLimiter {
    pub(crate) fn new(limit_bytes: usize, claim: Claim) -> Self {
        Self { limit_bytes, held_bytes: 0, claim, refused: None }
    }

    /// Bytes held. Instances never give memory back, so this is the peak too.
    pub(crate) fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    fn grow(&mut self, more_bytes: usize) -> bool {
        let within =
            self.held_bytes.checked_add(more_bytes).filter(|&held| held <= self.limit_bytes);
        let Some(held_bytes) = within else {
            self.refused = Some(Refused::Instance);
            return false;
        };
        if !self.claim.grow(more_bytes as u64) {
            self.refused = Some(Refused::Tenant);
            return false;
        }
        self.held_bytes = held_bytes;
        true
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // Beyond its own maximum the growth fails anyway and must not be counted.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        Ok(self.grow(desired.saturating_sub(current)))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        Ok(self.grow(desired.saturating_sub(current).saturating_mul(TABLE_ELEMENT_BYTES)))
    }

    fn instances(&self) -> usize {
        PARTS
    }

    fn tables(&self) -> usize {
        PARTS
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}
