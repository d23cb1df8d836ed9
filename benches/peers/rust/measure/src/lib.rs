//! What the Rust peers share: which rows are wanted, how a call is timed, how allocations are counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::env;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every method passes its arguments on to `System` and returns what it returns.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Whether the command line asks for a row, or for none in particular.
pub fn wanted(row: &str) -> bool {
    let mut rows = env::args().skip(1).peekable();
    rows.peek().is_none() || rows.any(|other| other == row)
}

fn threads() -> usize {
    let threads = env::var("RAYON_NUM_THREADS").ok();
    threads
        .and_then(|threads| threads.parse().ok())
        .unwrap_or(1)
}

/// Times one forward call.
pub fn forward(peer: &str, row: &str, mut call: impl FnMut()) {
    let ns = nanoseconds(&mut call);
    println!("{peer}\t{row}\tthreads={}\t{ns:.1}\tns", threads());
    print_allocations(peer, row, &mut call);
}

/// Times a whole training step of a batch.
pub fn training(peer: &str, row: &str, batch: usize, mut call: impl FnMut()) {
    let ns = nanoseconds(&mut call);
    let threads = threads();
    println!(
        "{peer}\t{row}\tthreads={threads}\t{:.0}\tsamples/s",
        batch as f64 * 1e9 / ns
    );
    if row == "T4_b128" {
        let flops = 2.0 * 8.0 * 128.0 * 1024.0 * 1024.0;
        println!(
            "{peer}\t{row}_gflops\tthreads={threads}\t{:.1}\tGFLOP/s",
            flops / ns
        );
    }
    print_allocations(peer, row, &mut call);
}

/// The median over 15 chunks of at least 20 ms of the mean in a chunk, after 0.2 s of warming up.
fn nanoseconds(call: &mut impl FnMut()) -> f64 {
    let (start, mut calls) = (Instant::now(), 0_u64);
    while start.elapsed().as_secs_f64() < 0.2 {
        call();
        calls += 1;
    }
    let calls = (0.02 / (0.2 / calls as f64)) as u64 + 1;
    let mut means: Vec<f64> = (0..15)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..calls {
                call();
            }
            start.elapsed().as_secs_f64() / calls as f64 * 1e9
        })
        .collect();
    means.sort_by(f64::total_cmp);
    means[7]
}

fn print_allocations(peer: &str, row: &str, call: &mut impl FnMut()) {
    for _ in 0..5 {
        call();
    }
    let before = ALLOCATIONS.load(Relaxed);
    for _ in 0..50 {
        call();
    }
    let count = (ALLOCATIONS.load(Relaxed) - before) as f64 / 50.0;
    println!(
        "{peer}\t{row}_allocs\tthreads={}\t{count:.1}\tallocs",
        threads()
    );
}
