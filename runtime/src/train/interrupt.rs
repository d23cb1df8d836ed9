//! Ends a run between two steps: flags, and Ctrl-C.

use super::TrainError;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Whether Ctrl-C has been pressed while a run heeds it, and how many do.
static PRESSED: AtomicBool = AtomicBool::new(false);
static HEEDING: AtomicUsize = AtomicUsize::new(0);

/// Signals so soon after one are the same press: `timeout` and others signal their child and then its whole group, of which the
/// child is one.
const ONE_PRESS: Duration = Duration::from_millis(300);

/// What programs end with that Ctrl-C ends.
const EXIT_CODE: i32 = 130;

/// What a run heeds.
#[derive(Debug)]
pub(super) struct Stop<'a> {
    pub(super) flags: Vec<&'a AtomicBool>,
    pub(super) on_ctrl_c: bool,
}

impl Stop<'_> {
    pub(super) const NONE: Self = Self {
        flags: Vec::new(),
        on_ctrl_c: false,
    };

    pub(super) fn asked(&self) -> bool {
        self.on_ctrl_c && PRESSED.load(Relaxed) || self.flags.iter().any(|flag| flag.load(Relaxed))
    }
}

/// While it lives, Ctrl-C ends no program.
#[derive(Debug)]
pub(super) struct Heeding;

impl Heeding {
    pub(super) fn ctrl_c() -> Result<Self, TrainError> {
        static HANDLER: OnceLock<Result<(), String>> = OnceLock::new();
        let handler = HANDLER.get_or_init(|| {
            let mut pressed: Option<Instant> = None;
            ctrlc::set_handler(move || {
                if pressed.is_some_and(|at| at.elapsed() < ONE_PRESS) {
                    return;
                }
                pressed = Some(Instant::now());
                if HEEDING.load(Relaxed) == 0 || PRESSED.swap(true, Relaxed) {
                    std::process::exit(EXIT_CODE);
                }
                eprintln!(
                    "\nCtrl-C: the run ends after this step; again to end the program at once"
                );
            })
            .map_err(|error| error.to_string())
        });
        if let Err(reason) = handler {
            let reason = reason.clone();
            return Err(TrainError::CtrlC { reason });
        }
        if HEEDING.fetch_add(1, Relaxed) == 0 {
            PRESSED.store(false, Relaxed);
        }
        Ok(Self)
    }
}

impl Drop for Heeding {
    fn drop(&mut self) {
        HEEDING.fetch_sub(1, Relaxed);
    }
}
