//! The start of the program on x86-64 Linux without a C library: what the crate for a board would bring. An entry point, an
//! output, and what happens on a panic.

use core::arch::{asm, global_asm};
use core::fmt::{self, Write};
use core::panic::PanicInfo;
use firmware::run;

// The kernel jumps to `_start` with arguments on the stack, which may lie anywhere; functions want it at a multiple of 16.
global_asm!(
    ".globl _start",
    "_start:",
    "xor ebp, ebp",
    "and rsp, -16",
    "call {start}",
    "ud2",
    start = sym start,
);

extern "C" fn start() -> ! {
    match run(&mut StandardOutput) {
        Ok(()) => exit(0),
        Err(failure) => {
            // Where there is no output there is nothing more to say.
            let _ = writeln!(StandardOutput, "{failure:?}");
            exit(1)
        }
    }
}

/// File descriptor 1.
struct StandardOutput;

impl Write for StandardOutput {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let written: isize;
            // SAFETY: system call 1 is `write(descriptor, start, length)`: it reads `length` bytes at `start`, which are
            // those of `rest`, and changes no memory. The kernel overwrites the three registers that are named, no other.
            unsafe {
                asm!(
                    "syscall",
                    inlateout("rax") 1_isize => written,
                    in("rdi") 1,
                    in("rsi") rest.as_ptr(),
                    in("rdx") rest.len(),
                    lateout("rcx") _,
                    lateout("r11") _,
                    options(nostack, readonly),
                );
            }
            let written = usize::try_from(written).map_err(|_| fmt::Error)?;
            rest = rest.get(written..).ok_or(fmt::Error)?;
        }
        Ok(())
    }
}

fn exit(code: i32) -> ! {
    // SAFETY: system call 60 is `exit(code)`, which does not return.
    unsafe {
        asm!("syscall", in("rax") 60, in("rdi") code, options(noreturn, nostack));
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let _ = writeln!(StandardOutput, "{info}");
    exit(101)
}
