//! On a pool, training and inference allocate nothing on any of its threads: a counting allocator is the witness.

use chainrule::optimizers::Adam;
use chainrule::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Whether this is a thread of the pool; the others print what the tests do.
    static COUNTED: Cell<bool> = const { Cell::new(false) };
}

fn count() {
    ALLOCATIONS.fetch_add(usize::from(COUNTED.get()), Relaxed);
}

#[allow(unsafe_code)] // the trait is unsafe
// SAFETY: every call goes on to the system's allocator; the mark of a thread has no destructor and allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `realloc`, and the memory came from `System`.
        unsafe { System.realloc(memory, layout, size) }
    }
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the memory came from `System`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

network! {
    /// Leaves, layers and steps that are divided: everything that runs beside another.
    struct Net: [1, 16, 16] -> [10] {
        Conv2d(8, kernel = 3, padding = 1), Relu, Dropout(0.2), Flatten, Linear(16), Relu, Linear(10),
    }
}

network! {
    struct Wide: [600] -> [10] { Linear(1000), Relu, Linear(10) }
}

fn steps<N: Network<Scalar = f32, Output = [f32; 10]>>(samples: usize) -> usize {
    let inputs: Vec<N::Input> = bytemuck::zeroed_vec(samples);
    let labels: Vec<usize> = (0..samples).map(|i| i % 10).collect();
    let mut outputs = vec![[0.0; 10]; samples];
    let mut network = N::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = N::parallel_workspace();
    let mut adam = Adam::new(&network);
    let mut run = |count: usize| {
        for _ in 0..count {
            let loss = CrossEntropyLoss::default();
            let loss = network.backpropagate(&inputs, &labels, &loss, &mut workspace);
            loss.unwrap();
            adam.step(&mut *network, workspace.gradients());
            network
                .forward_batch(&inputs, &mut outputs, &mut workspace)
                .unwrap();
        }
    };
    // What a thread needs for itself it takes once.
    run(5);
    let before = ALLOCATIONS.load(Relaxed);
    assert!(before > 0, "the counter does not count");
    run(40);
    ALLOCATIONS.load(Relaxed) - before
}

#[test]
fn steps_on_a_pool_allocate_nothing() {
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .start_handler(|_| COUNTED.set(true));
        let pool = pool.build().unwrap();
        let on_pool = |run: fn() -> usize| pool.install(run);
        assert_eq!(on_pool(|| steps::<Net>(128)), 0, "{threads} threads");
        assert_eq!(on_pool(|| steps::<Wide>(32)), 0, "{threads} threads");
    }
}
