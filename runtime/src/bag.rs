//! Lists of indices that differ in length.

use crate::element::Element;
use crate::input::{Input, check_stack};
use crate::scalar::Scalar;
use thiserror::Error;

/// Up to `N` indices: an input `[N]` of [`EmbeddingBag`](crate::layers::EmbeddingBag) and
/// [`SparseLinear`](crate::layers::SparseLinear), whose empty places are −1.
///
/// ```
/// use chainrule::{Bag, prelude::*};
///
/// network! { struct Words: [8] -> [2] { words: EmbeddingBag(1000, 16), Linear(2) } }
///
/// let net = Words::init(&mut StdRng::seed_from_u64(7));
/// let mut bag = Bag::<8>::try_from([17, 4, 512].as_slice())?;
/// bag.push(999)?;
/// assert_eq!(net.forward(&bag), net.forward(&[17.0, 4.0, 512.0, 999.0, -1.0, -1.0, -1.0, -1.0]));
/// # Ok::<(), chainrule::BagFull>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bag<const N: usize> {
    indices: [u32; N],
    len: usize,
}

/// A [`Bag`] has no room for another index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{indices} indices do not fit a bag of {capacity}")]
pub struct BagFull {
    /// The number of indices.
    pub indices: usize,
    /// How many the bag holds.
    pub capacity: usize,
}

impl<const N: usize> Bag<N> {
    /// No index.
    pub const fn new() -> Self {
        Self {
            indices: [0; N],
            len: 0,
        }
    }

    /// Adds an index.
    ///
    /// # Errors
    /// When there are `N` already.
    pub fn push(&mut self, index: u32) -> Result<(), BagFull> {
        let Some(place) = self.indices.get_mut(self.len) else {
            return Err(BagFull {
                indices: N + 1,
                capacity: N,
            });
        };
        *place = index;
        self.len += 1;
        Ok(())
    }

    /// The indices, in the order in which they came.
    pub fn as_slice(&self) -> &[u32] {
        self.indices.get(..self.len).unwrap_or_default()
    }
}

impl<const N: usize> Default for Bag<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> TryFrom<&[u32]> for Bag<N> {
    type Error = BagFull;

    fn try_from(indices: &[u32]) -> Result<Self, BagFull> {
        let mut bag = Self::new();
        let Some(places) = bag.indices.get_mut(..indices.len()) else {
            return Err(BagFull {
                indices: indices.len(),
                capacity: N,
            });
        };
        places.copy_from_slice(indices);
        bag.len = indices.len();
        Ok(bag)
    }
}

impl<T: Scalar, const N: usize> Input<[T; N]> for Bag<N> {
    #[inline]
    fn with<R>(&self, run: impl FnOnce(&[T; N]) -> R) -> R {
        const { check_stack::<[T; N]>() }
        let mut scalars = [T::ZERO; N];
        self.write(scalars.iter_mut());
        run(&scalars)
    }
    #[inline]
    fn number(&self, element: usize) -> f64 {
        self.as_slice()
            .get(element)
            .map_or(-1.0, |&index| f64::from(index))
    }
    #[inline]
    fn pack<E: Element<T>>(samples: &[Self], group: &mut [E; N]) {
        let mut bags = samples.iter();
        let Some(mut bag) = bags.next() else {
            return;
        };
        let group = E::scalars_mut(group);
        for lane in 0..E::LANES {
            let elements = group.chunks_exact_mut(E::LANES);
            bag.write(elements.filter_map(|lanes| lanes.get_mut(lane)));
            bag = bags.next().unwrap_or(bag);
        }
    }
}

impl<const N: usize> Bag<N> {
    #[inline]
    fn write<'a, T: Scalar>(&self, places: impl Iterator<Item = &'a mut T>) {
        let indices = self.as_slice().iter().map(|&index| f64::from(index));
        for (place, index) in places.zip(indices.chain(core::iter::repeat(-1.0))) {
            *place = T::from_f64(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LANES, Lanes};

    #[test]
    fn empty_places_are_minus_one() {
        let mut bag = Bag::<4>::new();
        assert_eq!(bag.with(|x: &[f32; 4]| *x), [-1.0; 4]);
        bag.push(7).unwrap();
        bag.push(0).unwrap();
        assert_eq!(bag.with(|x: &[f64; 4]| *x), [7.0, 0.0, -1.0, -1.0]);
        let mut group = [Lanes([9.0_f32; LANES]); 4];
        <Bag<4> as Input<[f32; 4]>>::pack::<Lanes<f32>>(&[Bag::new(), bag], &mut group);
        assert_eq!(group[0].0[..3], [-1.0, 7.0, 7.0]);
        assert_eq!(group[1].0[..3], [-1.0, 0.0, 0.0]);
        assert_eq!(group[2].0, [-1.0; LANES]);
    }

    #[test]
    fn a_full_bag_says_so() {
        let mut bag = Bag::<2>::try_from([1, 2].as_slice()).unwrap();
        let error = bag.push(3).unwrap_err();
        assert_eq!(error.to_string(), "3 indices do not fit a bag of 2");
        assert_eq!(bag.as_slice(), [1, 2]);
        assert_eq!(
            Bag::<2>::try_from([1, 2, 3, 4].as_slice()),
            Err(BagFull {
                indices: 4,
                capacity: 2
            })
        );
    }
}
