//! Optimizers: the second half of training, `w ← w − η·∂L/∂w` and its variants, as loops over flat slices.
//!
//! Formulas, options and defaults are PyTorch's (`torch.optim`), of those it lacks the paper's; hyperparameters are `f64`
//! for both scalars and rounded once a step, as there. A step uses no fused multiply-add, and adds up across parameters,
//! where it has to, in a fixed order, so it gives the same bits on every instruction set.
//!
//! ```
//! # use chainrule::prelude::*;
//! # use chainrule::{optimizers::Adam, layers::LinearParameters};
//! # struct Net(LinearParameters<f32, 2, 1, 1>);
//! # impl Parameters for Net {
//! #     type Scalar = f32;
//! #     fn parameters(&self) -> &[f32] { self.0.weight.as_slice() }
//! #     fn parameters_mut(&mut self) -> &mut [f32] { self.0.weight.as_mut_slice() }
//! # }
//! # let (mut net, gradients) = (Net(bytemuck::Zeroable::zeroed()), Net(bytemuck::Zeroable::zeroed()));
//! let mut adam = Adam::new(&net).learning_rate(3e-4).betas(0.9, 0.99);
//! adam.step(&mut net, &gradients);
//! adam.set_learning_rate(1e-4);
//! ```
//!
//! Other hyperparameters for some layers, and layers that stay as they are: [`groups`].
//!
//! The state lies in boxes that construction allocates; a step allocates nothing. Without a heap the user gives arrays
//! or `&'static mut [T]` to `with_state`, see [`Storage`].

mod adadelta;
mod adagrad;
mod adam;
mod adam_w;
mod adamax;
mod adan;
mod average;
mod clipping;
mod fused;
pub mod groups;
mod hyperparameters;
mod lamb;
mod lbfgs;
mod line_search;
mod lion;
mod lookahead;
mod muon;
mod nadam;
mod newton_schulz;
mod optimizer;
mod pieces;
mod radam;
mod rms_prop;
mod schedule_free;
mod segments;
mod sgd;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adam_w::AdamW;
pub use adamax::Adamax;
pub use adan::Adan;
pub use average::AveragedModel;
pub use clipping::{clip_grad_norm, clip_grad_value, grad_norm};
#[doc(hidden)]
pub use fused::FusedPass;
pub use lamb::Lamb;
pub use lbfgs::{Lbfgs, LbfgsProgress};
pub use lion::Lion;
pub use lookahead::Lookahead;
pub use muon::Muon;
pub use nadam::NAdam;
pub use radam::RAdam;
pub use rms_prop::RmsProp;
pub use schedule_free::ScheduleFree;
pub use sgd::Sgd;

use crate::element::Lanes;
use crate::error::BackpropagateError;
use crate::group::Group;
use crate::input::Input;
use crate::layer_info::{LayerInfo, layout};
use crate::losses::Loss;
use crate::network::{Network, Parameters};
use crate::scalar::Scalar;
use crate::schedules::Schedule;
use crate::workspace::Workspace;
use core::ops::DerefMut;
use fused::Batch;

/// Updates parameters from their gradients.
///
/// Beside the update it tells and takes everything that a checkpoint needs for an exact resume:
/// [`steps`](Optimizer::steps), [`state`](Optimizer::state) and [`scalar_state`](Optimizer::scalar_state), which with the
/// hyperparameters are the whole optimizer.
pub trait Optimizer<T: Scalar> {
    /// Updates `parameters` in place. No heap, no panic in a release build.
    ///
    /// Both slices have the length the optimizer was made for. If they do not, debug builds panic, and release builds
    /// update the parameters up to the shortest length and leave the rest alone.
    fn step_slices(&mut self, parameters: &mut [T], gradients: &[T]);

    /// The learning rate `η` of the next step.
    fn current_learning_rate(&self) -> f64;

    /// Changes the learning rate from the next step on.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Sets the learning rate of the next step to the schedule's at [`steps`](Optimizer::steps).
    ///
    /// # Panics
    /// If that is negative, infinite or NaN.
    #[track_caller]
    fn follow(&mut self, schedule: &impl Schedule) {
        self.set_learning_rate(schedule.learning_rate(self.steps()));
    }

    /// How many steps were made.
    fn steps(&self) -> u64;

    /// Sets the number of steps made, to resume from a checkpoint.
    fn set_steps(&mut self, steps: u64);

    /// The state slices in use with PyTorch's names (`exp_avg`, `momentum_buffer`), each as long as the parameters and
    /// in their order.
    fn state(&self) -> impl Iterator<Item = (&'static str, &[T])>;

    /// The state slices in use, mutable.
    fn state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut [T])>;

    /// What the optimizer carries from step to step besides its slices and the count, with PyTorch's names: `mu_product`
    /// of [`NAdam`]. Most have nothing of the kind.
    fn scalar_state(&self) -> impl Iterator<Item = (&'static str, f64)> {
        core::iter::empty()
    }

    /// The same, mutable.
    fn scalar_state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut f64)> {
        core::iter::empty()
    }

    /// The second half of training: one update of a network from the gradients in a workspace. What is declared with
    /// `freeze` stays as it is, except that an optimizer of your own sees gradients of zero.
    #[inline]
    fn step<P, G>(&mut self, network: &mut P, gradients: &G)
    where
        P: Parameters<Scalar = T>,
        G: Parameters<Scalar = T>,
    {
        self.step_layers(
            network.parameters_mut(),
            gradients.parameters(),
            layout::<P>(),
        );
    }

    /// As [`step_slices`](Optimizer::step_slices) for the parameters of these layers, where some are frozen.
    #[doc(hidden)]
    #[inline]
    fn step_layers(&mut self, parameters: &mut [T], gradients: &[T], layers: &'static [LayerInfo]) {
        let _ = layers;
        self.step_slices(parameters, gradients);
    }

    /// Both halves of training in one: [`backpropagate`](Network::backpropagate), then [`step`](Optimizer::step).
    ///
    /// The mathematics is the same; the order of the work is not. The optimizers of this crate update every layer as
    /// soon as its gradients are known, while those are in the nearest cache, and keep none: afterwards
    /// [`Workspace::gradients`] holds nothing of use. Plain [`Sgd`] updates `Linear` layers without
    /// writing their gradients, for up to 128 samples with the same bits, on a single sample rounded once less. Everything
    /// else has the bits of the two calls. A batch that
    /// the workspace takes in several pieces or divides among threads needs all its gradients first: then it is the
    /// two calls, as it is for an optimizer of your own. No heap, no panic.
    ///
    /// ```
    /// use chainrule::prelude::*;
    ///
    /// network! { struct Net: [2] -> [1] { Linear(8), Tanh, Linear(1) } }
    ///
    /// let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    /// let mut workspace = Net::workspace();
    /// let mut sgd = Sgd::new(&net, 0.1);
    /// // Online learning: one sample at a time.
    /// for (input, target) in [([0.0, 1.0], [1.0]), ([1.0, 0.0], [0.5])] {
    ///     let loss = sgd.train_step(&mut *net, &[input], &[target], &MseLoss::default(), &mut workspace)?;
    ///     assert!(loss >= 0.0);
    /// }
    /// assert_eq!(sgd.steps(), 2);
    /// # Ok::<(), BackpropagateError>(())
    /// ```
    ///
    /// # Errors
    /// As [`backpropagate`](Network::backpropagate). Then network and optimizer are as before, also when the loss is
    /// not finite, which is known before anything is updated.
    fn train_step<N, X, Y, L, A, G>(
        &mut self,
        network: &mut N,
        inputs: &[X],
        targets: &[Y],
        loss: &L,
        workspace: &mut Workspace<N, A, G>,
    ) -> Result<T, BackpropagateError>
    where
        N: Network<Scalar = T>,
        X: Input<N::Input>,
        Y: Sync,
        L: Loss<T, N::Output, Y>,
        A: DerefMut<Target = [Lanes<T>]>,
        G: DerefMut<Target = N::Parameters>,
    {
        self.fused_step(Batch {
            network,
            inputs,
            targets,
            loss,
            workspace,
        })
    }

    /// Hands `pass` what updates parameters in this step, and counts the step if there is no error.
    #[doc(hidden)]
    fn fused_step(&mut self, pass: impl FusedPass<T>) -> Result<T, BackpropagateError> {
        pass.run_apart(|parameters, gradients, layers| {
            self.step_layers(parameters, gradients, layers);
        })
    }
}

/// An optimizer that takes the parameters some tensors at a time: those of this crate but [`Lookahead`] and [`Muon`], which
/// can have one of them inside.
pub trait Piecewise<T: Scalar>: Optimizer<T> {
    /// See [`Adam::freeze`].
    #[doc(hidden)]
    #[track_caller]
    fn freeze_group<N: Network<Scalar = T>>(&mut self, group: Group<N>);
    /// See [`Adam::unfreeze`].
    #[doc(hidden)]
    #[track_caller]
    fn unfreeze_group<N: Network<Scalar = T>>(&mut self, group: Group<N>);
}

impl<T: Scalar, S: Storage<T>> Piecewise<T> for Sgd<T, S> {
    #[track_caller]
    fn freeze_group<N: Network<Scalar = T>>(&mut self, group: Group<N>) {
        self.freeze(group);
    }
    #[track_caller]
    fn unfreeze_group<N: Network<Scalar = T>>(&mut self, group: Group<N>) {
        self.unfreeze(group);
    }
}

/// Where an optimizer keeps its state: `Box<[T]>`, `[T; N]`, `&'static mut [T]`, …, of as many scalars as the network
/// has parameters, zero at the start.
///
/// ```
/// use chainrule::optimizers::Adam;
///
/// const PARAMETERS: usize = 61_706; // `LeNet5::PARAMETERS`
/// let adam: Adam<f32, [f32; PARAMETERS]> = const { Adam::with_state([0.0; PARAMETERS], [0.0; PARAMETERS]) };
/// # let _ = adam;
/// ```
pub trait Storage<T>: AsRef<[T]> + AsMut<[T]> {}

impl<T, S: AsRef<[T]> + AsMut<[T]>> Storage<T> for S {}

/// The loops of the optimizers, compiled once for each scalar and instruction set, see `kernel!`.
#[doc(hidden)]
pub trait Kernels<T>:
    adadelta::Update<T>
    + adagrad::Update<T>
    + adam::Update<T>
    + adam::UpdateAmsgrad<T>
    + adamax::Update<T>
    + adan::Update<T>
    + average::Approach<T>
    + clipping::Limit<T>
    + clipping::Scale<T>
    + clipping::Squares<T>
    + lamb::Moments<T>
    + lamb::Update<T>
    + lion::Update<T>
    + nadam::Update<T>
    + newton_schulz::Round<T>
    + radam::Update<T>
    + rms_prop::Update<T>
    + schedule_free::Update<T>
    + sgd::Update<T>
    + sgd::UpdateMomentum<T>
{
}

impl Kernels<f32> for f32 {}
impl Kernels<f64> for f64 {}
