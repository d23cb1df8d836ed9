//! Tables of text, a sample a line.

mod columns;
mod labels;
mod table;

pub use columns::Column;

use super::{DataError, Samples, rows};
use crate::shape::Shape;
use columns::Columns;
use labels::Labels;
use std::path::PathBuf;
use table::Table;

/// A reader of CSV files: which columns are inputs, and which is the target.
///
/// ```
/// use chainrule::data::{Csv, Samples};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("iris.csv");
/// std::fs::write(&path, "length,width,species\n5.1,3.5,setosa\n6.3,3.3,virginica\n")?;
///
/// let flowers: Samples<[f32; 2], u8> = Csv::new(&path).classes("species")?;
/// assert_eq!(flowers.inputs, [[5.1, 3.5], [6.3, 3.3]]);
/// assert_eq!(flowers.targets, [0, 1]);
/// assert_eq!(flowers.class_names, ["setosa", "virginica"]);
///
/// let widths: Samples<[f32; 1], [f32; 1]> = Csv::new(&path).inputs(["length"]).numbers([1])?;
/// assert_eq!(widths.targets, [[3.5], [3.3]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The first line names the columns, unless [`no_header`](Csv::no_header) says otherwise. Inputs are all columns that
/// are no targets, in their order, unless [`inputs`](Csv::inputs) says which. Each must be a finite number. Blanks
/// around a field do not count; empty lines neither. Quotes are as in RFC 4180.
///
/// # Errors
/// Every reading method names file, line and column of the first thing that is not as it should be, see [`DataError`].
#[derive(Clone, Debug)]
pub struct Csv {
    path: PathBuf,
    header: bool,
    delimiter: u8,
    inputs: Option<Vec<Column>>,
    class_names: Option<Vec<String>>,
}

impl Csv {
    /// The file with this path: with a header, separated by commas.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            header: true,
            delimiter: b',',
            inputs: None,
            class_names: None,
        }
    }

    /// The first line is a sample, as all others.
    pub fn no_header(mut self) -> Self {
        self.header = false;
        self
    }

    /// What separates fields: `b';'`, `b'\t'`.
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// The columns that are inputs, in this order: names of the header, or numbers that count from 0.
    pub fn inputs(mut self, columns: impl IntoIterator<Item: Into<Column>>) -> Self {
        self.inputs = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// The classes in their order: then the same text is the same class in every file, and any other text an error.
    pub fn class_names(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.class_names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Inputs, and the class that stands in the column `target`.
    ///
    /// Whole numbers are the classes themselves. Texts are numbered in alphabetical order, or as
    /// [`class_names`](Csv::class_names) says. [`Samples::class_names`] has the names.
    ///
    /// # Errors
    /// See [`Csv`]; also a class that `Y` does not hold.
    pub fn classes<X: Shape, Y: TryFrom<u64>>(
        &self,
        target: impl Into<Column>,
    ) -> Result<Samples<X, Y>, DataError> {
        let mut table = Table::open(&self.path, self.header, self.delimiter)?;
        let columns = Columns::find::<X>(&table, self.inputs.as_deref(), &[target.into()])?;
        let mut labels = Labels::new(self.class_names.as_deref());
        let mut inputs = Vec::new();
        while table.next_row()? {
            table.append_numbers(&columns.inputs, &mut inputs)?;
            for &column in &columns.targets {
                labels.push(&table, column)?;
            }
        }
        let (targets, class_names) = labels.finish(&table)?;
        Ok(Samples {
            inputs: rows(&inputs),
            targets,
            class_names,
        })
    }

    /// Inputs, and the numbers that stand in the columns `targets`.
    ///
    /// # Errors
    /// See [`Csv`].
    pub fn numbers<X: Shape, Y: Shape>(
        &self,
        targets: impl IntoIterator<Item: Into<Column>>,
    ) -> Result<Samples<X, Y>, DataError> {
        let mut table = Table::open(&self.path, self.header, self.delimiter)?;
        let targets: Vec<Column> = targets.into_iter().map(Into::into).collect();
        let columns = Columns::find::<X>(&table, self.inputs.as_deref(), &targets)?;
        columns::check_count::<Y>(&table, "target", &columns.targets)?;
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        while table.next_row()? {
            table.append_numbers(&columns.inputs, &mut inputs)?;
            table.append_numbers(&columns.targets, &mut targets)?;
        }
        Ok(Samples {
            inputs: rows(&inputs),
            targets: rows(&targets),
            class_names: Vec::new(),
        })
    }

    /// Inputs alone, as of samples whose answers are not known.
    ///
    /// # Errors
    /// See [`Csv`].
    pub fn rows<X: Shape>(&self) -> Result<Vec<X>, DataError> {
        let mut table = Table::open(&self.path, self.header, self.delimiter)?;
        let columns = Columns::find::<X>(&table, self.inputs.as_deref(), &[])?;
        let mut inputs = Vec::new();
        while table.next_row()? {
            table.append_numbers(&columns.inputs, &mut inputs)?;
        }
        Ok(rows(&inputs))
    }
}
