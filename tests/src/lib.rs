//! Networks that several tests share.

pub mod hand_written;
