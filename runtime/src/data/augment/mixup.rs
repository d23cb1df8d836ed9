use crate::data::{Dataset, flat, flat_mut, scratch};
use crate::losses::{ClassTarget, TargetClass};
use crate::scalar::Scalar;
use crate::shape::Shape;
use rand::RngExt;
use rand::rngs::StdRng;
use rand_distr::Beta;
use std::slice;

/// Mixes each sample with another one of the dataset (Zhang et al. 2018): `λ·x₁ + (1 − λ)·x₂`, and the targets likewise,
/// with `λ` from the Beta distribution with both parameters `alpha`.
///
/// Targets become the probabilities of `C` classes, which [`CrossEntropyLoss`](crate::losses::CrossEntropyLoss) takes.
/// Usual values of `alpha` are 0.1 to 0.4; 0 mixes nothing.
///
/// ```
/// use chainrule::data::{Adapt, Dataset, Samples};
/// let samples = Samples::new(vec![[0.0_f32], [1.0]], vec![0_u8, 1])?;
/// let mixed = Samples::of(&(&samples).mixup::<2>(0.4));
/// for ([x], [_, one]) in mixed.inputs.iter().zip(&mixed.targets) {
///     assert!((x - one).abs() < 1e-6);
/// }
/// # Ok::<(), chainrule::data::DataError>(())
/// ```
///
/// A target that is none of the `C` classes panics when it is read.
#[derive(Clone, Debug)]
pub struct Mixup<D, const C: usize> {
    dataset: D,
    beta: Option<Beta<f64>>,
}

impl<D, const C: usize> Mixup<D, C> {
    /// # Panics
    /// When `alpha` is negative or not finite.
    pub(in crate::data) fn new(dataset: D, alpha: f64) -> Self {
        assert!(
            alpha >= 0.0 && alpha.is_finite(),
            "mixup with alpha = {alpha}; it is at least 0"
        );
        let beta = (alpha > 0.0)
            .then(|| Beta::new(alpha, alpha).ok())
            .flatten();
        Self { dataset, beta }
    }
}

impl<D, const C: usize> Dataset for Mixup<D, C>
where
    D: Dataset<Input: Shape, Target: ClassTarget<<D::Input as Shape>::Scalar, C>>,
{
    type Input = D::Input;
    type Target = [<D::Input as Shape>::Scalar; C];

    fn len(&self) -> usize {
        self.dataset.len()
    }
    fn read(&self, index: usize, rng: &mut StdRng, input: &mut D::Input) -> Self::Target {
        let mut mixed = probabilities(&self.dataset.read(index, rng, input));
        let Some(beta) = self.beta else {
            return mixed;
        };
        let share: f64 = rng.sample(beta);
        let other = rng.random_range(0..self.len() as u64) as usize;
        scratch(|second: &mut D::Input| {
            let target = probabilities(&self.dataset.read(other, rng, second));
            let mix = |a: &mut [_], b: &[_]| {
                let (kept, added) = (Scalar::from_f64(share), Scalar::from_f64(1.0 - share));
                for (a, &b) in a.iter_mut().zip(b) {
                    *a = *a * kept + b * added;
                }
            };
            mix(
                flat_mut(slice::from_mut(input)),
                flat(slice::from_ref(second)),
            );
            mix(&mut mixed, &target);
        });
        mixed
    }
}

/// A target as the probability of every class.
fn probabilities<T: Scalar, const C: usize>(target: &impl ClassTarget<T, C>) -> [T; C] {
    match target.target() {
        TargetClass::Probabilities(probabilities) => *probabilities,
        TargetClass::Index(class) => {
            let mut probabilities = [T::ZERO; C];
            let place = usize::try_from(class)
                .ok()
                .and_then(|class| probabilities.get_mut(class));
            match place {
                Some(place) => *place = T::ONE,
                None => panic!("class {class} among {C} classes, which count from 0"),
            }
            probabilities
        }
    }
}
