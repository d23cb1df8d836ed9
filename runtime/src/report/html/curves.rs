//! The charts of a run.

use super::chart::{Chart, Colour, Line, Vertical};
use super::history::History;
use super::number::grouped;
use super::series::Series;

/// More layers than this are told apart by their depth, no longer by colours of their own.
const MOST_COLOURS: usize = 8;
/// A smoothed curve is the mean over one part in so many of its points, before and behind.
const SMOOTHED_PART: usize = 60;
/// All lines of a chart together have some so many points.
const MOST_POINTS: usize = 6000;
const MOST_CROSSES: usize = 100;

/// Loss and metrics, what people look at first.
pub(super) fn progress(history: &History) -> String {
    let marks = resumed(history);
    let mut training = line("training", Colour::Number(0), &history.loss, true);
    if training.points.is_empty() {
        // A run that reports epochs alone.
        let losses = history
            .epochs
            .iter()
            .map(|epoch| (epoch.step as f64, epoch.loss));
        training = by_epoch("training", Colour::Number(0), losses.collect());
    }
    let validation: Vec<(f64, f64)> = history
        .epochs
        .iter()
        .filter_map(|epoch| Some((epoch.step as f64, epoch.validation_loss?)))
        .collect();
    let mut lines = vec![training];
    if !validation.is_empty() {
        lines.push(by_epoch("validation", Colour::Number(1), validation));
    }
    let mut charts = chart("Loss", "loss", Vertical::Fitting, lines, &marks);

    // Shares have an axis in common; others have units of their own.
    let metrics: Vec<Line> = history
        .metric_names()
        .into_iter()
        .map(|name| {
            let points = history
                .epochs
                .iter()
                .filter_map(|epoch| Some((epoch.step as f64, epoch.metric(name)?)))
                .collect();
            by_epoch(name, Colour::Number(0), points)
        })
        .collect();
    let (mut shares, others): (Vec<Line>, Vec<Line>) = metrics.into_iter().partition(|line| {
        line.points
            .iter()
            .all(|(_, value)| !(*value < 0.0 || *value > 1.0))
    });
    colour(&mut shares);
    charts += &chart(
        "Metrics on the validation samples",
        "metric, 0 to 1",
        Vertical::Fitting,
        shares,
        &marks,
    );
    for other in others {
        let name = other.name.clone();
        charts += &chart(
            &format!("Validation: {name}"),
            &name,
            Vertical::Fitting,
            vec![other],
            &marks,
        );
    }
    charts
}

/// What drives the weights.
pub(super) fn drive(history: &History) -> String {
    let marks = resumed(history);
    let rate = line(
        "learning rate",
        Colour::Number(2),
        &history.learning_rate,
        false,
    );
    let norm = line(
        "gradient norm",
        Colour::Number(3),
        &history.gradient_norm,
        true,
    );
    chart(
        "Learning rate",
        "learning rate",
        Vertical::Linear,
        vec![rate],
        &marks,
    ) + &chart(
        "Gradient of all parameters, before clipping",
        "Euclidean norm",
        Vertical::Fitting,
        vec![norm],
        &marks,
    )
}

/// A line for every layer.
pub(super) fn layers(history: &History) -> String {
    let marks = resumed(history);
    let lines = |series: fn(&super::history::LayerSeries) -> &Series, factor: f64| {
        let mut lines: Vec<Line> = history
            .layers
            .iter()
            .map(|layer| {
                let mut line = line(&layer.label, Colour::Number(0), series(layer), false);
                for (_, value) in &mut line.points {
                    *value *= factor;
                }
                line.band.clear();
                line
            })
            .collect();
        colour(&mut lines);
        lines
    };
    chart(
        "Gradients by layer",
        "Euclidean norm",
        Vertical::Fitting,
        lines(|layer| &layer.gradients, 1.0),
        &marks,
    ) + &chart(
        "Weights by layer",
        "Euclidean norm",
        Vertical::Fitting,
        lines(|layer| &layer.weights, 1.0),
        &marks,
    ) + &chart(
        "Dead units by layer",
        "units without a gradient, %",
        Vertical::Between(0.0, 100.0),
        lines(|layer| &layer.dead, 100.0),
        &marks,
    )
}

fn chart(
    title: &str,
    y: &str,
    vertical: Vertical,
    mut lines: Vec<Line>,
    marks: &[(f64, String)],
) -> String {
    let most = MOST_POINTS / lines.len().max(1);
    for line in &mut lines {
        let every = line.points.len().div_ceil(most.max(2)).max(1);
        let last = line.points.len().saturating_sub(1);
        let mut index = 0;
        line.points.retain(|_| {
            index += 1;
            (index - 1) % every == 0 || index - 1 == last
        });
    }
    let chart = Chart {
        title: title.to_owned(),
        y: y.to_owned(),
        vertical,
        lines,
        marks: marks.to_vec(),
    };
    chart.render()
}

fn line(name: &str, colour: Colour, series: &Series, noisy: bool) -> Line {
    let buckets = series.buckets();
    let mut points: Vec<(f64, f64)> = buckets
        .iter()
        .map(|bucket| (bucket.middle(), bucket.value()))
        .collect();
    // Where values are summed up, or smoothed, the range they come from stays in sight.
    let (mut faint, mut band) = (Vec::new(), Vec::new());
    if noisy && !series.is_exact() {
        let seen = buckets.iter().filter(|bucket| bucket.count > 0);
        band = seen
            .map(|bucket| (bucket.middle(), bucket.low, bucket.high))
            .collect();
    }
    let reach = points.len() / SMOOTHED_PART;
    if noisy && reach > 0 {
        let means = smoothed(&points, reach);
        let single = std::mem::replace(&mut points, means);
        if series.is_exact() {
            faint = single;
        }
    }
    let bad = buckets
        .iter()
        .filter(|bucket| bucket.bad > 0)
        .map(|bucket| bucket.middle())
        .take(MOST_CROSSES)
        .collect();
    Line {
        name: name.to_owned(),
        colour,
        points,
        faint,
        band,
        bad,
    }
}

fn by_epoch(name: &str, colour: Colour, points: Vec<(f64, f64)>) -> Line {
    let bad = points
        .iter()
        .filter(|(_, value)| !value.is_finite())
        .map(|(step, _)| *step)
        .take(MOST_CROSSES)
        .collect();
    let points = points
        .into_iter()
        .map(|(step, value)| (step, if value.is_finite() { value } else { f64::NAN }))
        .collect();
    Line {
        name: name.to_owned(),
        colour,
        points,
        faint: Vec::new(),
        band: Vec::new(),
        bad,
    }
}

/// Means over the neighbours within reach; values that are none stay so.
fn smoothed(points: &[(f64, f64)], reach: usize) -> Vec<(f64, f64)> {
    let mean = |index: usize| {
        let near = points
            .iter()
            .skip(index.saturating_sub(reach))
            .take(index.min(reach) + reach + 1);
        let (sum, count) = near
            .filter(|(_, value)| value.is_finite())
            .fold((0.0, 0.0), |(sum, count), (_, value)| {
                (sum + value, count + 1.0)
            });
        sum / count
    };
    points
        .iter()
        .enumerate()
        .map(|(index, (step, value))| {
            (
                *step,
                if value.is_finite() {
                    mean(index)
                } else {
                    f64::NAN
                },
            )
        })
        .collect()
}

fn colour(lines: &mut [Line]) {
    let count = lines.len();
    for (index, line) in lines.iter_mut().enumerate() {
        line.colour = if count <= MOST_COLOURS {
            Colour::Number(index)
        } else {
            Colour::Depth(index as f64 / (count - 1) as f64)
        };
    }
}

fn resumed(history: &History) -> Vec<(f64, String)> {
    history
        .resumed_at
        .iter()
        .map(|&step| (step as f64, format!("resumed at step {}", grouped(step))))
        .collect()
}
