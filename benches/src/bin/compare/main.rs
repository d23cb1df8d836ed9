//! Runs us, the yardstick and the installed peers on the same work in turns, and writes the table of ratios to
//! `benches/RESULTS.md` and a chart to `benches/results.svg`.
//!
//! `cargo run --release -p chainrule-benches --bin compare -- [--peers rust,python] [--rounds N] [--only T2_b32,I4]`

mod chart;
mod measure;
mod options;
mod participants;
mod report;

use chainrule_benches::machine;
use participants::Participant;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options::parse()? else {
        println!("{}", options::USAGE);
        return Ok(());
    };
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = participants::find(crate_folder, &options)?;
    for line in &found.skipped {
        eprintln!("skipped: {line}");
    }

    let measurements = measure::run(&found, &options);
    let workloads = options.workloads();
    let report = report::Report::new(&measurements, &workloads);
    println!("\n{}", report.main_table());

    if !options.write() {
        println!("not all rows were run, so RESULTS.md and results.svg stay as they are");
        return Ok(());
    }
    let used: Vec<&Participant> = found
        .participants
        .iter()
        .filter(|p| measurements.has(p))
        .collect();
    let text = report.document(&machine::describe(), &used, &found.skipped, options.rounds);
    std::fs::write(crate_folder.join("RESULTS.md"), text)?;
    chart::draw(&report, &crate_folder.join("results.svg"))?;
    println!("written: benches/RESULTS.md, benches/results.svg");
    Ok(())
}
