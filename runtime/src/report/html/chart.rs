//! Line charts as SVG that takes its colours from the page, and tells the values under the pointer without a script.

use super::axis::{Axis, Scale};
use super::escape::Escaped;
use super::number::{short, tick};

// The drawing is scaled to the width of its place; these are its own units.
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 310.0;
const LEFT: f64 = 72.0;
const RIGHT: f64 = 546.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 262.0;
/// More lines than this have no readout, only a tooltip.
const MOST_READ_OUT: usize = 4;
const MOST_COLUMNS: usize = 60;
/// A logarithmic axis is taken where values differ by more than this factor.
const WIDE: f64 = 30.0;

pub(super) struct Chart {
    pub(super) title: String,
    /// What the vertical axis shows, with its unit.
    pub(super) y: String,
    pub(super) vertical: Vertical,
    pub(super) lines: Vec<Line>,
    /// Steps marked by vertical lines, with what happened there.
    pub(super) marks: Vec<(f64, String)>,
}

/// What the vertical axis reaches over.
#[derive(Clone, Copy)]
pub(super) enum Vertical {
    /// All values, on the scale that fits them.
    Fitting,
    /// All values, as they are.
    Linear,
    Between(f64, f64),
}

pub(super) struct Line {
    pub(super) name: String,
    pub(super) colour: Colour,
    /// Steps and values, in order; a value that is none leaves a gap.
    pub(super) points: Vec<(f64, f64)>,
    /// What the line is the mean of, drawn faintly: single values,
    pub(super) faint: Vec<(f64, f64)>,
    /// or steps with the lowest and the highest value near them.
    pub(super) band: Vec<(f64, f64, f64)>,
    /// Steps with a value that is none.
    pub(super) bad: Vec<f64>,
}

#[derive(Clone, Copy)]
pub(super) enum Colour {
    /// One of eight that are easily told apart.
    Number(usize),
    /// From the first layer, 0, to the last one, 1.
    Depth(f64),
}

impl Colour {
    pub(super) fn css(self) -> String {
        match self {
            Self::Number(number) => format!("var(--c{})", number % 8),
            Self::Depth(depth) => {
                format!(
                    "hsl({:.0} 65% var(--depth-lightness))",
                    255.0 - 235.0 * depth
                )
            }
        }
    }
}

impl Line {
    fn last(&self) -> Option<f64> {
        self.points.last().map(|(_, value)| *value)
    }

    fn nearest(&self, x: f64) -> Option<(f64, f64)> {
        let after = self.points.partition_point(|(step, _)| *step < x);
        let before = after
            .checked_sub(1)
            .and_then(|index| self.points.get(index));
        match (before, self.points.get(after)) {
            (Some(before), Some(after)) if x - before.0 < after.0 - x => Some(*before),
            (before, after) => after.or(before).copied(),
        }
    }
}

impl Chart {
    pub(super) fn render(&self) -> String {
        let steps = || {
            self.lines
                .iter()
                .flat_map(|line| line.points.iter().map(|point| point.0))
        };
        let (first, last) = steps().fold((f64::INFINITY, 0.0_f64), |(low, high), step| {
            (low.min(step), high.max(step))
        });
        if first > last {
            return String::new();
        }
        let x = Axis::exact(first, last);
        let y = self.vertical_axis();
        let across = |step: f64| LEFT + x.place(step) * (RIGHT - LEFT);
        let up = |value: f64| BOTTOM - y.place(value).clamp(0.0, 1.0) * (BOTTOM - TOP);
        let mut drawing = self.frame(&x, &y, &across, &up);
        for (step, text) in &self.marks {
            if (first..=last).contains(step) {
                let x = across(*step);
                drawing += &format!(
                    "<path class=\"mark\" d=\"M{x:.1} {TOP}V{BOTTOM}\"><title>{}</title></path>",
                    Escaped(text)
                );
            }
        }
        for line in &self.lines {
            drawing += &draw(line, &across, &up);
        }
        drawing += &self.columns(&x, &across);
        let legend = if self.lines.len() > 1 {
            self.legend()
        } else {
            String::new()
        };
        format!(
            "<figure class=\"chart\"><figcaption><h3>{title}</h3>{legend}</figcaption>\
             <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{label}\">{drawing}</svg></figure>\n",
            title = Escaped(&self.title),
            label = Escaped(&self.spoken()),
        )
    }

    /// What the chart shows in words.
    fn spoken(&self) -> String {
        let lines: Vec<String> = self
            .lines
            .iter()
            .filter_map(|line| Some(format!("{} ends at {}", line.name, short(line.last()?))))
            .collect();
        format!("{} by step: {}", self.y, lines.join(", "))
    }

    fn vertical_axis(&self) -> Axis {
        if let Vertical::Between(low, high) = self.vertical {
            return Axis::exact(low, high);
        }
        let values = || {
            self.lines
                .iter()
                .flat_map(|line| {
                    let band = line.band.iter().flat_map(|(_, low, high)| [*low, *high]);
                    line.points
                        .iter()
                        .chain(&line.faint)
                        .map(|(_, value)| *value)
                        .chain(band)
                })
                .filter(|value| value.is_finite())
        };
        let (low, high) = values().fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let wide = low > 0.0 && high / low > WIDE;
        let scale = match self.vertical {
            Vertical::Fitting if wide => Scale::Logarithmic,
            _ => Scale::Linear,
        };
        Axis::around(values(), scale)
    }

    fn frame(
        &self,
        x: &Axis,
        y: &Axis,
        across: &impl Fn(f64) -> f64,
        up: &impl Fn(f64) -> f64,
    ) -> String {
        let mut frame = String::new();
        for value in y.ticks() {
            let place = up(value);
            frame += &format!(
                "<path class=\"grid\" d=\"M{LEFT} {place:.1}H{RIGHT}\"/>\
                 <text x=\"{:.0}\" y=\"{:.1}\" class=\"tick\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                place + 4.0,
                tick(value)
            );
        }
        for value in x.ticks() {
            // A run has no halves of steps.
            if value.fract().abs() > 1e-9 {
                continue;
            }
            let place = across(value);
            frame += &format!(
                "<path class=\"axis\" d=\"M{place:.1} {BOTTOM}v5\"/>\
                 <text x=\"{place:.1}\" y=\"{:.0}\" class=\"tick\" text-anchor=\"middle\">{}</text>",
                BOTTOM + 20.0,
                tick(value)
            );
        }
        let middle = f64::midpoint(TOP, BOTTOM);
        frame
            + &format!(
                "<path class=\"axis\" d=\"M{LEFT} {BOTTOM}H{RIGHT}\"/>\
                 <text x=\"{:.0}\" y=\"{:.0}\" class=\"label\" text-anchor=\"middle\">step</text>\
                 <text x=\"12\" y=\"{middle}\" class=\"label\" text-anchor=\"middle\" \
                 transform=\"rotate(-90 12 {middle})\">{}</text>",
                f64::midpoint(LEFT, RIGHT),
                HEIGHT - 8.0,
                Escaped(&self.y),
            )
    }

    fn legend(&self) -> String {
        let entries: String = self
            .lines
            .iter()
            .map(|line| {
                let last = line.last().map_or_else(String::new, short);
                format!(
                    "<li><i style=\"background:{}\"></i>{} <b>{last}</b></li>",
                    line.colour.css(),
                    Escaped(&line.name)
                )
            })
            .collect();
        format!("<ul class=\"legend\">{entries}</ul>")
    }

    /// Stripes over the plot; the one under the pointer shows a line and the values there.
    fn columns(&self, x: &Axis, across: &impl Fn(f64) -> f64) -> String {
        let Some(longest) = self.lines.iter().max_by_key(|line| line.points.len()) else {
            return String::new();
        };
        let count = longest.points.len().min(MOST_COLUMNS);
        let width = (RIGHT - LEFT) / count as f64;
        let mut columns = String::new();
        for index in 0..count {
            let middle = x.low() + (index as f64 + 0.5) / count as f64 * (x.high() - x.low());
            let Some((step, _)) = longest.nearest(middle) else {
                continue;
            };
            let values: Vec<String> = self
                .lines
                .iter()
                .filter_map(|line| Some(format!("{} {}", line.name, short(line.nearest(step)?.1))))
                .collect();
            let at = format!("step {}", tick_step(step));
            let guide = across(step);
            let readout = if self.lines.len() <= MOST_READ_OUT {
                let text = format!("{at}:  {}", values.join("  ·  "));
                format!(
                    "<text x=\"{RIGHT}\" y=\"16\" text-anchor=\"end\">{}</text>",
                    Escaped(&text)
                )
            } else {
                String::new()
            };
            columns += &format!(
                "<g class=\"column\"><path d=\"M{guide:.1} {TOP}V{BOTTOM}\"/>{readout}\
                 <rect x=\"{:.1}\" y=\"{TOP}\" width=\"{width:.1}\" height=\"{:.0}\">\
                 <title>{}</title></rect></g>",
                LEFT + index as f64 * width,
                BOTTOM - TOP,
                Escaped(&format!("{at}\n{}", values.join("\n"))),
            );
        }
        columns
    }
}

fn draw(line: &Line, across: &impl Fn(f64) -> f64, up: &impl Fn(f64) -> f64) -> String {
    let colour = line.colour.css();
    let mut drawing = String::new();
    if line.band.len() > 1 {
        let mut outline = String::new();
        for (index, (step, _, high)) in line.band.iter().enumerate() {
            let pen = if index == 0 { 'M' } else { 'L' };
            outline += &format!("{pen}{:.1} {:.1}", across(*step), above(up, *high));
        }
        for (step, low, _) in line.band.iter().rev() {
            outline += &format!("L{:.1} {:.1}", across(*step), above(up, *low));
        }
        drawing += &format!("<path class=\"band\" style=\"fill:{colour}\" d=\"{outline}Z\"/>");
    }
    if !line.faint.is_empty() {
        let (path, _) = stroke(&line.faint, across, up);
        drawing += &format!("<path class=\"faint\" style=\"stroke:{colour}\" d=\"{path}\"/>");
    }
    let (path, alone) = stroke(&line.points, across, up);
    drawing += &format!("<path class=\"line\" style=\"stroke:{colour}\" d=\"{path}\"/>");
    for (x, y) in alone {
        drawing +=
            &format!("<circle style=\"fill:{colour}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>");
    }
    for step in &line.bad {
        drawing += &format!(
            "<path class=\"bad\" d=\"M{:.1} {}l8 8m0 -8l-8 8\"><title>{}</title></path>",
            across(*step) - 4.0,
            TOP + 2.0,
            Escaped(&format!(
                "{} is not a number at step {}",
                line.name,
                tick_step(*step)
            ))
        );
    }
    drawing
}

/// A path through points with gaps at values that are none, and the points that have no neighbour to go to.
fn stroke(
    points: &[(f64, f64)],
    across: &impl Fn(f64) -> f64,
    up: &impl Fn(f64) -> f64,
) -> (String, Vec<(f64, f64)>) {
    let (mut path, mut alone) = (String::new(), Vec::new());
    for run in points.split(|(_, value)| up(*value).is_nan()) {
        for (index, (step, value)) in run.iter().enumerate() {
            let pen = if index == 0 { 'M' } else { 'L' };
            path += &format!("{pen}{:.1} {:.1}", across(*step), up(*value));
        }
        if let [(step, value)] = run {
            alone.push((across(*step), up(*value)));
        }
    }
    (path, alone)
}

/// The place of a value, the bottom for one that a logarithmic axis has no place for.
fn above(up: &impl Fn(f64) -> f64, value: f64) -> f64 {
    let place = up(value);
    if place.is_nan() { BOTTOM } else { place }
}

fn tick_step(step: f64) -> String {
    super::number::grouped(step.round() as u64)
}
