//! IDX, the format of MNIST: <http://yann.lecun.com/exdb/mnist/>.

use super::kind::Kind;
use super::{Array, unexpected};
use crate::data::{DataError, Place};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

impl Array {
    /// Reads an IDX file, plain or gzipped.
    ///
    /// # Errors
    /// A file that cannot be read, is of another format, or has more or fewer bytes than its header says.
    pub fn idx(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let path = path.as_ref();
        let read_error = |error| DataError::Read {
            path: path.into(),
            error,
        };
        let mut file = open(path).map_err(read_error)?;

        let mut magic = Vec::new();
        file.by_ref()
            .take(4)
            .read_to_end(&mut magic)
            .map_err(read_error)?;
        let (kind, rank) = match *magic {
            [0, 0, code, rank] if rank > 0 => (kind(code), usize::from(rank)),
            _ => (None, 0),
        };
        let Some(kind) = kind else {
            return Err(unexpected(
                path,
                Place::Whole,
                "an IDX file, which begins with the bytes 00 00, a type of 08 to 0e and the number of dimensions",
                hexadecimal(&magic),
                "give a file such as `train-images-idx3-ubyte.gz`",
            ));
        };

        let mut sizes = Vec::new();
        file.by_ref()
            .take(4 * rank as u64)
            .read_to_end(&mut sizes)
            .map_err(read_error)?;
        let (dims, rest) = sizes.as_chunks::<4>();
        if dims.len() != rank || !rest.is_empty() {
            return Err(unexpected(
                path,
                Place::Whole,
                format!("{rank} sizes of 4 bytes behind the first 4"),
                format!("{} bytes", sizes.len()),
                "the file is damaged; download or copy it again",
            ));
        }
        let dims: Vec<usize> = dims
            .iter()
            .map(|&size| u32::from_be_bytes(size) as usize)
            .collect();

        // The header may lie: memory is taken as bytes arrive, and no more than one that is too many.
        let len = kind.bytes(&dims).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        file.take((len as u64).saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(read_error)?;
        let mut array = Self::new(path, None, dims, kind, bytes)?;
        array.big_endian = true;
        Ok(array)
    }
}

/// A file, unpacked if it is gzipped, whatever its name.
fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    let mut start = Vec::new();
    file.by_ref().take(2).read_to_end(&mut start)?;
    let gzipped = start == [0x1f, 0x8b];
    let file = io::Cursor::new(start).chain(io::BufReader::new(file));
    Ok(if gzipped {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}

fn kind(code: u8) -> Option<Kind> {
    Some(match code {
        0x08 => Kind::U8,
        0x09 => Kind::I8,
        0x0b => Kind::I16,
        0x0c => Kind::I32,
        0x0d => Kind::F32,
        0x0e => Kind::F64,
        _ => return None,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "an empty file".into();
    }
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}
