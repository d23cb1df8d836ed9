//! Shakespeare's sonnets, for the examples that learn to write: the text as indices, a baseline, and text from a network
//! that reads one character at a time.

use chainrule::prelude::*;

/// Distinct characters of the text.
pub(crate) const CHARACTERS: usize = 62;

/// What a network says of the next character.
pub(crate) type Logits = [f32; CHARACTERS];

/// The sonnets; the last tenth is held out.
pub(crate) struct Sonnets {
    alphabet: Vec<u8>,
    text: Vec<u8>,
}

impl Sonnets {
    /// The text, each character as its index among all.
    pub(crate) fn read() -> Result<Self, String> {
        let bytes = include_bytes!("sonnets.txt");
        let mut alphabet = bytes.to_vec();
        alphabet.sort_unstable();
        alphabet.dedup();
        if alphabet.len() != CHARACTERS {
            return Err(format!("the text has {} characters", alphabet.len()));
        }
        let text = bytes
            .iter()
            .filter_map(|byte| alphabet.binary_search(byte).ok())
            .map(|index| index as u8)
            .collect();
        Ok(Self { alphabet, text })
    }

    fn held_out_from(&self) -> usize {
        self.text.len() / 10 * 9
    }

    pub(crate) fn learned(&self) -> &[u8] {
        &self.text[..self.held_out_from()]
    }

    pub(crate) fn held_out(&self) -> &[u8] {
        &self.text[self.held_out_from()..]
    }

    fn character(&self, index: u8) -> char {
        char::from(self.alphabet[usize::from(index)])
    }

    fn index(&self, character: char) -> Option<u8> {
        let byte = u8::try_from(character).ok()?;
        Some(self.alphabet.binary_search(&byte).ok()? as u8)
    }

    /// Bits a character of the held-out text by the frequencies of pairs, which is to beat: a pair counts as often as it
    /// was seen, and `prior` times as often as its second character.
    pub(crate) fn bits_of_pairs(&self) -> f64 {
        let prior = 4.0;
        let mut pairs = vec![[0.0; CHARACTERS]; CHARACTERS];
        let mut single = [1.0; CHARACTERS];
        for pair in self.learned().windows(2) {
            let [first, second] = [0, 1].map(|i| usize::from(pair[i]));
            pairs[first][second] += 1.0;
            single[second] += 1.0;
        }
        let all: f64 = single.iter().sum();
        let bits = self.held_out().windows(2).map(|pair| {
            let [first, second] = [0, 1].map(|i| usize::from(pair[i]));
            let seen: f64 = pairs[first].iter().sum();
            let count = pairs[first][second] + prior * single[second] / all;
            -(count / (seen + prior)).log2()
        });
        mean(bits)
    }

    /// Bits a character of the held-out text by what a network says, which reads it once from its beginning.
    pub(crate) fn bits_of(&self, reader: &mut impl FnMut(u8) -> Logits) -> f64 {
        let bits = self.held_out().windows(2).map(|pair| {
            let logits = reader(pair[0]);
            let total: f64 = logits.iter().map(|&logit| f64::from(logit).exp()).sum();
            total.log2() - f64::from(logits[usize::from(pair[1])]) * std::f64::consts::LOG2_E
        });
        mean(bits)
    }

    /// Text that a network writes: each character is drawn from `softmax(logits / temperature)`.
    pub(crate) fn write(
        &self,
        reader: &mut impl FnMut(u8) -> Logits,
        temperature: f32,
        length: usize,
        rng: &mut StdRng,
    ) -> String {
        let mut index = self.index('\n').unwrap_or_default();
        let mut text = String::new();
        for _ in 0..length {
            let logits = reader(index);
            let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let weights = logits.map(|logit| ((logit - largest) / temperature.max(1e-3)).exp());
            let mut rest = rng.random::<f32>() * weights.iter().sum::<f32>();
            let drawn = weights.iter().position(|weight| {
                rest -= weight;
                rest < 0.0
            });
            index = drawn.unwrap_or(CHARACTERS - 1) as u8;
            text.push(self.character(index));
        }
        text
    }
}

/// The value behind `--temperature`, or 0.7.
pub(crate) fn temperature() -> Result<f32, String> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Ok(0.7),
        (Some("--temperature"), Some(value)) => match value.parse() {
            Ok(temperature) if temperature >= 0.0 => Ok(temperature),
            _ => Err(format!("{value} is no temperature")),
        },
        _ => Err("--temperature NUMBER is all that can be asked for".into()),
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}
