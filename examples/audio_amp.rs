//! A guitar amplifier, learned from what goes in and what comes out: a gated recurrent unit that then runs sample by sample,
//! as in an effects pedal (Wright, Damskägg, Juvela & Välimäki 2020, doi:10.3390/app10030766).
//!
//! The amplifier is made up, so that its truth is known: a coupling capacitor, a tube that distorts one half of a wave more
//! than the other, and a tone control.
//!
//! ```text
//! p[n] = x[n] − x[n−1] + 0.98·p[n−1]       high-pass, 150 Hz
//! s[n] = tanh(6·p[n] + 0.3) − tanh(0.3)    distortion with a bias: even and odd harmonics
//! y[n] = y[n−1] + 0.3·(s[n] − y[n−1])      low-pass, 2.7 kHz
//! ```
//!
//! The network trains on sequences and plays as a stream. To beat is the best linear filter.
//!
//! `cargo run --release --example audio_amp`

use chainrule::losses::Targets;
use chainrule::prelude::*;
use chainrule::simd::Isa;
use chainrule::{ScratchTooShort, TargetError};
use nalgebra::{DMatrix, DVector};
use std::time::Instant;

/// Samples a second.
const RATE: usize = 48_000;
/// Samples of a training sequence.
const LENGTH: usize = 768;
/// So many of them only bring the state to where it would be: a sequence begins in the middle of the music.
const WARM_UP: usize = 256;
const STEPS: usize = 3000;
const BATCH: usize = 16;
const LEARNING_RATE: f64 = 2e-2;
/// What an audio driver hands over at a time: 1.3 ms.
const BLOCK: usize = 64;
/// Of the linear filter.
const TAPS: usize = 128;

type Sequence = [[f32; 1]; LENGTH];

network! {
    /// What the amplifier adds to the signal.
    pub struct Amp: [LENGTH, 1] -> [LENGTH, 1] {
        Residual { gru: Gru(16), output: Linear(1) },
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rng = StdRng::seed_from_u64(7);
    let (clean, unheard) = (guitar(30, &mut rng), guitar(10, &mut rng));
    let (distorted, truth) = (amplifier(&clean), amplifier(&unheard));
    println!("{}\n", Amp::summary());

    let net = train(&clean, &distorted, &mut rng)?;
    let played = play(&net, &unheard);

    let linear = filter(&fit_filter(&clean, &distorted, TAPS), &unheard);
    let louder = filter(&fit_filter(&clean, &distorted, 1), &unheard);
    let of_linear = error_to_signal(&linear, &truth);
    println!("\nerror / signal of a guitar that nobody has trained on:");
    println!(
        "  louder alone          {:.5}",
        error_to_signal(&louder, &truth)
    );
    println!("  linear, {TAPS} taps      {of_linear:.5}");
    println!(
        "  network, as a stream  {:.5}\n",
        error_to_signal(&played.output, &truth)
    );

    println!(
        "{} blocks of {BLOCK} samples in {:.3} s, the longest in {:.3} ms of {:.3} ms",
        unheard.len() / BLOCK,
        played.seconds,
        1e3 * played.longest,
        1e3 * BLOCK as f64 / RATE as f64,
    );
    println!(
        "stream and sequence differ by: {:.1e}",
        difference(&net, &unheard)?
    );
    println!("linear_error_to_signal: {of_linear:.5}");
    println!(
        "error_to_signal: {:.5}",
        error_to_signal(&played.output, &truth)
    );
    println!(
        "real_time_factor: {:.1}",
        unheard.len() as f64 / RATE as f64 / played.seconds
    );
    Ok(())
}

/// Mini-batches of sequences from anywhere in the recording; the learning rate falls along a cosine.
fn train(
    clean: &[f32],
    distorted: &[f32],
    rng: &mut StdRng,
) -> Result<Box<Amp>, BackpropagateError> {
    let mut net = Amp::init(rng);
    let mut workspace = Amp::workspace();
    let mut adam = Adam::new(&net);
    let mut loss = 0.0;
    for step in 0..STEPS {
        let (x, y): (Vec<_>, Vec<_>) = (0..BATCH)
            .map(|_| {
                let at = rng.random_range(0..clean.len() - LENGTH);
                (sequence(clean, at), sequence(distorted, at))
            })
            .unzip();
        let share = step as f64 / STEPS as f64;
        adam.set_learning_rate(LEARNING_RATE * 0.5 * (1.0 + (std::f64::consts::PI * share).cos()));
        loss += net.backpropagate(&x, &y, &ErrorToSignal, &mut workspace)?;
        adam.step(&mut net, workspace.gradients());
        if (step + 1) % (STEPS / 10) == 0 {
            println!(
                "step {:4}: error / signal {:.5}",
                step + 1,
                loss / (STEPS / 10) as f32
            );
            loss = 0.0;
        }
    }
    Ok(net)
}

/// The error's energy over that of the signal, `Σ (y − t)² / Σ t²`, of each sequence behind its warm-up: quiet notes count
/// as much as loud ones.
#[derive(Clone, Copy, Debug)]
struct ErrorToSignal;

impl Loss<f32, Sequence, Sequence> for ErrorToSignal {
    type Scale = f32;

    fn scale<'a>(&self, targets: impl Targets<'a, Sequence>) -> Result<f32, TargetError> {
        Ok(1.0 / targets.len() as f32)
    }

    fn evaluate<'a, E: Element<f32>>(
        &self,
        _: Isa,
        scale: f32,
        y: &[[E; 1]; LENGTH],
        targets: impl Targets<'a, Sequence>,
        dy: &mut [[E; 1]; LENGTH],
    ) -> f32 {
        // Lanes without a sample and the warm-up have no gradient.
        dy.fill([E::splat(0.0)]);
        let mut total = 0.0;
        for (lane, target) in targets.enumerate() {
            let heard = || y.iter().zip(target).skip(WARM_UP);
            // Silence is no signal to divide by.
            let signal = 1e-5 + heard().map(|(_, [t])| t * t).sum::<f32>();
            for (([y], [t]), [dy]) in heard().zip(dy.iter_mut().skip(WARM_UP)) {
                let error = y.lanes()[lane] - t;
                total += scale / signal * error * error;
                dy.lanes_mut()[lane] = 2.0 * scale / signal * error;
            }
        }
        total
    }
}

struct Played {
    output: Vec<f32>,
    seconds: f64,
    /// Of all blocks, in seconds.
    longest: f64,
}

/// Block by block, as an audio driver asks for it.
fn play(net: &Amp, input: &[f32]) -> Played {
    let mut stream = net.stream();
    let mut output = vec![0.0; input.len()];
    let (mut seconds, mut longest) = (0.0, 0.0_f64);
    for (x, y) in input.chunks(BLOCK).zip(output.chunks_mut(BLOCK)) {
        let start = Instant::now();
        for (x, y) in x.iter().zip(y) {
            [*y] = stream.step(&[*x]);
        }
        let took = start.elapsed().as_secs_f64();
        seconds += took;
        longest = longest.max(took);
    }
    Played {
        output,
        seconds,
        longest,
    }
}

/// How far the stream is from the network for a whole sequence, at most.
fn difference(net: &Amp, input: &[f32]) -> Result<f32, ScratchTooShort> {
    let x = sequence(input, 0);
    let mut whole = [[0.0]; LENGTH];
    // More than `forward` puts on the stack.
    let mut scratch = vec![0.0; Amp::INFERENCE_BYTES / size_of::<f32>()];
    net.forward_with(&x, &mut whole, &mut scratch)?;
    let mut stream = net.stream();
    let apart = x
        .iter()
        .zip(whole)
        .map(|(x, [y])| (stream.step(x)[0] - y).abs());
    Ok(apart.fold(0.0, f32::max))
}

fn amplifier(x: &[f32]) -> Vec<f32> {
    let (mut last, mut p, mut y) = (0.0, 0.0, 0.0);
    x.iter()
        .map(|&x| {
            p = x - last + 0.98 * p;
            last = x;
            let s = (6.0 * p + 0.3).tanh() - 0.3_f32.tanh();
            y += 0.3 * (s - y);
            y
        })
        .collect()
}

/// Notes and chords of plucked strings: noise that goes round in a loop as long as the note's period, and is smoothed each
/// time (Karplus & Strong 1983, doi:10.2307/3680062).
fn guitar(seconds: usize, rng: &mut StdRng) -> Vec<f32> {
    let mut sound = vec![0.0; seconds * RATE];
    let mut at = 0;
    while at < sound.len() {
        for _string in 0..rng.random_range(1..=3) {
            // From the low E, three and a half octaves up.
            let pitch = 82.4 * 2.0_f32.powf(rng.random_range(0.0..3.5));
            let strength = rng.random_range(0.05..0.5);
            let mut string: Vec<f32> = (0..(RATE as f32 / pitch) as usize)
                .map(|_| rng.random_range(-strength..strength))
                .collect();
            let (period, mut last, mut pickup) = (string.len(), 0.0, 0.0);
            for (n, out) in sound[at..].iter_mut().enumerate() {
                let now = string[n % period];
                string[n % period] = 0.498 * (now + last);
                last = now;
                pickup += 0.5 * (now - pickup);
                *out += pickup;
            }
        }
        at += rng.random_range(RATE / 8..RATE / 2);
    }
    sound
}

/// The filter with the least squared error: `Σ_j r[i − j]·h[j] = c[i]` with the autocorrelation `r` of what goes in and its
/// correlation `c` with what comes out.
fn fit_filter(x: &[f32], y: &[f32], taps: usize) -> Vec<f32> {
    let correlation = |y: &[f32], delay: usize| -> f64 {
        let pairs = x.iter().zip(&y[delay..]);
        pairs.map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
    };
    let r: Vec<f64> = (0..taps).map(|delay| correlation(x, delay)).collect();
    let c = DVector::from_fn(taps, |delay, _| correlation(y, delay));
    let matrix = DMatrix::from_fn(taps, taps, |i, j| r[i.abs_diff(j)]);
    let solution = matrix.lu().solve(&c).unwrap_or(c);
    solution.iter().map(|h| *h as f32).collect()
}

fn filter(taps: &[f32], x: &[f32]) -> Vec<f32> {
    let at = |n: usize| {
        taps.iter()
            .zip(x[..=n].iter().rev())
            .map(|(h, x)| h * x)
            .sum()
    };
    (0..x.len()).map(at).collect()
}

fn error_to_signal(y: &[f32], truth: &[f32]) -> f64 {
    let energy = |x: f32| f64::from(x).powi(2);
    let error: f64 = y.iter().zip(truth).map(|(y, t)| energy(y - t)).sum();
    error / truth.iter().map(|t| energy(*t)).sum::<f64>()
}

fn sequence(sound: &[f32], at: usize) -> Sequence {
    std::array::from_fn(|n| [sound[at + n]])
}
