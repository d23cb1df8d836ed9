//! Why a network has no integer form.

use core::fmt;

/// Why a network could not be turned into an integer network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuantizeError {
    /// No sample has gone through the network: nothing is known of the numbers that it computes with.
    #[error("no numbers were seen behind `{layer}`; calibrate with samples, or train first")]
    NoRange {
        /// As declared.
        layer: &'static str,
    },
    /// A number that passed is a NaN or infinite.
    #[error("behind `{layer}` there was a number that is not finite")]
    NotFinite {
        /// As declared.
        layer: &'static str,
    },
    /// The sum of an output might not fit 32 bits, or its weights are not finite.
    #[error("`{layer}`: {overflow}")]
    Overflow {
        /// As declared.
        layer: &'static str,
        /// Which output, and how large its sum may become.
        overflow: Overflow,
    },
}

/// The room for activations has too few lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the room has {lines} lines, but the network needs {needed}; make it `ROOM` lines long")]
pub struct RoomTooShort {
    /// How many were given.
    pub lines: usize,
    /// How many are needed.
    pub needed: usize,
}

/// An output whose sum might not fit 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow {
    /// Counted from 0.
    pub output: usize,
    /// What `|bias| + 127·Σ|w|` comes to, or for `n` indices `|bias| + n·max |w|`; a sum may be 2,147,483,647.
    pub bound: i64,
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { output, bound } = self;
        if *bound <= i64::from(i32::MAX) {
            return write!(f, "the weights of output {output} are not finite");
        }
        write!(
            f,
            "the sum of output {output} may reach {bound}, more than the {} of 32 bits; \
             give the layer fewer inputs",
            i32::MAX
        )
    }
}
