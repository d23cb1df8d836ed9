use std::fmt::Write;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a checkpoint was not saved or loaded. After an error of saving the earlier checkpoints are as they were, after one
/// of loading everything that was to be loaded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The folder cannot be made or read.
    #[error(
        "cannot keep checkpoints in `{}`: {error}; give a folder that can be written to",
        path.display()
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The file cannot be written.
    #[error(
        "cannot write the checkpoint `{}`: {error}; the earlier ones are unchanged{}",
        path.display(),
        advice(.error)
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// A new checkpoint was saved, but an old one cannot be deleted.
    #[error("cannot delete the old checkpoint `{}`: {error}; the newest is saved", path.display())]
    Delete {
        /// The old file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The file cannot be opened or read.
    #[error("cannot read the checkpoint `{}`: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// The file is cut short or changed.
    #[error("the checkpoint `{}` is damaged: {reason}; use an earlier one", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How that shows.
        reason: String,
    },
    /// The file is a safetensors file of another kind.
    #[error(
        "`{}` is a safetensors file, but no checkpoint; weights alone are loaded with `load_safetensors`",
        path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file is of a newer version of this crate.
    #[error(
        "the checkpoint `{}` has version {found} of the format, and this program knows those up to {known}; build it with \
         the version of chainrule that saved the file, or a newer one",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The newest version that is known here.
        known: u64,
    },
    /// The file is of another network, optimizer, ….
    #[error(
        "the checkpoint `{}` is of another run: its `{state}` is {found}, but here it is {expected}; load it with the \
         program that saved it, or use another folder",
        path.display()
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// Which state is another.
        state: String,
        /// What it is in the file.
        found: String,
        /// What it is in the program.
        expected: String,
    },
    /// The file has other parts than what is to be loaded.
    #[error(
        "the checkpoint `{}` does not fit, and nothing was loaded:{}; load it with the declaration and the options that \
         it was saved with",
        path.display(),
        list(.parts)
    )]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// Everything that does not fit.
        parts: Vec<PartMismatch>,
    },
    /// A part of the file cannot be what a state needs.
    #[error("the checkpoint `{}` was not loaded: `{name}`: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The part.
        name: String,
        /// Why not.
        reason: String,
    },
    /// A name cannot be that of a state, or stands for two things.
    #[error("`{name}` cannot be a name in a checkpoint: {problem}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        problem: String,
    },
    /// There are checkpoints, but none is whole.
    #[error(
        "no checkpoint in `{}` is whole:{}\ndelete them to start anew",
        folder.display(),
        skipped_list(.skipped)
    )]
    NoneWhole {
        /// The folder.
        folder: PathBuf,
        /// Each file with its error, newest first.
        skipped: Vec<Skipped>,
    },
}

/// A checkpoint that was passed over, because it is damaged or cannot be read.
#[derive(Debug, Error)]
#[error("{error}")]
pub struct Skipped {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub error: CheckpointError,
}

/// A part that a file and the program do not agree about. Names are those of the states and, behind a dot, their parts.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PartMismatch {
    /// The program has it, the file does not.
    #[error("`{name}` is missing{}", hint(.similar))]
    Missing {
        /// The part.
        name: String,
        /// A part of a similar name that only the file has.
        similar: Option<String>,
    },
    /// The file has it, the program does not.
    #[error("`{name}` is only in the file")]
    Extra {
        /// The part.
        name: String,
    },
    /// A tensor is of another shape or type.
    #[error("`{name}` is {found} in the file, but {expected} in the program")]
    Tensor {
        /// The part.
        name: String,
        /// Type and shape in the file: `F32 [10, 84]`.
        found: String,
        /// Type and shape in the program.
        expected: String,
    },
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; make room, keep fewer of them, or choose another folder"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; give a folder that can be written to"
        }
        _ => "",
    }
}

fn hint(similar: &Option<String>) -> String {
    let hint = similar.as_ref();
    hint.map_or_else(String::new, |name| format!("; the file has `{name}`"))
}

fn list(parts: &[PartMismatch]) -> String {
    parts.iter().fold(String::new(), |mut list, part| {
        // Writing to a string cannot fail.
        let _ = write!(list, "\n  {part}");
        list
    })
}

fn skipped_list(skipped: &[Skipped]) -> String {
    skipped.iter().fold(String::new(), |mut list, skipped| {
        let _ = write!(list, "\n  {skipped}");
        list
    })
}
