//! An allocator that clears what is freed.
//!
//! Wrappers that clear themselves cover the secrets this project handles; they do not cover the
//! copies that libraries, buffers that grew, and queues leave behind, nor the texts of people.
//! Programs that hold rooms use this as their global allocator, so that nothing of a room that
//! was left is on the heap. It does not reach stacks, registers, or what the system swapped out.
//!
//! It owns the one place with `unsafe` outside generated code, and nothing else.

use std::alloc::{GlobalAlloc, Layout, System};

/// Hands out memory as `A` does, and takes it back cleared.
///
/// Growing a block always moves it: the system's own way to grow would leave the old block as it
/// was.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClearOnFree<A = System>(pub A);

#[allow(unsafe_code, reason = "an allocator cannot be written without")]
// SAFETY: every call is passed to `A` with the arguments it came with, under the same promises;
// `realloc` is the trait's own, which is made of the others.
unsafe impl<A: GlobalAlloc> GlobalAlloc for ClearOnFree<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise to us is the one asked for.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller gives back `layout.size()` bytes that were allocated with this
        // layout and that nobody uses any more.
        unsafe {
            block.write_bytes(0, layout.size());
            // The compiler knows that freed memory is not read, and would leave the line above
            // out if nothing could have looked.
            std::arch::asm!("/* {} */", in(reg) block, options(nostack, preserves_flags));
            self.0.dealloc(block, layout);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(unsafe_code, reason = "stands in for the system's allocator")]

    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts the blocks that come back, and the bytes in them that are not zero.
    #[derive(Default)]
    struct Inspecting {
        freed: AtomicUsize,
        dirty: AtomicUsize,
    }

    // SAFETY: passes everything on to `System`, and reads a block before giving it back.
    unsafe impl GlobalAlloc for Inspecting {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            let dirty = bytes.iter().filter(|byte| **byte != 0).count();
            self.freed.fetch_add(1, Ordering::Relaxed);
            self.dirty.fetch_add(dirty, Ordering::Relaxed);
            unsafe { System.dealloc(block, layout) }
        }
    }

    /// Fills a block, grows it, fills the rest, shrinks it and gives it back.
    fn live(allocator: &impl GlobalAlloc) {
        let layout = |size| Layout::from_size_align(size, 8).expect("a layout");
        unsafe {
            let block = allocator.alloc(layout(100));
            block.write_bytes(1, 100);
            let block = allocator.realloc(block, layout(100), 10_000);
            assert_eq!(block.add(99).read(), 1, "growing keeps what was there");
            block.write_bytes(2, 10_000);
            let block = allocator.realloc(block, layout(10_000), 50);
            assert_eq!(block.read(), 2, "shrinking keeps what is left");
            allocator.dealloc(block, layout(50));
        }
    }

    #[test]
    fn every_block_comes_back_clear() {
        let allocator = ClearOnFree(Inspecting::default());
        live(&allocator);
        assert_eq!(allocator.0.freed.load(Ordering::Relaxed), 3);
        assert_eq!(allocator.0.dirty.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn without_it_every_block_comes_back_as_it_was() {
        let allocator = Inspecting::default();
        live(&allocator);
        assert_eq!(allocator.dirty.load(Ordering::Relaxed), 100 + 10_000 + 50);
    }
}
