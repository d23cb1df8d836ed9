//! The sums over the lanes of four vectors at once: one by one, each would take as many shuffles as all four together.
//!
//! Lanes and vectors are transposed while they are added: `unpack` pairs the same lane of two vectors.

use core::arch::x86_64::*;

/// Of four times sixteen `f32` in AVX-512 registers.
#[inline(always)]
#[allow(unsafe_code)] // instruction set
pub(super) unsafe fn avx512_f32([[a], [b], [c], [d]]: [[__m512; 1]; 4]) -> [f32; 4] {
    // SAFETY: the caller is compiled for AVX-512 or runs on a machine that has it.
    unsafe {
        let ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
        let cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
        let (ab, cd) = (_mm512_castps_pd(ab), _mm512_castps_pd(cd));
        let (low, high) = (_mm512_unpacklo_pd(ab, cd), _mm512_unpackhi_pd(ab, cd));
        let quarters = _mm512_add_ps(_mm512_castpd_ps(low), _mm512_castpd_ps(high));
        let upper = _mm512_extractf32x8_ps::<1>(quarters);
        halves_f32(_mm256_add_ps(_mm512_castps512_ps256(quarters), upper))
    }
}

/// Of four times sixteen `f32` in AVX2 registers.
#[inline(always)]
#[allow(unsafe_code)] // instruction set
pub(super) unsafe fn avx2_f32(rows: [[__m256; 2]; 4]) -> [f32; 4] {
    // SAFETY: the caller is compiled for AVX2 or runs on a machine that has it.
    unsafe {
        let [a, b, c, d] = rows.map(|[low, high]| _mm256_add_ps(low, high));
        let ab = _mm256_add_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        let cd = _mm256_add_ps(_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
        let (ab, cd) = (_mm256_castps_pd(ab), _mm256_castps_pd(cd));
        let (low, high) = (_mm256_unpacklo_pd(ab, cd), _mm256_unpackhi_pd(ab, cd));
        halves_f32(_mm256_add_ps(_mm256_castpd_ps(low), _mm256_castpd_ps(high)))
    }
}

/// Of four times sixteen `f64` in AVX2 registers.
#[inline(always)]
#[allow(unsafe_code)] // instruction set
pub(super) unsafe fn avx2_f64(rows: [[__m256d; 4]; 4]) -> [f64; 4] {
    // SAFETY: the caller is compiled for AVX2 or runs on a machine that has it.
    unsafe {
        let [a, b, c, d] = rows.map(|[first, second, third, fourth]| {
            _mm256_add_pd(_mm256_add_pd(first, third), _mm256_add_pd(second, fourth))
        });
        let ab = _mm256_add_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let cd = _mm256_add_pd(_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        let low = _mm256_permute2f128_pd::<0x20>(ab, cd);
        let high = _mm256_permute2f128_pd::<0x31>(ab, cd);
        let mut totals = [0.0; 4];
        _mm256_storeu_pd(totals.as_mut_ptr(), _mm256_add_pd(low, high));
        totals
    }
}

/// The sum of the two halves of a register.
#[inline(always)]
#[allow(unsafe_code)] // instruction set
unsafe fn halves_f32(halves: __m256) -> [f32; 4] {
    // SAFETY: the caller is compiled for AVX2 or runs on a machine that has it; four `f32` fill an array of four.
    unsafe {
        let upper = _mm256_extractf128_ps::<1>(halves);
        let mut totals = [0.0; 4];
        let sums = _mm_add_ps(_mm256_castps256_ps128(halves), upper);
        _mm_storeu_ps(totals.as_mut_ptr(), sums);
        totals
    }
}
