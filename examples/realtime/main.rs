//! The worst step, not the mean: a network as an audio effect, sample by sample against the deadline of 48 kHz, while
//! another thread swaps its weights.
//!
//! The audio thread times each of ten million steps, together with its look for a new network, and then the same again for
//! blocks of 64 samples. The control thread sends the next network as soon as the one before has been received. A counting
//! allocator is the witness that the audio thread allocates and frees nothing.
//!
//! What the operating system does between two steps is measured with them. `chrt --fifo 50` in front of the command
//! (Linux, as root) keeps other programs away from the audio thread.
//!
//! `cargo run --release --example realtime`, with `-- --steps 100000` for a short one

mod allocations;
mod histogram;
mod plot;

use allocations::allocations;
use chainrule::prelude::*;
use chainrule::slot::{Receiver, Shared};
use histogram::Histogram;
use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const STEPS: usize = 10_000_000;
/// Samples a second.
const RATE: u64 = 48_000;
/// What an audio driver hands over at a time.
const BLOCK: usize = 64;
const FILE: &str = "realtime.svg";
/// What the audio thread hears, over and over.
const SOUND: usize = 4096;

network! {
    /// The amplifier of `audio_amp`.
    pub struct Amp: [768, 1] -> [768, 1] {
        Residual { gru: Gru(16), output: Linear(1) },
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let steps = steps()?;
    println!("{}\n", Amp::summary());
    let mut rng = StdRng::seed_from_u64(7);
    let networks = [
        Amp::init(&mut rng),
        Amp::init(&mut rng),
        Amp::init(&mut rng),
    ];
    let (mut sender, receiver) = networks[0].slot();

    // Both begin at the same time, so that the audio thread is never alone.
    let (start, done) = (Barrier::new(2), AtomicBool::new(false));
    let (report, sent) = thread::scope(|scope| {
        let audio = scope.spawn(|| {
            start.wait();
            let report = play(receiver, steps);
            done.store(true, Ordering::Release);
            report
        });
        let mut sent = 0;
        for network in networks.iter().cycle() {
            sender.publish(network);
            sent += 1;
            if sent == 1 {
                start.wait();
            }
            while !sender.is_received() && !done.load(Ordering::Acquire) {
                thread::sleep(Duration::from_micros(100));
            }
            if done.load(Ordering::Acquire) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        (audio.join(), sent)
    });
    let mut report = report.map_err(|_| "the audio thread panicked")?;
    // What was on its way when the music ended.
    report.swaps += usize::from(report.receiver.update());

    let sample = 1_000_000_000 / RATE;
    print("", "step", &report.steps, sample);
    print("block ", "block", &report.blocks, sample * BLOCK as u64);
    println!(
        "\ntimer: {} ns, in every time above",
        report.timer.quantile(0.5)
    );
    println!("steps: {}", report.steps.count());
    println!("blocks: {}", report.blocks.count());
    println!("swaps: {}", report.swaps);
    println!("networks on their way: {}", sent - report.swaps);
    println!(
        "allocations on the audio thread: {}",
        report.allocations.allocated
    );
    println!("frees on the audio thread: {}", report.allocations.freed);
    plot::draw(FILE, &report.steps, &report.blocks, sample, BLOCK as u64)?;
    println!("\ndrawn to {FILE}");
    Ok(())
}

struct Report {
    steps: Histogram,
    blocks: Histogram,
    /// Between two readings of the clock with nothing between.
    timer: Histogram,
    swaps: usize,
    allocations: allocations::Count,
    receiver: Receiver<Shared<Amp>>,
}

/// The audio thread.
fn play(receiver: Receiver<Shared<Amp>>, steps: usize) -> Report {
    let mut rng = StdRng::seed_from_u64(8);
    let sound: Vec<[f32; 1]> = (0..SOUND)
        .map(|_| [rng.random_range(-0.5..0.5_f32)])
        .collect();
    let (mut singles, mut blocks) = (Histogram::new(), Histogram::new());
    let mut timer = Histogram::new();
    let mut stream = Stream::new(receiver);
    let mut swaps = 0;

    let ((), allocations) = allocations(|| {
        for _ in 0..10_000 {
            let start = Instant::now();
            timer.add(start.elapsed());
        }
        for x in sound.iter().cycle().take(steps) {
            let start = Instant::now();
            let new = stream.network_mut().update();
            let y = stream.step(x);
            let took = start.elapsed();
            black_box(y);
            swaps += usize::from(new);
            singles.add(took);
        }
        let mut output = [[0.0]; BLOCK];
        let inputs = sound.as_chunks::<BLOCK>().0;
        for x in inputs.iter().cycle().take(steps / BLOCK) {
            let start = Instant::now();
            let new = stream.network_mut().update();
            for (x, y) in x.iter().zip(&mut output) {
                stream.step_into(x, y);
            }
            let took = start.elapsed();
            black_box(&output);
            swaps += usize::from(new);
            blocks.add(took);
        }
    });
    Report {
        steps: singles,
        blocks,
        timer,
        swaps,
        allocations,
        receiver: stream.into_network(),
    }
}

fn print(prefix: &str, what: &str, times: &Histogram, deadline: u64) {
    println!("{prefix}deadline: {deadline} ns");
    for (name, share) in [("p50", 0.5), ("p99", 0.99), ("p99.99", 0.9999)] {
        println!("{prefix}{name}: {} ns", times.quantile(share));
    }
    println!("{prefix}max: {} ns", times.max());
    println!(
        "{prefix}late: {} {what}s of {}",
        times.above(deadline),
        times.count()
    );
}

/// The value behind `--steps`, or ten million.
fn steps() -> Result<usize, String> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Ok(STEPS),
        (Some("--steps"), Some(value)) => match value.parse() {
            Ok(steps) if steps >= BLOCK => Ok(steps),
            _ => Err(format!("{value} is no number of steps from {BLOCK} on")),
        },
        _ => Err("--steps NUMBER is all that can be asked for".into()),
    }
}
