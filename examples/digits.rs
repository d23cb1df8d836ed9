//! The main job: a small convolutional network learns real handwritten digits, is saved, and is loaded again.
//!
//! `cargo run --release --example digits`; behind `--` may stand where to save the network. That is how the weights of
//! `embedded_digits` were made: `cargo run --release --example digits -- examples/data/digits.safetensors`

#[path = "data/digits.rs"]
mod data;

use chainrule::prelude::*;
use data::Image;
use indicatif::{ProgressBar, ProgressStyle};

network! {
    /// Two convolutions for 8×8 grey digits.
    pub struct Digits: [1, 8, 8] -> [10] {
        conv1: Conv2d(16, kernel = 3, padding = 1), Relu,
        conv2: Conv2d(32, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        Flatten,
        Dropout(0.25),
        fc: Linear(64), Relu,
        head: Linear(10),
    }
    budget { parameters <= 40_000, inference_bytes <= 16 KiB }
}

const EPOCHS: usize = 20;
const BATCH: usize = 32;
const FILE: &str = "digits.safetensors";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (images, labels) = data::read();
    let (training, held_out) = data::split(&images);
    println!(
        "{}\n\n{} digits to learn, {} held out",
        Digits::summary(),
        training.len(),
        held_out.len()
    );

    let mut rng = StdRng::seed_from_u64(7);
    let mut net = Digits::init(&mut rng);
    let mut workspace = Digits::workspace();
    let mut adam = Adam::new(&net).learning_rate(2e-3);
    let mut order = training;
    for epoch in 1..=EPOCHS {
        if epoch == EPOCHS * 3 / 4 {
            adam.set_learning_rate(4e-4);
        }
        order.shuffle(&mut rng);
        let progress = ProgressBar::new(order.len() as u64).with_style(
            ProgressStyle::with_template("epoch {prefix:>2} {bar:32} {pos}/{len} digits  {msg}")?,
        );
        progress.set_prefix(epoch.to_string());
        let (mut total, mut batches) = (0.0, 0);
        for batch in order.chunks(BATCH) {
            let x: Vec<&Image> = batch.iter().map(|&i| &images[i]).collect();
            let y: Vec<u8> = batch.iter().map(|&i| labels[i]).collect();
            // First half of training: the gradients. Second half: the update of the weights.
            total += net.backpropagate(&x, &y, &CrossEntropyLoss::default(), &mut workspace)?;
            adam.step(&mut net, workspace.gradients());
            batches += 1;
            progress.inc(batch.len() as u64);
            progress.set_message(format!("loss {:.4}", total / batches as f32));
        }
        progress.finish_and_clear();
        let right = held_out
            .iter()
            .filter(|&&i| answer(&net, &images[i]) == labels[i])
            .count();
        let accuracy = right as f32 / held_out.len() as f32;
        println!(
            "epoch {epoch:2}  loss {:.4}  held-out accuracy {accuracy:.4}",
            total / batches as f32
        );
    }

    print_confusion(&net, &images, &labels, &held_out);
    for &i in held_out
        .iter()
        .filter(|&&i| answer(&net, &images[i]) != labels[i])
        .take(2)
    {
        println!("\nread as {}, is {}:", answer(&net, &images[i]), labels[i]);
        print_digit(&images[i]);
    }

    let file = std::env::args().nth(1).unwrap_or_else(|| FILE.into());
    net.save_safetensors(&file)?;
    let mut loaded = Digits::boxed();
    loaded.load_safetensors(&file)?;
    let same = held_out
        .iter()
        .filter(|&&i| net.forward(&images[i]) == loaded.forward(&images[i]))
        .count();
    println!(
        "\nsaved {file}, loaded it: {same} of {} answers have the same bits",
        held_out.len()
    );

    let right = held_out
        .iter()
        .filter(|&&i| answer(&loaded, &images[i]) == labels[i])
        .count();
    println!("test accuracy: {:.3}", right as f32 / held_out.len() as f32);
    Ok(())
}

/// The digit with the largest output.
fn answer(net: &Digits, image: &Image) -> u8 {
    let logits = net.forward(image);
    (0..10)
        .max_by(|&a, &b| logits[a].total_cmp(&logits[b]))
        .unwrap_or(0) as u8
}

fn print_confusion(net: &Digits, images: &[Image], labels: &[u8], indices: &[usize]) {
    let mut counts = [[0; 10]; 10];
    for &i in indices {
        counts[usize::from(labels[i])][usize::from(answer(net, &images[i]))] += 1;
    }
    println!("\nrows: the digit; columns: what the network reads");
    println!(
        "   {}",
        (0..10)
            .map(|digit| format!("{digit:4}"))
            .collect::<String>()
    );
    for (digit, row) in counts.iter().enumerate() {
        let cells: String = row
            .iter()
            .map(|&n| {
                if n == 0 {
                    "   ·".into()
                } else {
                    format!("{n:4}")
                }
            })
            .collect();
        println!("{digit:2} {cells}");
    }
}

fn print_digit(image: &Image) {
    const INK: [char; 5] = [' ', '░', '▒', '▓', '█'];
    for row in image[0] {
        println!(
            "    {}",
            row.map(|pixel| String::from(INK[(pixel * 4.0) as usize]).repeat(2))
                .concat()
        );
    }
}
