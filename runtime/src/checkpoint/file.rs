//! The format: a safetensors file with a checksum.
//!
//! The names of tensors are those of the states and their parts. The text `chainrule` of the metadata is JSON,
//! `{"version": 1, "step": 1200, "values": {"adam.steps": 1200, …}}`; the text `crc32` is the checksum of the whole file with
//! zeros in its place, so that it covers the header as well.

use crate::io::parse;
use ::safetensors::tensor::{Dtype, TensorInfo};
use serde_json::{Map, Value as Json, json};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// The version that is written, and the newest that is read.
pub(super) const VERSION: u64 = 1;

const CHECKSUM: &str = "crc32";
const NO_CHECKSUM: [u8; 8] = *b"00000000";
const METADATA: &str = "chainrule";

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) step: u64,
    pub(super) values: BTreeMap<String, Json>,
    pub(super) tensors: BTreeMap<String, Entry>,
}

/// A tensor, row-major, little-endian.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) dtype: Dtype,
    pub(super) dims: Vec<usize>,
    pub(super) bytes: Vec<u8>,
}

/// Why bytes are no contents.
#[derive(Debug)]
pub(super) enum Fault {
    Damaged(String),
    Foreign,
    Version(u64),
}

impl Contents {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // The wider first, so that each lies where its scalars may lie.
        let mut tensors: Vec<_> = self.tensors.iter().collect();
        tensors.sort_by_key(|(_, entry)| Reverse(entry.dtype.bitsize()));

        let own = json!({ "version": VERSION, "step": self.step, "values": self.values });
        let mut header = Map::new();
        header.insert(
            "__metadata__".into(),
            json!({
                METADATA: own.to_string(),
                CHECKSUM: String::from_utf8_lossy(&NO_CHECKSUM),
                // Loaders of Hugging Face ask for the framework.
                "format": "pt",
            }),
        );
        let mut end = 0;
        for (name, entry) in &tensors {
            let start = end;
            end += entry.bytes.len();
            let info = TensorInfo {
                dtype: entry.dtype,
                shape: entry.dims.clone(),
                data_offsets: (start, end),
            };
            header.insert((*name).clone(), json!(info));
        }
        let mut header = Json::Object(header).to_string().into_bytes();
        header.resize(header.len().next_multiple_of(8), b' ');

        let mut bytes = Vec::with_capacity(8 + header.len() + end);
        bytes.extend_from_slice(&(header.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&header);
        for (_, entry) in tensors {
            bytes.extend_from_slice(&entry.bytes);
        }
        if let Some((before, there, after)) = split_at_checksum(&bytes) {
            let (checksum, start) = (checksum(before, after), before.len());
            debug_assert_eq!(there, NO_CHECKSUM);
            bytes[start..start + checksum.len()].copy_from_slice(&checksum);
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Fault> {
        let (metadata, data) = parse(bytes).map_err(Fault::Damaged)?;
        let texts = metadata.metadata().as_ref();
        let own = texts.and_then(|texts| texts.get(METADATA));
        let (Some((before, there, after)), Some(own)) = (split_at_checksum(bytes), own) else {
            return Err(Fault::Foreign);
        };
        let found = checksum(before, after);
        if found != there {
            let [there, found] = [&there, &found].map(|text| String::from_utf8_lossy(text));
            return Err(Fault::Damaged(format!(
                "its checksum says {there}, but its bytes make {found}"
            )));
        }

        let mut own: HashMap<String, Json> = serde_json::from_str(own)
            .map_err(|error| Fault::Damaged(format!("its metadata do not parse: {error}")))?;
        let number = |own: &HashMap<String, Json>, name: &str| {
            let number = own.get(name).and_then(Json::as_u64);
            number.ok_or_else(|| Fault::Damaged(format!("its metadata have no `{name}`")))
        };
        let version = number(&own, "version")?;
        if version > VERSION {
            return Err(Fault::Version(version));
        }
        let step = number(&own, "step")?;
        let Some(Json::Object(values)) = own.remove("values") else {
            return Err(Fault::Damaged("its metadata have no `values`".into()));
        };
        let tensors = metadata.tensors().into_iter().map(|(name, info)| {
            let (start, end) = info.data_offsets;
            let entry = Entry {
                dtype: info.dtype,
                dims: info.shape.clone(),
                // `parse` has checked that the tensors cover the data.
                bytes: data.get(start..end).unwrap_or_default().to_vec(),
            };
            (name, entry)
        });
        Ok(Self {
            step,
            values: values.into_iter().collect(),
            tensors: tensors.collect(),
        })
    }
}

/// What is before the checksum, the checksum, and what is after it. No other text can look like it: within a string of JSON
/// its quotation marks would have backslashes.
fn split_at_checksum(bytes: &[u8]) -> Option<(&[u8], [u8; 8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk()?;
    let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
    let header = rest.get(..len)?;
    let key = format!("\"{CHECKSUM}\":\"");
    let found = header
        .windows(key.len())
        .position(|window| window == key.as_bytes())?;
    let (before, rest) = bytes.split_at_checked(size_of::<u64>() + found + key.len())?;
    let (checksum, after) = rest.split_first_chunk()?;
    Some((before, *checksum, after))
}

/// As eight digits, so that there is one way to write it.
fn checksum(before: &[u8], after: &[u8]) -> [u8; 8] {
    let mut hasher = crc32fast::Hasher::new();
    for bytes in [before, &NO_CHECKSUM, after] {
        hasher.update(bytes);
    }
    let mut digits = NO_CHECKSUM;
    digits.copy_from_slice(format!("{:08x}", hasher.finalize()).as_bytes());
    digits
}
