//! Sixteen scalars in registers: what the heavy kernels keep their sums in.
//!
//! Plain loops over arrays also vectorise, but the compiler then decides anew, for every tile, what is a vector and
//! what stays in registers; with these types the kernel decides.

use super::{BASELINE_FMA, multiply_add};
use crate::Scalar;
use crate::element::{Element, LANES, Lanes};

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
    /// The larger of each pair; `other` where one is NaN or both are zeros.
    fn max(self, other: Self) -> Self;

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
                for (value, &from) in values.iter_mut().zip(from) {
                    *value = from;
                }
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
                for (to, value) in to.iter_mut().zip(values) {
                    *to = value;
                }
            }
        }
    }
    /// The sum over the lanes, in the order of [`Element::sum`] of [`Lanes`].
    #[inline(always)]
    fn total(self) -> T {
        let mut values = [T::ZERO; LANES];
        self.store(&mut values);
        Lanes(values).sum()
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
    fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }
}

/// A vector made of `$count` registers of `$lanes` lanes. Every intrinsic belongs to the one feature that is named.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
macro_rules! vector {
    ($(#[$meta:meta])* $name:ident: [$register:ident; $count:literal] of $scalar:ident by $lanes:literal {
        $set1:ident, $loadu:ident, $storeu:ident, $fmadd:ident, $add:ident, $mul:ident, $max:ident $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name([arch::$register; $count]);

        #[allow(unsafe_code)] // instruction set
        impl Vector<$scalar> for $name {
            #[inline(always)]
            fn splat(value: $scalar) -> Self {
                // SAFETY: only the copies of kernels that are compiled for the instruction set name this type.
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
            fn max(mut self, other: Self) -> Self {
                for i in 0..$count {
                    // SAFETY: as in `splat`.
                    self.0[i] = unsafe { arch::$max(self.0[i], other.0[i]) };
                }
                self
            }
        }
    };
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
use core::arch::x86_64 as arch;

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
vector! {
    /// One register of AVX-512.
    Avx512F32: [__m512; 1] of f32 by 16 {
        _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_fmadd_ps, _mm512_add_ps, _mm512_mul_ps, _mm512_max_ps,
    }
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
vector! {
    /// Two registers of AVX2.
    Avx2F32: [__m256; 2] of f32 by 8 {
        _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_fmadd_ps, _mm256_add_ps, _mm256_mul_ps, _mm256_max_ps,
    }
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
vector! {
    /// Four registers of AVX2.
    Avx2F64: [__m256d; 4] of f64 by 4 {
        _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_fmadd_pd, _mm256_add_pd, _mm256_mul_pd, _mm256_max_pd,
    }
}

/// The vector of each instruction set, by scalar.
pub(crate) trait Vectors: Scalar {
    /// For AVX2 and FMA.
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    type Avx2: Vector<Self>;
    /// For AVX-512; a scalar whose kernels have no copy for it names that of AVX2.
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    type Avx512: Vector<Self>;
}

impl Vectors for f32 {
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    type Avx2 = Avx2F32;
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    type Avx512 = Avx512F32;
}

impl Vectors for f64 {
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    type Avx2 = Avx2F64;
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    type Avx512 = Avx2F64;
}
