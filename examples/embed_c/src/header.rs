//! Prints the header of the network whose name is given.

use embed_c::{Amp, LeNet5};
use std::process::ExitCode;

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    match name.as_str() {
        "lenet5" => print!("{}", LeNet5::C_HEADER),
        "amp" => print!("{}", Amp::C_HEADER),
        _ => {
            eprintln!("`header lenet5` or `header amp`, not `{name}`");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
