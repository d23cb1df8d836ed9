//! What the checks of `chainrule` against PyTorch and against finite differences share. Layers and losses run here
//! on the path that generated code takes: the same contexts, the same layout, one sample an element and sixteen.

mod activation;
mod compare;
mod golden;
mod gradient;
mod layer;
mod loss;
pub mod mixed;
mod network;
mod pass;

pub use activation::{check_apply, check_in_place};
pub use compare::{Tolerance, assert_close};
pub use golden::{Case, Golden};
pub use gradient::{
    assert_gradient, check_gradients, check_gradients_at, check_loss_gradient, difference,
};
pub use layer::{check_inference, check_layer, check_training};
pub use loss::check_loss;
pub use network::{check_network, load, name_in_case};
pub use pass::{State, Training, infer, loss_of, train, uniform};

/// The README's tour, run as it stands.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
