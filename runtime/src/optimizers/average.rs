use super::Storage;
use super::hyperparameters::decay_rate;
use crate::network::Parameters;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};
use core::fmt;
use core::marker::PhantomData;

/// An average of the weights over the steps, PyTorch's `optim.swa_utils.AveragedModel`: often better than the weights of
/// any one step.
///
/// With the weights `w` after a step or an epoch, and `n` updates before:
///
/// - stochastic weight averaging (Izmailov et al. 2018, arXiv:1803.05407): `a ← a + (w − a)/(n + 1)`, the mean;
/// - an exponential moving average with the factor `d` (Polyak & Juditsky 1992): `a ← a + (1 − d)·(w − a)`;
/// - the first update of either is `a ← w`.
///
/// ```
/// use chainrule::{optimizers::AveragedModel, prelude::*};
///
/// network! { struct Net: [2] -> [1] { Linear(8), Tanh, Linear(1) } }
///
/// let mut net = Net::init(&mut StdRng::seed_from_u64(7));
/// let (mut workspace, mut adam) = (Net::workspace(), Adam::new(&net));
/// let mut average = AveragedModel::ema(&net, 0.99);
/// let (inputs, targets) = ([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.5]]);
/// for _ in 0..50 {
///     adam.train_step(&mut *net, &inputs, &targets, &MseLoss::default(), &mut workspace)?;
///     average.update(&net);
/// }
/// // To validate with the average, and to go on with the weights, exactly:
/// average.swap(&mut net);
/// let output = net.forward(&[0.0, 1.0]);
/// average.swap(&mut net);
/// # Ok::<(), BackpropagateError>(())
/// ```
///
/// Running statistics of a batch norm are no parameters and are not averaged; as in PyTorch, run some batches with the
/// average in training mode (`update_bn`) before it is used.
#[derive(Clone)]
pub struct AveragedModel<
    T,
    #[cfg(feature = "alloc")] S = alloc::boxed::Box<[T]>,
    #[cfg(not(feature = "alloc"))] S,
> {
    average: S,
    decay: Option<f64>,
    updates: u64,
    scalar: PhantomData<T>,
}

#[cfg(feature = "alloc")]
impl<T: Scalar> AveragedModel<T> {
    /// The mean of all updates, on the heap.
    pub fn swa(network: &impl Parameters<Scalar = T>) -> Self {
        Self::swa_with_state(bytemuck::zeroed_slice_box(network.parameters().len()))
    }

    /// The exponential moving average with the factor `decay`, on the heap.
    ///
    /// # Panics
    /// If `decay` is not in [0, 1).
    #[track_caller]
    pub fn ema(network: &impl Parameters<Scalar = T>, decay: f64) -> Self {
        Self::ema_with_state(
            decay,
            bytemuck::zeroed_slice_box(network.parameters().len()),
        )
    }
}

impl<T: Scalar, S: Storage<T>> AveragedModel<T, S> {
    /// The mean of all updates, in given memory, zeros.
    pub const fn swa_with_state(average: S) -> Self {
        Self {
            average,
            decay: None,
            updates: 0,
            scalar: PhantomData,
        }
    }

    /// The exponential moving average with the factor `decay`, in given memory, zeros.
    ///
    /// # Panics
    /// If `decay` is not in [0, 1).
    #[track_caller]
    pub fn ema_with_state(decay: f64, average: S) -> Self {
        Self {
            decay: Some(decay_rate("decay", decay)),
            ..Self::swa_with_state(average)
        }
    }

    /// Takes the weights into the average. No heap, no panic in a release build.
    pub fn update(&mut self, network: &impl Parameters<Scalar = T>) {
        let w = network.parameters();
        debug_assert_eq!(w.len(), self.average.as_ref().len(), "average");
        let before = self.updates as f64;
        let share = match self.decay {
            _ if self.updates == 0 => 1.0,
            Some(decay) => 1.0 - decay,
            None => 1.0 / (before + 1.0),
        };
        approach(Isa::detect(), self.average.as_mut(), w, T::from_f64(share));
        self.updates = self.updates.saturating_add(1);
    }

    /// Exchanges the average and the weights of `network`, and back when called again. Before the first update there is no
    /// average, and nothing happens.
    pub fn swap(&mut self, network: &mut impl Parameters<Scalar = T>) {
        if self.updates > 0 {
            let pairs = network.parameters_mut().iter_mut();
            for (w, a) in pairs.zip(self.average.as_mut()) {
                core::mem::swap(w, a);
            }
        }
    }

    /// The average, in the order of the parameters; zeros before the first update. For a checkpoint, with
    /// [`updates`](AveragedModel::updates).
    pub fn state(&self) -> &[T] {
        self.average.as_ref()
    }

    /// The average, mutable.
    pub fn state_mut(&mut self) -> &mut [T] {
        self.average.as_mut()
    }

    /// How many updates were made, PyTorch's `n_averaged`.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Sets the number of updates made, to resume from a checkpoint.
    pub fn set_updates(&mut self, updates: u64) {
        self.updates = updates;
    }
}

impl<T, S> fmt::Debug for AveragedModel<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AveragedModel")
            .field("decay", &self.decay)
            .field("updates", &self.updates)
            .finish_non_exhaustive()
    }
}

kernel! {
    /// `a ← a + share·(w − a)`; a share of 1 is a copy.
    Approach: pub(crate) fn approach<T, FMA, TILE>(a: &mut [T], w: &[T], share: T) {
        for (a, &w) in a.iter_mut().zip(w) {
            // Where both are the same they stay, also a negative zero.
            *a = if share == T::ONE || *a == w { w } else { *a + share * (w - *a) };
        }
    }
}
