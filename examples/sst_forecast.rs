//! A time series: the temperature of the sea half an hour and a day ahead, by a gated recurrent unit.
//!
//! A buoy in the Gulf of Maine measures every half hour. From the last two days a network predicts how much warmer or
//! colder it will be than now; to beat is *persistence*, which says that it stays as it is. The last fifth of the series
//! is held out.

use chainrule::prelude::*;
use plotters::prelude::*;

/// Half hours that the network sees: two days.
const PAST: usize = 96;
/// How far ahead: half an hour, a day.
const AHEAD: [usize; 2] = [1, 48];
const NAMES: [&str; 2] = ["30 minutes", "24 hours"];
const EPOCHS: usize = 4;
/// Members of the ensemble: a day ahead is mostly weather, so one network's result depends much on its start.
const NETWORKS: u64 = 8;
const FILE: &str = "sst_forecast.svg";

network! {
    /// Pairs of neighbouring measurements to the change in half an hour and in a day.
    pub struct Forecast: [48, 2] -> [2] {
        gru: Gru(32, last = true),
        output: Linear(2),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let series = read(include_bytes!("data/sst_f32le.bin"))?;
    let training = series.len() / 5 * 4;
    let scale = AHEAD.map(|ahead| deviation(&series[..training], ahead));
    // The present, for all whose future is known.
    let moments = |from: usize, to: usize| (from + PAST - 1..to - AHEAD[1]).collect::<Vec<_>>();
    let (learned, held_out) = (moments(0, training), moments(training, series.len()));

    println!("{}\n", Forecast::summary());
    let networks: Vec<Box<Forecast>> = (0..NETWORKS)
        .map(|seed| train(seed, &series, &learned, scale))
        .collect::<Result<_, _>>()?;
    println!();

    let forecasts: Vec<[f32; 2]> = held_out
        .iter()
        .map(|&now| {
            let past = past(&series, now, scale[1]);
            let changes: Vec<[f32; 2]> = networks.iter().map(|net| net.forward(&past)).collect();
            std::array::from_fn(|i| {
                let mean = changes.iter().map(|change| change[i]).sum::<f32>() / NETWORKS as f32;
                series[now] + mean * scale[i]
            })
        })
        .collect();
    println!("RMSE in kelvin over {} held-out moments:", held_out.len());
    let mut ratios = Vec::new();
    for (i, name) in NAMES.iter().enumerate() {
        let truth = |now: usize| series[now + AHEAD[i]];
        let network = rmse(
            forecasts
                .iter()
                .zip(&held_out)
                .map(|(y, &now)| y[i] - truth(now)),
        );
        let persistence = rmse(held_out.iter().map(|&now| series[now] - truth(now)));
        println!("{name} ahead: persistence {persistence:.4}, network {network:.4}");
        ratios.push((name, network / persistence));
    }
    draw(&series, &held_out, &forecasts)?;
    println!("\nforecast and truth: {FILE}");
    for (name, ratio) in ratios {
        println!("network / persistence, {name}: {ratio:.3}");
    }
    Ok(())
}

/// Mini-batches of 64 moments in shuffled order; the learning rate falls along a cosine.
fn train(
    seed: u64,
    series: &[f32],
    moments: &[usize],
    scale: [f32; 2],
) -> Result<Box<Forecast>, BackpropagateError> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut net = Forecast::init(&mut rng);
    let mut workspace = Forecast::workspace();
    let mut adam = AdamW::new(&net).weight_decay(0.05);
    let mut order = moments.to_vec();
    let steps = EPOCHS * order.len().div_ceil(64);
    let mut step = 0;
    let mut loss = 0.0;
    for _epoch in 0..EPOCHS {
        order.shuffle(&mut rng);
        let mut total = 0.0;
        for batch in order.chunks(64) {
            let x: Vec<_> = batch
                .iter()
                .map(|&now| past(series, now, scale[1]))
                .collect();
            let y: Vec<[f32; 2]> = batch
                .iter()
                .map(|&now| {
                    std::array::from_fn(|i| (series[now + AHEAD[i]] - series[now]) / scale[i])
                })
                .collect();
            let share = step as f64 / steps as f64;
            adam.set_learning_rate(2e-3 * (1.0 + (std::f64::consts::PI * share).cos()));
            total += net.backpropagate(&x, &y, &MseLoss::default(), &mut workspace)?
                * batch.len() as f32;
            adam.step(&mut net, workspace.gradients());
            step += 1;
        }
        loss = total / order.len() as f32;
    }
    println!(
        "network {}: loss {loss:.4} of one that says that nothing changes",
        seed + 1
    );
    Ok(net)
}

/// The last four weeks: the truth, and what was forecast for it a day before.
fn draw(
    series: &[f32],
    held_out: &[usize],
    forecasts: &[[f32; 2]],
) -> Result<(), Box<dyn std::error::Error>> {
    const HALF_HOURS: usize = 28 * 48;
    let days = |index: usize| index as f64 / 48.0;
    let shown = held_out.len().saturating_sub(HALF_HOURS)..held_out.len();
    let truth: Vec<(f64, f64)> = shown
        .clone()
        .map(|i| {
            (
                days(i - shown.start),
                f64::from(series[held_out[i] + AHEAD[1]]),
            )
        })
        .collect();
    let forecast = shown
        .clone()
        .map(|i| (days(i - shown.start), f64::from(forecasts[i][1])));
    let (low, high) = truth
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (_, y)| {
            (low.min(*y), high.max(*y))
        });

    let area = SVGBackend::new(FILE, (1000, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            "The temperature of the sea, forecast a day before",
            ("sans-serif", 22),
        )
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..28.0, low - 0.5..high + 0.5)?;
    chart
        .configure_mesh()
        .x_desc("day")
        .y_desc("°C")
        .light_line_style(BLACK.mix(0.06))
        .draw()?;
    let (measured, foreseen) = (BLACK.mix(0.8), Palette99::pick(0).to_rgba());
    chart
        .draw_series(LineSeries::new(truth, measured.stroke_width(2)))?
        .label("measured")
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], measured.stroke_width(2)));
    chart
        .draw_series(LineSeries::new(forecast, foreseen.stroke_width(2)))?
        .label("forecast")
        .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], foreseen.stroke_width(2)));
    chart
        .configure_series_labels()
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

/// What the network sees: the past relative to the present, two half hours a step.
fn past(series: &[f32], now: usize, scale: f32) -> [[f32; 2]; PAST / 2] {
    let first = now + 1 - PAST;
    std::array::from_fn(|step| {
        std::array::from_fn(|half| (series[first + 2 * step + half] - series[now]) / scale)
    })
}

fn read(bytes: &[u8]) -> Result<Vec<f32>, String> {
    let (numbers, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(format!("{} bytes are no whole number of f32", bytes.len()));
    }
    Ok(numbers
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect())
}

/// The deviation of the change in so many half hours.
fn deviation(series: &[f32], ahead: usize) -> f32 {
    rmse(
        series
            .iter()
            .zip(&series[ahead..])
            .map(|(now, then)| then - now),
    )
}

fn rmse(errors: impl ExactSizeIterator<Item = f32>) -> f32 {
    let n = errors.len() as f32;
    (errors.map(|error| error * error).sum::<f32>() / n).sqrt()
}
