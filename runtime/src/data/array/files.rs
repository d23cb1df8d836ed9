//! Files of several arrays with names.

use super::kind::Kind;
use super::{Array, unexpected};
use crate::data::{DataError, Place};
use crate::io::{SafetensorsError, nearest, parse};
use ::safetensors::Dtype;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// Arrays with names, from one file.
///
/// ```no_run
/// use chainrule::data::{Arrays, Samples};
/// // numpy.savez("digits.npz", x=images, y=labels)
/// let arrays = Arrays::npz("digits.npz")?;
/// let images: Vec<[[[f32; 8]; 8]; 1]> = arrays.get("x")?.rows()?;
/// let labels: Vec<u8> = arrays.get("y")?.classes()?;
/// let digits = Samples::new(images, labels)?;
/// # Ok::<(), chainrule::data::DataError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Arrays {
    path: PathBuf,
    arrays: BTreeMap<String, Array>,
}

impl Arrays {
    /// Reads a file of `numpy.savez` or `numpy.savez_compressed`.
    ///
    /// # Errors
    /// A file that cannot be read, or is damaged; an array that [`Array::npy`] does not take.
    pub fn npz(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let path = path.as_ref();
        let read_error = |error: io::Error| DataError::Read {
            path: path.into(),
            error,
        };
        let file = File::open(path).map_err(read_error)?;
        let archive = ZipArchive::new(BufReader::new(file));
        let mut archive = archive.map_err(|error| read_error(error.into()))?;
        let mut arrays = BTreeMap::new();
        for index in 0..archive.len() {
            let entry = archive.by_index(index);
            let mut entry = entry.map_err(|error| read_error(error.into()))?;
            let entry_name = entry.name().map_err(|error| read_error(error.into()))?;
            let entry_name = entry_name.into_owned();
            let Some(name) = entry_name.strip_suffix(".npy") else {
                continue;
            };
            // Grows with what is there, not with what the archive says.
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(read_error)?;
            let array = Array::parse_npy(path, Some(name), bytes)?;
            arrays.insert(name.to_owned(), array);
        }
        Ok(Self {
            path: path.into(),
            arrays,
        })
    }

    /// Reads a safetensors file.
    ///
    /// # Errors
    /// A file that cannot be read, or is damaged; a tensor that does not hold numbers.
    pub fn safetensors(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| DataError::Read {
            path: path.into(),
            error,
        })?;
        let (metadata, data) = parse(&bytes).map_err(|reason| SafetensorsError::Malformed {
            file: Some(path.into()),
            reason,
        })?;
        let mut arrays = BTreeMap::new();
        for (name, info) in metadata.tensors() {
            let Some(kind) = kind(info.dtype) else {
                return Err(unexpected(
                    path,
                    Place::Array(name),
                    "numbers",
                    format!("elements of type {}", info.dtype),
                    "convert the tensor to `F32` before it is saved",
                ));
            };
            let (start, end) = info.data_offsets;
            let bytes = data.get(start..end).unwrap_or_default().to_vec();
            let array = Array::new(path, Some(&name), info.shape.clone(), kind, bytes)?;
            arrays.insert(name, array);
        }
        Ok(Self {
            path: path.into(),
            arrays,
        })
    }

    /// The array with this name.
    ///
    /// # Errors
    /// There is none; the error names those that are there.
    pub fn get(&self, name: &str) -> Result<&Array, DataError> {
        self.arrays.get(name).ok_or_else(|| {
            let names: Vec<String> = self.names().map(Into::into).collect();
            let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let help = nearest(name, &names).map_or_else(
                || "ask for one that is there".into(),
                |similar| format!("is it `{similar}`?"),
            );
            unexpected(
                &self.path,
                Place::Whole,
                format!("an array `{name}`"),
                if quoted.is_empty() {
                    "none".into()
                } else {
                    quoted.join(", ")
                },
                &help,
            )
        })
    }

    /// The names of all arrays, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.arrays.keys().map(String::as_str)
    }
}

fn kind(dtype: Dtype) -> Option<Kind> {
    Some(match dtype {
        Dtype::BOOL => Kind::Bool,
        Dtype::U8 => Kind::U8,
        Dtype::I8 => Kind::I8,
        Dtype::U16 => Kind::U16,
        Dtype::I16 => Kind::I16,
        Dtype::F16 => Kind::F16,
        Dtype::BF16 => Kind::Bf16,
        Dtype::U32 => Kind::U32,
        Dtype::I32 => Kind::I32,
        Dtype::F32 => Kind::F32,
        Dtype::U64 => Kind::U64,
        Dtype::I64 => Kind::I64,
        Dtype::F64 => Kind::F64,
        _ => return None,
    })
}
