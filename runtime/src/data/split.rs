//! Which samples are trained on and which are held out.

use super::random::{Purpose, generator};
use super::{DataError, Dataset, Subset};
use crate::losses::ClassIndex;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use std::collections::BTreeMap;

/// The indices of the samples to train on, and of those to validate with.
///
/// Each method is a function of its arguments: the same seed gives the same indices. Each part is shuffled.
///
/// ```
/// use chainrule::data::{Dataset, Samples, Split};
/// let samples = Samples::new(vec![[0.5_f32]; 10], vec![0_u8, 0, 0, 0, 0, 0, 0, 0, 1, 1])?;
///
/// let (training, validation) = Split::stratified(&samples.targets, 0.5, 7)?.of(&samples)?;
/// assert_eq!((training.len(), validation.len()), (5, 5)); // each with four of class 0 and one of class 1
///
/// for fold in Split::folds(samples.len(), 5, 7)? {
///     assert_eq!((fold.training.len(), fold.validation.len()), (8, 2));
/// }
/// # Ok::<(), chainrule::data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// To train on.
    pub training: Vec<usize>,
    /// To validate with: no index that is trained on.
    pub validation: Vec<usize>,
}

impl Split {
    /// Holds out the share `validation` of `samples`, rounded to whole ones; neither part is empty.
    ///
    /// # Errors
    /// [`Division`](DataError::Division): a share that is not between 0 and 1, or fewer than two samples.
    pub fn random(samples: usize, validation: f64, seed: u64) -> Result<Self, DataError> {
        let count = held_out(samples, validation)?;
        let mut rng = generator(Purpose::Split, seed, 0, 0);
        let mut order: Vec<usize> = (0..samples).collect();
        order.shuffle(&mut rng);
        let training = order.split_off(count);
        Ok(Self {
            training,
            validation: order,
        })
    }

    /// As [`random`](Split::random), with the share of every class held out: as many of each as the share says, rounded
    /// down or up.
    ///
    /// # Errors
    /// As [`random`](Split::random).
    pub fn stratified<Y: ClassIndex>(
        targets: &[Y],
        validation: f64,
        seed: u64,
    ) -> Result<Self, DataError> {
        let count = held_out(targets.len(), validation)?;
        let mut rng = generator(Purpose::Split, seed, 0, 1);
        let mut classes = by_class(targets, &mut rng);
        // Each class gives the whole part of its share; what is still missing comes from those with the largest rest.
        let share = |class: &Vec<usize>| {
            let product = class.len() as u128 * count as u128;
            (
                product / targets.len() as u128,
                product % targets.len() as u128,
            )
        };
        let mut counts: Vec<usize> = classes
            .iter()
            .map(|class| share(class).0 as usize)
            .collect();
        let mut rests: Vec<usize> = (0..classes.len()).collect();
        rests.sort_by_key(|&class| core::cmp::Reverse(share(&classes[class]).1));
        let missing = count - counts.iter().sum::<usize>();
        for &class in rests.iter().take(missing) {
            counts[class] += 1;
        }
        let mut split = Self {
            training: Vec::new(),
            validation: Vec::new(),
        };
        for (class, count) in classes.iter_mut().zip(counts) {
            split.training.extend(class.split_off(count));
            split.validation.append(class);
        }
        split.training.shuffle(&mut rng);
        split.validation.shuffle(&mut rng);
        Ok(split)
    }

    /// `count` splits for cross-validation: every sample is held out in exactly one. Their sizes differ by at most one.
    ///
    /// # Errors
    /// [`Division`](DataError::Division): fewer than two folds, or fewer samples than folds.
    pub fn folds(samples: usize, count: usize, seed: u64) -> Result<Vec<Self>, DataError> {
        let mut order: Vec<usize> = (0..samples).collect();
        order.shuffle(&mut generator(Purpose::Split, seed, 0, 2));
        deal(&order, count)
    }

    /// As [`folds`](Split::folds), with every class spread evenly: in no two folds does the number of its samples differ
    /// by more than one.
    ///
    /// # Errors
    /// As [`folds`](Split::folds); also when no class has as many samples as there are folds.
    pub fn stratified_folds<Y: ClassIndex>(
        targets: &[Y],
        count: usize,
        seed: u64,
    ) -> Result<Vec<Self>, DataError> {
        let mut rng = generator(Purpose::Split, seed, 0, 3);
        let classes = by_class(targets, &mut rng);
        let most = classes.iter().map(Vec::len).max().unwrap_or(0);
        if most < count {
            return Err(DataError::Division {
                reason: format!(
                    "{count} folds, but no class has more than {most} samples; ask for fewer folds"
                ),
            });
        }
        // Dealt like cards, class after class, so that every fold gets its turn.
        let mut folds = deal(&classes.concat(), count)?;
        for fold in &mut folds {
            fold.training.shuffle(&mut rng);
            fold.validation.shuffle(&mut rng);
        }
        Ok(folds)
    }

    /// The two parts of `dataset`, to train on and to validate with.
    ///
    /// # Errors
    /// [`IndexOutOfRange`](DataError::IndexOutOfRange): the split is that of a larger dataset.
    pub fn of<D: Dataset>(self, dataset: &D) -> Result<(Subset<&D>, Subset<&D>), DataError> {
        let training = Subset::new(dataset, self.training)?;
        Ok((training, Subset::new(dataset, self.validation)?))
    }
}

/// What every class weighs so that all count alike: n / (classes · count), as scikit-learn's `"balanced"` has it, for
/// [`CrossEntropyLoss::weight`](crate::losses::CrossEntropyLoss::weight).
///
/// ```
/// use chainrule::data::class_weights;
/// use chainrule::losses::CrossEntropyLoss;
/// let weights: [f32; 2] = class_weights(&[0_u8, 0, 0, 1])?;
/// assert_eq!(weights, [4.0 / (2.0 * 3.0), 4.0 / (2.0 * 1.0)]);
/// let loss = CrossEntropyLoss { weight: Some(&weights), ..CrossEntropyLoss::default() };
/// # Ok::<(), chainrule::data::DataError>(())
/// ```
///
/// # Errors
/// [`Division`](DataError::Division): a class without a sample, or a target that is none of the `C` classes.
pub fn class_weights<T: crate::Scalar, Y: ClassIndex, const C: usize>(
    targets: &[Y],
) -> Result<[T; C], DataError> {
    let mut counts = [0_usize; C];
    for (index, target) in targets.iter().enumerate() {
        let class = target.class();
        let count = usize::try_from(class)
            .ok()
            .and_then(|class| counts.get_mut(class));
        *count.ok_or_else(|| DataError::Division {
            reason: format!(
                "the target of sample {index} is class {class}, but there are {C} classes, which count from 0"
            ),
        })? += 1;
    }
    if let Some(class) = counts.iter().position(|&count| count == 0) {
        return Err(DataError::Division {
            reason: format!(
                "no sample is of class {class}, so no weight balances it; ask for fewer classes, or add samples"
            ),
        });
    }
    let samples = targets.len() as f64;
    Ok(counts.map(|count| T::from_f64(samples / (C as f64 * count as f64))))
}

/// How many samples are held out, at least one and not all.
fn held_out(samples: usize, validation: f64) -> Result<usize, DataError> {
    let reason = if !(validation > 0.0 && validation < 1.0) {
        format!("a share of {validation} for validation; it lies between 0 and 1, such as 0.2")
    } else if samples < 2 {
        format!("{samples} samples cannot be divided in two; give at least two")
    } else {
        let count = (samples as f64 * validation).round() as usize;
        return Ok(count.clamp(1, samples - 1));
    };
    Err(DataError::Division { reason })
}

/// The indices of every class in random order, class after class.
fn by_class<Y: ClassIndex>(targets: &[Y], rng: &mut StdRng) -> Vec<Vec<usize>> {
    let mut classes = BTreeMap::<i64, Vec<usize>>::new();
    for (index, target) in targets.iter().enumerate() {
        classes.entry(target.class()).or_default().push(index);
    }
    let mut classes: Vec<Vec<usize>> = classes.into_values().collect();
    for class in &mut classes {
        class.shuffle(rng);
    }
    classes
}

/// Deals indices to `count` folds in turn; each is held out by one.
fn deal(order: &[usize], count: usize) -> Result<Vec<Split>, DataError> {
    let samples = order.len();
    let reason = if count < 2 {
        format!("{count} folds; cross-validation needs at least two")
    } else if samples < count {
        format!("{count} folds, but {samples} samples; ask for fewer folds")
    } else {
        let fold = |fold: usize| {
            let places = order.iter().enumerate();
            let (held_out, others): (Vec<_>, Vec<_>) =
                places.partition(|&(place, _)| place % count == fold);
            let indices = |part: Vec<(usize, &usize)>| part.into_iter().map(|(_, &i)| i).collect();
            Split {
                training: indices(others),
                validation: indices(held_out),
            }
        };
        return Ok((0..count).map(fold).collect());
    };
    Err(DataError::Division { reason })
}
