//! Makes a number of calls of a workload and nothing else, for programs that look at what runs: `calls NAME COUNT`.

use chainrule_benches::denormals;
use chainrule_benches::workloads::{self, Threads};
use std::process::ExitCode;

fn main() -> ExitCode {
    denormals::flush_to_zero();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, count] = arguments.as_slice() else {
        return usage();
    };
    let workload = workloads::ALL.iter().find(|other| other.name == name);
    let (Some(workload), Ok(count)) = (workload, count.parse::<u32>()) else {
        return usage();
    };
    let mut call = workload.prepare(Threads::One);
    for _ in 0..count {
        call();
    }
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: calls NAME COUNT, with the name of a workload");
    ExitCode::FAILURE
}
