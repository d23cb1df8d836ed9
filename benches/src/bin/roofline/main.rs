//! How close every kind of layer comes to what the machine allows, forward and backward, for one sample and for a lane
//! group, over a grid of sizes. Writes `benches/ROOFLINE.md` and `benches/roofline.svg`.
//!
//! `taskset -c 0 cargo run --release -p chainrule-benches --bin roofline`; needs gcc for the machine's limits.

mod figure;
mod grid;
mod limits;
mod measure;
mod report;

use chainrule_benches::programs::{Yardstick, build_folder};
use chainrule_benches::{denormals, machine};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let yardstick = Yardstick::build(&build_folder()?, false).ok_or(
        "the machine's limits are measured by programs in C, which need gcc and g++ on x86-64",
    )?;
    denormals::flush_to_zero();
    let mut meter = measure::Meter::new(limits::Limits::of(yardstick)?);
    grid::run(&mut meter);

    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = report::document(&machine::describe(), &meter);
    std::fs::write(crate_folder.join("ROOFLINE.md"), text)?;
    figure::draw(meter.points(), &crate_folder.join("roofline.svg"))?;
    println!("{}", report::slow_corners(meter.points()));
    println!("written: benches/ROOFLINE.md, benches/roofline.svg");
    Ok(())
}
