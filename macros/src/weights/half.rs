//! Floating-point numbers of 16 bits, rounded to nearest, ties to even, as the runtime and PyTorch do.

/// The upper half of an `f32`.
pub(super) fn to_bf16(value: f32) -> u16 {
    let bits = value.to_bits();
    if value.is_nan() {
        return (bits >> 16) as u16 | 0x40;
    }
    ((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

pub(super) fn from_bf16(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// IEEE 754 binary16.
pub(super) fn to_f16(value: f32) -> u16 {
    let bits = value.to_bits();
    let (sign, magnitude) = ((bits >> 16 & 0x8000) as u16, bits & 0x7fff_ffff);
    sign | if magnitude > 0x7f80_0000 {
        // Not a number, and quiet.
        0x7e00 | (magnitude >> 13 & 0x1ff) as u16
    } else if magnitude >= 0x4780_0000 {
        0x7c00
    } else if magnitude < 0x3880_0000 {
        // Subnormal: the sum has the last place of 2⁻²⁴, and rounds.
        (f32::from_bits(magnitude) + 0.5).to_bits() as u16
    } else {
        let rebiased = magnitude - (112 << 23);
        ((rebiased + 0xfff + (rebiased >> 13 & 1)) >> 13) as u16
    }
}

pub(super) fn from_f16(bits: u16) -> f32 {
    let (sign, magnitude) = (u32::from(bits & 0x8000) << 16, u32::from(bits & 0x7fff));
    let value = match magnitude {
        0x7c00.. => f32::from_bits(magnitude << 13 | 0x7f80_0000),
        // Subnormals and zero are multiples of 2⁻²⁴.
        0..0x400 => magnitude as f32 / 16_777_216.0,
        _ => f32::from_bits((magnitude << 13) + (112 << 23)),
    };
    f32::from_bits(value.to_bits() | sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_values_of_16_bits_come_back() {
        for bits in 0..=u16::MAX {
            let (bf16, f16) = (from_bf16(bits), from_f16(bits));
            if !bf16.is_nan() {
                assert_eq!(to_bf16(bf16), bits);
            }
            if !f16.is_nan() {
                assert_eq!(to_f16(f16), bits);
            }
            assert_eq!(f16.is_nan(), bits & 0x7fff > 0x7c00);
            assert!(!f16.is_nan() || from_f16(to_f16(f16)).is_nan());
            assert!(!bf16.is_nan() || from_bf16(to_bf16(bf16)).is_nan());
        }
    }

    #[test]
    fn halfway_goes_to_even() {
        for low in (0..0x7bff_u16).step_by(7) {
            let (a, b) = (f64::from(from_f16(low)), f64::from(from_f16(low + 1)));
            let middle = ((a + b) / 2.0) as f32;
            assert_eq!(to_f16(middle), low + (low & 1), "{middle}");
            assert_eq!(to_f16(middle.next_up()), low + 1);
            assert_eq!(to_f16(middle.next_down()), low);
        }
        assert_eq!(
            [65519.996, 65520.0, 1e10].map(to_f16),
            [0x7bff, 0x7c00, 0x7c00]
        );
        assert_eq!(
            [1.0 + 1.0 / 256.0, 1.0 + 3.0 / 256.0, f32::MAX].map(to_bf16),
            [0x3f80, 0x3f82, 0x7f80]
        );
    }
}
