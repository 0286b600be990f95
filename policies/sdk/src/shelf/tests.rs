//! Tests of the shelf, before the system's allocator.

use std::alloc::{GlobalAlloc as _, System};

use super::*;

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

/// Asks for a block and fills it.
fn filled(shelf: &Shelf<System>, layout: Layout, byte: u8) -> *mut u8 {
    // SAFETY: the layout is not empty, and the block is as large as it says.
    unsafe {
        let block = shelf.alloc(layout);
        assert!(!block.is_null() && block.addr().is_multiple_of(layout.align()), "{layout:?}");
        block.write_bytes(byte, layout.size());
        block
    }
}

fn bytes<'a>(block: *mut u8, count: usize) -> &'a [u8] {
    // SAFETY: only called with blocks that are held and filled this far.
    unsafe { std::slice::from_raw_parts(block, count) }
}

#[test]
fn a_small_block_is_given_again_to_the_next_of_its_size() {
    let shelf = Shelf::new(System);
    for (freed, asked, again) in [
        (layout(8, 8), layout(8, 8), true),
        (layout(1, 1), layout(8, 8), true),
        (layout(256, 4), layout(250, 1), true),
        (layout(9, 1), layout(8, 1), false),
    ] {
        let block = filled(&shelf, freed, 1);
        // SAFETY: it was asked for with this layout.
        unsafe { shelf.dealloc(block, freed) };
        assert_eq!(filled(&shelf, asked, 2) == block, again, "{freed:?} {asked:?}");
    }
}

#[test]
fn blocks_that_are_held_never_overlap() {
    let shelf = Shelf::new(System);
    let mut held: Vec<(*mut u8, Layout, u8)> = Vec::new();
    for turn in 0..4000_usize {
        // Small and large ones, in an order that looks like chance, freed from the middle.
        let size = 1 + turn * 7919 % 400;
        let layout = layout(size, [1, 4, 8, 16][turn % 4]);
        let byte = (turn % 251) as u8;
        held.push((filled(&shelf, layout, byte), layout, byte));
        if turn % 3 != 0 {
            let (block, layout, byte) = held.swap_remove(turn * 31 % held.len());
            assert!(bytes(block, layout.size()).iter().all(|&found| found == byte), "{layout:?}");
            // SAFETY: it was asked for with this layout and is no longer held.
            unsafe { shelf.dealloc(block, layout) };
        }
    }
    for (block, layout, byte) in held {
        assert!(bytes(block, layout.size()).iter().all(|&found| found == byte), "{layout:?}");
    }
}

#[test]
fn a_block_that_grows_or_shrinks_keeps_what_is_in_it() {
    let shelf = Shelf::new(System);
    for (from, to) in
        [(3, 8), (8, 9), (200, 256), (256, 257), (300, 90_000), (90_000, 300), (300, 5)]
    {
        let block = filled(&shelf, layout(from, 1), 7);
        // SAFETY: it was asked for with this layout, and the new size is not zero.
        let moved = unsafe { shelf.realloc(block, layout(from, 1), to) };
        assert!(bytes(moved, from.min(to)).iter().all(|&found| found == 7), "{from} to {to}");
        // SAFETY: it has this size now.
        unsafe { shelf.dealloc(moved, layout(to, 1)) };
    }
}
