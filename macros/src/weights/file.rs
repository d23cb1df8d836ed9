//! Where a file of weights is.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use syn::LitStr;

/// Why a file was not read.
pub(super) struct Unreadable {
    pub(super) what: String,
    pub(super) looked_for: String,
}

/// The file at a path that is relative to the folder of the crate, or, where there is none, of the source file; and
/// where that is.
pub(super) fn read(path: &LitStr) -> Result<(PathBuf, Vec<u8>), Unreadable> {
    let written = path.value();
    let crate_folder = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let source = path.span().local_file();
    // The compiler names source files relative to where it runs.
    let source = source.and_then(|file| std::path::absolute(file).ok());
    let source_folder = source.as_deref().and_then(Path::parent).map(PathBuf::from);
    let mut looked_for: Vec<PathBuf> = Vec::new();
    for folder in [crate_folder, source_folder].into_iter().flatten() {
        let file = folder.join(&written);
        if !looked_for.contains(&file) {
            looked_for.push(file);
        }
    }
    let found = looked_for.iter().find(|file| !is_missing(file));
    let Some(file) = found.or(looked_for.first()) else {
        return Err(Unreadable {
            what: "nobody says in which folder the crate is".into(),
            looked_for: "cargo sets `CARGO_MANIFEST_DIR`".into(),
        });
    };
    // Pipes and devices might never end.
    let bytes = match std::fs::metadata(file) {
        Ok(metadata) if metadata.is_dir() => Err("it is a folder".to_owned()),
        Ok(metadata) if !metadata.is_file() => Err("it is no ordinary file".to_owned()),
        Ok(_) => std::fs::read(file).map_err(|error| describe(&error)),
        Err(error) => Err(describe(&error)),
    };
    match bytes {
        Ok(bytes) => Ok((file.clone(), bytes)),
        Err(what) => {
            let places = match found {
                Some(file) => vec![file.display().to_string()],
                None => looked_for
                    .iter()
                    .map(|file| file.display().to_string())
                    .collect(),
            };
            Err(Unreadable {
                what,
                looked_for: format!("looked for {}", places.join("\nand for ")),
            })
        }
    }
}

fn is_missing(file: &Path) -> bool {
    std::fs::metadata(file).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// The same words on every system where they matter.
fn describe(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".into(),
        ErrorKind::PermissionDenied => "the file may not be read".into(),
        _ => error.to_string(),
    }
}
