use super::Storage;
use super::hyperparameters::not_negative;
use super::line_search::{Line, search};
use crate::element::Lanes;
use crate::error::BackpropagateError;
use crate::input::Input;
use crate::losses::Loss;
use crate::network::{Network, Parameters};
use crate::scalar::Scalar;
use crate::weights::part;
use crate::workspace::Workspace;
use core::fmt;
use core::marker::PhantomData;
use core::ops::DerefMut;

/// L-BFGS with a line search for the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 7.4 and 3.5), PyTorch's
/// `optim.LBFGS` with `line_search_fn="strong_wolfe"`. For a loss without noise: small networks, the full batch, no
/// dropout.
///
/// One step makes up to `max_iter` iterations, each of which goes along `d = −H·g` with the inverse Hessian `H` that the
/// last `history_size` changes of weights and gradient tell, as far as the line search says. It evaluates the loss many
/// times, so it is no [`Optimizer`](super::Optimizer): [`train_step`](Lbfgs::train_step) runs backpropagation itself, and
/// [`step`](Lbfgs::step) a function of yours.
///
/// Defaults: `η = 1`, 20 iterations, 25 evaluations (looked at after an iteration), `tolerance_grad = 1e-7`,
/// `tolerance_change = 1e-9`, 100 changes. Inner products are added up in `f64`.
///
/// ```
/// use chainrule::{optimizers::Lbfgs, prelude::*};
///
/// network! { struct Net: [2] -> [1] { Linear(6), Tanh, Linear(1) } }
///
/// let mut net = Net::init(&mut StdRng::seed_from_u64(7));
/// let mut workspace = Net::workspace();
/// let mut lbfgs = Lbfgs::new(&net, 20);
/// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let targets = [[0.0], [1.0], [1.0], [0.0]];
/// for _ in 0..10 {
///     lbfgs.train_step(&mut *net, &inputs, &targets, &MseLoss::default(), &mut workspace)?;
/// }
/// assert!((net.forward(&[0.0, 1.0])[0] - 1.0).abs() < 0.01);
/// # Ok::<(), BackpropagateError>(())
/// ```
#[derive(Clone)]
pub struct Lbfgs<
    T,
    #[cfg(feature = "alloc")] S = alloc::boxed::Box<[T]>,
    #[cfg(not(feature = "alloc"))] S,
> {
    learning_rate: f64,
    max_iter: u64,
    max_eval: Option<u64>,
    tolerance_grad: f64,
    tolerance_change: f64,
    memory: S,
    progress: LbfgsProgress,
    scalar: PhantomData<T>,
}

/// What [`Lbfgs`] remembers besides its memory, plain data for a checkpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LbfgsProgress {
    /// Iterations so far.
    pub n_iter: u64,
    /// Evaluations of the loss so far.
    pub func_evals: u64,
    /// How many changes of weights and gradient are remembered.
    pub changes: u64,
    /// Where in the memory the oldest of them lies.
    pub oldest: u64,
    /// How far the last iteration went along its direction.
    pub t: f64,
    /// The factor of the first guess of the inverse Hessian.
    pub h_diag: f64,
}

/// Vectors in the memory besides the changes: the point, the direction, and gradients: the one before, the current one,
/// two at the ends of the bracket, a new one.
const VECTORS: usize = 7;

#[cfg(feature = "alloc")]
impl<T: Scalar> Lbfgs<T> {
    /// With PyTorch's defaults but for `history_size`, which decides the memory: `2·history_size + 7` times that of the
    /// parameters.
    pub fn new(network: &impl Parameters<Scalar = T>, history_size: usize) -> Self {
        let len = Self::state_len(network.parameters().len(), history_size);
        Self::with_state(bytemuck::zeroed_slice_box(len))
    }
}

impl Lbfgs<(), ()> {
    /// How many scalars of memory `history_size` changes of so many parameters take.
    pub const fn memory_len(parameters: usize, history_size: usize) -> usize {
        VECTORS * parameters + history_size * (2 * parameters + 2)
    }
}

impl<T: Scalar, S: Storage<T>> Lbfgs<T, S> {
    const fn state_len(parameters: usize, history_size: usize) -> usize {
        Lbfgs::<(), ()>::memory_len(parameters, history_size)
    }

    /// With PyTorch's defaults and the state in given memory, zeros, of [`memory_len`](Lbfgs::memory_len) scalars. As many
    /// changes are remembered as there is room for.
    pub const fn with_state(memory: S) -> Self {
        Self {
            learning_rate: 1.0,
            max_iter: 20,
            max_eval: None,
            tolerance_grad: 1e-7,
            tolerance_change: 1e-9,
            memory,
            progress: LbfgsProgress {
                n_iter: 0,
                func_evals: 0,
                changes: 0,
                oldest: 0,
                t: 0.0,
                h_diag: 1.0,
            },
            scalar: PhantomData,
        }
    }

    /// Sets the learning rate `η`, the first length that the line search tries.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn learning_rate(mut self, learning_rate: f64) -> Self {
        self.learning_rate = not_negative("learning rate", learning_rate);
        self
    }

    /// Sets the greatest number of iterations in a step; unless [`max_eval`](Lbfgs::max_eval) is set, also that of
    /// evaluations to 5/4 of it.
    #[must_use]
    pub fn max_iter(mut self, max_iter: u64) -> Self {
        self.max_iter = max_iter;
        self
    }

    /// Sets after how many evaluations no other iteration begins.
    #[must_use]
    pub fn max_eval(mut self, max_eval: u64) -> Self {
        self.max_eval = Some(max_eval);
        self
    }

    /// Sets below which greatest gradient a step ends.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn tolerance_grad(mut self, tolerance_grad: f64) -> Self {
        self.tolerance_grad = not_negative("tolerance_grad", tolerance_grad);
        self
    }

    /// Sets below which change of the weights or the loss a step ends.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn tolerance_change(mut self, tolerance_change: f64) -> Self {
        self.tolerance_change = not_negative("tolerance_change", tolerance_change);
        self
    }

    /// The memory and what belongs to it, for a checkpoint.
    pub fn state(&self) -> (&[T], LbfgsProgress) {
        (self.memory.as_ref(), self.progress)
    }

    /// The same, mutable, to resume from a checkpoint.
    pub fn state_mut(&mut self) -> (&mut [T], &mut LbfgsProgress) {
        (self.memory.as_mut(), &mut self.progress)
    }

    /// One step of a network on a batch; returns the loss before it. No heap, no panic.
    ///
    /// # Errors
    /// As [`backpropagate`](Network::backpropagate), also where the line search comes to weights whose loss is not finite.
    /// The weights are then those of the last iteration.
    pub fn train_step<N, X, Y, L, A, G>(
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
        self.step(network, |network, gradients| {
            let loss = network.backpropagate(inputs, targets, loss, workspace)?;
            copy(gradients, workspace.gradients().parameters());
            Ok(loss)
        })
    }

    /// One step on any function: `evaluate` returns it at the parameters it is given, and writes its gradient. Returns
    /// the value before the step.
    ///
    /// In a debug build it panics if the memory is not for these parameters; in a release build it does nothing then.
    ///
    /// # Errors
    /// Those of `evaluate`; the parameters are then those of the last iteration.
    pub fn step<P, E>(
        &mut self,
        network: &mut P,
        mut evaluate: impl FnMut(&mut P, &mut [T]) -> Result<T, E>,
    ) -> Result<T, E>
    where
        P: Parameters<Scalar = T>,
    {
        let n = network.parameters().len();
        let room = self.memory.as_ref().len();
        debug_assert!(room >= Self::state_len(n, 0), "memory");
        let (vectors, rest) = self
            .memory
            .as_mut()
            .split_at_mut_checked(VECTORS * n)
            .unwrap_or_default();
        let mut vectors = vectors.chunks_exact_mut(n.max(1));
        let [x, d, before, g, left, right, new] =
            core::array::from_fn(|_| vectors.next().unwrap_or_default());
        let mut changes = Changes::new(rest, n);
        let progress = &mut self.progress;

        let value = evaluate(network, g)?;
        let mut loss = value.to_f64();
        let mut evaluations = 1;
        progress.func_evals += 1;
        let mut iterations = 0;
        while largest(g) > self.tolerance_grad && iterations < self.max_iter {
            iterations += 1;
            progress.n_iter += 1;
            if progress.n_iter > 1 {
                changes.remember(progress, g, before, d);
                changes.direct(progress, g, d);
            } else {
                for (d, &g) in d.iter_mut().zip(&*g) {
                    *d = T::ZERO - g;
                }
            }
            copy(before, g);
            let first = if progress.n_iter == 1 {
                let sum: f64 = g.iter().map(|g| g.to_f64().abs()).sum();
                (1.0 / sum).min(1.0) * self.learning_rate
            } else {
                self.learning_rate
            };
            let slope = dot(g, d);
            if slope.is_nan() || slope > -self.tolerance_change {
                break;
            }
            copy(x, network.parameters());
            let line = Line {
                value: loss,
                slope,
                shortest: self.tolerance_change / largest(d),
            };
            let found = search(
                line,
                first,
                g,
                [&mut *left, &mut *right],
                new,
                |t, gradient| {
                    along(network.parameters_mut(), x, d, t);
                    let value = evaluate(network, gradient)?;
                    Ok((value.to_f64(), dot(gradient, d)))
                },
            );
            let found = match found {
                Ok(found) => found,
                Err(error) => {
                    copy(network.parameters_mut(), x);
                    return Err(error);
                }
            };
            along(network.parameters_mut(), x, d, found.t);
            copy(g, if found.right { right } else { left });
            progress.t = found.t;
            progress.func_evals += found.evaluations;
            evaluations += found.evaluations;
            let change = (found.value - loss).abs();
            loss = found.value;
            if evaluations >= self.max_eval.unwrap_or(self.max_iter.saturating_mul(5) / 4)
                || largest(d) * found.t.abs() <= self.tolerance_change
                || change < self.tolerance_change
            {
                break;
            }
        }
        Ok(value)
    }
}

impl<T, S> fmt::Debug for Lbfgs<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lbfgs")
            .field("learning_rate", &self.learning_rate)
            .field("max_iter", &self.max_iter)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// The last changes `y` of the gradient and `s` of the weights, in a ring.
struct Changes<'a, T> {
    y: &'a mut [T],
    s: &'a mut [T],
    /// `1/(y·s)` of each, and what the first loop leaves for the second.
    ro: &'a mut [T],
    al: &'a mut [T],
    n: usize,
}

impl<'a, T: Scalar> Changes<'a, T> {
    /// As many as there is room for.
    fn new(memory: &'a mut [T], n: usize) -> Self {
        let size = memory.len() / (2 * n + 2);
        let (y, rest) = memory.split_at_mut_checked(size * n).unwrap_or_default();
        let (s, rest) = rest.split_at_mut_checked(size * n).unwrap_or_default();
        let (ro, rest) = rest.split_at_mut_checked(size).unwrap_or_default();
        let al = part(rest, 0, size);
        Self { y, s, ro, al, n }
    }

    /// Adds the change that the last iteration made, if the function is convex there, in place of the oldest one if the
    /// ring is full.
    fn remember(&mut self, progress: &mut LbfgsProgress, g: &[T], before: &[T], d: &[T]) {
        let t = T::from_f64(progress.t);
        let (mut ys, mut yy) = (0.0, 0.0);
        for ((&g, &before), &d) in g.iter().zip(before).zip(d) {
            let (y, s) = ((g - before).to_f64(), (d * t).to_f64());
            ys += y * s;
            yy += y * y;
        }
        let size = self.ro.len() as u64;
        if size == 0 || ys.is_nan() || ys <= 1e-10 {
            return;
        }
        let slot = if progress.changes < size {
            progress.changes += 1;
            progress.changes - 1
        } else {
            let oldest = progress.oldest % size;
            progress.oldest = (oldest + 1) % size;
            oldest
        } as usize;
        let (y, s) = (
            part(self.y, slot * self.n, self.n),
            part(self.s, slot * self.n, self.n),
        );
        for ((((y, s), &g), &before), &d) in y.iter_mut().zip(s).zip(g).zip(before).zip(d) {
            (*y, *s) = (g - before, d * t);
        }
        if let Some(ro) = self.ro.get_mut(slot) {
            *ro = T::from_f64(1.0 / ys);
        }
        progress.h_diag = ys / yy;
    }

    /// `d ← −H·g`, by two loops over the changes.
    fn direct(&mut self, progress: &LbfgsProgress, g: &[T], d: &mut [T]) {
        for (d, &g) in d.iter_mut().zip(g) {
            *d = T::ZERO - g;
        }
        let size = self.ro.len() as u64;
        let (count, oldest, n) = (progress.changes.min(size), progress.oldest, self.n);
        let slot = |i: u64| (oldest + i).checked_rem(size).unwrap_or_default() as usize;
        for i in (0..count).rev() {
            let slot = slot(i);
            let (y, s) = (part(self.y, slot * n, n), part(self.s, slot * n, n));
            if let (Some(ro), Some(al)) = (self.ro.get(slot), self.al.get_mut(slot)) {
                *al = T::from_f64(dot(s, d)) * *ro;
                add(d, y, T::ZERO - *al);
            }
        }
        let h_diag = T::from_f64(progress.h_diag);
        for d in d.iter_mut() {
            *d *= h_diag;
        }
        for i in 0..count {
            let slot = slot(i);
            let (y, s) = (part(self.y, slot * n, n), part(self.s, slot * n, n));
            if let (Some(&ro), Some(&al)) = (self.ro.get(slot), self.al.get(slot)) {
                let be = T::from_f64(dot(y, d)) * ro;
                add(d, s, al - be);
            }
        }
    }
}

/// `w ← x + t·d`
fn along<T: Scalar>(w: &mut [T], x: &[T], d: &[T], t: f64) {
    copy(w, x);
    add(w, d, T::from_f64(t));
}

fn add<T: Scalar>(to: &mut [T], from: &[T], factor: T) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to += factor * from;
    }
}

pub(super) fn copy<T: Copy>(to: &mut [T], from: &[T]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = from;
    }
}

fn dot<T: Scalar>(a: &[T], b: &[T]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a.to_f64() * b.to_f64()).sum()
}

/// The largest magnitude.
fn largest<T: Scalar>(x: &[T]) -> f64 {
    x.iter().fold(0.0, |most, x| most.max(x.to_f64().abs()))
}
