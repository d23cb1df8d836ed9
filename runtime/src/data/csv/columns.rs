//! Which columns are meant.

use super::table::Table;
use crate::data::{DataError, Place, Unexpected};
use crate::io::nearest;
use crate::shape::Shape;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// By its number, counted from 0.
    Number(usize),
    /// By its name in the header.
    Name(String),
}

impl From<usize> for Column {
    fn from(number: usize) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Self::Name(name.into())
    }
}

impl From<String> for Column {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

/// The numbers of the columns that are read.
pub(super) struct Columns {
    pub(super) inputs: Vec<usize>,
    pub(super) targets: Vec<usize>,
}

impl Columns {
    /// The columns that are asked for; as inputs, if none are, all that are no targets.
    pub(super) fn find<X: Shape>(
        table: &Table,
        inputs: Option<&[Column]>,
        targets: &[Column],
    ) -> Result<Self, DataError> {
        let find_all = |columns: &[Column]| -> Result<Vec<usize>, DataError> {
            columns.iter().map(|column| find(table, column)).collect()
        };
        let targets = find_all(targets)?;
        let inputs = match inputs {
            Some(inputs) => find_all(inputs)?,
            None => (0..table.width())
                .filter(|column| !targets.contains(column))
                .collect(),
        };
        check_count::<X>(table, "input", &inputs)?;
        Ok(Self { inputs, targets })
    }
}

fn find(table: &Table, column: &Column) -> Result<usize, DataError> {
    let (expected, found, help) = match column {
        Column::Number(number) if *number < table.width() => return Ok(*number),
        Column::Number(number) => (
            format!("a column {number} (from 0)"),
            format!("{} columns", table.width()),
            "columns count from 0".into(),
        ),
        Column::Name(name) => {
            let names = table.names();
            if let Some(number) = names.iter().position(|found| found == name) {
                return Ok(number);
            }
            let help = match nearest(name, names) {
                _ if names.is_empty() => "without a header columns have numbers only".into(),
                Some(similar) => format!("is it `{similar}`?"),
                None => "the first line names the columns".into(),
            };
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let found = if names.is_empty() {
                "no names".into()
            } else {
                names.join(", ")
            };
            (format!("a column `{name}`"), found, help)
        }
    };
    Err(DataError::from(Box::new(Unexpected {
        path: table.path().into(),
        place: Place::Line(1),
        expected,
        found,
        help,
    })))
}

/// An error unless there are as many columns as `S` has scalars.
pub(super) fn check_count<S: Shape>(
    table: &Table,
    role: &str,
    columns: &[usize],
) -> Result<(), DataError> {
    if columns.len() == S::LEN {
        return Ok(());
    }
    Err(DataError::from(Box::new(Unexpected {
        path: table.path().into(),
        place: Place::Whole,
        expected: format!(
            "{} {role} {} for the shape {:?}",
            S::LEN,
            if S::LEN == 1 { "column" } else { "columns" },
            S::DIMS
        ),
        found: format!("{} of {} columns", columns.len(), table.width()),
        help: format!("name the {role} columns, or change the shape"),
    })))
}
