//! Checkpoints: exact resume, and what can go wrong with files.

mod exact;
mod run;
