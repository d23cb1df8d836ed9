//! The functions that compiled Rust calls wherever it copies, fills or compares memory. Elsewhere a C library or the
//! compiler's own library brings them.

use core::arch::asm;

/// # Safety
/// `from` is valid for reads and `to` for writes of `len` bytes, and they do not overlap.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    // SAFETY: `rep movsb` copies `rcx` bytes from `rsi` to `rdi`, upwards, as the direction flag is clear at every call.
    unsafe {
        asm!("rep movsb", inout("rcx") len => _, inout("rsi") from => _, inout("rdi") to => _,
            options(nostack, preserves_flags));
    }
    to
}

/// # Safety
/// `from` is valid for reads and `to` for writes of `len` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    if (to as usize).wrapping_sub(from as usize) >= len {
        // SAFETY: `to` does not begin within the source, so a copy upwards reads each byte before it is overwritten.
        return unsafe { memcpy(to, from, len) };
    }
    // SAFETY: as in `memcpy`, downwards from the last bytes, which exist: `len` is not 0 where `to` begins within the
    // source. The direction flag is clear again afterwards.
    unsafe {
        asm!("std", "rep movsb", "cld", inout("rcx") len => _, inout("rsi") from.add(len).sub(1) => _,
            inout("rdi") to.add(len).sub(1) => _, options(nostack));
    }
    to
}

/// # Safety
/// `to` is valid for writes of `len` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, len: usize) -> *mut u8 {
    // SAFETY: `rep stosb` writes `al` to `rcx` bytes from `rdi` on, upwards.
    unsafe {
        asm!("rep stosb", inout("rcx") len => _, inout("rdi") to => _, in("al") byte as u8,
            options(nostack, preserves_flags));
    }
    to
}

/// # Safety
/// Both are valid for reads of `len` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, len: usize) -> i32 {
    for i in 0..len {
        // SAFETY: `i` is less than `len`.
        let (l, r) = unsafe { (left.add(i).read_volatile(), right.add(i).read_volatile()) };
        if l != r {
            return i32::from(l) - i32::from(r);
        }
    }
    0
}

/// # Safety
/// Both are valid for reads of `len` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, len: usize) -> i32 {
    // SAFETY: as the caller says.
    unsafe { memcmp(left, right, len) }
}

/// What tables for unwinding refer to in the compiled core library. Nothing unwinds here: `panic = "abort"`.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
