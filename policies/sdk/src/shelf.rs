//! Shelf: small blocks that were freed, kept by size for whoever asks next.
//!
//! A decision asks for a few small blocks and frees them again, each time the same ones. Taking one
//! from the shelf and putting it back costs a few instructions; the allocator behind it searches,
//! splits and joins.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ptr;

/// Sizes on the shelf are multiples of this, which is also how they are aligned: a block holds at
/// least the pointer to the next one.
const STEP: usize = 8;

/// Number of sizes, so blocks of up to 256 bytes. Larger ones are few, and worth returning.
const SIZES: usize = 32;

/// An allocator that keeps small blocks on a shelf and leaves large ones to another allocator.
///
/// What is on the shelf stays there until a block of that size is wanted again.
pub struct Shelf<A> {
    behind: A,
    /// For each size the block that was freed last, which points to the one before it.
    freed: UnsafeCell<[*mut u8; SIZES]>,
}

// SAFETY: without threads there is nobody to share it with, and no call into it calls into it again.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
unsafe impl<A> Sync for Shelf<A> {}

impl<A> Shelf<A> {
    /// An empty shelf before this allocator.
    pub const fn new(behind: A) -> Self {
        Self { behind, freed: UnsafeCell::new([ptr::null_mut(); SIZES]) }
    }

    /// The place on the shelf of blocks with this layout, and the layout that they all have; none if
    /// they are not kept here.
    #[inline]
    fn place(&self, layout: Layout) -> Option<(*mut *mut u8, Layout)> {
        let steps = layout.size().div_ceil(STEP);
        if steps == 0 || steps > SIZES || layout.align() > STEP {
            return None;
        }
        // SAFETY: 1 to `SIZES` steps have a place each, and the size is small.
        unsafe {
            let place = self.freed.get().cast::<*mut u8>().add(steps - 1);
            Some((place, Layout::from_size_align_unchecked(steps * STEP, STEP)))
        }
    }
}

// SAFETY: a block on the shelf came from the allocator behind it with its place's layout, which is as
// large and as aligned as any layout that leads to this place; nobody else holds it, since it was
// freed. A layout leads to the same place when it is freed as when it was asked for.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Shelf<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some((place, whole)) = self.place(layout) else {
            // SAFETY: as the caller promises.
            return unsafe { self.behind.alloc(layout) };
        };
        // SAFETY: a block on the shelf begins with the pointer to the next one; `whole` is not empty.
        unsafe {
            let block = *place;
            if block.is_null() {
                return self.behind.alloc(whole);
            }
            *place = *block.cast();
            block
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller gives the block up, and it is large and aligned enough for a pointer.
        unsafe {
            match self.place(layout) {
                Some((place, _)) => {
                    *block.cast() = *place;
                    *place = block;
                }
                None => self.behind.dealloc(block, layout),
            }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the size is not zero and fits the alignment.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (self.place(layout), self.place(wanted)) {
            (Some((old, _)), Some((new, _))) if old == new => block,
            // SAFETY: the block came from there, as the caller promises.
            (None, None) => unsafe { self.behind.realloc(block, layout, size) },
            // SAFETY: both blocks are as large as what is copied, and not the same.
            _ => unsafe {
                let moved = self.alloc(wanted);
                if !moved.is_null() {
                    ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                    self.dealloc(block, layout);
                }
                moved
            },
        }
    }
}

#[cfg(test)]
mod tests;
