//! Loading: everything is checked, then everything is changed, or nothing.

use super::error::{CheckpointError, PartMismatch, Skipped};
use super::file::{Contents, Entry, Fault, VERSION};
use super::writer::Collected;
use super::{Reader, State};
use crate::io::nearest;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// What was loaded. Prints as a line to tell the user, and one for each file that was passed over.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Loaded {
    /// The file.
    pub path: PathBuf,
    /// The number of the step it was saved at.
    pub step: u64,
    /// The states in the file that nobody asked for.
    pub unused: Vec<String>,
    /// Newer files that are damaged or cannot be read, the newest first.
    pub skipped: Vec<Skipped>,
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "loaded step {} from `{}`",
            self.step,
            self.path.display()
        )?;
        if let [first, rest @ ..] = &*self.unused {
            write!(f, ", but not its `{first}`")?;
            for name in rest {
                write!(f, ", `{name}`")?;
            }
        }
        for skipped in &self.skipped {
            write!(f, "\nskipped: {skipped}")?;
        }
        Ok(())
    }
}

/// Loads states from one file, which may have others too.
///
/// # Errors
/// When the file cannot be read, is damaged or no checkpoint, or does not fit. Then every state is as it was.
pub fn load(
    path: impl AsRef<Path>,
    states: &mut [(&str, &mut dyn State)],
) -> Result<Loaded, CheckpointError> {
    let path = path.as_ref();
    let contents = read(path)?;
    apply(path, &contents, states)
}

/// A file whose bytes are those that were written.
pub(super) fn read(path: &Path) -> Result<Contents, CheckpointError> {
    let bytes = fs::read(path).map_err(|error| CheckpointError::Read {
        path: path.into(),
        error,
    })?;
    let path = path.to_path_buf();
    Contents::from_bytes(&bytes).map_err(|fault| match fault {
        Fault::Damaged(reason) => CheckpointError::Damaged { path, reason },
        Fault::Foreign => CheckpointError::Foreign { path },
        Fault::Version(found) => CheckpointError::Version {
            path,
            found,
            known: VERSION,
        },
    })
}

pub(super) fn apply(
    path: &Path,
    contents: &Contents,
    states: &mut [(&str, &mut dyn State)],
) -> Result<Loaded, CheckpointError> {
    // What is there now tells what has to be in the file, and is what to go back to.
    let now = Collected::new(states.iter().map(|(name, state)| (*name, &**state)))?;
    check_identities(path, contents, &now)?;
    let names: Vec<&str> = states.iter().map(|(name, _)| *name).collect();
    let parts = mismatches(contents, &now, &names);
    if !parts.is_empty() {
        return Err(CheckpointError::Mismatch {
            path: path.into(),
            parts,
        });
    }
    // AFTER THIS POINT: the file has every part of every state in its shape. Only a state that does not like a value can
    // still refuse it.
    if let Err(error) = load_all(&Reader::new(contents, path), states) {
        // It takes what it has handed over itself; were it not so, there would still be nothing better to do.
        let _ = load_all(&Reader::new(&now.contents, path), states);
        return Err(error);
    }
    Ok(Loaded {
        path: path.into(),
        step: contents.step,
        unused: unused(contents, &names),
        skipped: Vec::new(),
    })
}

fn load_all(
    from: &Reader<'_>,
    states: &mut [(&str, &mut dyn State)],
) -> Result<(), CheckpointError> {
    let mut states = states.iter_mut();
    states.try_for_each(|(name, state)| from.state(name, &mut **state))
}

/// The file may lack a state altogether, which is a mismatch, not another one.
fn check_identities(
    path: &Path,
    contents: &Contents,
    now: &Collected,
) -> Result<(), CheckpointError> {
    for name in &now.identities {
        let [found, expected] = [contents, &now.contents].map(|contents| contents.values.get(name));
        if let (Some(found), Some(expected)) = (found, expected)
            && found != expected
        {
            return Err(CheckpointError::Other {
                path: path.into(),
                state: name
                    .rsplit_once('.')
                    .map_or(&**name, |(state, _)| state)
                    .into(),
                found: found.to_string().replace('"', "`"),
                expected: expected.to_string().replace('"', "`"),
            });
        }
    }
    Ok(())
}

fn mismatches(contents: &Contents, now: &Collected, names: &[&str]) -> Vec<PartMismatch> {
    let expected = &now.contents;
    let asked = |part: &&String| names.contains(&state_of(part));
    let extra: Vec<String> = {
        let tensors = contents
            .tensors
            .keys()
            .filter(|name| !expected.tensors.contains_key(*name));
        let values = contents
            .values
            .keys()
            .filter(|name| !expected.values.contains_key(*name));
        tensors.chain(values).filter(asked).cloned().collect()
    };

    let mut parts = Vec::new();
    let mut missing = |name: &String| {
        parts.push(PartMismatch::Missing {
            name: name.clone(),
            similar: nearest(name, &extra),
        });
    };
    expected
        .values
        .keys()
        .filter(|name| !contents.values.contains_key(*name))
        .for_each(&mut missing);
    expected
        .tensors
        .keys()
        .filter(|name| !contents.tensors.contains_key(*name))
        .for_each(&mut missing);
    for (name, expected) in &expected.tensors {
        let Some(found) = contents.tensors.get(name) else {
            continue;
        };
        let free = now.lists.contains(name) && found.dims.len() == 1;
        if found.dtype != expected.dtype || (found.dims != expected.dims && !free) {
            parts.push(PartMismatch::Tensor {
                name: name.clone(),
                found: describe(found),
                expected: describe(expected),
            });
        }
    }
    parts.extend(extra.into_iter().map(|name| PartMismatch::Extra { name }));
    parts
}

fn describe(entry: &Entry) -> String {
    format!("{} {:?}", entry.dtype, entry.dims)
}

/// States in the file that are not among `names`.
fn unused(contents: &Contents, names: &[&str]) -> Vec<String> {
    let parts = contents.values.keys().chain(contents.tensors.keys());
    let mut unused: Vec<String> = parts
        .map(|part| state_of(part))
        .filter(|state| !names.contains(state))
        .map(str::to_owned)
        .collect();
    unused.sort_unstable();
    unused.dedup();
    unused
}

/// The state that a part belongs to: what stands before the first dot.
fn state_of(part: &str) -> &str {
    part.split('.').next().unwrap_or(part)
}
