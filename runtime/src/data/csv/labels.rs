//! Classes, from what a column says.

use super::table::{Table, quoted};
use crate::data::DataError;
use std::collections::HashMap;

/// More classes than this are not what numbers mean.
const MOST_CLASSES: u64 = 1 << 16;

/// The texts of a column, numbered as they come.
pub(super) struct Labels<'a> {
    /// The classes, if they are given.
    names: Option<&'a [String]>,
    numbers: HashMap<String, usize>,
    distinct: Vec<Label>,
    rows: Vec<usize>,
}

struct Label {
    text: String,
    /// Where the row begins in which it stood first.
    offset: u64,
    column: usize,
}

impl<'a> Labels<'a> {
    pub(super) fn new(names: Option<&'a [String]>) -> Self {
        Self {
            names,
            numbers: HashMap::new(),
            distinct: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Takes the text that stands in a column of the row.
    pub(super) fn push(&mut self, table: &Table, column: usize) -> Result<(), DataError> {
        let text = table.text(column)?;
        let number = match self.numbers.get(text) {
            Some(&number) => number,
            None => {
                self.check(table, column, text)?;
                self.numbers.insert(text.into(), self.distinct.len());
                self.distinct.push(Label {
                    text: text.into(),
                    offset: table.offset(),
                    column,
                });
                self.distinct.len() - 1
            }
        };
        self.rows.push(number);
        Ok(())
    }

    /// An error unless a text may name a class.
    fn check(&self, table: &Table, column: usize, text: &str) -> Result<(), DataError> {
        let (expected, help) = match self.names {
            Some(names) if names.iter().any(|name| name == text) => return Ok(()),
            Some(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                (
                    format!("a class among {}", names.join(", ")),
                    "correct it, or add it to `class_names`",
                )
            }
            None if text.is_empty() => (
                "a class".into(),
                "fill in or remove rows with missing values",
            ),
            None => return Ok(()),
        };
        Err(table.unexpected_field(column, expected, quoted(text), help))
    }

    /// The class of every row, and the names of the classes.
    pub(super) fn finish<Y: TryFrom<u64>>(
        self,
        table: &Table,
    ) -> Result<(Vec<Y>, Vec<String>), DataError> {
        let (classes, names) = match self.names {
            Some(names) => (self.positions(names), names.to_vec()),
            None => match self.whole_numbers() {
                Some(numbers) => {
                    let count = numbers.iter().map(|number| number.saturating_add(1)).max();
                    // Beyond, the error below.
                    let count = count.unwrap_or(0).min(MOST_CLASSES);
                    let names = (0..count).map(|class| class.to_string()).collect();
                    (numbers, names)
                }
                None => {
                    let mut names: Vec<String> = self
                        .distinct
                        .iter()
                        .map(|label| label.text.clone())
                        .collect();
                    names.sort();
                    (self.positions(&names), names)
                }
            },
        };
        let class = |&row: &usize| -> Result<Y, DataError> {
            let class = classes[row];
            let target = Y::try_from(class).ok().filter(|_| class < MOST_CLASSES);
            target.ok_or_else(|| {
                let label = &self.distinct[row];
                table.unexpected(
                    table.place(label.offset, label.column),
                    format!(
                        "a class that `{}` holds, counted from 0 and below {MOST_CLASSES}",
                        std::any::type_name::<Y>()
                    ),
                    format!("class {class}"),
                    "take a larger type for the target, or name the classes with `class_names`",
                )
            })
        };
        let targets = self.rows.iter().map(class).collect::<Result<_, _>>()?;
        Ok((targets, names))
    }

    /// Where each distinct text stands among `names`.
    fn positions(&self, names: &[String]) -> Vec<u64> {
        let position = |label: &Label| names.iter().position(|name| *name == label.text);
        self.distinct
            .iter()
            .map(|label| position(label).map_or(u64::MAX, |position| position as u64))
            .collect()
    }

    /// Every distinct text as a whole number, if all are.
    fn whole_numbers(&self) -> Option<Vec<u64>> {
        self.distinct
            .iter()
            .map(|label| label.text.parse().ok())
            .collect()
    }
}
