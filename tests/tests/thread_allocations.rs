//! On a pool, training and inference allocate nothing on any thread: a counting allocator is the witness. One test, so
//! that nothing else runs beside it.

use chainrule::optimizers::Adam;
use chainrule::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code)] // the trait is unsafe
// SAFETY: every call goes on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
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
    run(20);
    let before = ALLOCATIONS.load(Relaxed);
    run(200);
    ALLOCATIONS.load(Relaxed) - before
}

#[test]
fn steps_on_a_pool_allocate_nothing() {
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        assert_eq!(pool.install(|| steps::<Net>(256)), 0, "{threads} threads");
        assert_eq!(pool.install(|| steps::<Wide>(128)), 0, "{threads} threads");
    }
}
