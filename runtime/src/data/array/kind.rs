//! The types of numbers in files.

use super::product;
use crate::half::{Bf16, F16, Half};

/// The type of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F16,
    Bf16,
    F32,
    F64,
}

impl Kind {
    /// How many bytes an element takes.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 | Self::F16 | Self::Bf16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// How many bytes an array takes, unless that is more than there can be.
    pub(super) fn bytes(self, dims: &[usize]) -> Option<usize> {
        product(dims)?.checked_mul(self.width())
    }

    /// The number that the first bytes hold; 0 where there are not enough.
    pub(super) fn number(self, bytes: &[u8], big_endian: bool) -> f64 {
        let mut native = [0; 8];
        let width = self.width();
        for (to, &from) in native.iter_mut().zip(bytes.iter().take(width)) {
            *to = from;
        }
        if big_endian {
            native[..width].reverse();
        }
        // AFTER THIS POINT: little-endian, zeros behind.
        let [a, b, c, d, ..] = native;
        match self {
            Self::Bool => f64::from(u8::from(a != 0)),
            Self::U8 => f64::from(a),
            Self::I8 => f64::from(i8::from_le_bytes([a])),
            Self::U16 => f64::from(u16::from_le_bytes([a, b])),
            Self::I16 => f64::from(i16::from_le_bytes([a, b])),
            Self::F16 => f64::from(F16::from_bits(u16::from_le_bytes([a, b])).to_f32()),
            Self::Bf16 => f64::from(Bf16::from_bits(u16::from_le_bytes([a, b])).to_f32()),
            Self::U32 => f64::from(u32::from_le_bytes([a, b, c, d])),
            Self::I32 => f64::from(i32::from_le_bytes([a, b, c, d])),
            Self::F32 => f64::from(f32::from_le_bytes([a, b, c, d])),
            Self::U64 => u64::from_le_bytes(native) as f64,
            Self::I64 => i64::from_le_bytes(native) as f64,
            Self::F64 => f64::from_le_bytes(native),
        }
    }
}
