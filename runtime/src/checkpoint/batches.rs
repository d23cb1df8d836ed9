use super::{CheckpointError, Reader, State, Writer};
use crate::data::{Batches, Dataset};

/// Where in which epoch it is, and the seed of its order and augmentations; a file with another number of samples is one of
/// another run.
impl<D: Dataset> State for Batches<D> {
    fn save(&self, to: &mut Writer) {
        to.identity("samples", &format!("{} samples", self.dataset().len()));
        to.value("seed", &self.seed());
        to.value("epoch", &self.epoch());
        to.value("position", &self.position());
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        let (seed, epoch) = (from.value("seed")?, from.value("epoch")?);
        let position = from.value("position")?;
        self.set_seed(seed);
        self.start_at(epoch, position);
        Ok(())
    }
}
