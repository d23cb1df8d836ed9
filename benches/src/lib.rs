//! What the programs of this crate share: the workloads, and how a call is timed.
//!
//! `cargo run --release -p chainrule-benches --bin compare` is the main one; `benches/README.md` tells the rest.

pub mod allocations;
pub mod denormals;
pub mod machine;
pub mod programs;
pub mod timing;
pub mod workloads;
