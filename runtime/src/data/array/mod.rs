//! Arrays of numbers from files, to be typed.

mod files;
mod idx;
mod kind;
mod npy;

pub use files::Arrays;

use super::{DataError, Place, Unexpected, flat_mut};
use crate::scalar::Scalar;
use crate::shape::Shape;
use kind::Kind;
use std::path::{Path, PathBuf};

/// An array of numbers from a file, with its shape; its first dimension counts the samples.
///
/// | from | |
/// |---|---|
/// | `.npy` | [`Array::npy`] |
/// | `.npz`, `.safetensors` | [`Arrays`] |
/// | IDX, plain or gzipped (MNIST) | [`Array::idx`] |
///
/// What it is to be follows from the type that is asked for, of [`rows`](Array::rows) or [`classes`](Array::classes):
///
/// ```
/// use chainrule::data::{Array, Samples};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("x.npy");
/// # let mut file = b"\x93NUMPY\x01\x00\x39\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}".to_vec();
/// # file.extend([1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|x| x.to_le_bytes()));
/// # std::fs::write(&path, file)?;
/// // numpy.save("x.npy", numpy.float32([[1, 2], [3, 4]]))
/// let array = Array::npy(&path)?;
/// assert_eq!(array.dims(), [2, 2]);
/// let inputs: Vec<[f64; 2]> = array.rows()?;
/// assert_eq!(inputs, [[1.0, 2.0], [3.0, 4.0]]);
///
/// let error = array.rows::<[f32; 3]>().unwrap_err().to_string();
/// assert!(error.ends_with("expected an array [n, 3], found [2, 2]; give another array, or change the shape"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Array {
    path: PathBuf,
    name: Option<String>,
    dims: Vec<usize>,
    kind: Kind,
    big_endian: bool,
    /// The first dimension is the innermost in memory, as in Fortran.
    column_major: bool,
    bytes: Vec<u8>,
}

impl Array {
    /// The sizes of its dimensions.
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// Its rows as values of shape `S`, inputs or numbers to learn: numbers of any type, converted.
    ///
    /// For `S = [[[f32; 28]; 28]; 1]` the array is [n, 1, 28, 28], or differs from it by dimensions of size 1, as
    /// [n, 28, 28]. Where either has rows without a shape, as [n, 784], the number of elements counts.
    ///
    /// # Errors
    /// Another shape; a number that is not finite, or not in `f32`, with its row.
    pub fn rows<S: Shape>(&self) -> Result<Vec<S>, DataError> {
        let count = self.check_shape::<S>()?;
        // AFTER THIS POINT: as many scalars as elements, which the bytes that were read are enough for.
        let mut rows = bytemuck::zeroed_vec::<S>(count);
        for (element, scalar) in flat_mut(&mut rows).iter_mut().enumerate() {
            let number = self.number(element);
            *scalar = Scalar::from_f64(number);
            if !scalar.is_finite() {
                return Err(self.unexpected(
                    Some(element / S::LEN.max(1)),
                    format!("finite numbers that `{}` holds", S::Scalar::NAME),
                    format!("{number} at element {}", element % S::LEN.max(1)),
                    "replace or remove rows with missing values",
                ));
            }
        }
        Ok(rows)
    }

    /// Its numbers as classes, one for each sample: whole numbers that count from 0.
    ///
    /// # Errors
    /// A shape other than `[n]` and `[n, 1]`; a number that is no class, or that `Y` does not hold, with its row.
    pub fn classes<Y: TryFrom<u64>>(&self) -> Result<Vec<Y>, DataError> {
        let (&count, shape) = self.dims.split_first().unwrap_or((&0, &[]));
        if !shape.iter().all(|&dim| dim == 1) || self.dims.is_empty() {
            return Err(self.unexpected(
                None,
                "an array [n] of classes".into(),
                format!("{:?}", self.dims),
                "give the array of labels",
            ));
        }
        let class = |row| {
            let number = self.number(row);
            // 2⁵³, to which `f64` counts exactly.
            let whole = number >= 0.0 && number.fract() == 0.0 && number <= 9_007_199_254_740_992.0;
            let class = whole.then_some(number as u64);
            class
                .and_then(|class| Y::try_from(class).ok())
                .ok_or_else(|| {
                    self.unexpected(
                        Some(row),
                        format!(
                            "a class that `{}` holds, counted from 0",
                            std::any::type_name::<Y>()
                        ),
                        number.to_string(),
                        "give the array of labels, or take a larger type for the target",
                    )
                })
        };
        (0..count).map(class).collect()
    }

    /// Its bytes, as pixels of images of shape `S`.
    pub(super) fn into_bytes_of<S: Shape>(self) -> Result<Vec<u8>, DataError> {
        self.check_shape::<S>()?;
        if self.kind != Kind::U8 {
            return Err(self.unexpected(
                None,
                "pixels of one byte".into(),
                format!("elements of type {:?}", self.kind),
                "read it with `Array::idx` and `rows`",
            ));
        }
        Ok(self.bytes)
    }

    /// How many rows it has, if they are values of shape `S`.
    fn check_shape<S: Shape>(&self) -> Result<usize, DataError> {
        match self.dims.split_first() {
            Some((&count, shape)) if fits(shape, S::DIMS) => Ok(count),
            _ => {
                let dims: String = S::DIMS.iter().map(|dim| format!(", {dim}")).collect();
                Err(self.unexpected(
                    None,
                    format!("an array [n{dims}]"),
                    format!("{:?}", self.dims),
                    "give another array, or change the shape",
                ))
            }
        }
    }

    /// An array whose bytes are as many as its dimensions say.
    fn new(
        path: &Path,
        name: Option<&str>,
        dims: Vec<usize>,
        kind: Kind,
        bytes: Vec<u8>,
    ) -> Result<Self, DataError> {
        let array = Self {
            path: path.into(),
            name: name.map(Into::into),
            dims,
            kind,
            big_endian: false,
            column_major: false,
            bytes,
        };
        let found = array.bytes.len();
        let (expected, found) = match kind.bytes(&array.dims) {
            Some(len) if len == found => return Ok(array),
            Some(len) => (
                format!("{len} bytes of data for {:?}", array.dims),
                format!("{found}{}", if found > len { " or more" } else { "" }),
            ),
            None => (
                "dimensions of an array that memory holds".into(),
                format!("{:?}", array.dims),
            ),
        };
        Err(array.unexpected(
            None,
            expected,
            found,
            "the file is damaged; download, copy or save it again",
        ))
    }

    /// An element by its row-major position.
    fn number(&self, element: usize) -> f64 {
        let place = if self.column_major {
            self.transposed(element)
        } else {
            element
        };
        let width = self.kind.width();
        let bytes = self.bytes.get(place * width..).unwrap_or_default();
        self.kind.number(bytes, self.big_endian)
    }

    /// Where an element lies if the first dimension is the innermost.
    fn transposed(&self, mut element: usize) -> usize {
        let mut stride: usize = self.dims.iter().product();
        let mut place = 0;
        for &dim in self.dims.iter().rev() {
            stride /= dim.max(1);
            place += element % dim.max(1) * stride;
            element /= dim.max(1);
        }
        place
    }

    fn unexpected(
        &self,
        row: Option<usize>,
        expected: String,
        found: String,
        help: &str,
    ) -> DataError {
        let place = match (row, &self.name) {
            (Some(row), array) => Place::Row {
                array: array.clone(),
                row,
            },
            (None, Some(name)) => Place::Array(name.clone()),
            (None, None) => Place::Whole,
        };
        unexpected(&self.path, place, expected, found, help)
    }
}

fn unexpected(
    path: &Path,
    place: Place,
    expected: impl Into<String>,
    found: impl Into<String>,
    help: &str,
) -> DataError {
    DataError::from(Box::new(Unexpected {
        path: path.into(),
        place,
        expected: expected.into(),
        found: found.into(),
        help: help.into(),
    }))
}

/// Whether rows of shape `found` are values of shape `dims`.
fn fits(found: &[usize], dims: &[usize]) -> bool {
    let sizes =
        |dims: &[usize]| -> Vec<usize> { dims.iter().copied().filter(|&dim| dim != 1).collect() };
    let (found, dims) = (sizes(found), sizes(dims));
    let flat = found.len() == 1 || dims.len() == 1;
    found == dims || flat && product(&found).is_some_and(|len| Some(len) == product(&dims))
}

fn product(dims: &[usize]) -> Option<usize> {
    dims.iter()
        .try_fold(1_usize, |len, &dim| len.checked_mul(dim))
}
