//! Sixteen sums of products of bytes in registers: what the integer kernels keep their sums in.
//!
//! Each sum takes four products at a time, of bytes without a sign up to 127 and bytes with one. That is what `vpdpbusd`
//! of AVX-512 VNNI computes, and, in three instructions, AVX2: `vpmaddubsw` adds pairs of products in 16 bits with
//! saturation, which 127·128·2 = 32,512 never meets. So all of them are exact, and the bits are the same everywhere.

use super::{InstructionSet, Isa};
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
use core::arch::x86_64 as arch;

/// The largest byte without a sign.
pub(crate) const LARGEST: u8 = 127;

/// Sixteen sums of 32 bits.
pub(crate) trait Sums: Copy {
    /// Sixteen times four bytes.
    type Bytes: Copy;
    /// Whether there are thirty-two registers, each with all sixteen sums.
    const WIDE: bool;

    /// Zeros.
    fn zero() -> Self;
    /// The bytes there.
    fn load(from: &[u8; 64]) -> Self::Bytes;
    /// Sixteen times the same four.
    fn splat(four: [u8; 4]) -> Self::Bytes;
    /// Adds four products to each sum. The bytes of `unsigned` must not exceed [`LARGEST`].
    fn add_products(self, unsigned: Self::Bytes, signed: Self::Bytes) -> Self;
    /// `self + other`
    fn add(self, other: Self) -> Self;
    /// Writes the sums.
    fn store(self) -> [i32; 16];
}

/// Loops over bytes, to be compiled for an instruction set.
pub(crate) trait IntegerWork {
    /// The loops, `#[inline(always)]`.
    fn run<S: Sums>(self);
}

impl Isa {
    /// Runs `work` compiled for this instruction set; the results do not depend on it.
    #[inline(always)]
    pub(crate) fn run_integers(self, work: impl IntegerWork) {
        match self.instruction_set() {
            InstructionSet::Baseline => baseline(work),
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            #[allow(unsafe_code)] // instruction set
            InstructionSet::Avx512 if std::arch::is_x86_feature_detected!("avx512vnni") => {
                // SAFETY: `Avx512` is only made by `Isa::detect`, after all its features were found, and VNNI just was.
                unsafe { vnni(work) }
            }
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            #[allow(unsafe_code)] // instruction set
            InstructionSet::Avx2 | InstructionSet::Avx512 => {
                // SAFETY: either is only made by `Isa::detect`, after AVX2 was found.
                unsafe { avx2(work) }
            }
        }
    }
}

#[inline(never)]
fn baseline<W: IntegerWork>(work: W) {
    work.run::<Portable>();
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[target_feature(enable = "avx2")]
#[inline(never)]
fn avx2<W: IntegerWork>(work: W) {
    work.run::<Avx2>();
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx512vnni,avx2")]
#[inline(never)]
fn vnni<W: IntegerWork>(work: W) {
    work.run::<Vnni>();
}

/// Plain loops over an array.
#[derive(Clone, Copy)]
pub(crate) struct Portable([i32; 16]);

impl Sums for Portable {
    type Bytes = [[u8; 4]; 16];
    const WIDE: bool = false;

    #[inline(always)]
    fn zero() -> Self {
        Self([0; 16])
    }
    #[inline(always)]
    fn load(from: &[u8; 64]) -> Self::Bytes {
        let mut bytes = [[0; 4]; 16];
        bytes.as_flattened_mut().copy_from_slice(from);
        bytes
    }
    #[inline(always)]
    fn splat(four: [u8; 4]) -> Self::Bytes {
        [four; 16]
    }
    #[inline(always)]
    fn add_products(mut self, unsigned: Self::Bytes, signed: Self::Bytes) -> Self {
        for ((sum, x), w) in self.0.iter_mut().zip(unsigned).zip(signed) {
            for (x, w) in x.into_iter().zip(w) {
                *sum = sum.wrapping_add(i32::from(i16::from(x) * i16::from(w as i8)));
            }
        }
        self
    }
    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        for (sum, other) in self.0.iter_mut().zip(other.0) {
            *sum = sum.wrapping_add(other);
        }
        self
    }
    #[inline(always)]
    fn store(self) -> [i32; 16] {
        self.0
    }
}

/// Two registers of AVX2.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[derive(Clone, Copy)]
pub(crate) struct Avx2([arch::__m256i; 2]);

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[allow(unsafe_code)] // instruction set
impl Sums for Avx2 {
    type Bytes = [arch::__m256i; 2];
    const WIDE: bool = false;

    #[inline(always)]
    fn zero() -> Self {
        // SAFETY: only what `avx2` runs names this type.
        Self([unsafe { arch::_mm256_setzero_si256() }; 2])
    }
    #[inline(always)]
    fn load(from: &[u8; 64]) -> Self::Bytes {
        let from: *const arch::__m256i = from.as_ptr().cast();
        // SAFETY: as in `zero`; the array holds two registers, and no alignment is asked for.
        unsafe {
            [
                arch::_mm256_loadu_si256(from),
                arch::_mm256_loadu_si256(from.add(1)),
            ]
        }
    }
    #[inline(always)]
    fn splat(four: [u8; 4]) -> Self::Bytes {
        // SAFETY: as in `zero`.
        [unsafe { arch::_mm256_set1_epi32(i32::from_le_bytes(four)) }; 2]
    }
    #[inline(always)]
    fn add_products(mut self, unsigned: Self::Bytes, signed: Self::Bytes) -> Self {
        for ((sum, x), w) in self.0.iter_mut().zip(unsigned).zip(signed) {
            // SAFETY: as in `zero`.
            *sum = unsafe {
                let pairs = arch::_mm256_maddubs_epi16(x, w);
                let fours = arch::_mm256_madd_epi16(pairs, arch::_mm256_set1_epi16(1));
                arch::_mm256_add_epi32(*sum, fours)
            };
        }
        self
    }
    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        for (sum, other) in self.0.iter_mut().zip(other.0) {
            // SAFETY: as in `zero`.
            *sum = unsafe { arch::_mm256_add_epi32(*sum, other) };
        }
        self
    }
    #[inline(always)]
    fn store(self) -> [i32; 16] {
        let mut sums = [0; 16];
        let to: *mut arch::__m256i = sums.as_mut_ptr().cast();
        // SAFETY: as in `zero`; the array holds two registers, and no alignment is asked for.
        unsafe {
            arch::_mm256_storeu_si256(to, self.0[0]);
            arch::_mm256_storeu_si256(to.add(1), self.0[1]);
        }
        sums
    }
}

/// One register of AVX-512, with VNNI.
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[derive(Clone, Copy)]
pub(crate) struct Vnni(arch::__m512i);

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[allow(unsafe_code)] // instruction set
impl Sums for Vnni {
    type Bytes = arch::__m512i;
    const WIDE: bool = true;

    #[inline(always)]
    fn zero() -> Self {
        // SAFETY: only what `vnni` runs names this type.
        Self(unsafe { arch::_mm512_setzero_si512() })
    }
    #[inline(always)]
    fn load(from: &[u8; 64]) -> Self::Bytes {
        // SAFETY: as in `zero`; the array holds a register, and no alignment is asked for.
        unsafe { arch::_mm512_loadu_si512(from.as_ptr().cast()) }
    }
    #[inline(always)]
    fn splat(four: [u8; 4]) -> Self::Bytes {
        // SAFETY: as in `zero`.
        unsafe { arch::_mm512_set1_epi32(i32::from_le_bytes(four)) }
    }
    #[inline(always)]
    fn add_products(self, unsigned: Self::Bytes, signed: Self::Bytes) -> Self {
        // SAFETY: as in `zero`.
        Self(unsafe { arch::_mm512_dpbusd_epi32(self.0, unsigned, signed) })
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: as in `zero`.
        Self(unsafe { arch::_mm512_add_epi32(self.0, other.0) })
    }
    #[inline(always)]
    fn store(self) -> [i32; 16] {
        let mut sums = [0; 16];
        // SAFETY: as in `zero`; the array holds a register, and no alignment is asked for.
        unsafe { arch::_mm512_storeu_si512(sums.as_mut_ptr().cast(), self.0) }
        sums
    }
}
