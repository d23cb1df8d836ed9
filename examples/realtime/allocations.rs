//! The system's allocator, which counts for each thread what it is asked for.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// How often a thread has asked for memory and given some back.
#[derive(Clone, Copy, Default)]
pub(crate) struct Count {
    pub(crate) allocated: usize,
    pub(crate) freed: usize,
}

thread_local! {
    static COUNT: Cell<Count> = const { Cell::new(Count { allocated: 0, freed: 0 }) };
}

/// What `run` returns, and what this thread allocated and freed meanwhile.
pub(crate) fn allocations<R>(run: impl FnOnce() -> R) -> (R, Count) {
    let before = COUNT.get();
    let result = run();
    let after = COUNT.get();
    let count = Count {
        allocated: after.allocated - before.allocated,
        freed: after.freed - before.freed,
    };
    (result, count)
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(allocated: usize, freed: usize) {
    let before = COUNT.get();
    COUNT.set(Count {
        allocated: before.allocated + allocated,
        freed: before.freed + freed,
    });
}

#[allow(unsafe_code)] // the trait is unsafe
// SAFETY: every call goes on to the system's allocator; the counters are thread-local integers without a destructor, which
// allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, 0);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, 0);
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, 1);
        // SAFETY: the caller keeps the contract of `realloc`, and the memory came from `System`.
        unsafe { System.realloc(memory, layout, size) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(0, 1);
        // SAFETY: the memory came from `System`.
        unsafe { System.dealloc(memory, layout) }
    }
}
