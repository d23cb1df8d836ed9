//! What can be wrong with data, and what to do about it.

use crate::error::LengthMismatch;
use crate::io::SafetensorsError;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why data were not read, divided or normalised.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file or folder cannot be opened or read.
    #[error("cannot read `{}`: {error}", path.display())]
    Read {
        /// The path as given.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// A file holds something else than what was asked for.
    #[error(transparent)]
    Unexpected(#[from] Box<Unexpected>),
    /// A safetensors file is damaged.
    #[error(transparent)]
    Safetensors(#[from] SafetensorsError),
    /// Inputs and targets differ in number.
    #[error(transparent)]
    LengthMismatch(#[from] LengthMismatch),
    /// Samples were asked for that are not there.
    #[error("sample {index} of {len}; indices count from 0")]
    IndexOutOfRange {
        /// The index.
        index: usize,
        /// How many samples there are.
        len: usize,
    },
    /// Samples cannot be divided as asked.
    #[error("{reason}")]
    Division {
        /// Why, and what to do.
        reason: String,
    },
    /// A value that no mean and no range can be taken of.
    #[error(
        "element {element} of sample {sample} is {value}; remove or replace such values before fitting a normalization"
    )]
    NotFinite {
        /// The sample's index.
        sample: usize,
        /// The element's position in the input, row-major.
        element: usize,
        /// What stands there.
        value: f64,
    },
    /// A normalisation was to be fitted on nothing.
    #[error("there are no samples to fit a normalization on")]
    NoSamples,
    /// Reading a sample panicked in the background.
    #[error("reading sample {index} panicked: {message}")]
    Panicked {
        /// The sample's index.
        index: usize,
        /// What the panic said.
        message: String,
    },
    /// The operating system has no thread to read in the background.
    #[error("cannot start a thread to read ahead: {error}; read without one, `read_ahead(0, …)`")]
    Thread {
        /// What the operating system said.
        error: io::Error,
    },
}

/// A place in a file where something else stands than what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{}`{place}: expected {expected}, found {found}; {help}", path.display())]
pub struct Unexpected {
    /// The path as given.
    pub path: PathBuf,
    /// Where in the file.
    pub place: Place,
    /// What should stand there.
    pub expected: String,
    /// What does.
    pub found: String,
    /// What to do.
    pub help: String,
}

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The file as a whole.
    Whole,
    /// A line of text, counted from 1.
    Line(u64),
    /// A field of a table.
    Field {
        /// Its line, counted from 1.
        line: u64,
        /// Its column, counted from 0.
        column: usize,
        /// What the header calls the column, if there is one.
        name: Option<String>,
    },
    /// A row of an array, counted from 0, and what the array is called if it has a name.
    Row {
        /// The name of the array.
        array: Option<String>,
        /// The row.
        row: usize,
    },
    /// An array by its name.
    Array(String),
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Line(line) => write!(f, ", line {line}"),
            Self::Field { line, column, name } => {
                write!(f, ", line {line}, ")?;
                match name {
                    Some(name) => write!(f, "column `{name}`"),
                    None => write!(f, "column {column} (from 0)"),
                }
            }
            Self::Row { array, row } => {
                array
                    .iter()
                    .try_for_each(|name| write!(f, ", array `{name}`"))?;
                write!(f, ", row {row} (from 0)")
            }
            Self::Array(name) => write!(f, ", array `{name}`"),
        }
    }
}
