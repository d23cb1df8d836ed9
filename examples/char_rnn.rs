//! A gated recurrent unit learns to write sonnets, letter by letter (Karpathy 2015, *The Unreasonable Effectiveness of
//! Recurrent Neural Networks*).
//!
//! It trains on sequences and writes by a stream: the same network, one character at a time, with its state inside. How
//! well it knows the language is the number of bits that it needs for a character of text which it has never seen; to beat
//! is what the frequencies of pairs of characters say.
//!
//! `cargo run --release --example char_rnn -- --temperature 0.7`

#[path = "data/sonnets.rs"]
mod data;

use chainrule::prelude::*;
use data::{CHARACTERS, Sonnets};

/// Characters of a sequence in training.
const LENGTH: usize = 64;
const BATCH: usize = 32;
const STEPS: usize = 1000;
const LEARNING_RATE: f64 = 4e-3;

network! {
    /// Characters to logits of the character behind each.
    pub struct Writer: [LENGTH] -> [LENGTH, CHARACTERS] {
        Embedding(CHARACTERS, 32),
        gru: Gru(128),
        Dropout(0.3),
        head: Linear(CHARACTERS),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let temperature = data::temperature()?;
    let sonnets = Sonnets::read()?;
    println!("{}\n", Writer::summary());

    let mut rng = StdRng::seed_from_u64(1);
    let net = train(&sonnets, &mut rng)?;

    let mut stream = net.stream();
    let bits = sonnets.bits_of(&mut |index| stream.step(&[index]));
    let pairs = sonnets.bits_of_pairs();

    stream.reset();
    let mut read = |index| stream.step(&[index]);
    let text = sonnets.write(&mut read, temperature, 600, &mut rng);
    println!("\nwritten at temperature {temperature}:\n{text}\n");

    println!("bits a character by frequencies of pairs: {pairs:.3}");
    println!("bits_per_character / bits of pairs: {:.3}", bits / pairs);
    println!("bits_per_character: {bits:.3}");
    Ok(())
}

/// Sequences from anywhere in the text; the learning rate falls along a cosine.
fn train(sonnets: &Sonnets, rng: &mut StdRng) -> Result<Box<Writer>, BackpropagateError> {
    let text = sonnets.learned();
    let mut net = Writer::init(rng);
    let mut workspace = Writer::workspace();
    let mut adam = AdamW::new(&net);
    let mut total = 0.0;
    for step in 1..=STEPS {
        let sequences = (0..BATCH).map(|_| {
            let start = rng.random_range(0..text.len() - LENGTH);
            let window = &text[start..=start + LENGTH];
            // The target at each position is the character behind it.
            let sequence = |from: usize| std::array::from_fn(|t| window[from + t]);
            (sequence(0), sequence(1))
        });
        let (x, y): (Vec<[u8; LENGTH]>, Vec<[u8; LENGTH]>) = sequences.unzip();
        let share = step as f64 / STEPS as f64;
        adam.set_learning_rate(0.5 * LEARNING_RATE * (1.0 + (std::f64::consts::PI * share).cos()));
        total += adam.train_step(
            &mut *net,
            &x,
            &y,
            &CrossEntropyLoss::default(),
            &mut workspace,
        )?;
        if step % (STEPS / 10) == 0 {
            let bits = total / (STEPS / 10) as f32 * std::f32::consts::LOG2_E;
            println!("step {step:>4}: {bits:.3} bits a character in training");
            total = 0.0;
        }
    }
    Ok(net)
}
