//! Batches of a dataset, in an order that follows from seed and epoch.

use super::random::{Purpose, generator};
use super::{DataError, Dataset, Loader, read_sample};
use rand::seq::SliceRandom;

/// The samples of a weight update, in buffers that are filled again and again.
#[derive(Clone, Debug)]
pub struct Batch<X, Y> {
    inputs: Vec<X>,
    targets: Vec<Y>,
    indices: Vec<usize>,
    position: usize,
}

/// A batch of a dataset.
pub type BatchOf<D> = Batch<<D as Dataset>::Input, <D as Dataset>::Target>;

impl<X, Y> Batch<X, Y> {
    /// The inputs.
    pub fn inputs(&self) -> &[X] {
        self.inputs.get(..self.targets.len()).unwrap_or_default()
    }
    /// A target for each.
    pub fn targets(&self) -> &[Y] {
        &self.targets
    }
    /// Where each stands in the dataset.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }
    /// How many samples of the epoch have been given with this batch: where a resumed run starts.
    pub fn position(&self) -> usize {
        self.position
    }
    /// How many samples it has.
    pub fn len(&self) -> usize {
        self.targets.len()
    }
    /// Whether it has none, which no batch of [`Batches`] is.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }
}

/// Goes through a dataset in batches, shuffled anew in every epoch.
///
/// The order of epoch `e` is a function of (seed, `e`), and what augmentations do to a sample one of (seed, `e`, index):
/// a run that is stopped goes on with [`start_at`](Batches::start_at) as if nothing had happened. Buffers are allocated
/// once.
///
/// ```
/// use chainrule::data::{Batches, Samples};
/// use chainrule::prelude::*;
///
/// network! { struct Net: [1] -> [1] { Linear(8), Tanh, Linear(1) } }
///
/// let inputs: Vec<[f32; 1]> = (0..100).map(|i| [i as f32 / 50.0 - 1.0]).collect();
/// let targets = inputs.iter().map(|[x]| [x * x]).collect();
/// let samples = Samples::new(inputs, targets)?;
///
/// let mut net = Net::init(&mut StdRng::seed_from_u64(7));
/// let mut workspace = Net::workspace();
/// let mut adam = Adam::new(&net).learning_rate(0.01);
/// let mut batches = Batches::new(&samples, 32, 7); // three of 32 samples, and one of 4
/// for epoch in 0..10 {
///     batches.start_at(epoch, 0);
///     while let Some(batch) = batches.next_batch() {
///         net.backpropagate(batch.inputs(), batch.targets(), &MseLoss::default(), &mut workspace)?;
///         adam.step(&mut net, workspace.gradients());
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batches<D: Dataset> {
    pub(super) reader: Reader<D>,
    pub(super) batch: Batch<D::Input, D::Target>,
}

impl<D: Dataset> Batches<D> {
    /// Batches of `batch_size` samples; the last of an epoch has what is left. It stands at the start of epoch 0.
    ///
    /// # Panics
    /// When `batch_size` is 0.
    pub fn new(dataset: D, batch_size: usize, seed: u64) -> Self {
        assert!(batch_size > 0, "a batch has at least one sample");
        let len = dataset.len();
        let reader = Reader {
            dataset,
            seed,
            batch_size,
            shuffle: true,
            drop_last: false,
            epoch: 0,
            position: 0,
            order: (0..len).collect(),
            reading: 0,
        };
        let mut batches = Self {
            batch: reader.buffer(),
            reader,
        };
        batches.start_at(0, 0);
        batches
    }

    /// In the dataset's own order, which is what validation wants.
    pub fn in_order(mut self) -> Self {
        self.reader.shuffle = false;
        self.start_at(self.epoch(), self.position());
        self
    }

    /// Without a last batch that is smaller than the others, as batch norm may want it.
    pub fn drop_last(mut self) -> Self {
        self.reader.drop_last = true;
        self
    }

    /// Goes to where `position` samples of `epoch` have been given; epochs and samples count from 0.
    pub fn start_at(&mut self, epoch: u64, position: usize) {
        self.reader.start_at(epoch, position);
    }

    /// The next batch of the epoch, or `None` at its end.
    pub fn next_batch(&mut self) -> Option<&BatchOf<D>> {
        self.reader.fill(&mut self.batch).then_some(&self.batch)
    }

    /// The seed of its order and augmentations.
    pub fn seed(&self) -> u64 {
        self.reader.seed
    }
    /// Sets the seed, and goes to the start of epoch 0.
    pub fn set_seed(&mut self, seed: u64) {
        self.reader.seed = seed;
        self.start_at(0, 0);
    }
    /// The epoch it is in.
    pub fn epoch(&self) -> u64 {
        self.reader.epoch
    }
    /// How many samples of the epoch have been given.
    pub fn position(&self) -> usize {
        self.reader.position
    }
    /// How many samples a batch has.
    pub fn batch_size(&self) -> usize {
        self.reader.batch_size
    }
    /// What it reads.
    pub fn dataset(&self) -> &D {
        &self.reader.dataset
    }
    /// How many batches a whole epoch has.
    pub fn per_epoch(&self) -> usize {
        let (samples, size) = (self.reader.order.len(), self.reader.batch_size);
        if self.reader.drop_last {
            samples / size
        } else {
            samples.div_ceil(size)
        }
    }

    /// Reads on a thread of its own, `ahead` batches ahead of `run`, to the end of the epoch; 0 reads on this thread.
    /// The batches are the same, bit for bit. The thread ends when `run` returns; afterwards this stands where `run` stopped.
    ///
    /// ```
    /// use chainrule::data::{Batches, Samples};
    /// let samples = Samples::new(vec![[1.0_f32]; 10], vec![[2.0_f32]; 10])?;
    /// let count = Batches::new(&samples, 4, 7).read_ahead(2, |loader| {
    ///     let mut count = 0;
    ///     while let Some(batch) = loader.next_batch()? {
    ///         count += batch.len();
    ///     }
    ///     Ok::<_, chainrule::data::DataError>(count)
    /// })?;
    /// assert_eq!(count, 10);
    /// # Ok::<(), chainrule::data::DataError>(())
    /// ```
    ///
    /// # Errors
    /// What `run` returns; and when no thread can be started, without having called `run`.
    pub fn read_ahead<R, E: From<DataError>>(
        &mut self,
        ahead: usize,
        run: impl FnOnce(&mut Loader<'_, D>) -> Result<R, E>,
    ) -> Result<R, E>
    where
        D: Send,
    {
        super::loader::read_ahead(self, ahead, run)
    }
}

/// What fills batches: a dataset, and where in which order of it one is.
#[derive(Clone, Debug)]
pub(super) struct Reader<D> {
    dataset: D,
    seed: u64,
    batch_size: usize,
    shuffle: bool,
    drop_last: bool,
    epoch: u64,
    pub(super) position: usize,
    order: Vec<usize>,
    /// Which sample is being read, for the message about a panic.
    pub(super) reading: usize,
}

impl<D: Dataset> Reader<D> {
    fn start_at(&mut self, epoch: u64, position: usize) {
        self.epoch = epoch;
        self.position = position;
        for (place, index) in self.order.iter_mut().enumerate() {
            *index = place;
        }
        if self.shuffle {
            let mut rng = generator(Purpose::Order, self.seed, epoch, 0);
            self.order.shuffle(&mut rng);
        }
    }

    /// An empty batch with all the room it needs.
    pub(super) fn buffer(&self) -> BatchOf<D> {
        let samples = self.batch_size.min(self.order.len());
        Batch {
            inputs: bytemuck::zeroed_vec(samples),
            targets: Vec::with_capacity(samples),
            indices: Vec::with_capacity(samples),
            position: self.position,
        }
    }

    /// Reads the next batch, or says that there is none.
    pub(super) fn fill(&mut self, batch: &mut BatchOf<D>) -> bool {
        batch.targets.clear();
        batch.indices.clear();
        let left = self.order.get(self.position..).unwrap_or_default();
        let count = left.len().min(self.batch_size);
        if count == 0 || (self.drop_last && count < self.batch_size) {
            return false;
        }
        for (input, &index) in batch.inputs.iter_mut().zip(left).take(count) {
            self.reading = index;
            let target = read_sample(&self.dataset, self.seed, self.epoch, index, input);
            batch.targets.push(target);
            batch.indices.push(index);
        }
        self.position += count;
        batch.position = self.position;
        true
    }
}
