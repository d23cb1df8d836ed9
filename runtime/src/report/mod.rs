//! What is left of a run: tables, event files and a report, written by observers while it goes on.
//!
//! | | | for |
//! |---|---|---|
//! | [`HtmlReport`] | one HTML file with curves, the network and its mistakes | people |
//! | [`CsvLog`] | a table of epochs or of steps | spreadsheets, data frames |
//! | [`JsonLines`] | every event as a line of JSON | programs |
//! | [`TensorBoard`] | event files | comparing runs in TensorBoard |
//!
//! Each is an [`Observer`](crate::train::Observer) of a run. All make the folders they need when the run starts, so that a place where
//! they cannot write is an error before the first step, and all go on where a resumed run goes on.

mod csv_log;
mod html;
mod json_lines;
mod log_file;
mod tensorboard;

pub use csv_log::CsvLog;
pub use html::HtmlReport;
pub use json_lines::JsonLines;
pub use tensorboard::TensorBoard;
