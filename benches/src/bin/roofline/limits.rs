//! What the machine allows: multiply-adds a second, and bytes a second from the cache that holds the working set.

use chainrule_benches::machine::caches;
use chainrule_benches::programs::Yardstick;
use std::error::Error;

/// The least time that operations and bytes take.
pub(crate) struct Limits {
    yardstick: Yardstick,
    /// Bytes that fit each level; behind the last comes memory.
    caches: [usize; 3],
    /// Of reading, in GB/s: the three caches and memory.
    pub(crate) bandwidths: [f64; 4],
    /// GFLOP/s, measured anew from time to time, since clocks change.
    pub(crate) fma: f64,
}

impl Limits {
    pub(crate) fn of(yardstick: Yardstick) -> Result<Self, Box<dyn Error>> {
        let bandwidths = yardstick
            .bandwidths()
            .ok_or("`peak` printed no bandwidths")?;
        let mut limits = Self {
            yardstick,
            caches: caches(),
            bandwidths,
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
        if let Some(rate) = self.yardstick.fma_rate() {
            self.fma = rate;
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
        arithmetic.max(bytes as f64 / self.bandwidths[level])
    }
}
