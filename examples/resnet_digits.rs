//! A residual network with batch norm reads handwritten digits, with fewer mistakes than the plain one in `digits.rs`.
//!
//! `cargo run --release --example resnet_digits`

#[path = "data/digits.rs"]
mod data;

use chainrule::prelude::*;
use data::Image;

network! {
    /// Two stages; the second halves the image and doubles the channels (He et al. 2015, arXiv:1512.03385).
    pub struct ResNet: [1, 8, 8] -> [10] {
        stem: Conv2d(16, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        // What two convolutions have learned is added to their input, so that gradients have a way around them.
        stage1: Repeat(2) {
            Residual {
                Conv2d(16, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
                Conv2d(16, kernel = 3, padding = 1, bias = false), BatchNorm2d,
            },
            Relu,
        },
        // Where the shape changes, the input goes through a convolution of its own.
        widen: Residual(project = { Conv2d(32, kernel = 1, stride = 2, bias = false), BatchNorm2d }) {
            Conv2d(32, kernel = 3, stride = 2, padding = 1, bias = false), BatchNorm2d, Relu,
            Conv2d(32, kernel = 3, padding = 1, bias = false), BatchNorm2d,
        },
        Relu,
        stage2: Residual {
            Conv2d(32, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
            Conv2d(32, kernel = 3, padding = 1, bias = false), BatchNorm2d,
        },
        Relu,
        GlobalAvgPool,
        head: Linear(10),
    }
}

const EPOCHS: usize = 20;
const BATCH: usize = 64;
const LEARNING_RATE: f64 = 4e-3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (images, labels) = data::read();
    let (mut order, held_out) = data::split(&images);
    println!(
        "{}\n\n{} digits to learn, {} held out",
        ResNet::summary(),
        order.len(),
        held_out.len()
    );

    let mut rng = StdRng::seed_from_u64(7);
    let mut net = ResNet::init(&mut rng);
    // Batch norm takes the statistics of a whole batch, so the workspace holds one.
    let mut workspace = ResNet::workspace_with_capacity(BATCH);
    let mut adam = AdamW::new(&net).weight_decay(0.05);
    let loss = CrossEntropyLoss {
        label_smoothing: 0.1,
        ..CrossEntropyLoss::default()
    };
    let steps = EPOCHS * (order.len() / BATCH);
    let mut step = 0;
    for epoch in 1..=EPOCHS {
        order.shuffle(&mut rng);
        let mut total = 0.0;
        // Statistics of the few digits that are left over would be poor.
        for batch in order.chunks_exact(BATCH) {
            let x: Vec<Image> = batch
                .iter()
                .map(|&i| shifted(&images[i], &mut rng))
                .collect();
            let y: Vec<u8> = batch.iter().map(|&i| labels[i]).collect();
            // Up to the rate in the first tenth, then down to zero.
            let share = step as f64 / steps as f64;
            adam.set_learning_rate(LEARNING_RATE * (share * 10.0).min((1.0 - share) / 0.9));
            total += net.backpropagate(&x, &y, &loss, &mut workspace)?;
            adam.step(&mut net, workspace.gradients());
            step += 1;
        }
        let mean = total / (order.len() / BATCH) as f32;
        println!(
            "epoch {epoch:2}  loss {mean:.4}  held-out accuracy {:.4}",
            accuracy(&net, &images, &labels, &held_out)
        );
    }
    println!(
        "test_accuracy: {:.4}",
        accuracy(&net, &images, &labels, &held_out)
    );
    Ok(())
}

/// The image a pixel to the left or right, up or down, or where it was: nobody writes in the same place twice.
fn shifted(image: &Image, rng: &mut StdRng) -> Image {
    let [down, right]: [usize; 2] = std::array::from_fn(|_| rng.random_range(0..3));
    let pixel = |y: usize, x: usize| {
        let (y, x) = ((y + 1).checked_sub(down)?, (x + 1).checked_sub(right)?);
        image[0].get(y)?.get(x).copied()
    };
    [std::array::from_fn(|y| {
        std::array::from_fn(|x| pixel(y, x).unwrap_or(0.0))
    })]
}

/// The share of the images whose largest output is that of their digit. In inference batch norm uses its running
/// statistics, so each image is read by itself.
fn accuracy(net: &ResNet, images: &[Image], labels: &[u8], indices: &[usize]) -> f32 {
    let right = indices.iter().filter(|&&i| {
        let logits = net.forward(&images[i]);
        let answer = (0..10).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
        answer == Some(usize::from(labels[i]))
    });
    right.count() as f32 / indices.len() as f32
}
