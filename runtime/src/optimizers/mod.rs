//! Optimizers: the second half of training, `w ← w − η·∂L/∂w` and its variants, as loops over flat slices.

mod sgd;

pub use sgd::Sgd;

use crate::network::Parameters;
use crate::scalar::Scalar;

/// Updates parameters from their gradients.
pub trait Optimizer<T: Scalar> {
    /// Updates `parameters` in place. Both slices have the length the optimizer was made for; of longer ones the
    /// rest is left alone.
    fn step_slices(&mut self, parameters: &mut [T], gradients: &[T]);

    /// The learning rate `η`.
    fn learning_rate(&self) -> T;

    /// Changes the learning rate from the next step on.
    fn set_learning_rate(&mut self, learning_rate: T);

    /// The second half of training: one update of a network from the gradients in a workspace.
    #[inline]
    fn step<P, G>(&mut self, network: &mut P, gradients: &G)
    where
        P: Parameters<Scalar = T>,
        G: Parameters<Scalar = T>,
    {
        self.step_slices(network.parameters_mut(), gradients.parameters());
    }
}
