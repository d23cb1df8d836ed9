//! How much stack a call takes, measured: the stack below it is painted before and read after.

use std::fs::File;
use std::hint::black_box;
use std::io;
use std::os::unix::fs::FileExt;

/// The stack that is painted.
const PAINTED: usize = 1 << 20;
/// Between the painter and the call, so that what reads the paint does not wipe it off.
const GUARD: usize = 16 << 10;
const PAINT: u8 = 0xA7;

/// The bytes of stack between where `call` begins and the deepest byte that it changed, of at most a megabyte.
///
/// The paint is read through `/proc/self/mem`, since to the language what lies below a frame is nothing; so this is for
/// Linux.
///
/// # Errors
/// When that file cannot be read.
pub fn stack_of(call: impl FnOnce() + Send) -> io::Result<usize> {
    let memory = File::open("/proc/self/mem")?;
    let thread = std::thread::Builder::new().stack_size(4 * PAINTED);
    std::thread::scope(|scope| {
        let measured = thread.spawn_scoped(scope, move || {
            let mut below = vec![0; PAINTED];
            paint();
            let top = descend(call);
            memory.read_exact_at(&mut below, (top - PAINTED + GUARD) as u64)?;
            let clean = below.iter().take_while(|&&byte| byte == PAINT).count();
            Ok((PAINTED - GUARD).saturating_sub(clean))
        })?;
        measured.join().expect("a call that does not panic")
    })
}

#[inline(never)]
fn paint() {
    black_box(&mut [PAINT; PAINTED + GUARD]);
}

/// Calls `call` from below a gap; tells where it began.
#[inline(never)]
fn descend(call: impl FnOnce()) -> usize {
    let gap = [PAINT; GUARD];
    let top = begin(call);
    black_box(&gap);
    top
}

#[inline(never)]
fn begin(call: impl FnOnce()) -> usize {
    let here = black_box(0_u8);
    let top = &raw const here as usize;
    call();
    black_box(&here);
    top
}

#[cfg(test)]
mod tests {
    use super::*;

    #[inline(never)]
    fn takes<const BYTES: usize>() {
        black_box(&mut [1_u8; BYTES]);
    }

    #[test]
    fn a_call_takes_what_its_arrays_take() {
        for (call, bytes) in [
            (takes::<0> as fn(), 0),
            (takes::<3000>, 3000),
            (takes::<200_000>, 200_000),
        ] {
            let measured = stack_of(call).expect("Linux shows the memory of a process");
            assert!(
                (bytes..bytes + 512).contains(&measured),
                "{measured} for {bytes}"
            );
        }
    }
}
