use super::hyperparameters::{decay_rate, not_negative};
use super::newton_schulz::{orthogonalize, room};
use super::segments::{Segments, ratio};
use super::{FusedPass, Optimizer, Piecewise, Storage, groups, optimizer::Grouped};
use crate::error::BackpropagateError;
use crate::group::Group;
use crate::layer_info::{LayerInfo, is_frozen};
use crate::network::Network;
use crate::scalar::Scalar;
use crate::simd::Isa;
use crate::tensor::{Order, Tensor};
use crate::weights::{Update, part};
use core::fmt;
use core::marker::PhantomData;

/// Muon (Jordan et al. 2024, <https://kellerjordan.github.io/posts/muon>) for the weight matrices, with another optimizer
/// for the rest.
///
/// For every tensor with two or more dimensions, as the matrix `W` of outputs × everything else, with its gradient `G`:
///
/// - `B ← μ·B + (1 − μ)·G`, `U = (1 − μ)·G + μ·B` (Nesterov's momentum);
/// - `O` is near to the orthogonal matrix nearest to `U`: five times `X ← a·X + b·(X·Xᵀ)·X + c·(X·Xᵀ)²·X` from `U/‖U‖` on,
///   with `(a, b, c) = (3.4445, −4.7750, 2.0315)`, here in the network's scalar, not in `bf16`;
/// - `W ← (1 − η·λ)·W − η·√max(1, outputs/inputs)·O`.
///
/// Defaults, the author's: `η = 0.02`, `μ = 0.95`, `λ = 0`. He leaves embeddings and the last layer to the other optimizer:
/// [`except`](Muon::except). That has its own learning rate, which [`rest_mut`](Muon::rest_mut) changes.
///
/// ```
/// use chainrule::{optimizers::Muon, prelude::*};
///
/// network! { struct Net: [2] -> [1] { Linear(16), Tanh, Linear(16), Tanh, head: Linear(1) } }
///
/// let mut net = Net::init(&mut StdRng::seed_from_u64(7));
/// let mut workspace = Net::workspace();
/// let mut muon = Muon::new(&*net, AdamW::new(&net).learning_rate(1e-2)).except(&["head"]);
/// let (inputs, targets) = ([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.5]]);
/// let mut loss = 1.0;
/// for _ in 0..50 {
///     loss = muon.train_step(&mut *net, &inputs, &targets, &MseLoss::default(), &mut workspace)?;
/// }
/// assert!(loss < 0.05);
/// # Ok::<(), BackpropagateError>(())
/// ```
///
/// State: `momentum_buffer` (`B`, zeros where the rest is), and that of the other optimizer.
/// [`train_step`](Optimizer::train_step) is backpropagation and then the step. A matrix is updated on one thread.
#[derive(Clone)]
pub struct Muon<
    O,
    T,
    #[cfg(feature = "alloc")] S = alloc::boxed::Box<[T]>,
    #[cfg(not(feature = "alloc"))] S,
> {
    layers: &'static [LayerInfo],
    except: &'static [&'static str],
    rest: O,
    momentum_buffer: S,
    room: S,
    options: Options,
    groups: Segments<GroupOptions>,
    scalar: PhantomData<T>,
}

/// Those of the matrices.
#[derive(Clone, Copy, Debug)]
struct Options {
    learning_rate: f64,
    momentum: f64,
    weight_decay: f64,
}

groups::group_options! {
    Muon [] [] {
        /// Sets the momentum `μ`.
        momentum: decay_rate,
        /// Sets the weight decay `λ`.
        weight_decay: not_negative,
    }
}

/// How many scalars of room Muon needs for matrices of these layers, `Net::LAYERS`.
const fn room_len(layers: &[LayerInfo]) -> usize {
    let (mut most, mut layer) = (0, 0);
    while layer < layers.len() {
        let (tensors, mut i) = (layers[layer].parameters, 0);
        while i < tensors.len() {
            let (outputs, inputs) = sides(&tensors[i]);
            let len = outputs * inputs + room(outputs, inputs);
            if tensors[i].dims.len() > 1 && len > most {
                most = len;
            }
            i += 1;
        }
        layer += 1;
    }
    most
}

/// Outputs, and everything else.
const fn sides(tensor: &Tensor) -> (usize, usize) {
    let outputs = if tensor.dims.is_empty() {
        1
    } else {
        tensor.dims[0]
    };
    let divisor = if outputs == 0 { 1 } else { outputs };
    (outputs, tensor.len() / divisor)
}

#[cfg(feature = "alloc")]
impl<O: Piecewise<T>, T: Scalar> Muon<O, T> {
    /// For a network (`&*net` where it lies in a box), with `rest` for what is no matrix; allocates state and room.
    pub fn new<N: crate::Network<Scalar = T>>(network: &N, rest: O) -> Self {
        let len = network.parameters().len();
        Self::with_state(
            N::LAYERS,
            rest,
            bytemuck::zeroed_slice_box(len),
            bytemuck::zeroed_slice_box(room_len(N::LAYERS)),
        )
    }
}

impl Muon<(), (), ()> {
    /// How many scalars of room the largest matrix of these layers, `Net::LAYERS`, takes.
    pub const fn room_len(layers: &[LayerInfo]) -> usize {
        room_len(layers)
    }
}

impl<O: Piecewise<T>, T: Scalar, S: Storage<T>> Muon<O, T, S> {
    /// With the layers of the network, `Net::LAYERS`, and state and room in given memory: zeros of as many scalars as there
    /// are parameters, and of [`room_len`](Muon::room_len).
    pub const fn with_state(
        layers: &'static [LayerInfo],
        rest: O,
        momentum_buffer: S,
        room: S,
    ) -> Self {
        Self {
            layers,
            except: &[],
            rest,
            momentum_buffer,
            room,
            options: Options {
                learning_rate: 0.02,
                momentum: 0.95,
                weight_decay: 0.0,
            },
            groups: Segments::new(0.02),
            scalar: PhantomData,
        }
    }

    /// Leaves the layers with these labels to the other optimizer.
    ///
    /// # Panics
    /// If no layer with parameters has such a label.
    #[must_use]
    #[track_caller]
    pub fn except(mut self, labels: &'static [&'static str]) -> Self {
        for label in labels {
            let mut layers = self.layers.iter();
            assert!(
                layers.any(|layer| layer.label == *label && !layer.parameters.is_empty()),
                "no layer with parameters has the label `{label}`"
            );
        }
        self.except = labels;
        self
    }

    /// Sets the learning rate `η` of the matrices.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn learning_rate(mut self, learning_rate: f64) -> Self {
        self.set_learning_rate(learning_rate);
        self.groups.built_with = learning_rate;
        self
    }

    /// Sets the momentum `μ`.
    ///
    /// # Panics
    /// If it is not in [0, 1).
    #[must_use]
    #[track_caller]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.options.momentum = decay_rate("momentum", momentum);
        self
    }

    /// Sets the weight decay `λ` of the matrices.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.options.weight_decay = not_negative("weight_decay", weight_decay);
        self
    }

    /// Sets hyperparameters of some matrices alone, by their label, see [`groups`](crate::optimizers::groups). Groups of the
    /// other optimizer are its own: `muon.rest_mut().group(…)`.
    ///
    /// # Panics
    /// If the optimizer is for another number of parameters than the network of the label has, or if the group has no parameters.
    #[track_caller]
    pub fn group<N: Network<Scalar = T>>(
        &mut self,
        group: Group<N>,
        set: impl Fn(GroupOptions) -> GroupOptions,
    ) -> &mut Self {
        groups::check(group, Some(self.momentum_buffer.as_ref().len()));
        let steps = self.rest.steps();
        self.groups.set(group.ranges(), steps, |segment| {
            segment.overrides = set(segment.overrides);
        });
        self
    }

    /// Freezes some parameters from the next step on, matrices and others: they and their state stay as they are.
    ///
    /// # Panics
    /// As [`group`](Muon::group).
    #[track_caller]
    pub fn freeze<N: Network<Scalar = T>>(&mut self, group: Group<N>) -> &mut Self {
        self.rest.freeze_group(group);
        self.group(group, GroupOptions::freeze)
    }

    /// Has some parameters train again from the next step on.
    ///
    /// # Panics
    /// As [`group`](Muon::group).
    #[track_caller]
    pub fn unfreeze<N: Network<Scalar = T>>(&mut self, group: Group<N>) -> &mut Self {
        groups::check(group, Some(self.momentum_buffer.as_ref().len()));
        self.rest.unfreeze_group(group);
        let steps = self.rest.steps();
        self.groups
            .set(group.ranges(), steps, |segment| segment.unfreeze(steps));
        self
    }

    /// The optimizer of the rest.
    pub fn rest(&self) -> &O {
        &self.rest
    }

    /// The same, mutable: to set its learning rate.
    pub fn rest_mut(&mut self) -> &mut O {
        &mut self.rest
    }
}

impl<O: Piecewise<T>, T: Scalar, S: Storage<T>> Optimizer<T> for Muon<O, T, S> {
    fn step_slices(&mut self, parameters: &mut [T], gradients: &[T]) {
        self.step_layers(parameters, gradients, self.layers);
    }
    /// It knows the layers itself.
    fn step_layers(&mut self, parameters: &mut [T], gradients: &[T], _: &'static [LayerInfo]) {
        debug_assert_eq!(parameters.len(), gradients.len(), "gradients");
        debug_assert_eq!(parameters.len(), self.momentum_buffer.as_ref().len());
        let isa = Isa::detect();
        let ratio = ratio(self.options.learning_rate, self.groups.built_with);
        let steps = self.rest.steps();
        let (buffer, room) = (self.momentum_buffer.as_mut(), self.room.as_mut());
        for (matrix, start, tensor) in tensors(self.layers, self.except) {
            if matrix && let Some(group) = self.groups.at(start, steps) {
                let len = tensor.len();
                let rule = match group {
                    Some((group, _)) => Rule::new(&self.options.with(group, ratio)),
                    None => Rule::new(&self.options),
                };
                let w = part(parameters, start, len);
                let g = gradients.get(start..).unwrap_or_default();
                rule.step(isa, tensor, w, g, part(buffer, start, len), room);
            }
        }
        let rest = Rest {
            parameters,
            gradients,
            tensors: tensors(self.layers, self.except).filter(|(matrix, ..)| !matrix),
        };
        // There is no pass that could fail.
        let _ = self.rest.fused_step(rest);
    }
    fn current_learning_rate(&self) -> f64 {
        self.options.learning_rate
    }
    #[track_caller]
    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.options.learning_rate = not_negative("learning rate", learning_rate);
    }
    fn steps(&self) -> u64 {
        self.rest.steps()
    }
    fn set_steps(&mut self, steps: u64) {
        self.rest.set_steps(steps);
    }
    fn state(&self) -> impl Iterator<Item = (&'static str, &[T])> {
        let buffer = ("momentum_buffer", self.momentum_buffer.as_ref());
        core::iter::once(buffer).chain(self.rest.state())
    }
    fn state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut [T])> {
        let buffer = ("momentum_buffer", self.momentum_buffer.as_mut());
        core::iter::once(buffer).chain(self.rest.state_mut())
    }
    fn scalar_state(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.rest.scalar_state()
    }
    fn scalar_state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut f64)> {
        self.rest.scalar_state_mut()
    }
}

/// All tensors that are not frozen: whether it is a matrix of Muon's, where it begins, and what it is.
fn tensors(
    layers: &'static [LayerInfo],
    except: &'static [&'static str],
) -> impl Iterator<Item = (bool, usize, &'static Tensor)> {
    let all = layers.iter().flat_map(|layer| {
        let tensors = layer.parameters.iter();
        tensors.map(move |tensor| (layer.label, tensor))
    });
    let all = all.scan(0, move |end, (label, tensor)| {
        let start = *end;
        *end += tensor.len();
        let matrix = tensor.dims.len() > 1 && !except.contains(&label);
        Some((matrix, start, tensor))
    });
    all.filter(move |(_, start, _)| !is_frozen(layers, *start))
}

/// What is the same for every matrix in one step.
#[derive(Clone, Copy)]
struct Rule<T> {
    eta: f64,
    mu: T,
    fresh: T,
    /// `1 − η·λ`
    shrink: T,
}

impl<T: Scalar> Rule<T> {
    fn new(options: &Options) -> Self {
        Self {
            eta: options.learning_rate,
            mu: T::from_f64(options.momentum),
            fresh: T::from_f64(1.0 - options.momentum),
            shrink: T::from_f64(1.0 - options.learning_rate * options.weight_decay),
        }
    }

    fn step(self, isa: Isa, tensor: &Tensor, w: &mut [T], g: &[T], b: &mut [T], room: &mut [T]) {
        let (outputs, inputs) = sides(tensor);
        let (u, room) = room.split_at_mut_checked(w.len()).unwrap_or_default();
        for ((u, &g), b) in u.iter_mut().zip(g).zip(b) {
            *b = self.mu * *b + self.fresh * g;
            *u = self.fresh * g + self.mu * *b;
        }
        // As it lies in memory, where the transposed matrix is as good.
        let sides = match tensor.order {
            Order::RowMajor => (outputs, inputs),
            Order::OutputsInnermost => (inputs, outputs),
        };
        orthogonalize(isa, u, sides, room);
        let ratio = (outputs as f64 / inputs.max(1) as f64).max(1.0);
        let eta = T::from_f64(self.eta * Scalar::sqrt(ratio));
        for (w, &o) in w.iter_mut().zip(&*u) {
            *w = *w * self.shrink - eta * o;
        }
    }
}

/// A step of the other optimizer without the matrices.
struct Rest<'a, T, I> {
    parameters: &'a mut [T],
    gradients: &'a [T],
    tensors: I,
}

impl<T: Scalar, I> FusedPass<T> for Rest<'_, T, I>
where
    I: Iterator<Item = (bool, usize, &'static Tensor)>,
{
    fn run(self, mut update: impl Update<T>) -> Result<T, BackpropagateError> {
        for (_, start, tensor) in self.tensors {
            let w = part(self.parameters, start, tensor.len());
            let g = self.gradients.get(start..).unwrap_or_default();
            let g = g.get(..w.len()).unwrap_or_default();
            update.apply(Isa::detect(), start, w, g);
        }
        Ok(T::ZERO)
    }

    fn run_apart(
        self,
        step: impl FnOnce(&mut [T], &[T], &'static [LayerInfo]),
    ) -> Result<T, BackpropagateError> {
        step(self.parameters, self.gradients, &[]);
        Ok(T::ZERO)
    }
}

impl<O, T, S> fmt::Debug for Muon<O, T, S>
where
    O: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Muon")
            .field("options", &self.options)
            .field("except", &self.except)
            .field("rest", &self.rest)
            .finish_non_exhaustive()
    }
}
