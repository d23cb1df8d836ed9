//! An integer network as bytes: a header of one line, and its lines.

use super::line::Line;
use super::network::QuantizedNetwork;
use crate::network::Network;
#[cfg(feature = "alloc")]
use core::slice;
use thiserror::Error;

/// Why bytes are not those of an integer network of this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QuantizedBytesError {
    /// They do not begin as [`to_bytes`](QuantizedNetwork::to_bytes) writes them.
    #[error("these are not the bytes of an integer network; write them with `to_bytes`")]
    NotANetwork,
    /// They are those of a network that was declared in another way.
    #[error(
        "these are the bytes of another network than `{network}`, or of one with other layers; \
         convert it again and write it with `to_bytes`"
    )]
    OtherNetwork {
        /// As declared.
        network: &'static str,
    },
    /// There are too few or too many.
    #[error("`{network}` has {expected} bytes with its header, but these are {found}")]
    Length {
        /// As declared.
        network: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// Some have changed since they were written.
    #[error("the bytes of `{network}` have changed since they were written; copy them again")]
    Changed {
        /// As declared.
        network: &'static str,
    },
    /// They do not begin at a multiple of 64 bytes in memory.
    #[error(
        "the bytes of `{network}` do not begin at a multiple of 64 bytes; put them into a type \
         with `#[repr(align(64))]`, or copy them with `load_bytes`"
    )]
    Unaligned {
        /// As declared.
        network: &'static str,
    },
}

/// Sixteen bytes: what follows, the order of the bytes in its numbers, and the version of the layout of lines.
const MAGIC: &[u8; 16] = match cfg!(target_endian = "little") {
    true => b"chainrule int8<1",
    false => b"chainrule int8>1",
};

/// The header of a network whose lines these are: what it is, how it was declared, how many bytes follow, and their sum.
/// Whole numbers have their lowest byte first.
pub(super) fn header<Q: QuantizedNetwork>(body: &[u8]) -> Line {
    let mut header = Line::ZERO;
    let words = [declaration::<Q>(), body.len() as u64, sum(START, body)].map(u64::to_le_bytes);
    let bytes = MAGIC.iter().chain(words.as_flattened());
    for (to, byte) in header.0.iter_mut().zip(bytes) {
        *to = *byte;
    }
    header
}

/// The lines in the bytes of a network of this type, checked.
pub(super) fn body<Q: QuantizedNetwork>(bytes: &[u8]) -> Result<&[u8], QuantizedBytesError> {
    let network = <Q::Float as Network>::NAME;
    let (magic, rest) = bytes
        .split_first_chunk()
        .ok_or(QuantizedBytesError::NotANetwork)?;
    if magic != MAGIC {
        return Err(QuantizedBytesError::NotANetwork);
    }
    let found = rest.first_chunk().map(|word| u64::from_le_bytes(*word));
    if found.is_some_and(|found| found != declaration::<Q>()) {
        return Err(QuantizedBytesError::OtherNetwork { network });
    }
    let expected = size_of::<Line>() + Q::BYTES;
    let (header, body) = match bytes.split_at_checked(size_of::<Line>()) {
        Some(parts) if bytes.len() == expected => parts,
        _ => {
            return Err(QuantizedBytesError::Length {
                network,
                expected,
                found: bytes.len(),
            });
        }
    };
    match header == self::header::<Q>(body).0 {
        true => Ok(body),
        false => Err(QuantizedBytesError::Changed { network }),
    }
}

/// The network in its bytes.
pub(super) fn in_place<Q: QuantizedNetwork>(body: &[u8]) -> Result<&Q, QuantizedBytesError> {
    bytemuck::try_from_bytes(body).map_err(|_| QuantizedBytesError::Unaligned {
        network: <Q::Float as Network>::NAME,
    })
}

/// A number for a declaration: the name of the network, and its layers in order.
fn declaration<Q: QuantizedNetwork>() -> u64 {
    let mut all = sum(START, <Q::Float as Network>::NAME.as_bytes());
    for layer in <Q::Float as Network>::LAYERS {
        all = sum(all, &[0]);
        all = sum(all, layer.declaration.as_bytes());
        for size in layer.output {
            all = sum(all, &(*size as u64).to_le_bytes());
        }
    }
    all
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash FNV-1a, of 64 bits.
fn sum(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The bytes of the lines of a network.
#[cfg(feature = "alloc")]
pub(super) fn lines<Q: QuantizedNetwork>(network: &Q) -> &[u8] {
    bytemuck::cast_slice(slice::from_ref(network))
}
