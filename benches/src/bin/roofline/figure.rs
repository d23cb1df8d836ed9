//! The figure: a panel for each way of running a layer, its share of what the machine allows over its size.

use crate::measure::{PASSES, Point};
use crate::report::{LARGE, SLOW};
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

/// Above 1 the bytes were in a nearer cache than their number suggests.
const TOP: f64 = 1.2;

const KINDS: [(&str, RGBColor); 2] = [
    ("Linear", RGBColor(21, 101, 192)),
    ("Conv2d", RGBColor(216, 67, 21)),
];

/// The layers with multiply-adds.
pub(crate) fn draw(points: &[Point], file: &Path) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(file, (1000, 800)).into_drawing_area();
    root.fill(&WHITE)?;
    for (pass, (panel, title)) in root.split_evenly((2, 2)).iter().zip(PASSES).enumerate() {
        let mut chart = ChartBuilder::on(panel)
            .margin(10)
            .caption(title, ("sans-serif", 16))
            .x_label_area_size(36)
            .y_label_area_size(44)
            .build_cartesian_2d((1e0..1e9).log_scale(), 0.0..TOP)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .x_desc("multiply-adds a call")
            .y_desc("share of the roofline")
            .x_label_formatter(&|macs: &f64| format!("1e{:.0}", macs.log10()))
            .y_label_formatter(&|share: &f64| format!("{:.0} %", 100.0 * share))
            .draw()?;
        let grey = RGBColor(158, 158, 158).stroke_width(1);
        let bar = [(LARGE as f64, 0.0), (LARGE as f64, SLOW), (1e9, SLOW)];
        chart.draw_series([PathElement::new(bar.to_vec(), grey)])?;
        for (i, (kind, color)) in KINDS.into_iter().enumerate() {
            let of_kind = points.iter().filter(|point| point.kind == kind);
            chart.draw_series(of_kind.map(|point| {
                let pass = &point.passes[pass];
                let place = (pass.macs as f64, pass.share.min(TOP));
                Circle::new(place, 3, color.mix(0.7).filled())
            }))?;
            let y = TOP - 0.05 - 0.07 * i as f64;
            chart.draw_series([Circle::new((2.0, y), 3, color.filled())])?;
            chart.draw_series([Text::new(kind, (3.0, y + 0.025), ("sans-serif", 12))])?;
        }
    }
    root.present()?;
    Ok(())
}
