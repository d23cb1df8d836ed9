//! Columns become rows: of sixteen vectors that lie in registers.
//!
//! Always inlined, so that they stay there; such functions cannot name target features themselves.
#![allow(unsafe_code)] // instruction set

use crate::element::LANES;
use core::arch::x86_64::*;

/// Four times every row is interleaved with the one eight rows below it.
///
/// # Safety
/// The caller is compiled for AVX-512.
#[inline(always)]
pub(super) unsafe fn avx512_f32(mut rows: [__m512; LANES]) -> [__m512; LANES] {
    // SAFETY: as the function's.
    let (low, high) = unsafe {
        (
            _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
            _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
        )
    };
    for _ in 0..4 {
        let before = rows;
        for i in 0..LANES / 2 {
            let [a, b] = [before[i], before[i + LANES / 2]];
            // SAFETY: as the function's.
            unsafe {
                rows[2 * i] = _mm512_permutex2var_ps(a, low, b);
                rows[2 * i + 1] = _mm512_permutex2var_ps(a, high, b);
            }
        }
    }
    rows
}

/// Four quarters of 8 × 8.
///
/// # Safety
/// The caller is compiled for AVX2.
#[inline(always)]
pub(super) unsafe fn avx2_f32(rows: [[__m256; 2]; LANES]) -> [[__m256; 2]; LANES] {
    let mut columns = rows;
    for i in 0..2 {
        for j in 0..2 {
            let mut quarter = [rows[0][0]; 8];
            for row in 0..8 {
                quarter[row] = rows[8 * i + row][j];
            }
            // SAFETY: as the function's.
            let quarter = unsafe { avx2_f32_quarter(quarter) };
            for column in 0..8 {
                columns[8 * j + column][i] = quarter[column];
            }
        }
    }
    columns
}

/// # Safety
/// The caller is compiled for AVX2.
#[inline(always)]
unsafe fn avx2_f32_quarter(mut rows: [__m256; 8]) -> [__m256; 8] {
    // In each half of a register: rows 0 and 2, 1 and 3 are interleaved, then the pairs.
    for _ in 0..2 {
        let before = rows;
        for i in 0..2 {
            for half in [0, 4] {
                let [a, b] = [before[half + i], before[half + i + 2]];
                // SAFETY: as the function's.
                unsafe {
                    rows[half + 2 * i] = _mm256_unpacklo_ps(a, b);
                    rows[half + 2 * i + 1] = _mm256_unpackhi_ps(a, b);
                }
            }
        }
    }
    let before = rows;
    for i in 0..4 {
        // SAFETY: as the function's.
        unsafe {
            rows[i] = _mm256_permute2f128_ps::<0x20>(before[i], before[i + 4]);
            rows[i + 4] = _mm256_permute2f128_ps::<0x31>(before[i], before[i + 4]);
        }
    }
    rows
}
