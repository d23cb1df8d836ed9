use std::fmt::Write;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why weights were not saved or loaded. After an error of loading the network is unchanged, after an error of saving
/// the file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SafetensorsError {
    /// The file cannot be opened or read.
    #[error("cannot read `{}`: {error}", path.display())]
    Read {
        /// The path as given.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write `{}`: {error}; a file of that name is unchanged", path.display())]
    Write {
        /// The path as given.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The file is cut short, damaged, or of another format.
    #[error(
        "{} not a whole safetensors file: {reason}; download, copy or save it again",
        subject(.file, "is", "are")
    )]
    Malformed {
        /// The file, unless bytes were given.
        file: Option<PathBuf>,
        /// What is wrong with it.
        reason: String,
    },
    /// The file is for another network.
    #[error(
        "{} not fit the network `{network}`, which is unchanged:{}",
        subject(.file, "does", "do"),
        list(.tensors)
    )]
    Mismatch {
        /// The file, unless bytes were given.
        file: Option<PathBuf>,
        /// The network's name.
        network: &'static str,
        /// Everything that does not fit: the network's tensors in their order, then the file's.
        tensors: Vec<TensorMismatch>,
    },
}

/// A tensor that a file and a network do not agree about. Shapes are PyTorch's, of a `Linear` weight `[out, in]`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TensorMismatch {
    /// The network has it, the file does not.
    #[error("`{name}` {expected:?} is missing{}", hint("the file has", .similar))]
    Missing {
        /// The tensor.
        name: String,
        /// Its shape in the network.
        expected: Vec<usize>,
        /// A tensor of a similar name that only the file has.
        similar: Option<String>,
    },
    /// The file has it, the network does not.
    #[error("`{name}` {found:?} is not in the network{}", hint("the network has", .similar))]
    Extra {
        /// The tensor.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// A tensor of a similar name that only the network has.
        similar: Option<String>,
    },
    /// The shapes differ.
    #[error("`{name}` has shape {found:?} in the file, but {expected:?} in the network")]
    Shape {
        /// The tensor.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// Its shape in the network.
        expected: Vec<usize>,
    },
    /// The types of the scalars differ.
    #[error(
        "`{name}` holds {found}, but the network {expected}; convert it with PyTorch's `tensor.{}()`",
        if *expected == "F32" { "float" } else { "double" }
    )]
    Dtype {
        /// The tensor.
        name: String,
        /// The type in the file, as safetensors spells it: `F16`.
        found: String,
        /// The type in the network: `F32` or `F64`.
        expected: &'static str,
    },
}

/// The file as the subject of a sentence.
fn subject(file: &Option<PathBuf>, singular: &str, plural: &str) -> String {
    match file {
        Some(file) => format!("`{}` {singular}", file.display()),
        None => format!("the bytes {plural}"),
    }
}

fn list(tensors: &[TensorMismatch]) -> String {
    tensors.iter().fold(String::new(), |mut list, tensor| {
        // Writing to a string cannot fail.
        let _ = write!(list, "\n  {tensor}");
        list
    })
}

fn hint(has: &str, similar: &Option<String>) -> String {
    similar
        .as_ref()
        .map_or_else(String::new, |name| format!("; {has} `{name}`"))
}

/// Names of missing and extra tensors that are probably meant for each other: each gets the nearest of the other kind,
/// if a third of its letters or fewer differ.
pub(super) fn suggest_similar_names(tensors: &mut [TensorMismatch]) {
    let (mut missing, mut extra) = (Vec::new(), Vec::new());
    for tensor in &*tensors {
        match tensor {
            TensorMismatch::Missing { name, .. } => missing.push(name.clone()),
            TensorMismatch::Extra { name, .. } => extra.push(name.clone()),
            _ => {}
        }
    }
    for tensor in tensors {
        match tensor {
            TensorMismatch::Missing { name, similar, .. } => *similar = nearest(name, &extra),
            TensorMismatch::Extra { name, similar, .. } => *similar = nearest(name, &missing),
            _ => {}
        }
    }
}

/// The candidate with the least different name, if at most a third of the letters differ.
pub(crate) fn nearest(name: &str, candidates: &[String]) -> Option<String> {
    candidates
        .iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| distance * 3 <= name.len().max(candidate.len()))
        .min()
        .map(|(_, candidate)| candidate.clone())
}

/// How many letters to insert, remove or replace (Levenshtein 1966), by one row of the usual table.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let (mut diagonal, mut left) = (i, i + 1);
        for (above, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let here = (diagonal + usize::from(x != y))
                .min(left + 1)
                .min(*above + 1);
            (diagonal, left) = (*above, here);
            *above = here;
        }
        row[0] = i + 1;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distance_counts_edits() {
        for (a, b, expected) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "abc", 3),
            ("fc1.weight", "fc_1.weight", 1),
            ("kitten", "sitting", 3),
            ("0.weight", "fc1.weight", 3),
            ("größe", "grösse", 2),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }
}
