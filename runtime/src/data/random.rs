//! Generators that are a function of what they are for.

use rand::SeedableRng;
use rand::rngs::StdRng;

/// What random numbers are for: streams of one seed that have nothing in common.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// The order of an epoch.
    Order,
    /// What happens to one sample.
    Sample,
    /// Who is held out.
    Split,
}

/// The generator for this purpose, seed, epoch and index, which together are its key; nothing of it needs saving.
pub(super) fn generator(purpose: Purpose, seed: u64, epoch: u64, index: u64) -> StdRng {
    let mut key = [0; 32];
    let words = [seed, epoch, index, purpose as u64];
    for (bytes, word) in key.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
    StdRng::from_seed(key)
}
