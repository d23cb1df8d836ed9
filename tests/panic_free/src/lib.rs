//! Networks that together have every layer, loss and optimizer. Each of their hot paths is an exported function, whose
//! arguments are known at run time alone: `tests/tests/panic_free.rs` looks at what the linked functions refer to.
#![cfg_attr(not(feature = "std"), no_std)]

#[macro_use]
mod entries;
mod blocks;
mod companions;
mod control;
mod layers;
mod optimizers;
mod sequences;

// The same lines for every instruction set, of which each small network has functions of its own: with the standard library
// they would take ten minutes to compile.
#[cfg(not(feature = "std"))]
mod activations;
#[cfg(not(feature = "std"))]
mod losses;
#[cfg(not(feature = "std"))]
mod more_layers;
#[cfg(not(feature = "std"))]
mod more_sequences;

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
