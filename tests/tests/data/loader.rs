use crate::words;
use chainrule::data::augment::Noise;
use chainrule::data::{Adapt, Batches, DataError, Dataset, Samples};
use chainrule::prelude::*;
use std::sync::Mutex;
use std::thread::{self, ThreadId};

fn samples() -> Result<Samples<[f32; 2], u8>, DataError> {
    Samples::new(vec![[0.5; 2]; 100], (0..100).collect())
}

type Read = Vec<(Vec<[f32; 2]>, Vec<u8>, Vec<usize>, usize)>;

fn read(
    batches: &mut Batches<impl Dataset<Input = [f32; 2], Target = u8> + Send>,
    ahead: usize,
) -> Result<Read, DataError> {
    batches.read_ahead(ahead, |loader| {
        let mut read = Vec::new();
        while let Some(batch) = loader.next_batch()? {
            let position = batch.position();
            read.push((
                batch.inputs().to_vec(),
                batch.targets().to_vec(),
                batch.indices().to_vec(),
                position,
            ));
            assert_eq!(loader.position(), position);
        }
        assert!(loader.next_batch()?.is_none());
        Ok(read)
    })
}

#[test]
fn loader_reads_the_same_bits() -> Result<(), DataError> {
    let samples = samples()?;
    let augmented = (&samples).augment(Noise { std: 1.0 });
    for (batch_size, start) in [(32, 0), (7, 50), (100, 0), (1, 90)] {
        let start_at = |epoch| {
            let mut batches = Batches::new(&augmented, batch_size, 7);
            batches.start_at(epoch, start);
            batches
        };
        let here = read(&mut start_at(3), 0)?;
        assert_eq!(here.len(), (100 - start).div_ceil(batch_size));
        for ahead in [1, 2, 8, usize::MAX] {
            assert_eq!(
                read(&mut start_at(3), ahead)?,
                here,
                "{batch_size}, {ahead} ahead"
            );
        }
    }
    Ok(())
}

/// Notes who reads what; panics at one sample.
struct Watched {
    reads: Mutex<Vec<(usize, ThreadId)>>,
    broken: usize,
}

impl Watched {
    fn new(broken: usize) -> Self {
        Self {
            reads: Mutex::default(),
            broken,
        }
    }
    fn reads(&self) -> Vec<(usize, ThreadId)> {
        self.reads.lock().expect("no panic while locked").clone()
    }
}

impl Dataset for Watched {
    type Input = [f32; 2];
    type Target = u8;
    fn len(&self) -> usize {
        40
    }
    fn read(&self, index: usize, _: &mut StdRng, input: &mut [f32; 2]) -> u8 {
        self.reads
            .lock()
            .expect("no panic while locked")
            .push((index, thread::current().id()));
        assert!(index != self.broken, "no sample {index}");
        *input = [index as f32; 2];
        index as u8
    }
}

#[test]
fn loader_reads_on_another_thread_no_further_than_asked() -> Result<(), DataError> {
    let dataset = Watched::new(usize::MAX);
    let mut batches = Batches::new(&dataset, 4, 7);
    batches.read_ahead(2, |loader| {
        loader.next_batch()?;
        loader.next_batch()?;
        assert_eq!(loader.position(), 8);
        Ok::<(), DataError>(())
    })?;
    let reads = dataset.reads();
    // Two that were taken, two ahead.
    assert!((8..=16).contains(&reads.len()), "{}", reads.len());
    assert!(
        reads
            .iter()
            .all(|(_, thread)| *thread != thread::current().id())
    );
    // Whoever stops early goes on where they stopped.
    assert_eq!(batches.position(), 8);
    let next = batches.next_batch().expect("a batch");
    assert_eq!(next.position(), 12);
    Ok(())
}

#[test]
fn loader_recycles_its_buffers() -> Result<(), DataError> {
    let samples = samples()?;
    let mut places = std::collections::BTreeSet::new();
    Batches::new(&samples, 2, 7).read_ahead(3, |loader| {
        while let Some(batch) = loader.next_batch()? {
            places.insert(batch.inputs().as_ptr());
        }
        Ok::<(), DataError>(())
    })?;
    assert!(places.len() <= 4, "{}", places.len());
    Ok(())
}

#[test]
fn loader_makes_a_panic_an_error() {
    let dataset = Watched::new(20);
    let mut batches = Batches::new(&dataset, 4, 7).in_order();
    let mut good = 0;
    let result = batches.read_ahead(2, |loader| {
        while loader.next_batch()?.is_some() {
            good += 1;
        }
        Ok::<(), DataError>(())
    });
    assert_eq!(words(result), "reading sample 20 panicked: no sample 20");
    assert_eq!((good, batches.position()), (5, 20));
}

#[test]
fn loader_ends_when_who_trains_fails_or_panics() -> Result<(), DataError> {
    let samples = samples()?;
    let mut batches = Batches::new(&samples, 4, 7);
    let failed = batches.read_ahead(2, |loader| {
        loader.next_batch()?;
        Err::<(), DataError>(DataError::NoSamples)
    });
    assert!(matches!(failed, Err(DataError::NoSamples)));
    assert_eq!(batches.position(), 4);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut batches = Batches::new(&samples, 4, 7);
        batches.read_ahead(2, |_| -> Result<(), DataError> { panic!("while training") })
    }));
    assert!(panicked.is_err());
    Ok(())
}
