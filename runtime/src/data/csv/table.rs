//! The rows of a file, each of the same width, and the numbers in them.

use crate::data::{DataError, Place, Unexpected};
use crate::scalar::Scalar;
use csv::{ByteRecord, Reader, ReaderBuilder, Trim};
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};

/// A file that is being read row by row.
pub(super) struct Table {
    path: PathBuf,
    /// Over the whole file, in which an error counts lines.
    reader: Reader<Cursor<Vec<u8>>>,
    names: Vec<String>,
    row: ByteRecord,
    /// Whether `row` has been read, to know the width, but not been given.
    pending: bool,
}

impl Table {
    /// Opens a file and reads its first line.
    pub(super) fn open(path: &Path, header: bool, delimiter: u8) -> Result<Self, DataError> {
        let bytes = std::fs::read(path).map_err(|error| DataError::Read {
            path: path.into(),
            error,
        })?;
        let reader = ReaderBuilder::new()
            .has_headers(false)
            // Widths are compared here, where the line is known.
            .flexible(true)
            .trim(Trim::All)
            .delimiter(delimiter)
            .from_reader(Cursor::new(bytes));
        let mut table = Self {
            path: path.into(),
            reader,
            names: Vec::new(),
            row: ByteRecord::new(),
            pending: false,
        };
        if header && table.read()? {
            let names = table.row.iter().map(String::from_utf8_lossy);
            table.names = names.map(Into::into).collect();
        }
        // AFTER THIS POINT: there is a row, whose width is that of the header if there is one.
        if table.next_row()? {
            table.pending = true;
            return Ok(table);
        }
        let error = table.unexpected(
            Place::Whole,
            "at least one row".into(),
            "none".into(),
            "see whether it is the right file",
        );
        Err(error)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
    /// What the header calls the columns; nothing if there is no header.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }
    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        self.row.len()
    }
    /// Where the row begins, or empty lines before it.
    pub(super) fn offset(&self) -> u64 {
        self.row.position().map_or(0, csv::Position::byte)
    }
    /// The line on which the row begins that was read from this offset. The reader's own count is that of the empty lines.
    fn line(&self, offset: u64) -> u64 {
        let bytes = self.reader.get_ref().get_ref();
        let start = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        let (before, row) = bytes.split_at(start);
        let empty = row.iter().take_while(|byte| b"\r\n".contains(byte));
        let lines = before.iter().chain(empty).filter(|&&byte| byte == b'\n');
        1 + lines.count() as u64
    }

    /// Goes to the next row, or says that there is none.
    pub(super) fn next_row(&mut self) -> Result<bool, DataError> {
        if std::mem::take(&mut self.pending) {
            return Ok(true);
        }
        let width = match (self.row.len(), self.names.len()) {
            (0, names) => names,
            (width, _) => width,
        };
        if !self.read()? {
            return Ok(false);
        }
        let found = self.row.len();
        if width != 0 && found != width {
            return Err(self.unexpected(
                Place::Line(self.line(self.offset())),
                format!("{width} fields"),
                found.to_string(),
                "every row has as many as the first; is a delimiter missing, or one too many?",
            ));
        }
        Ok(true)
    }

    fn read(&mut self) -> Result<bool, DataError> {
        self.reader
            .read_byte_record(&mut self.row)
            .map_err(|error| DataError::Read {
                path: self.path.clone(),
                error: io::Error::from(error),
            })
    }

    /// The text in a column of the row.
    pub(super) fn text(&self, column: usize) -> Result<&str, DataError> {
        let field = self.row.get(column).unwrap_or_default();
        std::str::from_utf8(field).map_err(|_| {
            self.unexpected_field(
                column,
                "text in UTF-8".into(),
                format!("the bytes {field:02x?}"),
                "save the file in UTF-8",
            )
        })
    }

    /// Appends the numbers in some columns of the row.
    pub(super) fn append_numbers<T: Scalar>(
        &self,
        columns: &[usize],
        numbers: &mut Vec<T>,
    ) -> Result<(), DataError> {
        for &column in columns {
            numbers.push(self.number(column)?);
        }
        Ok(())
    }

    fn number<T: Scalar>(&self, column: usize) -> Result<T, DataError> {
        let text = self.text(column)?;
        // Read as what it is to be: by way of `f64` it would be rounded twice.
        let number = if size_of::<T>() == size_of::<f32>() {
            text.parse::<f32>().map(f64::from)
        } else {
            text.parse::<f64>()
        };
        match number.map(T::from_f64) {
            Ok(number) if number.is_finite() => Ok(number),
            Ok(_) => Err(self.unexpected_field(
                column,
                format!("a finite number that `{}` holds", T::NAME),
                quoted(text),
                "replace or remove rows with missing values",
            )),
            Err(_) => Err(self.unexpected_field(
                column,
                "a number".into(),
                quoted(text),
                "correct the field, or choose other columns with `inputs`",
            )),
        }
    }

    /// The place of a column in the row that was read from an offset.
    pub(super) fn place(&self, offset: u64, column: usize) -> Place {
        Place::Field {
            line: self.line(offset),
            column,
            name: self.names.get(column).cloned(),
        }
    }

    pub(super) fn unexpected_field(
        &self,
        column: usize,
        expected: String,
        found: String,
        help: &str,
    ) -> DataError {
        self.unexpected(self.place(self.offset(), column), expected, found, help)
    }

    pub(super) fn unexpected(
        &self,
        place: Place,
        expected: String,
        found: String,
        help: &str,
    ) -> DataError {
        DataError::from(Box::new(Unexpected {
            path: self.path.clone(),
            place,
            expected,
            found,
            help: help.into(),
        }))
    }
}

/// A field as it stands in a message.
pub(super) fn quoted(text: &str) -> String {
    if text.is_empty() {
        "an empty field".into()
    } else {
        format!("`{}`", text.chars().take(40).collect::<String>())
    }
}
