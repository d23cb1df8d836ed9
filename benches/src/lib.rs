//! What the programs of this crate share: the workloads, and how a call is timed.
//!
//! `cargo run --release -p chainrule-benches --bin compare` is the main one; `benches/README.md` tells the rest.

pub mod allocations;
pub mod denormals;
pub mod layers;
pub mod machine;
pub mod memory;
pub mod networks;
pub mod programs;
#[cfg(target_os = "linux")]
pub mod stack;
pub mod timing;
pub mod workloads;
