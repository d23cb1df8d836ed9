//! Sixteen scalars in registers: what the heavy kernels keep their sums in.
//!
//! Plain loops over arrays also vectorise, but the compiler then decides anew, for every tile, what is a vector and
//! what stays in registers; with these types the kernel decides.

use super::{BASELINE_FMA, Work, multiply_add};
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};
use crate::half::{Bf16, F16, Half};

/// How many bytes one fetch brings: no cache line is shorter.
const LINE: usize = 64;

/// [`LANES`] scalars in as many registers as the instruction set needs.
///
/// [`kernel!`](super::kernel) hands the right one to each copy of a kernel, by the name `V`.
pub(crate) trait Vector<T: Scalar>: Copy {
    /// The same value in every lane.
    fn splat(value: T) -> Self;
    /// The values of an array.
    fn load(from: &[T; LANES]) -> Self;
    /// Writes the values to an array.
    fn store(self, to: &mut [T; LANES]);
    /// `self · b + c`, fused where that is one instruction.
    fn multiply_add(self, b: Self, c: Self) -> Self;
    /// `self + other`
    fn add(self, other: Self) -> Self;
    /// `self · other`
    fn multiply(self, other: Self) -> Self;
    /// Runs `work` as a function of its own, compiled for the instruction set: what several kernels share, or one kernel at
    /// several places, is compiled once that way.
    fn apart<W: Work>(work: W) -> W::Output;

    /// Has the cache line there brought to the second-level cache, or with `NEAR` to the first; any address will do.
    #[allow(unsafe_code)] // a prefetch
    #[inline(always)]
    fn fetch<const NEAR: bool>(address: *const T) {
        #[cfg(all(target_arch = "x86_64", target_feature = "sse"))]
        // SAFETY: a hint of SSE, which the target has; it reads nothing and never faults.
        unsafe {
            use core::arch::x86_64::{_MM_HINT_T0, _MM_HINT_T1, _mm_prefetch};
            if NEAR {
                _mm_prefetch::<_MM_HINT_T0>(address.cast());
            } else {
                _mm_prefetch::<_MM_HINT_T1>(address.cast());
            }
        }
        #[cfg(not(all(target_arch = "x86_64", target_feature = "sse")))]
        let _ = address;
    }
    /// Has the vector that lies there brought to the first-level cache.
    #[inline(always)]
    fn fetch_vector(address: *const T) {
        for line in 0..const { (LANES * size_of::<T>()).div_ceil(LINE) } {
            Self::fetch::<true>(address.wrapping_byte_add(line * LINE));
        }
    }
    /// Columns become rows.
    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        let mut values = [[T::ZERO; LANES]; LANES];
        for (to, row) in values.iter_mut().zip(rows) {
            row.store(to);
        }
        let mut columns = rows;
        for i in 0..LANES {
            let mut column = [T::ZERO; LANES];
            for j in 0..LANES {
                column[j] = values[j][i];
            }
            columns[i] = Self::load(&column);
        }
        columns
    }
    /// The larger of each two, `best` where they are equal; a NaN is larger than any number, and one in `self` than one
    /// in `best`.
    #[inline(always)]
    fn larger(self, best: Self) -> Self {
        let [mut x, mut y] = [[T::ZERO; LANES]; 2];
        self.store(&mut x);
        best.store(&mut y);
        for lane in 0..LANES {
            let wins = (x[lane] > y[lane]) | x[lane].is_nan();
            y[lane] = if wins { x[lane] } else { y[lane] };
        }
        Self::load(&y)
    }
    /// The lanes of even number of both, one after the other, and those of odd number.
    #[inline(always)]
    fn even_and_odd(self, other: Self) -> [Self; 2] {
        let mut values = [[T::ZERO; LANES]; 2];
        self.store(&mut values[0]);
        other.store(&mut values[1]);
        let values = values.as_flattened();
        let mut halves = [[T::ZERO; LANES]; 2];
        for i in 0..LANES {
            halves[0][i] = values[2 * i];
            halves[1][i] = values[2 * i + 1];
        }
        [Self::load(&halves[0]), Self::load(&halves[1])]
    }
    /// The opposite of [`even_and_odd`](Vector::even_and_odd).
    #[inline(always)]
    fn interleave(self, odd: Self) -> [Self; 2] {
        let mut values = [[T::ZERO; LANES]; 2];
        self.store(&mut values[0]);
        odd.store(&mut values[1]);
        let mut both = [[T::ZERO; LANES]; 2];
        let flat = both.as_flattened_mut();
        for i in 0..LANES {
            flat[2 * i] = values[0][i];
            flat[2 * i + 1] = values[1][i];
        }
        [Self::load(&both[0]), Self::load(&both[1])]
    }
    /// Thirty-two [`Bf16`]: those of even number, and those of odd number.
    #[inline(always)]
    fn load_bf16(from: &[u16; 2 * LANES]) -> [Self; 2] {
        let mut halves = [[T::ZERO; LANES]; 2];
        for i in 0..LANES {
            halves[0][i] = T::from_f64(Bf16::from_bits(from[2 * i]).to_f32().into());
            halves[1][i] = T::from_f64(Bf16::from_bits(from[2 * i + 1]).to_f32().into());
        }
        [Self::load(&halves[0]), Self::load(&halves[1])]
    }
    /// Sixteen [`F16`].
    #[inline(always)]
    fn load_f16(from: &[u16; LANES]) -> Self {
        Self::load(&from.map(|bits| T::from_f64(F16::from_bits(bits).to_f32().into())))
    }
    /// Zeros.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(T::ZERO)
    }
    /// The first values of a slice, and zeros where it is shorter than a vector.
    #[inline(always)]
    fn load_partial(from: &[T]) -> Self {
        match from.first_chunk() {
            Some(from) => Self::load(from),
            None => {
                let mut values = [T::ZERO; LANES];
                copy_few(from, &mut values);
                Self::load(&values)
            }
        }
    }
    /// Writes the first values to a slice, as many as it has room for.
    #[inline(always)]
    fn store_partial(self, to: &mut [T]) {
        match to.first_chunk_mut() {
            Some(to) => self.store(to),
            None => {
                let mut values = [T::ZERO; LANES];
                self.store(&mut values);
                copy_few(&values, to);
            }
        }
    }
    /// The sums over the lanes of each of four.
    #[inline(always)]
    fn totals(rows: [Self; 4]) -> [T; 4] {
        rows.map(Self::total)
    }
    /// The sum over the lanes, in the order of [`Element::sum`] of [`Lanes`].
    #[inline(always)]
    fn total(self) -> T {
        let mut values = [T::ZERO; LANES];
        self.store(&mut values);
        Lanes(values).sum()
    }
}

/// Copies as many as both have. On x86-64 with the other instruction sets only old machines run the baseline, so there its size
/// matters more than its speed, and this is a function of its own: written out at each end of a row it was a quarter of the
/// code of some kernels.
#[cfg_attr(all(feature = "simd", target_arch = "x86_64"), inline(never))]
#[cfg_attr(not(all(feature = "simd", target_arch = "x86_64")), inline(always))]
fn copy_few<T: Scalar>(from: &[T], to: &mut [T]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = from;
    }
}

/// The portable one: loops over an array, which the compiler turns into what the target has.
impl<T: Scalar> Vector<T> for Lanes<T> {
    #[inline(always)]
    fn splat(value: T) -> Self {
        Lanes([value; LANES])
    }
    #[inline(always)]
    fn load(from: &[T; LANES]) -> Self {
        Lanes(*from)
    }
    #[inline(always)]
    fn store(self, to: &mut [T; LANES]) {
        *to = self.0;
    }
    #[inline(always)]
    fn multiply_add(mut self, b: Self, c: Self) -> Self {
        for lane in 0..LANES {
            self.0[lane] = multiply_add::<T, BASELINE_FMA>(self.0[lane], b.0[lane], c.0[lane]);
        }
        self
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self + other
    }
    #[inline(always)]
    fn multiply(self, other: Self) -> Self {
        self * other
    }
    #[inline(always)]
    fn apart<W: Work>(work: W) -> W::Output {
        super::baseline(work)
    }
}

/// A vector made of `$count` registers of `$lanes` lanes. Every intrinsic belongs to the one feature that is named.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
macro_rules! vector {
    ($(#[$meta:meta])* $name:ident: [$register:ident; $count:literal] of $scalar:ident by $lanes:literal {
        $set1:ident, $loadu:ident, $storeu:ident, $fmadd:ident, $add:ident, $mul:ident,
        apart: $apart:ident, totals: $totals:ident $(,)?
    } $($own:item)*) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name([arch::$register; $count]);

        #[allow(unsafe_code)] // instruction set
        impl Vector<$scalar> for $name {
            #[inline(always)]
            fn splat(value: $scalar) -> Self {
                // SAFETY: only the bodies of kernels name this type, and an `Isa` that was detected chooses among them.
                Self([unsafe { arch::$set1(value) }; $count])
            }
            #[inline(always)]
            fn load(from: &[$scalar; LANES]) -> Self {
                const { assert!($count * $lanes == LANES) }
                let mut to = Self::zero();
                for i in 0..$count {
                    // SAFETY: as above; the array holds `$count` times `$lanes` scalars, and no alignment is asked for.
                    to.0[i] = unsafe { arch::$loadu(from.as_ptr().add($lanes * i)) };
                }
                to
            }
            #[inline(always)]
            fn store(self, to: &mut [$scalar; LANES]) {
                for i in 0..$count {
                    // SAFETY: as in `load`.
                    unsafe { arch::$storeu(to.as_mut_ptr().add($lanes * i), self.0[i]) }
                }
            }
            #[inline(always)]
            fn multiply_add(mut self, b: Self, c: Self) -> Self {
                for i in 0..$count {
                    // SAFETY: as in `splat`.
                    self.0[i] = unsafe { arch::$fmadd(self.0[i], b.0[i], c.0[i]) };
                }
                self
            }
            #[inline(always)]
            fn add(mut self, other: Self) -> Self {
                for i in 0..$count {
                    // SAFETY: as in `splat`.
                    self.0[i] = unsafe { arch::$add(self.0[i], other.0[i]) };
                }
                self
            }
            #[inline(always)]
            fn multiply(mut self, other: Self) -> Self {
                for i in 0..$count {
                    // SAFETY: as in `splat`.
                    self.0[i] = unsafe { arch::$mul(self.0[i], other.0[i]) };
                }
                self
            }
            #[inline(always)]
            fn apart<W: Work>(work: W) -> W::Output {
                // SAFETY: only the bodies of kernels name this type, under an `Isa` for which all features of `$apart` were found.
                unsafe { super::$apart(work) }
            }
            $($own)*
            #[inline(always)]
            fn totals(rows: [Self; 4]) -> [$scalar; 4] {
                // SAFETY: as in `splat`.
                unsafe { totals::$totals(rows.map(|row| row.0)) }
            }
        }
    };
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
use super::{totals, transpose};
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
use core::arch::x86_64 as arch;

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
vector! {
    /// One register of AVX-512.
    Avx512F32: [__m512; 1] of f32 by 16 {
        _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_fmadd_ps, _mm512_add_ps, _mm512_mul_ps,
        apart: avx512, totals: avx512_f32,
    }
    #[inline(always)]
    fn larger(self, best: Self) -> Self {
        let (x, best) = (self.0[0], best.0[0]);
        // SAFETY: as in `splat`. The maximum is its second operand unless the first one is larger.
        Self([unsafe {
            let nan = arch::_mm512_cmp_ps_mask::<{ arch::_CMP_UNORD_Q }>(x, x);
            arch::_mm512_mask_mov_ps(arch::_mm512_max_ps(x, best), nan, x)
        }])
    }
    #[inline(always)]
    fn even_and_odd(self, other: Self) -> [Self; 2] {
        // SAFETY: as in `splat`.
        unsafe {
            let even = arch::_mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            let odd = arch::_mm512_add_epi32(even, arch::_mm512_set1_epi32(1));
            let (a, b) = (self.0[0], other.0[0]);
            [
                Self([arch::_mm512_permutex2var_ps(a, even, b)]),
                Self([arch::_mm512_permutex2var_ps(a, odd, b)]),
            ]
        }
    }
    #[inline(always)]
    fn interleave(self, odd: Self) -> [Self; 2] {
        // SAFETY: as in `splat`.
        unsafe {
            let first = arch::_mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let last = arch::_mm512_add_epi32(first, arch::_mm512_set1_epi32(8));
            let (even, odd) = (self.0[0], odd.0[0]);
            [
                Self([arch::_mm512_permutex2var_ps(even, first, odd)]),
                Self([arch::_mm512_permutex2var_ps(even, last, odd)]),
            ]
        }
    }
    #[inline(always)]
    fn load_bf16(from: &[u16; 2 * LANES]) -> [Self; 2] {
        // SAFETY: as in `splat`; the array fills the register, and no alignment is asked for.
        unsafe {
            let pairs = arch::_mm512_loadu_si512(from.as_ptr().cast());
            let odd = arch::_mm512_and_si512(pairs, arch::_mm512_set1_epi32(!0xffff));
            [arch::_mm512_slli_epi32::<16>(pairs), odd].map(|half| Self([arch::_mm512_castsi512_ps(half)]))
        }
    }
    #[inline(always)]
    fn load_f16(from: &[u16; LANES]) -> Self {
        // SAFETY: as in `load_bf16`.
        Self([unsafe { arch::_mm512_cvtph_ps(arch::_mm256_loadu_si256(from.as_ptr().cast())) }])
    }
    #[inline(always)]
    fn load_partial(from: &[f32]) -> Self {
        match from.first_chunk() {
            Some(from) => Self::load(from),
            // Slow from addresses that are not mapped, even of no lanes.
            None if from.is_empty() => Self::zero(),
            // SAFETY: as in `splat`; only lanes that the slice has are read.
            None => Self([unsafe { arch::_mm512_maskz_loadu_ps(first_lanes(from.len()), from.as_ptr()) }]),
        }
    }
    #[inline(always)]
    fn store_partial(self, to: &mut [f32]) {
        if let Some(to) = to.first_chunk_mut() {
            return self.store(to);
        }
        if !to.is_empty() {
            // SAFETY: as in `splat`; only lanes that the slice has are written.
            unsafe {
                arch::_mm512_mask_storeu_ps(to.as_mut_ptr(), first_lanes(to.len()), self.0[0])
            }
        }
    }
    #[inline(always)]
    fn transpose(mut rows: [Self; LANES]) -> [Self; LANES] {
        let mut registers = [rows[0].0[0]; LANES];
        for i in 0..LANES {
            registers[i] = rows[i].0[0];
        }
        // SAFETY: as in `splat`.
        let registers = unsafe { transpose::avx512_f32(registers) };
        for i in 0..LANES {
            rows[i].0[0] = registers[i];
        }
        rows
    }
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
vector! {
    /// Two registers of AVX2.
    Avx2F32: [__m256; 2] of f32 by 8 {
        _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_fmadd_ps, _mm256_add_ps, _mm256_mul_ps,
        apart: avx2, totals: avx2_f32,
    }
    #[inline(always)]
    fn load_bf16(from: &[u16; 2 * LANES]) -> [Self; 2] {
        let mut to = [Self::zero(); 2];
        for i in 0..2 {
            // SAFETY: as in `splat`; the array fills two registers, and no alignment is asked for.
            unsafe {
                let pairs = arch::_mm256_loadu_si256(from.as_ptr().add(LANES * i).cast());
                let odd = arch::_mm256_and_si256(pairs, arch::_mm256_set1_epi32(!0xffff));
                to[0].0[i] = arch::_mm256_castsi256_ps(arch::_mm256_slli_epi32::<16>(pairs));
                to[1].0[i] = arch::_mm256_castsi256_ps(odd);
            }
        }
        to
    }
    #[inline(always)]
    fn load_f16(from: &[u16; LANES]) -> Self {
        let mut to = Self::zero();
        for i in 0..2 {
            // SAFETY: as in `load_bf16`; F16C is there with AVX2, as `Isa::detect` has seen.
            to.0[i] = unsafe { arch::_mm256_cvtph_ps(arch::_mm_loadu_si128(from.as_ptr().add(8 * i).cast())) };
        }
        to
    }
    #[inline(always)]
    fn load_partial(from: &[f32]) -> Self {
        if let Some(from) = from.first_chunk() {
            return Self::load(from);
        }
        let mut to = Self::zero();
        for i in 0..2 {
            // Slow from addresses that are not mapped, even of no lanes.
            if let Some(from) = from.get(8 * i..).filter(|from| !from.is_empty()) {
                // SAFETY: as in `splat`; only lanes that the slice has are read.
                to.0[i] =
                    unsafe { arch::_mm256_maskload_ps(from.as_ptr(), first_of_8(from.len())) };
            }
        }
        to
    }
    #[inline(always)]
    fn store_partial(self, to: &mut [f32]) {
        if let Some(to) = to.first_chunk_mut() {
            return self.store(to);
        }
        for i in 0..2 {
            if let Some(to) = to.get_mut(8 * i..).filter(|to| !to.is_empty()) {
                // SAFETY: as in `splat`; only lanes that the slice has are written.
                unsafe {
                    arch::_mm256_maskstore_ps(to.as_mut_ptr(), first_of_8(to.len()), self.0[i])
                }
            }
        }
    }
    #[inline(always)]
    fn transpose(mut rows: [Self; LANES]) -> [Self; LANES] {
        let mut registers = [rows[0].0; LANES];
        for i in 0..LANES {
            registers[i] = rows[i].0;
        }
        // SAFETY: as in `splat`.
        let registers = unsafe { transpose::avx2_f32(registers) };
        for i in 0..LANES {
            rows[i].0 = registers[i];
        }
        rows
    }
}

/// A bit for each lane that a slice of this length has.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[inline(always)]
fn first_lanes(len: usize) -> u16 {
    ((1_u32 << len.min(LANES)) - 1) as u16
}

/// Ones in each of eight lanes that a slice of this length has.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[target_feature(enable = "avx2")]
#[inline]
fn first_of_8(len: usize) -> arch::__m256i {
    let len = arch::_mm256_set1_epi32(len.min(8) as i32);
    arch::_mm256_cmpgt_epi32(len, arch::_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
}

/// Ones in each of four lanes that a slice of this length has.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[target_feature(enable = "avx2")]
#[inline]
fn first_of_4(len: usize) -> arch::__m256i {
    let len = arch::_mm256_set1_epi64x(len.min(4) as i64);
    arch::_mm256_cmpgt_epi64(len, arch::_mm256_setr_epi64x(0, 1, 2, 3))
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
vector! {
    /// Four registers of AVX2.
    Avx2F64: [__m256d; 4] of f64 by 4 {
        _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_fmadd_pd, _mm256_add_pd, _mm256_mul_pd,
        apart: avx2, totals: avx2_f64,
    }
    #[inline(always)]
    fn load_partial(from: &[f64]) -> Self {
        if let Some(from) = from.first_chunk() {
            return Self::load(from);
        }
        let mut to = Self::zero();
        for i in 0..4 {
            // Slow from addresses that are not mapped, even of no lanes.
            if let Some(from) = from.get(4 * i..).filter(|from| !from.is_empty()) {
                // SAFETY: as in `splat`; only lanes that the slice has are read.
                to.0[i] =
                    unsafe { arch::_mm256_maskload_pd(from.as_ptr(), first_of_4(from.len())) };
            }
        }
        to
    }
    #[inline(always)]
    fn store_partial(self, to: &mut [f64]) {
        if let Some(to) = to.first_chunk_mut() {
            return self.store(to);
        }
        for i in 0..4 {
            if let Some(to) = to.get_mut(4 * i..).filter(|to| !to.is_empty()) {
                // SAFETY: as in `splat`; only lanes that the slice has are written.
                unsafe {
                    arch::_mm256_maskstore_pd(to.as_mut_ptr(), first_of_4(to.len()), self.0[i])
                }
            }
        }
    }
}

/// The vector of each instruction set, by scalar.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
pub(crate) trait Vectors: Scalar {
    /// For AVX2 and FMA.
    type Avx2: Vector<Self>;
    /// For AVX-512; a scalar whose kernels have no copy for it names that of AVX2.
    type Avx512: Vector<Self>;
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
impl Vectors for f32 {
    type Avx2 = Avx2F32;
    type Avx512 = Avx512F32;
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
impl Vectors for f64 {
    type Avx2 = Avx2F64;
    type Avx512 = Avx2F64;
}
