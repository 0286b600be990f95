//! Memory: one limit on everything an instance holds.

use wasmtime::ResourceLimiter;

/// Bytes that one element of a table costs the host.
const TABLE_ELEMENT_BYTES: usize = 16;

/// Counts all memories and tables of a store together: wasmtime's own limiter counts each alone, so
/// that many small memories would pass.
#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    limit_bytes: usize,
    held_bytes: usize,
    /// The limit stood in the way at least once.
    pub(crate) refused: bool,
}

impl MemoryLimiter {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, held_bytes: 0, refused: false }
    }

    /// Bytes held. Instances never give memory back, so this is the peak too.
    pub(crate) fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    fn grow(&mut self, more_bytes: usize) -> bool {
        match self.held_bytes.checked_add(more_bytes) {
            Some(held) if held <= self.limit_bytes => {
                self.held_bytes = held;
                true
            }
            _ => {
                self.refused = true;
                false
            }
        }
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
        64
    }

    fn tables(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        16
    }
}
