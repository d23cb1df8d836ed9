//! The bar chart: everybody's speed in every row, the yardstick being the line at 1.

use crate::report::{OURS, Report};
use chainrule_benches::workloads::Workload;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::Path;

const COLUMN: i32 = 470;
const BAR: i32 = 15;
const TITLE: i32 = 22;
const TOP: i32 = 40;
const NAME: i32 = 110;
/// Where the bars end, and the speeds at both ends: a factor of 4,000 on a logarithmic axis.
const WIDTH: i32 = 300;
const SLOWEST: f64 = 0.001;
const FASTEST: f64 = 4.0;

/// Inference in the left column, training in the right one.
pub(crate) fn draw(report: &Report, file: &Path) -> Result<(), Box<dyn Error>> {
    let columns = [false, true].map(|training| groups(report, training));
    let height = |groups: &[Group]| {
        groups
            .iter()
            .map(|group| TITLE + BAR * group.bars.len() as i32)
            .sum::<i32>()
    };
    let tallest = columns
        .iter()
        .map(|groups| height(groups))
        .max()
        .unwrap_or(0);
    let size = (2 * COLUMN as u32, (TOP + tallest + 20) as u32);
    let root = SVGBackend::new(file, size).into_drawing_area();
    root.fill(&WHITE)?;
    let text = |size: i32| ("sans-serif", size).into_font();
    root.draw_text(
        "Speed, one thread; the line at 1 is the yardstick in C. Longer is faster; the axis is logarithmic.",
        &text(14).into(),
        (10, 10),
    )?;
    let right: TextStyle = TextStyle::from(text(11)).pos(Pos::new(HPos::Right, VPos::Center));

    for (column, groups) in columns.iter().enumerate() {
        let x = COLUMN * column as i32 + NAME;
        let mut y = TOP;
        for group in groups {
            root.draw_text(
                group.workload.name,
                &text(12).style(FontStyle::Bold).into(),
                (x, y + 6),
            )?;
            y += TITLE;
            let top = y;
            for &(name, speed) in &group.bars {
                let color = if name == OURS {
                    RGBColor(21, 101, 192)
                } else {
                    RGBColor(176, 190, 197)
                };
                let end = x + position(speed);
                root.draw(&Rectangle::new(
                    [(x, y + 1), (end, y + BAR - 2)],
                    color.filled(),
                ))?;
                root.draw_text(name, &right, (x - 5, y + BAR / 2))?;
                let decimals = if speed < 0.1 { 3 } else { 2 };
                let place = (x + WIDTH + 45, y + BAR / 2);
                root.draw_text(&format!("{speed:.decimals$}"), &right, place)?;
                y += BAR;
            }
            let one = x + position(1.0);
            root.draw(&PathElement::new(
                [(one, top - 2), (one, y)],
                BLACK.stroke_width(1),
            ))?;
        }
    }
    root.present()?;
    Ok(())
}

struct Group<'a> {
    workload: &'static Workload,
    /// Fastest first, but we stand above all.
    bars: Vec<(&'a str, f64)>,
}

fn groups<'a>(report: &Report<'a>, training: bool) -> Vec<Group<'a>> {
    let workloads = report
        .workloads
        .iter()
        .filter(|workload| workload.training == training);
    workloads
        .map(|&workload| {
            let mut bars: Vec<(&str, f64)> = report
                .names()
                .into_iter()
                .filter_map(|name| Some((name, report.speed(workload, name)?)))
                .collect();
            bars.sort_by(|(a, x), (b, y)| (*b == OURS).cmp(&(*a == OURS)).then(y.total_cmp(x)));
            Group { workload, bars }
        })
        .filter(|group| !group.bars.is_empty())
        .collect()
}

/// Pixels from the left end of the axis.
fn position(speed: f64) -> i32 {
    let share = (speed.clamp(SLOWEST, FASTEST) / SLOWEST).ln() / (FASTEST / SLOWEST).ln();
    (share * f64::from(WIDTH)) as i32
}
