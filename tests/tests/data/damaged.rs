//! No file makes a reader panic, or take memory that the file does not have.

use crate::{Folder, example, golden};
use chainrule::data::{Array, Arrays, Csv, DataError};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

type Reader = fn(&Path) -> Result<(), DataError>;

fn idx(path: &Path) -> Result<(), DataError> {
    let array = Array::idx(path)?;
    array.rows::<[[f32; 3]; 2]>()?;
    array.classes::<u8>().map(drop)
}

fn npy(path: &Path) -> Result<(), DataError> {
    let array = Array::npy(path)?;
    array.rows::<[[f32; 3]; 2]>()?;
    array.classes::<u8>().map(drop)
}

fn npz(path: &Path) -> Result<(), DataError> {
    let arrays = Arrays::npz(path)?;
    arrays.get("x")?.rows::<[f64; 6]>()?;
    arrays.get("y")?.classes::<u64>().map(drop)
}

fn csv(path: &Path) -> Result<(), DataError> {
    Csv::new(path).classes::<[f32; 4], u8>(4).map(drop)
}

fn files() -> Vec<(Vec<u8>, Reader)> {
    let read = |path| fs::read(path).expect("a file");
    let mut idx_file = vec![0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3];
    idx_file.extend(0..12);
    vec![
        (idx_file, idx),
        (read(golden("be_f8.npy")), npy),
        (read(golden("fortran.npy")), npy),
        (read(golden("plain.npz")), npz),
        (read(golden("compressed.npz")), npz),
        (read(example("iris.csv")), csv),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_errors_or_other_numbers(
        which in 0_usize..6,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (mut bytes, reader) = files().swap_remove(which);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let folder = Folder::new();
        let path = folder.file("damaged", bytes);
        if let Err(error) = reader(&path) {
            prop_assert!(error.to_string().contains("damaged`"), "{error}");
        }
    }
}
