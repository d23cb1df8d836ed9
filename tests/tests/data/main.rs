//! Datasets: the readers of files with the words of their errors, splits, normalisation, augmentation, batches.

mod augment;
mod batches;
mod csv;
mod damaged;
mod folds;
mod idx;
mod image;
mod loader;
mod normalization;
mod npy;
mod safetensors;
mod split;

use chainrule::data::DataError;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder for files that a test makes.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a file");
        path
    }
    /// The words of the error, without the folder.
    fn words<T>(&self, result: Result<T, DataError>) -> String {
        words(result).replace(&format!("{}/", self.0.path().display()), "")
    }
}

fn words<T>(result: Result<T, DataError>) -> String {
    match result {
        Ok(_) => panic!("no error"),
        Err(error) => error.to_string(),
    }
}

/// A file that `make_data.py` wrote.
fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("goldens/data")
        .join(name)
}

/// A file of the examples.
fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/data")
        .join(name)
}
