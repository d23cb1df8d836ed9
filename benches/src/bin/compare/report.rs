//! Tables of the results, in Markdown.

use crate::measure::Measurements;
use crate::participants::Participant;
use chainrule_benches::programs::FmaRates;
use chainrule_benches::workloads::Workload;
use std::fmt::Write;

pub(crate) const OURS: &str = "chainrule";
/// The same on two threads: compared with ourselves on one.
pub(crate) const OURS_ON_TWO: &str = "chainrule_2threads";
pub(crate) const YARDSTICK: &str = "c_expert";
/// Not a peer: nobody would pick it, it shows what the compiler does alone.
const PLAIN: &str = "c_plain";

/// The results, ready to be shown.
pub(crate) struct Report<'a> {
    measurements: &'a Measurements,
    pub(crate) workloads: &'a [&'static Workload],
}

impl<'a> Report<'a> {
    pub(crate) fn new(measurements: &'a Measurements, workloads: &'a [&'static Workload]) -> Self {
        Self {
            measurements,
            workloads,
        }
    }

    /// Everybody but the yardstick, ours first.
    pub(crate) fn names(&self) -> Vec<&'a str> {
        let mut names = self.measurements.names();
        names.retain(|&name| ![YARDSTICK, OURS_ON_TWO].contains(&name));
        names.sort_by_key(|&name| (name != OURS, name != PLAIN, name));
        names
    }

    /// How many times as fast as the yardstick.
    pub(crate) fn speed(&self, workload: &Workload, name: &str) -> Option<f64> {
        self.measurements.speed(workload.name, name, YARDSTICK)
    }

    /// The fastest peer of a row.
    fn best_peer(&self, workload: &Workload) -> Option<(&'a str, f64)> {
        let peers = self
            .measurements
            .names()
            .into_iter()
            .filter(|name| ![OURS, OURS_ON_TWO, YARDSTICK, PLAIN].contains(name));
        peers
            .filter_map(|name| Some((name, self.measurements.time(workload.name, name)?)))
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// A row each: we, the yardstick, the machine's limit, the best peer.
    pub(crate) fn main_table(&self) -> String {
        let mut table = String::from(
            "| row | chainrule | yardstick | × yardstick | FMA peak | share of peak | best peer | × best peer | two threads, × one | two programs, × one | allocations |\n\
             |---|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|\n",
        );
        for workload in self.workloads {
            let row = workload.name;
            let ours = self.measurements.time(row, OURS);
            let peak = self.measurements.peak(row, OURS);
            // A single sample is bound by the memory its weights come from, not by multiply-adds.
            let share = ours
                .zip(peak)
                .filter(|_| workload.training)
                .map(|(time, peak)| {
                    let rate = workload.flops as f64 / time;
                    FmaRates {
                        avx2: 100.0 * rate / peak.avx2,
                        avx512: peak.avx512.map(|peak| 100.0 * rate / peak),
                    }
                });
            let allocations = |name| self.measurements.allocations(row, name);
            let best = self.best_peer(workload);
            let (best_name, best_time) =
                best.map_or(("–", None), |(name, time)| (name, Some(time)));
            let against_best = best.and_then(|(name, _)| self.measurements.speed(row, OURS, name));
            let _ = writeln!(
                table,
                "| {row} | {} | {} | {} | {} | {} | {best_name} {} | {} | {} | {} | {} |",
                value(workload, ours),
                value(workload, self.measurements.time(row, YARDSTICK)),
                or_dash(self.speed(workload, OURS), |speed| format!(
                    "**{speed:.2}**"
                )),
                peak.map_or_else(dash, |peak| rates(peak) + " GFLOP/s"),
                share.map_or_else(dash, |share| rates(share) + " %"),
                best_time.map_or(String::new(), |time| value(workload, Some(time))),
                or_dash(against_best, |speed| format!("{speed:.1}")),
                or_dash(self.measurements.speedup(row), |speed| format!(
                    "{speed:.2}"
                )),
                or_dash(self.measurements.copies(row), |speed| format!("{speed:.2}")),
                or_dash(
                    allocations(OURS).map(|one| one.max(allocations(OURS_ON_TWO).unwrap_or(0.0))),
                    |count| { format!("{count}") }
                ),
            );
        }
        table
    }

    /// Everybody's speed in every row, the yardstick being 1.
    fn speed_table(&self) -> String {
        let mut table = format!(
            "| |{}\n|---|{}\n",
            self.cells(|workload| format!(" {} ", workload.name)),
            self.cells(|_| "---:".into())
        );
        for name in self.names() {
            let cells = self.cells(|workload| {
                or_dash(self.speed(workload, name), |speed| {
                    let decimals = if speed < 0.1 { 3 } else { 2 };
                    format!(" {speed:.decimals$} ")
                })
            });
            let _ = writeln!(table, "| {name} |{cells}");
        }
        table
    }

    /// Everybody's allocations a call, as far as they count them.
    fn allocation_table(&self) -> String {
        let mut table = format!(
            "| |{}\n|---|{}\n",
            self.cells(|workload| format!(" {} ", workload.name)),
            self.cells(|_| "---:".into())
        );
        let counts = |name: &str| {
            self.cells(|workload| {
                or_dash(
                    self.measurements.allocations(workload.name, name),
                    |count| format!(" {count:.0} "),
                )
            })
        };
        for name in self.names() {
            let cells = counts(name);
            if cells.chars().any(|c| c.is_ascii_digit()) {
                let _ = writeln!(table, "| {name} |{cells}");
            }
        }
        table
    }

    fn cells(&self, cell: impl Fn(&Workload) -> String) -> String {
        self.workloads
            .iter()
            .map(|workload| cell(workload) + "|")
            .collect()
    }

    /// `RESULTS.md`.
    pub(crate) fn document(
        &self,
        machine: &str,
        participants: &[&Participant],
        skipped: &[String],
        rounds: usize,
    ) -> String {
        let mut text = format!(
            "# Results\n\n\
             Written by `cargo run --release -p chainrule-benches --bin compare`; [README.md](README.md) tells what the rows\n\
             are and how they are measured. One thread but for two columns, medians of {rounds} rounds. Ratios are of speeds within a round: above 1\n\
             we are faster. FMA peak and the share of it are for AVX2, and behind the slash for AVX-512 where the machine has\n\
             it. Two threads, two copies of the program and one thread take turns of 50 ms; the copies say what a second core is worth\n\
             in that moment. Times on shared machines move by a fifth and more from minute to minute; the ratios say more.\n\
             Build times and sizes of programs are in [COMPILE_TIME.md](COMPILE_TIME.md).\n\n\
             {machine}"
        );
        for participant in participants {
            let _ = writeln!(text, "- {}: {}", participant.name, participant.version);
        }
        for line in skipped {
            let _ = writeln!(text, "- skipped: {line}");
        }
        let _ = write!(
            text,
            "\n{}\n![Speeds, the yardstick being 1](results.svg)\n\n## Speed, the yardstick being 1\n\n{}\n## Heap allocations a call\n\n{}",
            self.main_table(),
            self.speed_table(),
            self.allocation_table(),
        );
        text
    }
}

/// Time of a call or rate of a step, in the row's unit.
fn value(workload: &Workload, time: Option<f64>) -> String {
    or_dash(time, |time| {
        if workload.training {
            format!(
                "{} samples/s",
                thousands(workload.samples as f64 * 1e9 / time)
            )
        } else {
            format!("{} ns", thousands(time))
        }
    })
}

fn or_dash(value: Option<f64>, show: impl Fn(f64) -> String) -> String {
    value.map_or_else(dash, show)
}

fn dash() -> String {
    "–".into()
}

/// For AVX2, and for AVX-512 where the machine has it.
fn rates(rates: FmaRates) -> String {
    match rates.avx512 {
        Some(avx512) => format!("{:.0} / {avx512:.0}", rates.avx2),
        None => format!("{:.0}", rates.avx2),
    }
}

/// `1,234,567`
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn groups_of_three_digits() {
        assert_eq!(thousands(7.2), "7");
        assert_eq!(thousands(123.0), "123");
        assert_eq!(thousands(1234567.0), "1,234,567");
    }
}
