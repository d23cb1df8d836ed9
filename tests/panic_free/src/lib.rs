//! Networks that together have every layer, loss and optimizer. Each of their hot paths is an exported function, whose
//! arguments are known at run time alone: `tests/tests/panic_free.rs` looks at what the linked functions refer to.
#![cfg_attr(not(feature = "std"), no_std)]

#[macro_use]
mod entries;
mod activations;
mod blocks;
mod companions;
mod control;
mod layers;
mod losses;
mod optimizers;
mod sequences;

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
