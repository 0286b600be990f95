//! The slot: where an exporter says that it has put an agent into this module's memory.
//!
//! A module that was just built holds no agent. The exporter finds the slot in the module's data by its
//! first bytes, adds the agent as data behind the memory that the module starts with, and writes address
//! and length into the slot. The allocator takes only memory that it grew itself, so it never hands the
//! agent's out.

/// What the exporter looks for, once in the module's data: `host/assembly/src/export.rs` has the same.
const MARK: [u8; 16] = *b"\x7fregatta-agent\x93\x1c";

/// All numbers are little-endian, as WebAssembly's memory is.
#[repr(C)]
struct Slot {
    mark: [u8; 16],
    address: u32,
    length_bytes: u32,
}

static SLOT: Slot = Slot { mark: MARK, address: 0, length_bytes: 0 };

/// The bytes of the agent inside, or nothing.
pub(crate) fn contents() -> &'static [u8] {
    // Read as a whole and as if others wrote to it: the compiler must neither take the slot for empty
    // nor leave out its mark.
    // SAFETY: a reference is valid for reads.
    let slot = unsafe { (&raw const SLOT).read_volatile() };
    let (address, length_bytes) = (slot.address as usize, slot.length_bytes as usize);
    if length_bytes == 0 || slot.mark != MARK {
        return &[];
    }
    // SAFETY: the exporter put so many bytes there, and nobody writes to them.
    unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(address), length_bytes) }
}
