//! The trainer: its loop, what it watches, how it ends and goes on.

#[cfg(unix)]
mod ctrl_c;
mod end;
mod finder;
mod resume;
mod run;
mod samples;
mod settings;
mod watch;
