//! What observers write of a run: tables, lines of JSON, event files, and the report.

mod chromium;
mod csv_log;
mod diagram;
mod errors;
mod html_report;
mod json_lines;
mod run;
mod tensorboard;
mod trainer;
