use super::log_file::{LogFile, read_earlier, write_error};
use crate::io::atomic;
use crate::train::{Event, Observer, TrainError};
use std::io;
use std::path::{Path, PathBuf};

const EPOCH_COLUMNS: &[&str] = &[
    "epoch",
    "step",
    "loss",
    "learning_rate",
    "validation_loss",
    "seconds",
];
const STEP_COLUMNS: &[&str] = &["step", "epoch", "loss", "learning_rate", "gradient_norm"];

/// A table of epochs or steps as comma-separated values, for spreadsheets and data frames.
///
/// The first line names the columns: `epoch`, `step` (the steps made so far), `loss`, `learning_rate`, `validation_loss`
/// and `seconds` of an epoch, then its metrics under their own names; `step`, `epoch`, `loss`, `learning_rate` and
/// `gradient_norm` of a step. Numbers are written so that reading them gives the same bits, those that are none as `NaN`,
/// `inf` and `-inf`; what is not known is empty.
///
/// A run that starts anew replaces the file. A resumed one goes on behind the rows up to the step it resumes at; rows
/// behind, and one that was cut short when the earlier run was killed, are dropped first.
///
/// ```
/// use chainrule::report::CsvLog;
/// use chainrule::train::{EpochRecord, Event, Observer};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("epochs.csv");
/// let mut log = CsvLog::epochs(&path);
/// log.observe(&Event::Epoch(&EpochRecord {
///     epoch: 1,
///     step: 45,
///     loss: 0.75,
///     learning_rate: 1e-3,
///     validation_loss: Some(0.5),
///     metrics: vec![("accuracy".into(), 0.875)],
///     seconds: 1.5,
/// }))?;
/// assert_eq!(
///     std::fs::read_to_string(&path)?,
///     "epoch,step,loss,learning_rate,validation_loss,seconds,accuracy\n1,45,0.75,0.001,0.5,1.5,0.875\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CsvLog {
    path: PathBuf,
    fixed: &'static [&'static str],
    every: u64,
    table: Option<Table>,
}

#[derive(Debug)]
struct Table {
    file: LogFile,
    columns: Vec<String>,
}

impl CsvLog {
    /// A row an epoch. Folders on the way to the file are made when the run starts.
    pub fn epochs(path: impl Into<PathBuf>) -> Self {
        Self::new(path.into(), EPOCH_COLUMNS)
    }

    /// A row a step.
    pub fn steps(path: impl Into<PathBuf>) -> Self {
        Self::new(path.into(), STEP_COLUMNS)
    }

    /// Logs only the steps whose number is a multiple of `steps`; all epochs all the same.
    #[must_use]
    pub const fn every(mut self, steps: u64) -> Self {
        self.every = steps;
        self
    }

    const fn new(path: PathBuf, fixed: &'static [&'static str]) -> Self {
        Self {
            path,
            fixed,
            every: 1,
            table: None,
        }
    }

    fn table(&mut self) -> Result<&mut Table, TrainError> {
        let table = match self.table.take() {
            Some(table) => table,
            None => Table::create(&self.path, self.fixed)?,
        };
        Ok(self.table.insert(table))
    }

    fn resume(&self, resumed_at: u64) -> Result<Table, TrainError> {
        let bytes = read_earlier(&self.path)?;
        let rows = kept_rows(&bytes, self.fixed, resumed_at).map_err(write_error(&self.path))?;
        let Some((columns, keep)) = rows else {
            return Table::create(&self.path, self.fixed);
        };
        Ok(Table {
            file: LogFile::open(&self.path, keep)?,
            columns,
        })
    }

    /// Adds columns, empty in the rows before.
    fn widen(&mut self, new: Vec<String>) -> Result<(), TrainError> {
        let table = self.table()?;
        table.file.flush()?;
        table.columns.extend(new);
        let columns = table.columns.clone();
        let wider = || -> io::Result<Vec<u8>> {
            let bytes = std::fs::read(&self.path)?;
            let mut wider = line(&columns)?;
            for record in csv::Reader::from_reader(&bytes[..]).into_records() {
                let record = record?;
                let empty = columns.len().saturating_sub(record.len());
                let fields = record.iter().chain(std::iter::repeat_n("", empty));
                wider.extend(line(fields)?);
            }
            Ok(wider)
        };
        let wider = wider().map_err(write_error(&self.path))?;
        // Whole or not at all: rows of hours must not be lost between the old file and the new one.
        atomic::write(&self.path, &wider).map_err(write_error(&self.path))?;
        let file = LogFile::open(&self.path, wider.len() as u64)?;
        self.table = Some(Table { file, columns });
        Ok(())
    }
}

impl Observer for CsvLog {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), TrainError> {
        let of_epochs = self.fixed == EPOCH_COLUMNS;
        match event {
            Event::Start(run) => {
                self.table = Some(match run.resumed_at {
                    0 => Table::create(&self.path, self.fixed)?,
                    step => self.resume(step)?,
                });
            }
            Event::Step(step) if !of_epochs && step.step.is_multiple_of(self.every.max(1)) => {
                let row = [
                    step.step.to_string(),
                    step.epoch.to_string(),
                    step.loss.to_string(),
                    step.learning_rate.to_string(),
                    step.gradient_norm.to_string(),
                ];
                let path = self.path.clone();
                let row = line(&row).map_err(write_error(&path))?;
                self.table()?.file.write(&row)?;
            }
            Event::Epoch(epoch) if of_epochs => {
                // A metric may have the name of a column that is always there.
                let columns = self.table()?.columns.iter().skip(EPOCH_COLUMNS.len());
                let new: Vec<String> = epoch
                    .metrics
                    .iter()
                    .map(|(name, _)| name.clone())
                    .filter(|name| !columns.clone().any(|column| column == name))
                    .collect();
                if !new.is_empty() {
                    self.widen(new)?;
                }
                let mut row = vec![
                    epoch.epoch.to_string(),
                    epoch.step.to_string(),
                    epoch.loss.to_string(),
                    epoch.learning_rate.to_string(),
                    epoch
                        .validation_loss
                        .map_or_else(String::new, |loss| loss.to_string()),
                    epoch.seconds.to_string(),
                ];
                let path = self.path.clone();
                let table = self.table()?;
                for name in table.columns.iter().skip(EPOCH_COLUMNS.len()) {
                    let metric = epoch.metrics.iter().find(|(metric, _)| metric == name);
                    row.push(metric.map_or_else(String::new, |(_, value)| value.to_string()));
                }
                table.file.write(&line(&row).map_err(write_error(&path))?)?;
                table.file.flush()?;
            }
            Event::Epoch(_) | Event::Saving(_) | Event::End(_) => self.table()?.file.flush()?,
            _ => {}
        }
        Ok(())
    }
}

impl Table {
    fn create(path: &Path, fixed: &[&str]) -> Result<Self, TrainError> {
        let mut file = LogFile::open(path, 0)?;
        file.write(&line(fixed).map_err(write_error(path))?)?;
        file.flush()?;
        Ok(Self {
            file,
            columns: fixed.iter().map(|&name| name.to_owned()).collect(),
        })
    }
}

/// A line of a table, fields quoted where they must be.
fn line<F: AsRef<[u8]>>(fields: impl IntoIterator<Item = F>) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .buffer_capacity(256)
        .from_writer(Vec::new());
    writer.write_record(fields)?;
    writer
        .into_inner()
        .map_err(|error| io::Error::from(error.error().kind()))
}

/// The columns of a table and how many of its bytes hold whole rows up to a step; nothing if it has not even a header.
fn kept_rows(
    bytes: &[u8],
    fixed: &[&str],
    resumed_at: u64,
) -> io::Result<Option<(Vec<String>, u64)>> {
    let whole = bytes
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |end| end + 1);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(&bytes[..whole]);
    let columns: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
    if columns.is_empty() {
        return Ok(None);
    }
    if !columns.iter().take(fixed.len()).eq(fixed) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "its columns are `{}`, not `{}`; move it away to resume the run with a new log",
                columns.join(","),
                fixed.join(",")
            ),
        ));
    }
    let step = fixed.iter().position(|&name| name == "step");
    let mut keep = reader.position().byte();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let step = step
            .and_then(|step| record.get(step))
            .and_then(|step| step.parse::<u64>().ok());
        if record.len() != columns.len() || step.is_none_or(|step| step > resumed_at) {
            break;
        }
        keep = reader.position().byte();
    }
    Ok(Some((columns, keep)))
}
