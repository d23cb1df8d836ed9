use super::classification::{check_class, weight_of};
use super::{ClassTarget, Loss, Reduction, TargetClass, Targets};
use crate::element::{Element, LANES};
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::simd::{Isa, Work};
use core::slice;

/// Softmax and negative log-likelihood in one: `−Σ q_c·ln softmax(y)_c`, PyTorch's `nn.CrossEntropyLoss`.
///
/// The outputs are logits, as a [`Linear`](crate::layers::Linear) layer without an activation gives them. A target is
/// a class index or the probabilities of all classes, see [`ClassTarget`]. `q_c = w_c·((1 − ε)·p_c + ε/C)` with the
/// class weights `w`, the label smoothing `ε` and the probabilities `p`: 1 for the class of an index, 0 for the others.
///
/// Gradient: `softmax(y)·Σq − q`; it is computed together with the loss. Stable for every finite logit; a logit of −∞
/// rules its class out.
///
/// The mean divides by the sum of the weights `w` of the targets' classes, for probabilities by the number of samples.
///
/// For outputs [length, classes] a sample has a target at each position, `[target; length]`, and the mean is that over all
/// positions of all samples, as PyTorch's over `[N, C, d₁]`, where the classes lie in the second dimension.
///
/// ```
/// use chainrule::prelude::*;
/// network! { struct Net: [4] -> [3] { Linear(3) } }
///
/// let mut net = Net::init(&mut StdRng::seed_from_u64(1));
/// let mut workspace = Net::workspace();
/// let inputs = vec![[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]];
/// let labels: Vec<u8> = vec![0, 2];
/// let loss = net.backpropagate(&inputs, &labels, &CrossEntropyLoss::default(), &mut workspace)?;
/// assert!(loss > 0.0);
/// # Ok::<(), chainrule::BackpropagateError>(())
/// ```
///
/// # Errors
/// [`ClassOutOfRange`](TargetError::ClassOutOfRange), [`NotFinite`](TargetError::NotFinite) for a probability,
/// [`WeightCount`](TargetError::WeightCount), and for a mean [`NothingCounts`](TargetError::NothingCounts) where
/// PyTorch returns NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossEntropyLoss<'a, T = f32> {
    /// `w`, a weight for each class; 1 by default.
    pub weight: Option<&'a [T]>,
    /// Samples with this class index do not count; −100 by default, so with unsigned indices none.
    pub ignore_index: i64,
    /// `ε` in [0, 1], the share that goes to all classes alike; 0 by default.
    pub label_smoothing: f64,
    /// Mean, sum, or sum over the number of samples.
    pub reduction: Reduction,
}

impl<T> Default for CrossEntropyLoss<'_, T> {
    fn default() -> Self {
        Self {
            weight: None,
            ignore_index: -100,
            label_smoothing: 0.0,
            reduction: Reduction::Mean,
        }
    }
}

impl<T: Scalar> CrossEntropyLoss<'_, T> {
    /// What a target adds to the divisor of a mean.
    pub(super) fn weigh<const C: usize>(
        &self,
        sample: usize,
        target: &impl ClassTarget<T, C>,
    ) -> Result<f64, TargetError> {
        match target.target() {
            TargetClass::Index(class) => {
                check_class(sample, class, C, self.weight, self.ignore_index)
            }
            TargetClass::Probabilities(p) => {
                match p.iter().enumerate().find(|(_, p)| !p.is_finite()) {
                    Some((element, p)) => Err(TargetError::NotFinite {
                        sample,
                        element,
                        value: p.to_f64(),
                    }),
                    None => Ok(1.0),
                }
            }
        }
    }
}

impl<T: Scalar, const C: usize, Y: ClassTarget<T, C>> Loss<T, [T; C], Y>
    for CrossEntropyLoss<'_, T>
{
    type Scale = T;
    fn scale<'a>(&self, targets: impl Targets<'a, Y>) -> Result<T, TargetError>
    where
        Y: 'a,
    {
        TargetError::check_weights(self.weight, C)?;
        let mut total = 0.0;
        for (sample, target) in targets.clone().enumerate() {
            total += self.weigh(sample, target)?;
        }
        self.reduction.factor(targets.len(), total)
    }

    #[inline]
    fn evaluate<'a, E: Element<T>>(
        &self,
        isa: Isa,
        scale: T,
        output: &[E; C],
        targets: impl Targets<'a, Y>,
        d_output: &mut [E; C],
    ) -> T
    where
        Y: 'a,
    {
        let mut lanes = LaneTargets::NONE;
        let slots = lanes.counts.iter_mut().zip(&mut lanes.classes);
        let slots = slots.zip(&mut lanes.probabilities).zip(targets);
        for (((counts, lane_class), probabilities), target) in slots {
            match target.target() {
                TargetClass::Index(class) => {
                    *counts = class != self.ignore_index;
                    *lane_class = class;
                }
                TargetClass::Probabilities(p) => {
                    *counts = true;
                    *probabilities = p;
                    lanes.any_probabilities = true;
                }
            }
        }
        isa.run(CrossEntropy {
            weight: self.weight,
            kept: T::from_f64(1.0 - self.label_smoothing),
            shared: T::from_f64(self.label_smoothing / C.max(1) as f64),
            scale,
            targets: &lanes,
            y: output,
            dy: d_output,
        })
    }
}

/// The targets of a lane group, lane by lane.
struct LaneTargets<'a, T> {
    /// Whether a lane has a target that counts.
    counts: [bool; LANES],
    /// The class, or −1 for probabilities.
    classes: [i64; LANES],
    /// The probabilities, or none for a class.
    probabilities: [&'a [T]; LANES],
    any_probabilities: bool,
}

impl<T> LaneTargets<'_, T> {
    const NONE: Self = Self {
        counts: [false; LANES],
        classes: [-1; LANES],
        probabilities: [&[]; LANES],
        any_probabilities: false,
    };
}

struct CrossEntropy<'a, T, E> {
    weight: Option<&'a [T]>,
    /// `1 − ε`
    kept: T,
    /// `ε/C`
    shared: T,
    scale: T,
    targets: &'a LaneTargets<'a, T>,
    y: &'a [E],
    dy: &'a mut [E],
}

impl<T: Scalar, E: Element<T>> CrossEntropy<'_, T, E> {
    /// `q` of one class, 0 in the lanes that do not count.
    #[inline(always)]
    fn q(&self, class: usize) -> E {
        let weight = weight_of(self.weight, class);
        let mut q = E::splat(T::ZERO);
        let lanes = E::scalars_mut(slice::from_mut(&mut q));
        for (p, &target) in lanes.iter_mut().zip(&self.targets.classes) {
            *p = if target == class as i64 {
                T::ONE
            } else {
                T::ZERO
            };
        }
        if self.targets.any_probabilities {
            for (p, row) in lanes.iter_mut().zip(&self.targets.probabilities) {
                *p = row.get(class).copied().unwrap_or(*p);
            }
        }
        for (p, &counts) in lanes.iter_mut().zip(&self.targets.counts) {
            let q = weight * (self.kept * *p + self.shared);
            *p = if counts { q } else { T::ZERO };
        }
        q
    }
}

impl<T: Scalar, E: Element<T>> Work for CrossEntropy<'_, T, E> {
    type Output = T;
    #[inline(always)]
    fn run<const FMA: bool>(mut self) -> T {
        let dy = core::mem::take(&mut self.dy);
        let mut max = E::splat(-T::INFINITY);
        for &y in self.y {
            max = max.zip(y, |max, y| if y > max { y } else { max });
        }
        let (mut sum, mut mass) = (E::splat(T::ZERO), E::splat(T::ZERO));
        for (class, (&y, dy)) in self.y.iter().zip(&mut *dy).enumerate() {
            *dy = (y - max).map(T::exp);
            sum += *dy;
            mass += self.q(class);
        }
        let ln_sum = sum.map(T::ln);
        let share = mass / sum;
        let mut counts = E::splat(T::ZERO);
        let lanes = E::scalars_mut(slice::from_mut(&mut counts)).iter_mut();
        for (lane, &count) in lanes.zip(&self.targets.counts) {
            *lane = if count { T::ONE } else { T::ZERO };
        }
        let mut total = E::splat(T::ZERO);
        for (class, (&y, dy)) in self.y.iter().zip(dy).enumerate() {
            let q = self.q(class);
            let ln_probability = y - max - ln_sum;
            // What weighs nothing costs nothing, even an impossible class; but NaN must not hide.
            total += q.zip(ln_probability, |q, ln| {
                let impossible = (q == T::ZERO) & (ln == -T::INFINITY);
                if impossible { T::ZERO } else { -q * ln }
            });
            let gradient = (*dy * share - q) * self.scale;
            *dy = gradient.zip(
                counts,
                |d, counts| {
                    if counts > T::ZERO { d } else { T::ZERO }
                },
            );
        }
        // NaN outputs of lanes that do not count must not reach the loss either.
        let total = total.zip(
            counts,
            |loss, counts| {
                if counts > T::ZERO { loss } else { T::ZERO }
            },
        );
        E::scalars(slice::from_ref(&total))
            .iter()
            .copied()
            .sum::<T>()
            * self.scale
    }
}
