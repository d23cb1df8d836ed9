//! What networks take: arrays of scalars as they are, arrays of integers converted.

use crate::element::Element;
use crate::kernels;
use crate::scalar::Scalar;
use crate::shape::{Sample, Shape};
use bytemuck::Pod;
use core::slice;

/// An input of shape `S`: every [`Sample`], and arrays of `u8`, `u16` and `u32` of that shape with up to three
/// dimensions, or references to them, whose numbers become scalars: indices, pixels, counts.
///
/// `f32` holds every integer up to 2²⁴ = 16,777,216; a larger one becomes the nearest that it holds. Batches are
/// converted while they are packed into lanes, a single sample on the stack.
///
/// ```
/// use chainrule::prelude::*;
///
/// network! { struct Net: [3] -> [1] { Linear(1) } }
///
/// let net = Net::init(&mut StdRng::seed_from_u64(7));
/// assert_eq!(net.forward(&[0_u8, 128, 255]), net.forward(&[0.0, 128.0, 255.0]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an input of shape `{S}`",
    label = "expected `{S}`, a reference to it, an array of `u8`, `u16` or `u32` of the same shape, or for a vector nalgebra's `SVector`"
)]
pub trait Input<S: Shape>: Sync + Sized {
    /// Hands the sample to `run` as an array of scalars.
    fn with<R>(&self, run: impl FnOnce(&S) -> R) -> R;
    /// The scalar with this number.
    #[doc(hidden)]
    fn number(&self, element: usize) -> f64;
    /// Writes samples, as many as an element has lanes, into the lanes of a group. Lanes behind the last repeat it.
    #[doc(hidden)]
    fn pack<E: Element<S::Scalar>>(samples: &[Self], group: &mut S::Of<E>);
}

impl<S: Shape, X: Sample<S>> Input<S> for X {
    #[inline(always)]
    fn with<R>(&self, run: impl FnOnce(&S) -> R) -> R {
        run(self.array())
    }
    #[inline(always)]
    fn number(&self, element: usize) -> f64 {
        let scalars = S::flat::<S::Scalar>(bytemuck::cast_slice(slice::from_ref(self.array())));
        scalars.get(element).map_or(0.0, |scalar| scalar.to_f64())
    }
    #[inline(always)]
    fn pack<E: Element<S::Scalar>>(samples: &[Self], group: &mut S::Of<E>) {
        kernels::pack_samples::<S, X, E>(samples, group);
    }
}

/// That a converted sample may lie on the stack.
pub(crate) const fn check_stack<S>() {
    assert!(
        size_of::<S>() <= 128 * 1024,
        "a sample of integers takes more than 128 KiB as scalars, too much for the stack; give it as scalars"
    );
}

/// A sample of integers as scalars, on the stack.
#[inline]
fn convert<S: Shape, N: Into<f64> + Pod, R>(sample: &impl Pod, run: impl FnOnce(&S) -> R) -> R {
    const { check_stack::<S>() }
    let mut converted = S::zeroed();
    let scalars =
        S::flat_mut::<S::Scalar>(bytemuck::cast_slice_mut(slice::from_mut(&mut converted)));
    for (to, &from) in scalars.iter_mut().zip(numbers::<N>(sample)) {
        *to = S::Scalar::from_f64(from.into());
    }
    run(&converted)
}

/// [`Input::pack`] of samples of integers.
#[inline]
fn pack<'a, S: Shape, N: Into<f64> + Pod, E: Element<S::Scalar>, X: Pod>(
    mut samples: impl Iterator<Item = &'a X>,
    group: &mut S::Of<E>,
) {
    let Some(mut sample) = samples.next() else {
        return;
    };
    let group = E::scalars_mut(S::flat_mut::<E>(slice::from_mut(group)));
    for lane in 0..E::LANES {
        let lanes = group.chunks_exact_mut(E::LANES);
        for (to, &from) in lanes
            .filter_map(|lanes| lanes.get_mut(lane))
            .zip(numbers::<N>(sample))
        {
            *to = S::Scalar::from_f64(from.into());
        }
        sample = samples.next().unwrap_or(sample);
    }
}

/// The integers of an array of any rank.
#[inline]
fn numbers<N: Pod>(sample: &impl Pod) -> &[N] {
    bytemuck::cast_slice(slice::from_ref(sample))
}

macro_rules! integers {
    ($($integer:ident)*) => {$(
        integers!(@shape $integer [N] [$integer; N], [T; N]);
        integers!(@shape $integer [N M] [[$integer; N]; M], [[T; N]; M]);
        integers!(@shape $integer [N M L] [[[$integer; N]; M]; L], [[[T; N]; M]; L]);
    )*};
    (@shape $integer:ident [$($size:ident)*] $sample:ty, $shape:ty) => {
        impl<T: Scalar, $(const $size: usize),*> Input<$shape> for $sample {
            #[inline]
            fn with<R>(&self, run: impl FnOnce(&$shape) -> R) -> R {
                convert::<$shape, $integer, R>(self, run)
            }
            #[inline]
            fn number(&self, element: usize) -> f64 {
                numbers::<$integer>(self).get(element).map_or(0.0, |&number| number.into())
            }
            #[inline]
            fn pack<E: Element<T>>(samples: &[Self], group: &mut <$shape as Shape>::Of<E>) {
                pack::<$shape, $integer, E, Self>(samples.iter(), group);
            }
        }
        impl<T: Scalar, $(const $size: usize),*> Input<$shape> for &$sample {
            #[inline]
            fn with<R>(&self, run: impl FnOnce(&$shape) -> R) -> R {
                (**self).with(run)
            }
            #[inline]
            fn number(&self, element: usize) -> f64 {
                Input::<$shape>::number(*self, element)
            }
            #[inline]
            fn pack<E: Element<T>>(samples: &[Self], group: &mut <$shape as Shape>::Of<E>) {
                pack::<$shape, $integer, E, $sample>(samples.iter().copied(), group);
            }
        }
    };
}
integers!(u8 u16 u32);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LANES, Lanes};
    use bytemuck::Zeroable;

    fn lanes<S: Shape<Scalar = f32>, X: Input<S>>(samples: &[X]) -> Vec<Lanes<f32>> {
        let mut group = S::Of::<Lanes<f32>>::zeroed();
        X::pack::<Lanes<f32>>(samples, &mut group);
        S::flat::<Lanes<f32>>(slice::from_ref(&group)).to_vec()
    }

    #[test]
    fn integers_lie_in_lanes_as_scalars_do() {
        let integers: Vec<[[u16; 19]; 2]> = (0..LANES as u16)
            .map(|sample| {
                [
                    [sample; 19],
                    core::array::from_fn(|n| 4000 * sample + n as u16),
                ]
            })
            .collect();
        let scalars: Vec<[[f32; 19]; 2]> = integers
            .iter()
            .map(|rows| rows.map(|row| row.map(f32::from)))
            .collect();
        let references: Vec<&[[u16; 19]; 2]> = integers.iter().collect();
        for count in [1, 5, LANES] {
            let expected = lanes::<[[f32; 19]; 2], _>(&scalars[..count]);
            assert_eq!(lanes::<[[f32; 19]; 2], _>(&integers[..count]), expected);
            assert_eq!(lanes::<[[f32; 19]; 2], _>(&references[..count]), expected);
        }
    }

    #[test]
    fn one_sample_is_converted_element_by_element() {
        let image: [[[u8; 2]; 1]; 3] = [[[0, 1]], [[2, 127]], [[254, 255]]];
        let scalars: [[[f64; 2]; 1]; 3] = image.with(|x| *x);
        assert_eq!(scalars, [[[0.0, 1.0]], [[2.0, 127.0]], [[254.0, 255.0]]]);
        let largest = [(1_u32 << 24) - 1, 1 << 24, u32::MAX];
        assert_eq!(
            largest.with(|x: &[f32; 3]| *x),
            [16_777_215.0, 16_777_216.0, 4_294_967_296.0]
        );
        assert_eq!(
            largest.with(|x: &[f64; 3]| *x),
            [16_777_215.0, 16_777_216.0, 4_294_967_295.0]
        );
    }
}
