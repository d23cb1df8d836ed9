//! An integer network: what is lost when weights and activations become bytes, and what is gained; and what weights of
//! 16 bits lose.
//!
//! `cargo run --release --example quantize`, or with Fashion-MNIST:
//! `cargo run --release --example quantize -- --data FOLDER`, where the folder holds `train-images-idx3-ubyte` and the
//! three other files of <https://github.com/zalandoresearch/fashion-mnist>, unpacked. Debian has them in the package
//! `dataset-fashion-mnist`: `gunzip -k` those in `/usr/share/datasets/fashion-mnist`.

#[path = "data/digits.rs"]
mod data;

use chainrule::half::{Bf16, F16, Half};
use chainrule::prelude::*;
use std::path::Path;
use std::time::Instant;

network! {
    /// 8×8 grey digits.
    pub struct Digits: [1, 8, 8] -> [10] {
        Conv2d(16, kernel = 3, padding = 1), BatchNorm2d, Relu,
        Conv2d(32, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        Flatten,
        Linear(64), Relu,
        Linear(10),
    }
    quantize = int8
}

network! {
    /// 28×28 grey images of clothes.
    pub struct Fashion: [1, 28, 28] -> [10] {
        Conv2d(16, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        Conv2d(32, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        Flatten,
        Linear(128), Relu,
        Linear(10),
    }
    quantize = int8
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
/// Images and their classes.
type Samples<I> = (Vec<I>, Vec<u8>);

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => {
            let (images, labels) = data::read();
            let (training, held_out) = data::split(&images);
            let of = |indices: Vec<usize>| indices.iter().map(|&i| (images[i], labels[i])).unzip();
            story::<QDigits>(&of(training), &of(held_out), 20)
        }
        [option, folder] if option == "--data" => {
            let folder = Path::new(folder);
            let read = |which: &str| read_idx(folder, which);
            story::<QFashion>(&read("train")?, &read("t10k")?, 6)
        }
        _ => Err("nothing, or `--data FOLDER`".into()),
    }
}

/// Trains, calibrates, trains on with rounding, and compares.
fn story<Q: QuantizedNetwork<Output = [f32; 10]>>(
    training: &Samples<Q::Input>,
    held_out: &Samples<Q::Input>,
    epochs: usize,
) -> Result<()> {
    let mut rng = StdRng::seed_from_u64(7);
    let mut net = Q::Float::init(&mut rng);
    train(&mut *net, training, epochs, 2e-3, &mut rng)?;

    // After training: some samples show how large the numbers behind each layer become.
    let quantized = Q::calibrate(&net, &training.0[..training.0.len().min(512)])?;

    // Quantisation-aware: a last epoch with weights and activations rounded as the integer network rounds them.
    let mut rounding = Q::prepare_qat(&net);
    train(&mut *rounding, training, 1, 2e-4, &mut rng)?;
    let trained = Q::convert(&rounding)?;

    let floats = accuracy(&*net, held_out);
    let bf16 = accuracy(&*rounded::<Bf16, Q::Float>(&net), held_out);
    let f16 = accuracy(&*rounded::<F16, Q::Float>(&net), held_out);
    let calibrated = percent(held_out, |image| quantized.forward(image));
    let aware = percent(held_out, |image| trained.forward(image));
    println!("                      accuracy     bytes");
    println!(
        "f32                   {floats:6.2} %  {:8}",
        size_of_val(net.parameters())
    );
    let halves = size_of_val(net.parameters()) / 2;
    println!("bf16                  {bf16:6.2} %  {halves:8}");
    println!("f16                   {f16:6.2} %  {halves:8}");
    println!("int8, calibrated      {calibrated:6.2} %  {:8}", Q::BYTES);
    println!("int8, trained for it  {aware:6.2} %  {:8}", Q::BYTES);

    let images = &held_out.0[..held_out.0.len().min(1000)];
    let mut scratch = vec![0.0; Q::Float::INFERENCE_BYTES / size_of::<f32>()];
    let slow = fastest(images, |image| {
        let mut output = [0.0; 10];
        let _ = net.forward_with(image, &mut output, &mut scratch);
        output
    });
    let fast = fastest(images, |image| quantized.forward(image));
    println!("one image: f32 {slow:.2} µs, int8 {fast:.2} µs");
    let lost = floats - calibrated.min(aware);
    println!("points lost: {lost:.2}");
    println!("bf16 test accuracy: {bf16:.2}");
    println!("f16 test accuracy: {f16:.2}");
    println!("points lost with 16 bits: {:.2}", floats - bf16.min(f16));
    Ok(())
}

/// The network with its weights rounded to 16 bits: what `HalfDigits` computes with `weights_type = bf16` or `f16` in the
/// declaration, which has one of them.
fn rounded<H: Half, N: Network<Scalar = f32>>(net: &N) -> Box<N> {
    let mut rounded = net.to_boxed();
    for parameter in rounded.parameters_mut() {
        *parameter = H::from_f32(*parameter).to_f32();
    }
    rounded
}

fn accuracy<N: Network<Scalar = f32, Output = [f32; 10]>>(
    net: &N,
    held_out: &Samples<N::Input>,
) -> f64 {
    percent(held_out, |image| {
        let mut output = [0.0; 10];
        let mut scratch = vec![0.0; N::INFERENCE_BYTES / size_of::<f32>()];
        // The scratch is as long as asked for.
        let _ = net.forward_with(image, &mut output, &mut scratch);
        output
    })
}

fn train<N: Network<Scalar = f32, Output = [f32; 10]>>(
    net: &mut N,
    (images, labels): &Samples<N::Input>,
    epochs: usize,
    rate: f64,
    rng: &mut StdRng,
) -> Result<()> {
    let mut workspace = N::workspace_with_capacity(64);
    let mut adam = Adam::new(net).learning_rate(rate);
    let mut order: Vec<usize> = (0..images.len()).collect();
    for epoch in 0..epochs {
        if epoch == epochs * 3 / 4 && epochs > 1 {
            adam.set_learning_rate(rate / 5.0);
        }
        order.shuffle(rng);
        for batch in order.chunks_exact(32) {
            let x: Vec<&N::Input> = batch.iter().map(|&i| &images[i]).collect();
            let y: Vec<u8> = batch.iter().map(|&i| labels[i]).collect();
            net.backpropagate(&x, &y, &CrossEntropyLoss::default(), &mut workspace)?;
            adam.step(net, workspace.gradients());
        }
    }
    Ok(())
}

/// How many images are put into their class.
fn percent<I>((images, labels): &Samples<I>, forward: impl Fn(&I) -> [f32; 10]) -> f64 {
    let right = images.iter().zip(labels).filter(|(image, label)| {
        let output = forward(image);
        let best =
            (0..10_u8).max_by(|&a, &b| output[usize::from(a)].total_cmp(&output[usize::from(b)]));
        best == Some(**label)
    });
    100.0 * right.count() as f64 / images.len() as f64
}

/// The time of an image in microseconds, in the best of some rounds.
fn fastest<I>(images: &[I], mut forward: impl FnMut(&I) -> [f32; 10]) -> f64 {
    let rounds = (0..10).map(|_| {
        let start = Instant::now();
        for image in images {
            std::hint::black_box(forward(image));
        }
        start.elapsed().as_secs_f64() * 1e6 / images.len() as f64
    });
    rounds.fold(f64::INFINITY, f64::min)
}

/// Images and labels in the format of MNIST.
fn read_idx(folder: &Path, which: &str) -> Result<Samples<[[[f32; 28]; 28]; 1]>> {
    let read = |kind: &str, header: usize| -> Result<Vec<u8>> {
        let path = folder.join(format!("{which}-{kind}-ubyte"));
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(bytes.get(header..).ok_or("a file is too short")?.to_vec())
    };
    let (pixels, labels) = (read("images-idx3", 16)?, read("labels-idx1", 8)?);
    let (rows, _) = pixels.as_chunks::<28>();
    let rows: Vec<[f32; 28]> = rows
        .iter()
        .map(|row| row.map(|pixel| f32::from(pixel) / 255.0))
        .collect();
    let (images, _) = rows.as_chunks::<28>();
    Ok((images.iter().map(|image| [*image]).collect(), labels))
}
