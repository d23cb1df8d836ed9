//! The tables, in Markdown.

use crate::measure::{Meter, PASSES, Pass, Point};
use std::fmt::Write;

/// Below this share, with more than [`LARGE`] multiply-adds, a corner is slow.
pub(crate) const SLOW: f64 = 0.35;
pub(crate) const LARGE: usize = 100_000;

impl Pass {
    fn is_slow(&self) -> bool {
        self.macs > LARGE && self.share < SLOW
    }
}

/// `ROOFLINE.md`.
pub(crate) fn document(machine: &str, meter: &Meter) -> String {
    let [l1, l2, l3, memory] = meter.limits.reading.bandwidths;
    let mut text = format!(
        "# Roofline\n\n\
         Written by `taskset -c 0 cargo run --release -p chainrule-benches --bin roofline`. Each number is the least time that\n\
         the machine allows for a layer's multiply-adds and for its bytes, whichever is longer, over the time it took. The bytes\n\
         are weights, activations and gradients, each once, from the smallest cache that holds them all. Layers without\n\
         multiply-adds are measured against the bandwidth alone. **Bold** is below {:.0} % with more than 10⁵ multiply-adds. For\n\
         small layers the call itself shows. The backward pass of a single sample is that of training with batches of one; all\n\
             other batches run lane groups.\n\n\
         {machine}- FMA {:.1} GFLOP/s at the end, {:.1} with a load across two cache lines for each; reading L1 {l1:.0}, L2 {l2:.0},\n  \
         L3 {l3:.0}, memory {memory:.0} GB/s\n\n\
         ![Shares over multiply-adds](roofline.svg)\n",
        100.0 * SLOW,
        meter.limits.fma,
        meter.limits.reading.loaded_fma,
    );
    let mut kind = "";
    for point in meter.points() {
        if point.kind != kind {
            kind = point.kind;
            let _ = write!(
                text,
                "\n## {kind}\n\n| size | {} |\n|---|---:|---:|---:|---:|\n",
                PASSES.join(" | ")
            );
        }
        let cell = |pass: &Pass| {
            let share = format!("{:.0} %", 100.0 * pass.share);
            if pass.is_slow() {
                format!("**{share}**")
            } else {
                share
            }
        };
        let cells: Vec<String> = point.passes.iter().map(cell).collect();
        let _ = writeln!(text, "| {} | {} |", point.size, cells.join(" | "));
    }
    let _ = write!(
        text,
        "\n## Slow corners\n\n{}",
        slow_corners(meter.points())
    );
    text
}

/// Every large layer below the bar, slowest first.
pub(crate) fn slow_corners(points: &[Point]) -> String {
    let mut slow: Vec<(&Point, &str, &Pass)> = points
        .iter()
        .flat_map(|point| {
            PASSES
                .iter()
                .zip(&point.passes)
                .map(move |(name, pass)| (point, *name, pass))
        })
        .filter(|(_, _, pass)| pass.is_slow())
        .collect();
    slow.sort_by(|(_, _, a), (_, _, b)| a.share.total_cmp(&b.share));
    if slow.is_empty() {
        return "None.\n".into();
    }
    let mut table = String::from("| layer | pass | share | µs |\n|---|---|---:|---:|\n");
    for (point, name, pass) in slow {
        let _ = writeln!(
            table,
            "| {} {} | {name} | {:.0} % | {:.1} |",
            point.kind,
            point.size,
            100.0 * pass.share,
            pass.nanoseconds / 1e3,
        );
    }
    table
}
