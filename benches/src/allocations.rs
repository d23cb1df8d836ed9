//! Counts what the whole process asks of the heap, on every thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static COUNT: AtomicU64 = AtomicU64::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[allow(unsafe_code)] // a global allocator
// SAFETY: every method passes its arguments on to `System` and returns what it returns, so the contract that the
// caller keeps with this allocator is the one kept with `System`.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Allocations a call, the mean over 50 after 5 to warm up.
pub fn per_call(call: &mut dyn FnMut()) -> f64 {
    const CALLS: u32 = 50;
    for _ in 0..5 {
        call();
    }
    let before = COUNT.load(Relaxed);
    for _ in 0..CALLS {
        call();
    }
    (COUNT.load(Relaxed) - before) as f64 / f64::from(CALLS)
}
