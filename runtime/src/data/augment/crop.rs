use crate::data::{Dataset, flat, flat_mut, scratch};
use crate::scalar::Scalar;
use crate::shape::Shape;
use rand::RngExt;
use rand::rngs::StdRng;
use std::marker::PhantomData;
use std::slice;

/// A part of each image, or of each series, with another type than the whole: torchvision's `RandomCrop` and
/// `CenterCrop`.
///
/// The last two dimensions of an image [C, H, W] are cropped, the last one of a series [C, L]. With a padding there are so
/// many zeros on each side of the whole before; then a part as large as the whole is a random shift.
///
/// ```
/// use chainrule::data::{Adapt, Dataset, Samples};
/// let images = Samples::new(vec![[[[0.5_f32; 32]; 32]; 3]; 10], vec![7_u8; 10])?;
/// type Small = [[[f32; 28]; 28]; 3];
/// let training = (&images).random_crop::<Small>(4);
/// let validation = (&images).center_crop::<Small>();
/// # assert_eq!((training.len(), Samples::of(&validation).inputs[9]), (10, [[[0.5; 28]; 28]; 3]));
/// # Ok::<(), chainrule::data::DataError>(())
/// ```
///
/// A part that is larger than the whole with its padding, or has other dimensions, does not fit: reading panics.
#[derive(Clone, Debug)]
pub struct Crop<D, X> {
    dataset: D,
    padding: usize,
    center: bool,
    input: PhantomData<fn() -> X>,
}

impl<D, X> Crop<D, X> {
    pub(in crate::data) fn random(dataset: D, padding: usize) -> Self {
        Self {
            dataset,
            padding,
            center: false,
            input: PhantomData,
        }
    }
    pub(in crate::data) fn center(dataset: D) -> Self {
        Self {
            dataset,
            padding: 0,
            center: true,
            input: PhantomData,
        }
    }
}

impl<D, X> Crop<D, X>
where
    D: Dataset<Input: Shape<Scalar = X::Scalar>>,
    X: Shape,
{
    /// Where the part begins along a dimension, counted from where the padding does.
    fn start(&self, whole: usize, part: usize, rng: &mut StdRng) -> usize {
        let Some(room) = (whole + 2 * self.padding).checked_sub(part) else {
            panic!(
                "a part {:?} does not fit an input {:?} with a padding of {}",
                X::DIMS,
                D::Input::DIMS,
                self.padding
            );
        };
        if self.center {
            // torchvision rounds half to even.
            (room as f64 / 2.0).round_ties_even() as usize
        } else {
            rng.random_range(0..=room as u64) as usize
        }
    }
}

/// Channels, height and width; a series has the height 1.
fn image<S: Shape>() -> [usize; 3] {
    match *S::DIMS {
        [channels, length] => [channels, 1, length],
        [channels, height, width] => [channels, height, width],
        _ => panic!(
            "an input {:?} is no image [C, H, W] and no series [C, L] to crop",
            S::DIMS
        ),
    }
}

impl<D, X> Dataset for Crop<D, X>
where
    D: Dataset<Input: Shape<Scalar = X::Scalar>>,
    X: Shape,
{
    type Input = X;
    type Target = D::Target;

    fn len(&self) -> usize {
        self.dataset.len()
    }
    fn read(&self, index: usize, rng: &mut StdRng, input: &mut X) -> D::Target {
        let ([channels, whole_height, whole_width], [parts, height, width]) =
            (image::<D::Input>(), image::<X>());
        assert!(
            channels == parts && D::Input::DIMS.len() == X::DIMS.len(),
            "a part {:?} of an input {:?}: they differ in more than height and width",
            X::DIMS,
            D::Input::DIMS
        );
        scratch(|whole: &mut D::Input| {
            let target = self.dataset.read(index, rng, whole);
            let series = X::DIMS.len() == 2;
            let top = if series {
                self.padding
            } else {
                self.start(whole_height, height, rng)
            };
            let left = self.start(whole_width, width, rng);
            let whole: &[X::Scalar] = flat(slice::from_ref(whole));
            for (row, to) in flat_mut(slice::from_mut(input))
                .chunks_mut(width.max(1))
                .enumerate()
            {
                let (channel, y) = (row / height.max(1), row % height.max(1) + top);
                for (x, to) in to.iter_mut().enumerate() {
                    let y = y.checked_sub(self.padding).filter(|&y| y < whole_height);
                    let x = (x + left)
                        .checked_sub(self.padding)
                        .filter(|&x| x < whole_width);
                    *to = match (y, x) {
                        (Some(y), Some(x)) => whole[(channel * whole_height + y) * whole_width + x],
                        _ => X::Scalar::ZERO,
                    };
                }
            }
            target
        })
    }
}
