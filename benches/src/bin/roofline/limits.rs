//! What the machine allows: multiply-adds a second, and bytes a second from the cache that holds the working set.

use chainrule_benches::machine::caches;
use chainrule_benches::programs::{Reading, Yardstick};
use std::error::Error;

/// The least time that operations and bytes take.
pub(crate) struct Limits {
    yardstick: Yardstick,
    /// Bytes that fit each level; behind the last comes memory.
    caches: [usize; 3],
    pub(crate) reading: Reading,
    /// GFLOP/s with the widest instructions, measured anew from time to time, since clocks change.
    pub(crate) fma: f64,
}

impl Limits {
    pub(crate) fn of(yardstick: Yardstick) -> Result<Self, Box<dyn Error>> {
        let reading = yardstick.reading().ok_or("`peak` printed no rates")?;
        let mut limits = Self {
            yardstick,
            caches: caches(),
            reading,
            fma: 0.0,
        };
        limits.refresh();
        if limits.fma == 0.0 {
            return Err("`fma_probe` printed no rate".into());
        }
        Ok(limits)
    }

    /// Measures the FMA rate again.
    pub(crate) fn refresh(&mut self) {
        if let Some(rates) = self.yardstick.fma_rates() {
            self.fma = rates.widest();
        }
    }

    /// Nanoseconds that multiply-adds and traffic take at least, given that all the bytes come from the smallest cache
    /// that holds them.
    pub(crate) fn least_time(&self, macs: usize, bytes: usize) -> f64 {
        let level = self
            .caches
            .iter()
            .position(|&size| bytes <= size)
            .unwrap_or(3);
        let arithmetic = 2.0 * macs as f64 / self.fma;
        arithmetic.max(bytes as f64 / self.reading.bandwidths[level])
    }
}
