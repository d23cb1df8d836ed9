//! The choice of instruction set, and the only place where `unsafe` calls cross it.
//!
//! A kernel is written once as plain loops over slices. `kernel!` compiles it several times, each time as a function
//! of its own with other target features, so that LLVM vectorises the same loops with wider registers; the front
//! function picks one by the [`Isa`] that the network detected once at the start of the call.

#[cfg(any(test, feature = "force-isa"))]
mod forced;
mod integers;
mod runs;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod totals;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod transpose;
mod vector;

use crate::{Element, Scalar};
pub(crate) use integers::{IntegerWork, LARGEST, Sums};
pub(crate) use runs::Offsets;
pub(crate) use vector::Vector;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
pub(crate) use vector::Vectors;

/// Whether the baseline has a fused multiply-add: every AArch64 does. Without the standard library there is no function
/// for it.
pub(crate) const BASELINE_FMA: bool = cfg!(all(feature = "std", target_arch = "aarch64"));

/// An instruction set that this machine has: only detection makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(InstructionSet);

/// What a kernel is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstructionSet {
    /// What the compiler's target has at least: SSE2 on x86-64, NEON on AArch64.
    Baseline,
    /// AVX2, FMA and F16C.
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    Avx2,
    /// AVX-512 F, VL, BW and DQ.
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    Avx512,
}

impl Isa {
    /// The baseline of the compiler's target: the same bits on every machine of that target.
    pub const BASELINE: Self = Self::of(InstructionSet::Baseline);

    const fn of(set: InstructionSet) -> Self {
        Self(set)
    }

    /// The best instruction set of this machine. The standard library caches the detection, so this is a load and a
    /// branch.
    ///
    /// With the feature `force-isa`, which is for tests, it is the one that the environment variable `CHAINRULE_ISA`
    /// names, where that is set: `baseline`, `avx2` or `avx512`. It is read once. Panics when the name is another, or
    /// when the machine or the build lacks that instruction set.
    #[inline]
    pub fn detect() -> Self {
        #[cfg(any(test, feature = "force-isa"))]
        return forced::isa().unwrap_or_else(Self::best);
        #[cfg(not(any(test, feature = "force-isa")))]
        Self::best()
    }

    #[inline(always)]
    fn best() -> Self {
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        if std::arch::is_x86_feature_detected!("avx2")
            && std::arch::is_x86_feature_detected!("fma")
            && std::arch::is_x86_feature_detected!("f16c")
        {
            let avx512 = std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512vl")
                && std::arch::is_x86_feature_detected!("avx512bw")
                && std::arch::is_x86_feature_detected!("avx512dq");
            return Self::of(if avx512 {
                InstructionSet::Avx512
            } else {
                InstructionSet::Avx2
            });
        }
        Self::BASELINE
    }

    /// Which one it is.
    #[inline(always)]
    pub fn instruction_set(self) -> InstructionSet {
        self.0
    }

    /// Whether kernels have thirty-two registers of 64 bytes for such scalars: with AVX-512, for which `f64` has no copies.
    #[inline(always)]
    pub(crate) fn has_wide_registers<T>(self) -> bool {
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        return self.0 == InstructionSet::Avx512 && size_of::<T>() == size_of::<f32>();
        #[cfg(not(all(feature = "simd", target_arch = "x86_64")))]
        false
    }

    /// Runs `work` compiled for this instruction set. `work` must be inlined to profit, so its `run` is
    /// `#[inline(always)]`; closures would not do, they do not inherit target features.
    ///
    /// Never inlined itself: a function of many layers would hold as many such choices, and the compiler would thread
    /// the paths between them for minutes.
    #[inline(never)]
    pub fn run<W: Work>(self, work: W) -> W::Output {
        match self.0 {
            InstructionSet::Baseline => baseline(work),
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            #[allow(unsafe_code)] // instruction set
            // SAFETY: `Avx2` is only made by `detect`, after its features were found.
            InstructionSet::Avx2 => unsafe { avx2(work) },
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            #[allow(unsafe_code)] // instruction set
            // SAFETY: `Avx512` is only made by `detect`, after all its features were found.
            InstructionSet::Avx512 => unsafe { avx512(work) },
        }
    }

    /// Whether a small network is compiled for this instruction set as a whole, which takes long. On x86-64 the baseline
    /// is what few machines are left with, and its layers are functions of their own.
    #[inline(always)]
    pub(crate) fn compiles_whole(self) -> bool {
        cfg!(not(all(feature = "simd", target_arch = "x86_64"))) || self != Self::BASELINE
    }

    /// Runs what is [compiled as a whole](Isa::compiles_whole), and nothing on any other instruction set.
    #[inline(never)]
    pub(crate) fn run_whole(self, work: impl Work<Output = ()>) {
        match self.0 {
            #[cfg(not(all(feature = "simd", target_arch = "x86_64")))]
            InstructionSet::Baseline => baseline(work),
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            InstructionSet::Baseline => {}
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            #[allow(unsafe_code)] // instruction set
            // SAFETY: `Avx2` is only made by `detect`, after its features were found.
            InstructionSet::Avx2 => unsafe { avx2(work) },
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            #[allow(unsafe_code)] // instruction set
            // SAFETY: `Avx512` is only made by `detect`, after all its features were found.
            InstructionSet::Avx512 => unsafe { avx512(work) },
        }
    }

    /// As [`run`](Isa::run), but without a call where the elements are of a network that is compiled for the instruction
    /// set as a whole.
    #[inline(always)]
    pub(crate) fn run_for<T: Scalar, E: Element<T>, W: Work>(self, work: W) -> W::Output {
        if const { !E::INLINED } {
            self.run(work)
        } else if self.0 == InstructionSet::Baseline {
            work.run::<BASELINE_FMA>()
        } else {
            work.run::<true>()
        }
    }
}

/// Loops to be compiled for an instruction set.
pub trait Work {
    /// What the loops return.
    type Output;
    /// The loops. `FMA` tells whether a fused multiply-add is one instruction.
    fn run<const FMA: bool>(self) -> Self::Output;
    /// The loops, with the instruction set that they are compiled for, a constant: for what goes on to ask for it.
    #[doc(hidden)]
    #[inline(always)]
    fn run_on<const FMA: bool>(self, isa: Isa) -> Self::Output
    where
        Self: Sized,
    {
        let _ = isa;
        self.run::<FMA>()
    }
}

#[inline(never)]
fn baseline<W: Work>(work: W) -> W::Output {
    work.run_on::<BASELINE_FMA>(Isa(InstructionSet::Baseline))
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[target_feature(enable = "avx2,fma,f16c")]
#[inline(never)]
fn avx2<W: Work>(work: W) -> W::Output {
    work.run_on::<true>(Isa(InstructionSet::Avx2))
}

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
#[inline(never)]
fn avx512<W: Work>(work: W) -> W::Output {
    work.run_on::<true>(Isa(InstructionSet::Avx512))
}

/// `a·b + c`, fused where that is one instruction.
#[inline(always)]
pub(crate) fn multiply_add<T: crate::Scalar, const FMA: bool>(a: T, b: T, c: T) -> T {
    if FMA {
        a.fused_multiply_add(b, c)
    } else {
        a * b + c
    }
}

/// How many sums of [`LANES`](crate::LANES) scalars a kernel keeps in registers of `width` bytes: what fills twelve of
/// sixteen registers, so that the operands find room beside them. Where all lanes are one register, as with AVX-512,
/// there are thirty-two of them, and kernels may keep two such tiles.
pub(crate) const fn tile<T>(width: usize) -> usize {
    let registers = size_of::<T>() * crate::LANES / width;
    12 / registers
}

/// Defines a kernel: a front function generic over the scalar, and its copies for `f32` and `f64` and each
/// instruction set. Those for `f32` are compiled here once and shared by every network of every crate.
///
/// `kernel! { Trait: pub(crate) fn name<T, FMA, TILE>(args) { body } }`. `FMA` is the constant that tells whether a fused
/// multiply-add is one instruction, `TILE` how many sums of [`LANES`](crate::LANES) scalars fit the registers. The body
/// may also use the constant `WIDTH`, the bytes of a register, the type `V`, the [`Vector`] of the instruction set, and the
/// constant `INLINED`: whether this is not a copy but the body inside a network that is compiled as a whole. It is one function
/// for both scalars: what it asks of `T` is in [`Scalar`].
/// `Trait` is a hidden trait by which the front finds the copies; [`Kernels`](crate::kernels::Kernels) lists it.
///
/// `only f32` before the name leaves out the copies for `f64`; such a kernel is not listed.
///
/// `small` before the name makes the front generic over the elements, too, and has the body inlined into a network that
/// is compiled for the instruction set as a whole, where sizes are constants, see [`One`](crate::one::One).
///
/// `f64` has no copy for AVX-512, which runs the one for AVX2: a third of the build for little gain.
macro_rules! kernel {
    ($(#[$meta:meta])* small $kernel:ident: $vis:vis fn $name:ident<$T:ident, $FMA:ident, $TILE:ident>(
        $($argument:ident: $type:ty),* $(,)?
    ) $body:block) => {
        $(#[$meta])*
        #[inline(always)]
        $vis fn $name<$T: crate::Scalar, E: crate::Element<$T>>(isa: crate::simd::Isa, $($argument: $type),*) {
            if const { E::INLINED } {
                <$T as $kernel<$T>>::run_inlined(isa, $($argument),*)
            } else {
                <$T as $kernel<$T>>::run(isa, $($argument),*)
            }
        }
        crate::simd::kernel!(@trait $kernel $T $FMA $TILE ($($argument: $type),*) $body);
    };
    ($(#[$meta:meta])* $kernel:ident: $vis:vis fn $name:ident<$T:ident, $FMA:ident, $TILE:ident>(
        $($argument:ident: $type:ty),* $(,)?
    ) $body:block) => {
        $(#[$meta])*
        #[inline(always)]
        $vis fn $name<$T: crate::Scalar>(isa: crate::simd::Isa, $($argument: $type),*) {
            <$T as $kernel<$T>>::run(isa, $($argument),*)
        }
        crate::simd::kernel!(@trait $kernel $T $FMA $TILE ($($argument: $type),*) $body);
    };
    ($(#[$meta:meta])* only f32 $kernel:ident: $vis:vis fn $name:ident<$T:ident, $FMA:ident, $TILE:ident>(
        $($argument:ident: $type:ty),* $(,)?
    ) $body:block) => {
        $(#[$meta])*
        #[inline(always)]
        $vis fn $name(isa: crate::simd::Isa, $($argument: $type),*) {
            <f32 as $kernel<f32>>::run(isa, $($argument),*)
        }
        // Such kernels are of layers that are never inlined, and no trait lists them.
        crate::simd::kernel!(@declare #[allow(dead_code, unreachable_pub)] $kernel $T ($($argument: $type),*));
        crate::simd::kernel!(@copies f32 [f32 avx512] $kernel $T $FMA $TILE ($($argument: $type),*) $body);
    };
    (@declare $(#[$meta:meta])* $kernel:ident $T:ident ($($argument:ident: $type:ty),*)) => {
        #[doc(hidden)]
        $(#[$meta])*
        pub trait $kernel<$T>: Sized {
            fn run(isa: crate::simd::Isa, $($argument: $type),*);
            /// The body itself, for a caller that is compiled for the instruction set.
            fn run_inlined(isa: crate::simd::Isa, $($argument: $type),*);
        }
    };
    (@trait $kernel:ident $T:ident $FMA:ident $TILE:ident ($($argument:ident: $type:ty),*) $body:block) => {
        crate::simd::kernel!(@declare $kernel $T ($($argument: $type),*));

        crate::simd::kernel!(@copies $T [f32 avx512, f64 avx2] $kernel $T $FMA $TILE ($($argument: $type),*) $body);
    };
    (@avx512 avx512 $T:ident ($($argument:ident: $type:ty),*)) => {
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]
        #[inline(never)]
        fn avx512($($argument: $type),*) {
            body::<$T, true, { crate::simd::tile::<$T>(64) }, 64, false, <$T as crate::simd::Vectors>::Avx512>($($argument),*)
        }
    };
    (@avx512 avx2 $T:ident $arguments:tt) => {};
    (@inlined avx512 $T:ident ($($argument:ident),*)) => {
        body::<$T, true, { crate::simd::tile::<$T>(64) }, 64, true, <$T as crate::simd::Vectors>::Avx512>($($argument),*)
    };
    (@inlined avx2 $T:ident ($($argument:ident),*)) => {
        body::<$T, true, { crate::simd::tile::<$T>(32) }, 32, true, <$T as crate::simd::Vectors>::Avx2>($($argument),*)
    };
    (@copies $scalar:ident [$($copy:tt)*] $kernel:ident $T:ident $FMA:ident $TILE:ident ($($argument:ident: $type:ty),*) $body:block) => {
        const _: () = {
            #[inline(always)]
            #[allow(clippy::extra_unused_type_parameters)] // the body of an `only f32` kernel names `f32` and not `T`
            fn body<
                $T: crate::Scalar,
                const $FMA: bool,
                const $TILE: usize,
                const WIDTH: usize,
                const INLINED: bool,
                V: crate::simd::Vector<$scalar>,
            >(
                $($argument: $type),*
            ) $body

            crate::simd::kernel!(@copy [$($copy)*] $kernel $T ($($argument: $type),*));
        };
    };
    (@copy [] $kernel:ident $T:ident $arguments:tt) => {};
    (@copy [$scalar:ident $widest:ident $(, $($rest:tt)*)?] $kernel:ident $T:ident ($($argument:ident: $type:ty),*)) => {
        const _: () = {
            type $T = $scalar;

            #[inline(never)]
            fn baseline($($argument: $type),*) {
                body::<$T, { crate::simd::BASELINE_FMA }, { crate::simd::tile::<$T>(16) }, 16, false, crate::Lanes<$T>>(
                    $($argument),*
                )
            }

            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            #[target_feature(enable = "avx2,fma,f16c")]
            #[inline(never)]
            fn avx2($($argument: $type),*) {
                body::<$T, true, { crate::simd::tile::<$T>(32) }, 32, false, <$T as crate::simd::Vectors>::Avx2>($($argument),*)
            }

            crate::simd::kernel!(@avx512 $widest $T ($($argument: $type),*));

            impl $kernel<$T> for $T {
                #[inline(never)]
                fn run(isa: crate::simd::Isa, $($argument: $type),*) {
                    match isa.instruction_set() {
                        crate::simd::InstructionSet::Baseline => baseline($($argument),*),
                        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
                        #[allow(unsafe_code)] // instruction set
                        // SAFETY: `Avx2` is only made by `Isa::detect`, after its features were found.
                        crate::simd::InstructionSet::Avx2 => unsafe { avx2($($argument),*) },
                        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
                        #[allow(unsafe_code)] // instruction set
                        // SAFETY: `Avx512` is only made by `Isa::detect`, after all its features, AVX2 and FMA among
                        // them, were found.
                        crate::simd::InstructionSet::Avx512 => unsafe { $widest($($argument),*) },
                    }
                }

                #[inline(always)]
                fn run_inlined(isa: crate::simd::Isa, $($argument: $type),*) {
                    match isa.instruction_set() {
                        crate::simd::InstructionSet::Baseline => {
                            body::<$T, { crate::simd::BASELINE_FMA }, { crate::simd::tile::<$T>(16) }, 16, true, crate::Lanes<$T>>(
                                $($argument),*
                            )
                        }
                        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
                        crate::simd::InstructionSet::Avx2 => {
                            body::<$T, true, { crate::simd::tile::<$T>(32) }, 32, true, <$T as crate::simd::Vectors>::Avx2>($($argument),*)
                        }
                        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
                        crate::simd::InstructionSet::Avx512 => crate::simd::kernel!(@inlined $widest $T ($($argument),*)),
                    }
                }
            }
        };
        crate::simd::kernel!(@copy [$($($rest)*)?] $kernel $T ($($argument: $type),*));
    };
}
pub(crate) use kernel;

/// Defines a piece of kernels that is a function of its own for each scalar and instruction set: what several kernels do, or
/// one at several places, is compiled once that way, and a loop that is all there is of a function has the registers for
/// itself.
///
/// `apart! { fn name<T, V, FMA>(args) { body } }`, with sizes behind: `fn name<T, V, FMA, const N: usize>`. A kernel calls
/// `name::<T, V>(args)` with its scalar and its [`Vector`]; `FMA` is for the body alone, as in [`kernel!`](kernel).
macro_rules! apart {
    ($(#[$meta:meta])* $vis:vis fn $name:ident<$T:ident, $V:ident, $FMA:ident $(, const $N:ident: usize)*>(
        $($argument:ident: $type:ty),* $(,)?
    ) $body:block) => {
        crate::simd::apart! {
            $(#[$meta])* $vis fn $name<$T, $V, $FMA $(, const $N: usize)*>($($argument: $type),*) -> () $body
        }
    };
    ($(#[$meta:meta])* $vis:vis fn $name:ident<$T:ident, $V:ident, $FMA:ident $(, const $N:ident: usize)*>(
        $($argument:ident: $type:ty),* $(,)?
    ) -> $output:ty $body:block) => {
        $(#[$meta])*
        #[inline(always)]
        $vis fn $name<$T: crate::Scalar, $V: crate::simd::Vector<$T> $(, const $N: usize)*>(
            $($argument: $type),*
        ) -> $output {
            struct Call<A, V $(, const $N: usize)*>(A, core::marker::PhantomData<V>);

            impl<$T: crate::Scalar, $V: crate::simd::Vector<$T> $(, const $N: usize)*> crate::simd::Work
                for Call<($($type,)* core::marker::PhantomData<$T>), $V $(, $N)*>
            {
                type Output = $output;
                #[inline(always)]
                fn run<const $FMA: bool>(self) -> $output {
                    let ($($argument,)* _) = self.0;
                    $body
                }
            }

            let arguments = ($($argument,)* core::marker::PhantomData);
            $V::apart(Call::<_, $V $(, $N)*>(arguments, core::marker::PhantomData))
        }
    };
}
pub(crate) use apart;
