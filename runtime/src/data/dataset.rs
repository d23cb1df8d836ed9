//! Samples with their targets.

use rand::rngs::StdRng;

/// A finite number of samples, each with its target.
///
/// Reading takes `&self` and a generator of its own for each sample and epoch, so that a background thread, several
/// threads and a resumed run read the very same samples.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a dataset",
    label = "used as data here",
    note = "inputs and targets in memory are one as `chainrule::data::Samples::new(inputs, targets)?`",
    note = "a type of your own implements `chainrule::data::Dataset`"
)]
pub trait Dataset {
    /// One input sample, as the network takes it: `[[[f32; 28]; 28]; 1]`.
    type Input: bytemuck::Pod + Send + Sync;
    /// One target, as the loss takes it: `u8`, `[f32; 1]`.
    type Target: Clone + Send + Sync;

    /// How many samples there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the input of sample `index` (less than [`len`](Dataset::len)) to `input` and returns its target.
    /// `rng` is for augmentations: it depends on the seed, the epoch and the index alone.
    fn read(&self, index: usize, rng: &mut StdRng, input: &mut Self::Input) -> Self::Target;
}
