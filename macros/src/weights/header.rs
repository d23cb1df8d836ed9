//! The header of a safetensors file: <https://github.com/huggingface/safetensors#format>.
//!
//! Read by hand: every program with a network compiles this macro, and the crates for the format would more than double
//! what that takes. The tests hold it against them.

use super::json::{self, Value};
use std::collections::HashSet;
use std::ops::Range;

/// A tensor in a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) name: String,
    /// As safetensors spells it: `F16`.
    pub(super) dtype: String,
    pub(super) shape: Vec<usize>,
    /// Where its values lie behind the header.
    pub(super) range: Range<usize>,
}

/// The bits of a scalar of each type.
const BITS: [(&str, usize); 22] = [
    ("BOOL", 8),
    ("F4", 4),
    ("F6_E2M3", 6),
    ("F6_E3M2", 6),
    ("U8", 8),
    ("I8", 8),
    ("F8_E5M2", 8),
    ("F8_E4M3", 8),
    ("F8_E8M0", 8),
    ("F8_E4M3FNUZ", 8),
    ("F8_E5M2FNUZ", 8),
    ("I16", 16),
    ("U16", 16),
    ("F16", 16),
    ("BF16", 16),
    ("I32", 32),
    ("U32", 32),
    ("F32", 32),
    ("C64", 64),
    ("F64", 64),
    ("I64", 64),
    ("U64", 64),
];

/// The tensors in the order of their values, which cover all bytes behind the header, and these bytes.
pub(super) fn parse(bytes: &[u8]) -> Result<(Vec<Found>, &[u8]), String> {
    let Some((header_len, rest)) = bytes.split_first_chunk() else {
        return Err(format!("it ends after {} bytes", bytes.len()));
    };
    let header_len = u64::from_le_bytes(*header_len);
    let split = usize::try_from(header_len)
        .ok()
        .and_then(|len| rest.split_at_checked(len));
    let Some((header, data)) = split else {
        return Err(format!(
            "it announces a header of {header_len} bytes, but ends after {}",
            rest.len()
        ));
    };
    let header =
        json::parse(header).map_err(|error| format!("its header does not parse: {error}"))?;
    let Value::Object(members) = header else {
        return Err("its header is no list of tensors".into());
    };
    let mut tensors = Vec::new();
    for (name, value) in members {
        if name == "__metadata__" {
            check_metadata(&value)?;
        } else {
            tensors.push(tensor(name, value)?);
        }
    }
    check_places(&mut tensors, data.len())?;
    Ok((tensors, data))
}

/// Words about words, or nothing.
fn check_metadata(value: &Value) -> Result<(), String> {
    match value {
        Value::Object(members)
            if members
                .iter()
                .all(|(_, value)| matches!(value, Value::String(_))) =>
        {
            Ok(())
        }
        Value::Other => Ok(()),
        _ => Err("its header does not parse: `__metadata__` are texts with names".into()),
    }
}

/// `{"dtype": "F32", "shape": [10, 84], "data_offsets": [0, 3360]}`
fn tensor(name: String, value: Value) -> Result<Found, String> {
    let wrong = |what: &str| format!("its header does not parse: `{name}` has no {what}");
    let Value::Object(members) = value else {
        return Err(wrong("description"));
    };
    let (mut dtype, mut shape, mut offsets) = (None, None, None);
    for (key, value) in members {
        match (key.as_str(), value) {
            ("dtype", Value::String(text)) => dtype = Some(text),
            ("shape", value) => shape = naturals(value),
            ("data_offsets", value) => offsets = naturals(value),
            _ => {}
        }
    }
    let (Some(dtype), Some(shape)) = (dtype, shape) else {
        return Err(wrong("type or no shape"));
    };
    let Some([start, end]) = offsets.as_deref() else {
        return Err(wrong("place in the file"));
    };
    Ok(Found {
        range: *start..*end,
        name,
        dtype,
        shape,
    })
}

fn naturals(value: Value) -> Option<Vec<usize>> {
    let Value::Array(values) = value else {
        return None;
    };
    let numbers = values.into_iter().map(|value| match value {
        Value::Natural(number) => usize::try_from(number).ok(),
        _ => None,
    });
    numbers.collect()
}

/// That tensors lie one behind the other, as long as their shapes say, up to the end.
fn check_places(tensors: &mut [Found], len: usize) -> Result<(), String> {
    let mut names = HashSet::new();
    if let Some(twice) = tensors
        .iter()
        .find(|found| !names.insert(found.name.clone()))
    {
        return Err(format!("its header names `{}` twice", twice.name));
    }
    tensors.sort_by_key(|found| (found.range.start, found.range.end));
    let mut end = 0;
    for Found {
        name,
        dtype,
        shape,
        range,
    } in tensors
    {
        let Some((_, bits)) = BITS.into_iter().find(|(known, _)| known == dtype) else {
            return Err(format!(
                "its header does not parse: `{name}` is of an unknown type `{dtype}`"
            ));
        };
        let bits = shape
            .iter()
            .try_fold(bits, |bits, size| bits.checked_mul(*size));
        if range.start != end || range.end < range.start {
            return Err(format!(
                "its header does not place `{name}` behind the tensor before it"
            ));
        }
        if bits.is_none_or(|bits| !bits.is_multiple_of(8) || bits / 8 != range.len()) {
            return Err(format!(
                "its header gives {} bytes to `{name}` of type {dtype} and shape {shape:?}",
                range.len()
            ));
        }
        end = range.end;
    }
    if end != len {
        return Err(format!("its tensors take {end} bytes, but it has {len}"));
    }
    Ok(())
}
