//! Flush-to-zero, as the yardstick and the peers' benchmarks have it: a number too small for a normal `f32` becomes zero
//! instead of slowing the addition down by a hundred cycles.

/// Sets flush-to-zero and denormals-are-zero for this thread, for good. Call it first in `main`.
///
/// The language promises the default modes to optimizations that compute constants; no result of these programs
/// depends on a denormal, and none is printed.
#[allow(unsafe_code)] // a control register
pub fn flush_to_zero() {
    #[cfg(target_arch = "x86_64")]
    {
        let mut mxcsr = 0_u32;
        // SAFETY: writes four bytes to a local that is as large.
        unsafe { core::arch::asm!("stmxcsr [{}]", in(reg) &mut mxcsr, options(nostack)) };
        mxcsr |= 0x8040; // bit 15 flush-to-zero, bit 6 denormals-are-zero
        // SAFETY: reads four bytes; only two mode bits differ from what the register held, no reserved one.
        unsafe { core::arch::asm!("ldmxcsr [{}]", in(reg) &mxcsr, options(nostack, readonly)) };
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: sets bit 24 (FZ) of the floating-point control register and leaves the others.
    unsafe {
        core::arch::asm!(
            "mrs {fpcr}, fpcr",
            "orr {fpcr}, {fpcr}, #(1 << 24)",
            "msr fpcr, {fpcr}",
            fpcr = out(reg) _,
            options(nomem, nostack)
        );
    }
}
