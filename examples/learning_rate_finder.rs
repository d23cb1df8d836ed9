//! Which learning rate? A short sweep says, before the training.
//!
//! The learning rate rises step by step, and the loss with it in the end. A good one lies where the loss falls most steeply.
//! `cargo run --release --example learning_rate_finder`; draws the curve to an SVG.

#[path = "data/digits.rs"]
mod data;

use chainrule::data::{Samples, Subset};
use chainrule::prelude::*;
use chainrule::train::metrics::Accuracy;
use chainrule::train::{LearningRateCurve, LearningRateFinder};
use plotters::prelude::*;

network! {
    /// Two convolutions for 8×8 grey digits.
    pub struct Digits: [1, 8, 8] -> [10] {
        conv1: Conv2d(16, kernel = 3, padding = 1), Relu,
        conv2: Conv2d(32, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        Flatten,
        fc: Linear(64), Relu,
        head: Linear(10),
    }
}

const FILE: &str = "learning_rate_finder.svg";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (images, labels) = data::read();
    let (training, held_out) = data::split(&images);
    let digits = Samples::new(images, labels)?;
    let training = Subset::new(&digits, training)?;
    let held_out = Subset::new(&digits, held_out)?;
    let loss = CrossEntropyLoss::default();

    let mut net = Digits::init(&mut StdRng::seed_from_u64(7));
    let mut adam = Adam::new(&net);
    let curve = net
        .trainer(&mut adam, loss, &training)
        .find_learning_rate(LearningRateFinder::default())?;
    for point in curve.points.iter().step_by(8) {
        let bar = "▒".repeat((point.smoothed * 16.0).min(60.0) as usize);
        println!(
            "{:9.1e}  {:7.4}  {bar}",
            point.learning_rate, point.smoothed
        );
    }
    let suggestion = curve.suggestion.ok_or("the loss falls nowhere")?;
    draw(&curve, suggestion)?;
    println!("loss over learning rate: {FILE}");
    println!("suggested learning rate: {suggestion:.1e}");

    // The sweep has left network and optimizer as they were.
    for (name, factor) in [
        ("a thirtieth of it", 1.0 / 30.0),
        ("thirty times it", 30.0),
        ("it", 1.0),
    ] {
        let mut net = net.clone();
        let mut adam = Adam::new(&net).learning_rate(suggestion * factor);
        net.trainer(&mut adam, loss, &training)
            .epochs(3)
            .seed(7)
            .run()?;
        let mut accuracy = Accuracy::new();
        net.evaluate(&held_out, &loss, &mut [&mut accuracy])?;
        println!(
            "held-out accuracy after 3 epochs with {name}: {:.3}",
            accuracy.value()
        );
    }
    Ok(())
}

fn draw(curve: &LearningRateCurve, suggestion: f64) -> Result<(), Box<dyn std::error::Error>> {
    let rates = || curve.points.iter().map(|point| point.learning_rate);
    let (first, last) = (
        rates().next().unwrap_or(1e-6),
        rates().next_back().unwrap_or(1.0),
    );
    let area = SVGBackend::new(FILE, (900, 540)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            "Loss while the learning rate rises (digits)",
            ("sans-serif", 22),
        )
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d((first..last).log_scale(), 0.0..5.0)?;
    chart
        .configure_mesh()
        .x_desc("learning rate")
        .y_desc("cross-entropy")
        .light_line_style(BLACK.mix(0.06))
        .x_label_formatter(&|rate| format!("{rate:.0e}"))
        .draw()?;
    let raw = curve
        .points
        .iter()
        .map(|point| (point.learning_rate, point.loss));
    chart.draw_series(LineSeries::new(raw, BLACK.mix(0.25)))?;
    let smoothed = curve
        .points
        .iter()
        .map(|point| (point.learning_rate, point.smoothed));
    chart
        .draw_series(LineSeries::new(smoothed, BLUE.stroke_width(2)))?
        .label("smoothed loss")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], BLUE.stroke_width(2)));
    let line = [(suggestion, 0.0), (suggestion, 5.0)];
    chart
        .draw_series(LineSeries::new(line, RED.stroke_width(2)))?
        .label(format!("suggestion {suggestion:.1e}"))
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], RED.stroke_width(2)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}
