//! A transformer learns to write sonnets, letter by letter: the decoder of Vaswani et al. 2017 (arXiv:1706.03762) in
//! small.
//!
//! It trains on sequences, all positions at once, and writes by a stream: the same network, one character at a time, with
//! the keys and values of the last ones in its memory. How well it knows the language is the number of bits that it needs
//! for a character of text which it has never seen; to beat is what the frequencies of pairs of characters say.
//!
//! `cargo run --release --example tiny_transformer -- --temperature 0.7`

#[path = "data/sonnets.rs"]
mod data;

use chainrule::prelude::*;
use data::{CHARACTERS, Logits, Sonnets};

/// Characters of a sequence in training.
const LENGTH: usize = 64;
const BATCH: usize = 32;
const STEPS: usize = 1500;
const LEARNING_RATE: f64 = 8e-3;

network! {
    /// Characters to logits of the character behind each.
    pub struct Writer: [LENGTH] -> [LENGTH, CHARACTERS] {
        Embedding(CHARACTERS, 64),
        PositionalEncoding,
        Repeat(2) {
            TransformerEncoderLayer(4, feedforward = 192, norm_first = true, activation = gelu, causal = true, window = 32),
        },
        LayerNorm,
        head: Linear(CHARACTERS),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let temperature = data::temperature()?;
    let sonnets = Sonnets::read()?;
    println!("{} parameters\n", Writer::PARAMETERS);

    let mut rng = StdRng::seed_from_u64(1);
    let net = train(&sonnets, &mut rng)?;

    let mut reader = Reader::new(&net);
    let bits = sonnets.bits_of(&mut |index| reader.read(index));
    let pairs = sonnets.bits_of_pairs();

    let mut reader = Reader::new(&net);
    let text = sonnets.write(&mut |index| reader.read(index), temperature, 600, &mut rng);
    println!("\nwritten at temperature {temperature}:\n{text}\n");

    println!("bits a character by frequencies of pairs: {pairs:.3}");
    println!("bits_per_character / bits of pairs: {:.3}", bits / pairs);
    println!("bits_per_character: {bits:.3}");
    Ok(())
}

/// A stream that sees no positions but those of training: at the end of a sequence it begins anew, and reads the last
/// half again.
struct Reader<'a> {
    stream: Stream<&'a Writer, <Writer as Streamable>::StreamState>,
    read: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn new(net: &'a Writer) -> Self {
        Self {
            stream: net.stream(),
            read: Vec::new(),
        }
    }

    /// What comes behind this character and those before.
    fn read(&mut self, index: u8) -> Logits {
        if self.read.len() == LENGTH {
            self.read.drain(..LENGTH / 2);
            self.stream.reset();
            for &index in &self.read {
                self.stream.step(&[index]);
            }
        }
        self.read.push(index);
        self.stream.step(&[index])
    }
}

/// Sequences from anywhere in the text; the learning rate rises, then falls along a cosine.
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
        let cosine = 0.5 * (1.0 + (std::f64::consts::PI * share).cos());
        adam.set_learning_rate(LEARNING_RATE * cosine * (10.0 * share).min(1.0));
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
