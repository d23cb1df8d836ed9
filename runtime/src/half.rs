//! Floating-point numbers of 16 bits, for weights: half the memory, widened to `f32` in registers.

use crate::kernels::linear;
use crate::simd::Isa;
use bytemuck::{Pod, Zeroable};
use core::fmt;

/// The upper half of an `f32`: its range, and 8 significant bits.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Bf16(u16);

/// IEEE 754 binary16: up to 65,504, and 11 significant bits.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct F16(u16);

mod sealed {
    pub trait Sealed {}
}

/// [`Bf16`] or [`F16`].
pub trait Half: sealed::Sealed + Pod + Send + Sync + fmt::Debug + fmt::Display {
    /// The nearest value, of two equally near ones that with an even last place, as PyTorch rounds. What is beyond the
    /// range becomes infinite; a value that is not a number stays none.
    fn from_f32(value: f32) -> Self;
    /// The same value.
    fn to_f32(self) -> f32;
    /// The value with these bits.
    fn from_bits(bits: u16) -> Self;
    /// The bits.
    fn to_bits(self) -> u16;

    /// The kernel for this type, `y += W·x`.
    #[doc(hidden)]
    fn multiply(isa: Isa, weight: &[Self], x: &[f32], y: &mut [f32]);
}

macro_rules! half {
    ($($name:ident)*) => {$(
        impl sealed::Sealed for $name {}
        #[allow(unsafe_code)] // layout
        // SAFETY: transparent around a `u16`.
        unsafe impl Zeroable for $name {}
        #[allow(unsafe_code)] // layout
        // SAFETY: transparent around a `u16`.
        unsafe impl Pod for $name {}

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.to_f32(), f)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.to_f32(), f)
            }
        }
    )*};
}
half!(Bf16 F16);

impl Half for Bf16 {
    #[inline]
    fn from_f32(value: f32) -> Self {
        let bits = value.to_bits();
        Self(if value.is_nan() {
            // Quiet, so that cutting off the rest does not make it infinite.
            (bits >> 16) as u16 | 0x40
        } else {
            ((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16
        })
    }
    #[inline(always)]
    fn to_f32(self) -> f32 {
        f32::from_bits(u32::from(self.0) << 16)
    }
    #[inline]
    fn from_bits(bits: u16) -> Self {
        Self(bits)
    }
    #[inline]
    fn to_bits(self) -> u16 {
        self.0
    }
    #[inline(always)]
    fn multiply(isa: Isa, weight: &[Self], x: &[f32], y: &mut [f32]) {
        linear::forward_bf16(isa, weight, x, y);
    }
}

impl Half for F16 {
    #[inline]
    fn from_f32(value: f32) -> Self {
        let bits = value.to_bits();
        let (sign, magnitude) = ((bits >> 16 & 0x8000) as u16, bits & 0x7fff_ffff);
        Self(
            sign | match magnitude {
                // Not a number, and quiet.
                0x7f80_0001.. => 0x7e00 | (magnitude >> 13 & 0x1ff) as u16,
                0x4780_0000.. => 0x7c00,
                // Subnormal: the sum has the last place of 2⁻²⁴, and rounds.
                0..0x3880_0000 => (f32::from_bits(magnitude) + 0.5).to_bits() as u16,
                _ => {
                    let rebiased = magnitude - (112 << 23);
                    ((rebiased + 0xfff + (rebiased >> 13 & 1)) >> 13) as u16
                }
            },
        )
    }
    /// Without branches, so that loops over it vectorise, and without subnormal `f32`, which programs may have flushed.
    #[inline(always)]
    fn to_f32(self) -> f32 {
        const HIDDEN: u32 = 113 << 23; // 2⁻¹⁴
        let (sign, magnitude) = (
            u32::from(self.0 & 0x8000) << 16,
            u32::from(self.0 & 0x7fff) << 13,
        );
        let rebiased = magnitude + (112 << 23);
        let subnormal = f32::from_bits(rebiased + (1 << 23)) - f32::from_bits(HIDDEN);
        let infinite = rebiased + (112 << 23);
        let bits = if magnitude < 0x400 << 13 {
            subnormal.to_bits()
        } else if magnitude >= 0x7c00 << 13 {
            infinite
        } else {
            rebiased
        };
        f32::from_bits(bits | sign)
    }
    #[inline]
    fn from_bits(bits: u16) -> Self {
        Self(bits)
    }
    #[inline]
    fn to_bits(self) -> u16 {
        self.0
    }
    #[inline(always)]
    fn multiply(isa: Isa, weight: &[Self], x: &[f32], y: &mut [f32]) {
        linear::forward_f16(isa, weight, x, y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bf16_and_f16_come_back() {
        for bits in 0..=u16::MAX {
            let (bf16, f16) = (Bf16(bits), F16(bits));
            if !bf16.to_f32().is_nan() {
                assert_eq!(Bf16::from_f32(bf16.to_f32()), bf16);
            }
            assert_eq!(f16.to_f32().is_nan(), bits & 0x7fff > 0x7c00);
            if !f16.to_f32().is_nan() {
                assert_eq!(F16::from_f32(f16.to_f32()), f16);
            }
            assert!(!bf16.to_f32().is_nan() || Bf16::from_f32(bf16.to_f32()).to_f32().is_nan());
            assert!(!f16.to_f32().is_nan() || F16::from_f32(f16.to_f32()).to_f32().is_nan());
        }
    }

    /// By the definition: sign, exponent, significand.
    #[test]
    fn all_f16_widen_by_the_definition() {
        for bits in 0..0x7c00_u16 {
            let (exponent, significand) = (i32::from(bits >> 10), f64::from(bits & 0x3ff));
            let value = match exponent {
                0 => significand * 2_f64.powi(-24),
                _ => (1024.0 + significand) * 2_f64.powi(exponent - 25),
            };
            assert_eq!(f64::from(F16(bits).to_f32()), value);
            assert_eq!(f64::from(F16(bits | 0x8000).to_f32()), -value);
        }
        assert_eq!(
            [0x7c00, 0xfc00].map(|bits| F16(bits).to_f32()),
            [f32::INFINITY, -f32::INFINITY]
        );
    }
}
