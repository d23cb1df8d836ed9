//! The two halves of training made visible.
//!
//! Backpropagation *computes* `∂L/∂w` by the chain rule, layer by layer backwards. Gradient descent *uses* it:
//! `w ← w − η·∂L/∂w`. The first part prints both for one mini-batch. The second part keeps the first half as it is and
//! exchanges the second: six ways to use the same gradients, from the same start, on the same problem.

use chainrule::prelude::*;
use plotters::prelude::*;

network! {
    /// Four lengths of a flower to one of three species of iris.
    #[network(scalar = f64)]
    pub struct Iris: [4] -> [3] {
        hidden: Linear(16), Tanh,
        output: Linear(3),
    }
}

const EPOCHS: usize = 60;
const FILE: &str = "backprop_vs_sgd.svg";

type Data = (Vec<[f64; 4]>, Vec<u8>);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = read(include_str!("data/iris.csv"))?;
    let start = Iris::init(&mut StdRng::seed_from_u64(5));
    one_step(start.clone(), &data)?;
    let curves = compare(&start, &data)?;
    draw(&curves)?;
    println!("\nloss curves: {FILE}");
    let least = curves
        .iter()
        .map(|curve| curve.losses[EPOCHS])
        .fold(f64::INFINITY, f64::min);
    println!("smallest final loss: {least:.4}");
    Ok(())
}

/// One mini-batch: loss, gradients, update, and the loss again.
fn one_step(mut net: Box<Iris>, (inputs, labels): &Data) -> Result<(), BackpropagateError> {
    let x: Vec<&[f64; 4]> = inputs.iter().step_by(10).collect();
    let y: Vec<u8> = labels.iter().copied().step_by(10).collect();
    let loss = CrossEntropyLoss::default();
    let mut workspace = Iris::workspace();

    println!(
        "First half: backpropagation, on a mini-batch of {} flowers",
        x.len()
    );
    let before = net.backpropagate(&x, &y, &loss, &mut workspace)?;
    println!("  loss L = {before:.6}");
    for gradient in workspace.named_gradients() {
        let norm = gradient.values().map(|g| g * g).sum::<f64>().sqrt();
        println!(
            "  |∂L/∂{}| = {norm:.6}   {:?}",
            gradient.name(),
            gradient.dims()
        );
    }
    let gradient = workspace.gradients().hidden.weight[(3, 1)];

    println!("  one weight, checked by moving it: ∂L/∂hidden.weight[3, 1]");
    let h = 1e-6;
    let weight = net.hidden.weight[(3, 1)];
    let mut loss_at = |w: f64| {
        net.hidden.weight[(3, 1)] = w;
        net.backpropagate(&x, &y, &loss, &mut workspace)
    };
    let difference = (loss_at(weight + h)? - loss_at(weight - h)?) / (2.0 * h);
    loss_at(weight)?; // puts the weight back, and leaves its gradient in the workspace
    println!("    by backpropagation    {gradient:+.10}");
    println!("    by finite differences {difference:+.10}");

    let learning_rate = 0.1;
    println!("Second half: gradient descent, w ← w − η·∂L/∂w with η = {learning_rate}");
    let mut sgd = Sgd::new(&net, learning_rate);
    sgd.step(&mut net, workspace.gradients());
    println!(
        "    {weight:+.8} − {learning_rate} · {gradient:+.8} = {:+.8}",
        net.hidden.weight[(3, 1)]
    );
    let after = net.backpropagate(&x, &y, &loss, &mut workspace)?;
    println!("  loss L = {after:.6}, it fell by {:.6}", before - after);
    println!(
        "gradient check passed: {}",
        (gradient - difference).abs() < 1e-8 && after < before
    );
    Ok(())
}

struct Curve {
    name: &'static str,
    /// The loss over all flowers, before training and after each epoch.
    losses: Vec<f64>,
}

/// The same gradients, used in six ways.
fn compare(start: &Iris, data: &Data) -> Result<Vec<Curve>, BackpropagateError> {
    println!("\nSix ways to use the gradients, from the same start, {EPOCHS} epochs each:");
    println!(
        "  {:34} {:>8} {:>10} {:>10}",
        "",
        "updates",
        "epoch 10",
        format!("epoch {EPOCHS}")
    );
    let all = data.0.len();
    let curves = vec![
        train(
            "full-batch gradient descent",
            start,
            data,
            all,
            Sgd::new(start, 0.5),
        )?,
        train(
            "stochastic (batch of 1)",
            start,
            data,
            1,
            Sgd::new(start, 0.05),
        )?,
        train("mini-batches of 16", start, data, 16, Sgd::new(start, 0.2))?,
        train(
            "mini-batches, momentum 0.9",
            start,
            data,
            16,
            Sgd::new(start, 0.05).momentum(0.9),
        )?,
        train(
            "mini-batches, RMSprop",
            start,
            data,
            16,
            RmsProp::new(start).learning_rate(0.01),
        )?,
        train(
            "mini-batches, Adam",
            start,
            data,
            16,
            Adam::new(start).learning_rate(0.01),
        )?,
    ];
    Ok(curves)
}

fn train(
    name: &'static str,
    start: &Iris,
    (inputs, labels): &Data,
    batch_size: usize,
    mut optimizer: impl Optimizer<f64>,
) -> Result<Curve, BackpropagateError> {
    let mut net = Box::new(*start);
    let mut rng = StdRng::seed_from_u64(1);
    let mut workspace = Iris::workspace();
    let loss = CrossEntropyLoss::default();
    let mut order: Vec<usize> = (0..inputs.len()).collect();
    let mut updates = 0;
    let mut losses = vec![net.backpropagate(inputs, labels, &loss, &mut workspace)?];
    for _ in 0..EPOCHS {
        order.shuffle(&mut rng);
        for batch in order.chunks(batch_size) {
            let x: Vec<_> = batch.iter().map(|&i| &inputs[i]).collect();
            let y: Vec<_> = batch.iter().map(|&i| labels[i]).collect();
            net.backpropagate(&x, &y, &loss, &mut workspace)?;
            optimizer.step(&mut net, workspace.gradients());
            updates += 1;
        }
        losses.push(net.backpropagate(inputs, labels, &loss, &mut workspace)?);
    }
    println!(
        "  {name:34} {updates:8} {:10.4} {:10.4}",
        losses[10], losses[EPOCHS]
    );
    Ok(Curve { name, losses })
}

fn draw(curves: &[Curve]) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(FILE, (900, 540)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(
            "Six ways to use the same gradients (iris)",
            ("sans-serif", 22),
        )
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..EPOCHS as f64, (0.02..2.0).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("epoch")
        .y_desc("cross-entropy")
        .light_line_style(BLACK.mix(0.06))
        .draw()?;
    for (index, curve) in curves.iter().enumerate() {
        let color = Palette99::pick(index).to_rgba();
        let points = curve
            .losses
            .iter()
            .enumerate()
            .map(|(epoch, &loss)| (epoch as f64, loss));
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE)
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

/// Four lengths, standardised over all flowers, and the species.
fn read(csv: &str) -> Result<Data, Box<dyn std::error::Error>> {
    let mut inputs: Vec<[f64; 4]> = Vec::new();
    let mut labels = Vec::new();
    for line in csv.lines().skip(1) {
        let (lengths, species) = line.rsplit_once(',').ok_or("a line without a comma")?;
        let lengths: Vec<f64> = lengths
            .split(',')
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        inputs.push(
            lengths
                .try_into()
                .map_err(|_| format!("not four lengths: {line}"))?,
        );
        labels.push(species.parse()?);
    }
    let n = inputs.len() as f64;
    for feature in 0..4 {
        let mean = inputs.iter().map(|x| x[feature]).sum::<f64>() / n;
        let deviation = (inputs
            .iter()
            .map(|x| (x[feature] - mean).powi(2))
            .sum::<f64>()
            / n)
            .sqrt();
        for x in &mut inputs {
            x[feature] = (x[feature] - mean) / deviation;
        }
    }
    Ok((inputs, labels))
}
