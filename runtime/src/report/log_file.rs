//! A file that grows while a run goes on.

use crate::train::TrainError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What is in memory goes to the file at least this often, so that people and programs can follow it.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    file: BufWriter<File>,
    flushed: Instant,
}

impl LogFile {
    /// Opens a file with the first `keep` of its bytes; what stood behind them is lost. Makes the folder if need be.
    pub(super) fn open(path: &Path, keep: u64) -> Result<Self, TrainError> {
        let open = || {
            create_folder(path)?;
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(keep == 0)
                .open(path)?;
            if keep > 0 {
                file.set_len(keep)?;
                file.seek(SeekFrom::End(0))?;
            }
            Ok(BufWriter::new(file))
        };
        Ok(Self {
            path: path.to_owned(),
            file: open().map_err(write_error(path))?,
            flushed: Instant::now(),
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), TrainError> {
        self.file
            .write_all(bytes)
            .map_err(write_error(&self.path))?;
        if self.flushed.elapsed() >= FLUSH_EVERY {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> Result<(), TrainError> {
        self.flushed = Instant::now();
        self.file.flush().map_err(write_error(&self.path))
    }
}

/// The bytes of an earlier run's file, none if there is no file.
pub(super) fn read_earlier(path: &Path) -> Result<Vec<u8>, TrainError> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        result => result.map_err(write_error(path)),
    }
}

pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

pub(super) fn write_error(path: &Path) -> impl FnOnce(io::Error) -> TrainError {
    let path = path.to_owned();
    move |source| TrainError::Write { path, source }
}
