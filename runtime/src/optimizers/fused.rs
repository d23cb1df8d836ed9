//! A training pass together with the step that follows it.

use crate::element::Lanes;
use crate::error::BackpropagateError;
use crate::input::Input;
use crate::layer_info::{LayerInfo, layout};
use crate::losses::Loss;
use crate::network::{Network, Parameters};
use crate::pass;
use crate::scalar::Scalar;
use crate::weights::Update;
use crate::workspace::Workspace;
use core::ops::DerefMut;

/// A training pass that an optimizer has a part in.
pub trait FusedPass<T: Scalar> {
    /// Updates the parameters wherever their gradients are known.
    fn run(self, update: impl Update<T>) -> Result<T, BackpropagateError>;
    /// Updates them after the pass.
    fn run_apart(
        self,
        step: impl FnOnce(&mut [T], &[T], &'static [LayerInfo]),
    ) -> Result<T, BackpropagateError>;
}

/// What [`train_step`](super::Optimizer::train_step) is given.
pub(super) struct Batch<'a, N: Network, X, Y, L, A, G> {
    pub(super) network: &'a mut N,
    pub(super) inputs: &'a [X],
    pub(super) targets: &'a [Y],
    pub(super) loss: &'a L,
    pub(super) workspace: &'a mut Workspace<N, A, G>,
}

impl<N, X, Y, L, A, G> FusedPass<N::Scalar> for Batch<'_, N, X, Y, L, A, G>
where
    N: Network,
    X: Input<N::Input>,
    Y: Sync,
    L: Loss<N::Scalar, N::Output, Y>,
    A: DerefMut<Target = [Lanes<N::Scalar>]>,
    G: DerefMut<Target = N::Parameters>,
{
    fn run(self, update: impl Update<N::Scalar>) -> Result<N::Scalar, BackpropagateError> {
        let Self {
            network,
            inputs,
            targets,
            loss,
            workspace,
        } = self;
        pass::step(network, inputs, targets, loss, workspace, update)
    }

    fn run_apart(
        self,
        step: impl FnOnce(&mut [N::Scalar], &[N::Scalar], &'static [LayerInfo]),
    ) -> Result<N::Scalar, BackpropagateError> {
        let Self {
            network,
            inputs,
            targets,
            loss,
            workspace,
        } = self;
        let loss = network.backpropagate(inputs, targets, loss, workspace)?;
        let gradients = workspace.gradients().parameters();
        step(network.parameters_mut(), gradients, layout::<N>());
        Ok(loss)
    }
}
