//! `cargo run --release` starts the program on bare x86-64 Linux: no standard library, no C library, no heap.
//! `cargo run --release --features std` starts the same code as an ordinary program. A test compares what they print.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[cfg(not(feature = "std"))]
mod memory_functions;
#[cfg(not(feature = "std"))]
mod start;

#[cfg(feature = "std")]
fn main() {
    let mut text = String::new();
    firmware::run(&mut text).expect("it runs once");
    print!("{text}");
}
