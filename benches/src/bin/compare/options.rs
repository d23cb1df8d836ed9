//! The command line.

use chainrule_benches::workloads::{self, Workload};
use lexopt::prelude::*;

pub(crate) const USAGE: &str = "\
usage: compare [--rounds N] [--peers GROUPS] [--only NAMES]
  --rounds N      how often everybody takes a turn at every row; 3 by default
  --peers GROUPS  which peers: rust, python, `rust,python` (default), or none
  --only NAMES    rows by name, as in I4,T2_b32; the results are printed and not written then";

/// What was asked for.
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) rust: bool,
    pub(crate) python: bool,
    only: Vec<String>,
}

impl Options {
    /// The rows to run, in the table's order.
    pub(crate) fn workloads(&self) -> Vec<&'static Workload> {
        let wanted = |workload: &&Workload| {
            self.only.is_empty() || self.only.iter().any(|name| name == workload.name)
        };
        workloads::ALL.iter().filter(wanted).collect()
    }

    /// Whether the results are those of the whole table.
    pub(crate) fn write(&self) -> bool {
        self.only.is_empty()
    }
}

/// The options, or none if help was asked for.
pub(crate) fn parse() -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options {
        rounds: 3,
        rust: true,
        python: true,
        only: Vec::new(),
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("rounds") => options.rounds = parser.value()?.parse::<usize>()?.max(1),
            Long("peers") => {
                let groups = parser.value()?.string()?;
                (options.rust, options.python) = (false, false);
                for group in groups.split(',') {
                    match group {
                        "rust" => options.rust = true,
                        "python" => options.python = true,
                        "none" => {}
                        other => return Err(format!("`{other}` is no group of peers").into()),
                    }
                }
            }
            Long("only") => {
                let names = parser.value()?.string()?;
                options.only = names.split(',').map(String::from).collect();
                for name in &options.only {
                    if workloads::ALL.iter().all(|workload| workload.name != name) {
                        return Err(format!("there is no row {name}").into());
                    }
                }
            }
            Long("help") | Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}
