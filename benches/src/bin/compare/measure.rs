//! The rounds: everybody takes a turn at a row before the next row begins, with the FMA rate measured in between.

use crate::options::Options;
use crate::participants::{Found, Participant};
use chainrule_benches::programs::FmaRates;
use chainrule_benches::timing::median;
use chainrule_benches::workloads::Workload;
use std::collections::BTreeMap;
use std::process::Stdio;

/// One turn at one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) round: usize,
    /// Nanoseconds a call.
    pub(crate) time: f64,
    /// The rate of multiply-adds on the same core, the mean of before and after.
    pub(crate) peak: Option<FmaRates>,
}

/// All turns, by row and by the name that the program printed.
#[derive(Default)]
pub(crate) struct Measurements {
    turns: BTreeMap<(&'static str, String), Vec<Turn>>,
    allocations: BTreeMap<(&'static str, String), f64>,
    /// How many times as fast two threads are as one, by row, a value a round.
    speedups: BTreeMap<&'static str, Vec<f64>>,
    /// And two programs of one thread at the same time.
    copies: BTreeMap<&'static str, Vec<f64>>,
}

impl Measurements {
    /// Whether a participant finished a turn.
    pub(crate) fn has(&self, participant: &Participant) -> bool {
        self.turns
            .keys()
            .any(|(_, name)| name.starts_with(participant.name))
    }

    /// Everybody's name, sorted.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.turns.keys().map(|(_, name)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn turns(&self, row: &'static str, name: &str) -> &[Turn] {
        self.turns
            .get(&(row, name.into()))
            .map_or(&[], Vec::as_slice)
    }

    /// The median over the rounds, nanoseconds a call.
    pub(crate) fn time(&self, row: &'static str, name: &str) -> Option<f64> {
        median_of(self.turns(row, name).iter().map(|turn| turn.time))
    }

    /// The medians over the rounds of the FMA rates around somebody's turns.
    pub(crate) fn peak(&self, row: &'static str, name: &str) -> Option<FmaRates> {
        let rates = || self.turns(row, name).iter().filter_map(|turn| turn.peak);
        Some(FmaRates {
            avx2: median_of(rates().map(|rates| rates.avx2))?,
            avx512: median_of(rates().filter_map(|rates| rates.avx512)),
        })
    }

    /// How many times as fast `name` is as `other`: the median over the rounds of the ratio within a round.
    pub(crate) fn speed(&self, row: &'static str, name: &str, other: &str) -> Option<f64> {
        let others = self.turns(row, other);
        median_of(self.turns(row, name).iter().filter_map(|turn| {
            let other = others.iter().find(|other| other.round == turn.round)?;
            Some(other.time / turn.time)
        }))
    }

    /// How many times as fast two threads are as one that takes turns with them.
    pub(crate) fn speedup(&self, row: &'static str) -> Option<f64> {
        median_of(self.speedups.get(row)?.iter().copied())
    }

    /// How much two programs of one thread, at the same time, do beside one alone.
    pub(crate) fn copies(&self, row: &'static str) -> Option<f64> {
        median_of(self.copies.get(row)?.iter().copied())
    }

    /// Heap allocations a call.
    pub(crate) fn allocations(&self, row: &'static str, name: &str) -> Option<f64> {
        self.allocations.get(&(row, name.into())).copied()
    }

    /// Takes in what a program printed; whether it had the row.
    fn read(
        &mut self,
        text: &str,
        workload: &Workload,
        round: usize,
        peak: Option<FmaRates>,
    ) -> bool {
        let mut any = false;
        for line in text.lines() {
            let [name, row, _, value, unit] = line.split('\t').collect::<Vec<_>>()[..] else {
                continue;
            };
            let Ok(value) = value.parse::<f64>() else {
                continue;
            };
            let key = (workload.name, String::from(name));
            if row == workload.name {
                let time = match unit {
                    "ns" => value,
                    _ => workload.samples as f64 * 1e9 / value,
                };
                self.turns
                    .entry(key)
                    .or_default()
                    .push(Turn { round, time, peak });
                any = true;
            } else if row.strip_suffix("_speedup") == Some(workload.name) {
                self.speedups.entry(workload.name).or_default().push(value);
            } else if row.strip_suffix("_copies") == Some(workload.name) {
                self.copies.entry(workload.name).or_default().push(value);
            } else if unit == "allocs" && row.strip_suffix("_allocs") == Some(workload.name) {
                self.allocations.insert(key, value);
            }
        }
        any
    }
}

fn median_of(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| median(&mut values))
}

/// All rounds. Every other round goes backwards, so that nobody always runs behind the same neighbour.
pub(crate) fn run(found: &Found, options: &Options) -> Measurements {
    let mut measurements = Measurements::default();
    let mut broken: Vec<&str> = Vec::new();
    for round in 0..options.rounds {
        for workload in options.workloads() {
            eprint!(
                "round {} of {}  {:<8}",
                round + 1,
                options.rounds,
                workload.name
            );
            let mut order: Vec<&Participant> = found.participants.iter().collect();
            if round % 2 == 1 {
                order.reverse();
            }
            let mut before = probe(found);
            for participant in order {
                let has_it = participant.threads == 1 || workload.training;
                if !has_it || broken.contains(&participant.name) {
                    continue;
                }
                eprint!(" {}", participant.name);
                let mut command = participant.command(found.pin);
                let output = command.arg(workload.name).stderr(Stdio::null()).output();
                let after = probe(found);
                let peak = before.zip(after).map(|(a, b)| a.mean(b));
                before = after;
                match output {
                    Ok(output) if output.status.success() => {
                        let text = String::from_utf8_lossy(&output.stdout);
                        if !measurements.read(&text, workload, round, peak) {
                            eprint!(" (has no {})", workload.name);
                        }
                    }
                    _ => {
                        eprint!(" (failed, left out from here on)");
                        broken.push(participant.name);
                    }
                }
            }
            eprintln!();
        }
    }
    measurements
}

fn probe(found: &Found) -> Option<FmaRates> {
    found.yardstick.as_ref()?.fma_rates()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule_benches::workloads::ALL;

    #[test]
    fn ratios_pair_the_turns_of_a_round() {
        let workload = ALL
            .iter()
            .find(|workload| workload.name == "T1_b32")
            .expect("a row");
        let mut measurements = Measurements::default();
        // The machine is twice as slow in the second round; the third has no turn of b.
        for (round, speed) in [1.0, 0.5, 1.0].into_iter().enumerate() {
            let text = format!("a\tT1_b32\tthreads=1\t{}\tsamples/s\n", 3000.0 * speed);
            assert!(measurements.read(&text, workload, round, None));
            if round < 2 {
                let text = format!("b\tT1_b32\tthreads=1\t{}\tsamples/s\n", 1000.0 * speed);
                assert!(measurements.read(&text, workload, round, None));
            }
        }
        assert_eq!(measurements.speed("T1_b32", "a", "b"), Some(3.0));
        assert_eq!(measurements.time("T1_b32", "a"), Some(32e9 / 3000.0));
        assert_eq!(measurements.speed("T1_b32", "a", "c"), None);
        assert_eq!(measurements.names(), ["a", "b"]);
    }

    #[test]
    fn reads_allocations_and_passes_over_other_lines() {
        let workload = &ALL[0];
        let mut measurements = Measurements::default();
        let text = "# a remark\na\tI1_allocs\tthreads=1\t3.0\tallocs\na\tI2\tthreads=1\t9.0\tns\n";
        assert!(!measurements.read(text, workload, 0, None));
        assert_eq!(measurements.allocations("I1", "a"), Some(3.0));
        for (speedup, copies) in [(1.5, 1.8), (1.9, 2.0), (1.8, 1.9)] {
            let text = format!(
                "two\tI1_speedup\tthreads=2\t{speedup}\tx\ntwo\tI1_copies\tthreads=2\t{copies}\tx\n"
            );
            measurements.read(&text, workload, 0, None);
        }
        assert_eq!(measurements.speedup("I1"), Some(1.8));
        assert_eq!(measurements.copies("I1"), Some(1.9));
        assert_eq!(measurements.speedup("I2"), None);
        assert_eq!(measurements.time("I2", "a"), None);
    }
}
