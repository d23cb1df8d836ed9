//! NPY, NumPy's format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use super::kind::Kind;
use super::{Array, unexpected};
use crate::data::{DataError, Place};
use std::path::Path;

impl Array {
    /// Reads a file of `numpy.save`: numbers of any type, byte order and memory order.
    ///
    /// # Errors
    /// A file that cannot be read, is of another format, holds no numbers, or has more or fewer bytes than its header
    /// says.
    pub fn npy(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| DataError::Read {
            path: path.into(),
            error,
        })?;
        Self::parse_npy(path, None, bytes)
    }

    /// The array in the bytes of an NPY file, which is one of several if it has a name.
    pub(super) fn parse_npy(
        path: &Path,
        name: Option<&str>,
        mut bytes: Vec<u8>,
    ) -> Result<Self, DataError> {
        let place = || name.map_or(Place::Whole, |name| Place::Array(name.into()));
        let Some((header, len)) = header(&bytes) else {
            return Err(unexpected(
                path,
                place(),
                "an array as `numpy.save` writes it, which begins with `\\x93NUMPY` and a header",
                format!("{} bytes of something else, or cut short", bytes.len()),
                "save it with `numpy.save` or `numpy.savez`",
            ));
        };
        let Some((descr, dims, column_major)) = entries(header) else {
            return Err(unexpected(
                path,
                place(),
                "a header with the type, order and shape of an array of numbers",
                format!("`{}`", header.trim_end()),
                "save an array of numbers, not of records or objects",
            ));
        };
        let Some((kind, big_endian)) = kind(descr) else {
            return Err(unexpected(
                path,
                place(),
                "numbers",
                format!("elements of NumPy's type `{descr}`"),
                "convert the array with `astype(\"float32\")` before it is saved",
            ));
        };
        bytes.drain(..len);
        let mut array = Self::new(path, name, dims, kind, bytes)?;
        (array.big_endian, array.column_major) = (big_endian, column_major);
        Ok(array)
    }
}

/// The text of the header, and how many bytes lie before the data.
fn header(bytes: &[u8]) -> Option<(&str, usize)> {
    let rest = bytes.strip_prefix(b"\x93NUMPY")?;
    let (&[version, _], rest) = rest.split_first_chunk()?;
    let (len, rest) = if version == 1 {
        let (len, rest) = rest.split_first_chunk()?;
        (usize::from(u16::from_le_bytes(*len)), rest)
    } else {
        let (len, rest) = rest.split_first_chunk()?;
        (usize::try_from(u32::from_le_bytes(*len)).ok()?, rest)
    };
    let (text, data) = rest.split_at_checked(len)?;
    Some((std::str::from_utf8(text).ok()?, bytes.len() - data.len()))
}

/// The entries of `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
fn entries(header: &str) -> Option<(&str, Vec<usize>, bool)> {
    let value = |key: &str| {
        let (_, value) = header.split_once(key)?;
        Some(value.trim_start().strip_prefix(':')?.trim_start())
    };
    let (descr, _) = value("'descr'")?.strip_prefix('\'')?.split_once('\'')?;
    let column_major = value("'fortran_order'")?.starts_with("True");
    let (shape, _) = value("'shape'")?.strip_prefix('(')?.split_once(')')?;
    let sizes = shape
        .split(',')
        .map(str::trim)
        .filter(|size| !size.is_empty());
    let dims = sizes.map(|size| size.parse().ok()).collect::<Option<_>>()?;
    Some((descr, dims, column_major))
}

/// The type that NumPy writes as `<f4`, and whether it is big-endian.
fn kind(descr: &str) -> Option<(Kind, bool)> {
    let (order, kind) = descr.split_at_checked(1)?;
    let kind = match kind {
        "b1" => Kind::Bool,
        "u1" => Kind::U8,
        "i1" => Kind::I8,
        "u2" => Kind::U16,
        "i2" => Kind::I16,
        "u4" => Kind::U32,
        "i4" => Kind::I32,
        "u8" => Kind::U64,
        "i8" => Kind::I64,
        "f2" => Kind::F16,
        "f4" => Kind::F32,
        "f8" => Kind::F64,
        _ => return None,
    };
    Some((kind, order == ">"))
}
