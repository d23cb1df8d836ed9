//! What the programs share: their start, and weights that are part of them.
#![cfg_attr(not(feature = "std"), no_std)]

use bytemuck::AnyBitPattern;

/// Bytes of a network that the program's file holds, at a cache line.
#[repr(C, align(64))]
pub struct Weights<const SCALARS: usize>([f32; SCALARS]);

impl<const SCALARS: usize> Weights<SCALARS> {
    /// Weights like those of a trained network: small, and each another one.
    pub const fn new() -> Self {
        let (mut weights, mut state, mut i) = ([0.0; SCALARS], 0x9e37_79b9_u32, 0);
        while i < SCALARS {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            weights[i] = (state >> 8) as f32 / (1 << 25) as f32 - 0.25;
            i += 1;
        }
        Self(weights)
    }

    /// As a network, where they lie.
    pub fn network<N: AnyBitPattern>(&'static self) -> Option<&'static N> {
        bytemuck::try_from_bytes(bytemuck::cast_slice(&self.0)).ok()
    }
}

impl<const SCALARS: usize> Default for Weights<SCALARS> {
    fn default() -> Self {
        Self::new()
    }
}

/// The weights of a network, in read-only data: an `Option` that holds them.
#[macro_export]
macro_rules! built_in {
    ($network:ty) => {{
        static WEIGHTS: $crate::Weights<{ size_of::<$network>() / 4 }> = $crate::Weights::new();
        WEIGHTS.network::<$network>()
    }};
}

/// Starts a program that exits with the value of an expression.
#[cfg(feature = "std")]
#[macro_export]
macro_rules! program {
    ($result:expr) => {
        fn main() {
            let result: f32 = $result;
            std::process::exit(result as i32);
        }
    };
}

/// Starts a program that exits with the value of an expression.
#[cfg(not(feature = "std"))]
#[macro_export]
macro_rules! program {
    ($result:expr) => {
        core::arch::global_asm!(
            ".globl _start",
            "_start:",
            "xor ebp, ebp",
            "and rsp, -16",
            "call {start}",
            "ud2",
            start = sym start,
        );

        extern "C" fn start() -> ! {
            let result: f32 = $result;
            // SAFETY: system call 60 is `exit(code)`, which does not return.
            unsafe {
                core::arch::asm!("syscall", in("rax") 60, in("rdi") result as i32, options(noreturn, nostack));
            }
        }

        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            loop {}
        }

        /// What tables for unwinding refer to in the compiled core library. Nothing unwinds here: `panic = "abort"`.
        #[unsafe(no_mangle)]
        extern "C" fn rust_eh_personality() {}
    };
}
