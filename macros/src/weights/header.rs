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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use safetensors::SafeTensors;
    use safetensors::tensor::{Dtype, TensorView, serialize};
    use std::collections::HashMap;

    /// A file as the crate for the format writes it.
    fn written(shapes: &[Vec<usize>]) -> Vec<u8> {
        let types = [
            Dtype::F32,
            Dtype::F16,
            Dtype::BF16,
            Dtype::F64,
            Dtype::I64,
            Dtype::U8,
        ];
        let tensors: Vec<(String, Dtype, &Vec<usize>, Vec<u8>)> = shapes
            .iter()
            .zip(types.into_iter().cycle())
            .enumerate()
            .map(|(index, (shape, dtype))| {
                let len = shape.iter().product::<usize>() * dtype.bitsize() / 8;
                (
                    format!("fc{index}.größe"),
                    dtype,
                    shape,
                    vec![index as u8; len],
                )
            })
            .collect();
        let views = tensors.iter().map(|(name, dtype, shape, data)| {
            (name, TensorView::new(*dtype, shape.to_vec(), data).unwrap())
        });
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        serialize(views, Some(metadata)).unwrap()
    }

    /// What the crate for the format reads.
    fn reference(bytes: &[u8]) -> Option<Vec<Found>> {
        let (header_len, metadata) = SafeTensors::read_metadata(bytes).ok()?;
        if 8 + header_len + metadata.data_len() != bytes.len() {
            return None;
        }
        let mut all: Vec<Found> = metadata
            .tensors()
            .into_iter()
            .map(|(name, info)| Found {
                name,
                dtype: info.dtype.to_string(),
                shape: info.shape.clone(),
                range: info.data_offsets.0..info.data_offsets.1,
            })
            .collect();
        all.sort_by_key(|found| found.name.clone());
        Some(all)
    }

    fn ours(bytes: &[u8]) -> Option<Vec<Found>> {
        let mut all = parse(bytes).ok()?.0;
        all.sort_by_key(|found| found.name.clone());
        Some(all)
    }

    /// A file with this header and so many bytes of data.
    fn file(header: &str, data: usize) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend(vec![0; data]);
        bytes
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whole_files_are_read_as_the_crate_for_the_format_reads_them(
            shapes in prop::collection::vec(prop::collection::vec(0..5_usize, 0..4), 0..8),
        ) {
            let bytes = written(&shapes);
            prop_assert_eq!(ours(&bytes), reference(&bytes));
            prop_assert_eq!(ours(&bytes).map(|all| all.len()), Some(shapes.len()));
        }

        #[test]
        fn damaged_files_are_read_as_there_or_not_at_all(
            at in any::<prop::sample::Index>(),
            with in prop::collection::vec(any::<u8>(), 0..4),
            removed in 0..4_usize,
            cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let mut bytes = written(&[vec![2, 3], vec![], vec![4], vec![0], vec![1]]);
            let at = at.index(bytes.len());
            let end = (at + removed).min(bytes.len());
            bytes.splice(at..end, with);
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            prop_assert_eq!(ours(&bytes), reference(&bytes));
        }

        /// Digits, brackets and words in other places.
        #[test]
        fn damaged_headers_are_read_as_there_or_not_at_all(
            at in any::<prop::sample::Index>(),
            with in "[0-9{}\\[\\],:\" .eE-]{0,3}|null|true|F16|shape",
            removed in 0..3_usize,
        ) {
            let header = r#"{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"y":{"dtype":"I8","shape":[3],"data_offsets":[8,11]}}"#;
            let at = at.index(header.len());
            let end = (at + removed).min(header.len());
            let header = format!("{}{with}{}", &header[..at], &header[end..]);
            for data in [11, 8, 13] {
                let bytes = file(&header, data);
                let (ours, reference) = (ours(&bytes), reference(&bytes));
                // Whatever is accepted means the same there.
                prop_assert!(ours.is_none() || ours == reference, "{} {:?} {:?}", header, ours, reference);
            }
        }

        #[test]
        fn anything_is_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
            let _ = json::parse(&bytes);
            let _ = parse(&file(&String::from_utf8_lossy(&bytes), 3));
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let one = |tensor: &str| file(&format!("{{\"x\":{tensor}}}"), 8);
        for (bytes, reason) in [
            (b"PK\x03\x04".to_vec(), "it ends after 4 bytes"),
            (
                b"not a safetensors file".to_vec(),
                "it announces a header of 7021991845529153390 bytes, but ends after 14",
            ),
            (
                u64::MAX.to_le_bytes().to_vec(),
                "it announces a header of 18446744073709551615 bytes, but ends after 0",
            ),
            (
                file("", 0),
                "its header does not parse: it ends where a value should be",
            ),
            (file("[]", 0), "its header is no list of tensors"),
            (file("{}", 1), "its tensors take 0 bytes, but it has 1"),
            (
                one("3"),
                "its header does not parse: `x` has no description",
            ),
            (
                one("{}"),
                "its header does not parse: `x` has no type or no shape",
            ),
            (
                one(r#"{"dtype":"F32","shape":[2],"data_offsets":[0]}"#),
                "its header does not parse: `x` has no place in the file",
            ),
            (
                one(r#"{"dtype":"F33","shape":[2],"data_offsets":[0,8]}"#),
                "its header does not parse: `x` is of an unknown type `F33`",
            ),
            (
                one(r#"{"dtype":"F32","shape":[2],"data_offsets":[0,800]}"#),
                "its header gives 800 bytes to `x` of type F32 and shape [2]",
            ),
            (
                one(r#"{"dtype":"F32","shape":[18446744073709551615,4],"data_offsets":[0,8]}"#),
                "its header gives 8 bytes to `x` of type F32 and shape [18446744073709551615, 4]",
            ),
            (
                one(r#"{"dtype":"F32","shape":[2],"data_offsets":[8,0]}"#),
                "its header does not place `x` behind the tensor before it",
            ),
            (
                one(
                    r#"{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"U8","shape":[],"data_offsets":[8,9]}"#,
                ),
                "its header names `x` twice",
            ),
            (
                file("{\"__metadata__\":{\"a\":1}}", 0),
                "its header does not parse: `__metadata__` are texts with names",
            ),
        ] {
            let error = parse(&bytes).map(|_| ()).unwrap_err();
            assert_eq!(error, reason);
        }
        let mut header = file("{\"\u{fc}\":1}", 0);
        header[10] = 0xff;
        let error = parse(&header).map(|_| ()).unwrap_err();
        assert_eq!(
            error,
            "its header does not parse: it is no UTF-8 text from byte 2 on"
        );
    }
}
