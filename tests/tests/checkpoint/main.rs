//! Checkpoints: exact resume, and what can go wrong with files.

mod damage;
mod exact;
mod format;
mod kill;
mod mismatch;
mod places;
mod run;
