//! Images in memory.

#[cfg(feature = "image")]
mod folder;

use super::{Array, DataError, Dataset, Place, Unexpected, flat_mut};
use crate::scalar::Scalar;
use crate::shape::Shape;
use rand::rngs::StdRng;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::slice;

/// Images with a class each. They lie in memory as bytes, and are read as scalars from 0 to 1.
///
/// `X` is the network's input, `[[[f32; 28]; 28]; 1]`; the images must be of that size. `Y` is the type of the classes.
///
/// ```no_run
/// use chainrule::data::{Adapt, Batches, Images};
/// type Image = [[[f32; 28]; 28]; 1];
/// let (training, test) = Images::<Image>::mnist("data/fashion-mnist")?;
/// let batches = Batches::new(&training, 32, 7);
/// # Ok::<(), chainrule::data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Images<X, Y = u8> {
    pixels: Vec<u8>,
    labels: Vec<Y>,
    /// The names of the classes, if they have names: `class_names[2]` is that of class 2.
    pub class_names: Vec<String>,
    input: PhantomData<fn() -> X>,
}

impl<X: Shape, Y: TryFrom<u64>> Images<X, Y> {
    /// Reads images and labels from IDX files, plain or gzipped.
    ///
    /// # Errors
    /// As [`Array::idx`], [`Array::rows`] and [`Array::classes`]; also when there are not as many labels as images.
    pub fn idx(images: impl AsRef<Path>, labels: impl AsRef<Path>) -> Result<Self, DataError> {
        let (images, labels) = (images.as_ref(), labels.as_ref());
        let pixels = Array::idx(images)?.into_bytes_of::<X>()?;
        let targets: Vec<Y> = Array::idx(labels)?.classes()?;
        let count = pixels.len() / X::LEN.max(1);
        if targets.len() != count {
            return Err(DataError::from(Box::new(Unexpected {
                path: labels.into(),
                place: Place::Whole,
                expected: format!(
                    "{count} labels, one for each image in `{}`",
                    images.display()
                ),
                found: targets.len().to_string(),
                help: "give the labels of these images".into(),
            })));
        }
        Ok(Self::new(pixels, targets, Vec::new()))
    }

    /// Reads what MNIST and its like consist of, to train on and to test with: `train-images-idx3-ubyte`,
    /// `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte` in `folder`, each as it is or with
    /// `.gz` behind.
    ///
    /// # Errors
    /// As [`idx`](Images::idx).
    pub fn mnist(folder: impl AsRef<Path>) -> Result<(Self, Self), DataError> {
        let file = |name: &str| -> PathBuf {
            let packed = folder.as_ref().join(format!("{name}.gz"));
            if packed.exists() {
                packed
            } else {
                folder.as_ref().join(name)
            }
        };
        let training = Self::idx(
            file("train-images-idx3-ubyte"),
            file("train-labels-idx1-ubyte"),
        )?;
        let test = Self::idx(
            file("t10k-images-idx3-ubyte"),
            file("t10k-labels-idx1-ubyte"),
        )?;
        Ok((training, test))
    }
}

impl<X, Y> Images<X, Y> {
    /// Images with as many labels.
    fn new(pixels: Vec<u8>, labels: Vec<Y>, class_names: Vec<String>) -> Self {
        Self {
            pixels,
            labels,
            class_names,
            input: PhantomData,
        }
    }

    /// The class of every image.
    pub fn labels(&self) -> &[Y] {
        &self.labels
    }
}

impl<X: Shape, Y: Clone + Send + Sync> Dataset for Images<X, Y> {
    type Input = X;
    type Target = Y;

    fn len(&self) -> usize {
        self.labels.len()
    }
    fn read(&self, index: usize, _: &mut StdRng, input: &mut X) -> Y {
        let pixels = &self.pixels[index * X::LEN..][..X::LEN];
        for (scalar, &pixel) in flat_mut(slice::from_mut(input)).iter_mut().zip(pixels) {
            *scalar = X::Scalar::from_usize(pixel.into()) / X::Scalar::from_usize(255);
        }
        self.labels[index].clone()
    }
}
