//! Both histograms as curves over logarithmic axes: how many took longer than a time.

use crate::histogram::Histogram;
use plotters::prelude::*;

/// From the shortest time to the longest or the deadline, in microseconds a sample.
pub(crate) fn draw(
    file: &str,
    steps: &Histogram,
    blocks: &Histogram,
    deadline: u64,
    block: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(file, (900, 540)).into_drawing_area();
    area.fill(&WHITE)?;
    let curves = [
        ("a step", tail(steps, 1)),
        ("a sample of a block of 64", tail(blocks, block)),
    ];
    let points = || curves.iter().flat_map(|(_, points)| points);
    let shortest = points().map(|point| point.0).fold(f64::INFINITY, f64::min);
    let deadline = deadline as f64 / 1e3;
    let longest = points().map(|point| point.0).fold(deadline, f64::max);
    let rarest = points().map(|point| point.1).fold(1.0, f64::min);

    let mut chart = ChartBuilder::on(&area)
        .caption("How long one sample takes, at 48 kHz", ("sans-serif", 22))
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(72)
        .build_cartesian_2d(
            (shortest * 0.8..longest * 1.3).log_scale(),
            (rarest..1.0).log_scale(),
        )?;
    chart
        .configure_mesh()
        .x_desc("microseconds")
        .y_desc("share that took longer")
        .y_label_formatter(&|share| format!("{share:e}"))
        .light_line_style(BLACK.mix(0.06))
        .draw()?;
    for (index, (name, points)) in curves.iter().enumerate() {
        let color = Palette99::pick(index).to_rgba();
        chart
            .draw_series(LineSeries::new(
                points.iter().copied(),
                color.stroke_width(2),
            ))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    let edge = [(deadline, rarest), (deadline, 1.0)];
    chart
        .draw_series(LineSeries::new(edge, BLACK.stroke_width(1)))?
        .label("deadline")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], BLACK.stroke_width(1)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

/// The times in microseconds a sample, with the share of all that took at least as long.
fn tail(times: &Histogram, samples: u64) -> Vec<(f64, f64)> {
    let (count, mut left) = (times.count() as f64, times.count());
    times
        .buckets()
        .map(|(start, _, in_bucket)| {
            let share = left as f64 / count;
            left -= in_bucket;
            (start.max(1) as f64 / samples as f64 / 1e3, share)
        })
        .collect()
}
