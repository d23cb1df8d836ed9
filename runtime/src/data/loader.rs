//! Reading on a thread of its own, ahead of who trains.

use super::batches::{Batch, BatchOf, Batches, Reader};
use super::{DataError, Dataset};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Gives the batches that [`Batches::read_ahead`] reads.
pub struct Loader<'a, D: Dataset> {
    source: Source<'a, D>,
    position: usize,
}

enum Source<'a, D: Dataset> {
    /// On the thread that asks.
    Here(&'a mut Batches<D>),
    /// Read by another thread, which gets each buffer back when the next batch is asked for.
    Ahead {
        filled: Receiver<Result<BatchOf<D>, DataError>>,
        empty: SyncSender<BatchOf<D>>,
        batch: Option<BatchOf<D>>,
    },
}

impl<D: Dataset> Loader<'_, D> {
    /// The next batch of the epoch, or `None` at its end.
    ///
    /// # Errors
    /// [`Panicked`](DataError::Panicked): the dataset did, while the other thread read a sample. There are no more batches
    /// then. On this thread a panic is a panic.
    pub fn next_batch(&mut self) -> Result<Option<&BatchOf<D>>, DataError> {
        let batch = match &mut self.source {
            Source::Here(batches) => batches.next_batch(),
            Source::Ahead {
                filled,
                empty,
                batch,
            } => {
                if let Some(used) = batch.take() {
                    // The other thread may be through with the epoch, then nobody needs the buffer.
                    let _ = empty.send(used);
                }
                *batch = filled.recv().ok().transpose()?;
                batch.as_ref()
            }
        };
        self.position = batch.map_or(self.position, Batch::position);
        Ok(batch)
    }

    /// How many samples of the epoch have been given: where a resumed run starts.
    pub fn position(&self) -> usize {
        self.position
    }
}

pub(super) fn read_ahead<D: Dataset + Send, R, E: From<DataError>>(
    batches: &mut Batches<D>,
    ahead: usize,
    run: impl FnOnce(&mut Loader<'_, D>) -> Result<R, E>,
) -> Result<R, E> {
    let mut position = batches.position();
    if ahead == 0 {
        let source = Source::Here(batches);
        return run(&mut Loader { source, position });
    }
    // More than an epoch has would be memory for nothing.
    let ahead = ahead.min(batches.per_epoch().max(1));
    let reader = &mut batches.reader;
    let result = thread::scope(|scope| {
        // One buffer more than what is read ahead: the one that `run` looks at. So no `send` ever waits.
        let (empty, to_fill) = sync_channel(ahead + 1);
        let (ready, filled) = sync_channel(ahead + 1);
        for _ in 0..=ahead {
            let _ = empty.send(reader.buffer());
        }
        thread::Builder::new()
            .name("chainrule-data".into())
            .spawn_scoped(scope, move || fill_all(reader, &to_fill, &ready))
            .map_err(|error| DataError::Thread { error })?;
        let source = Source::Ahead {
            filled,
            empty,
            batch: None,
        };
        // Dropped when `run` is through, or panics: that ends the other thread.
        let mut loader = Loader { source, position };
        let result = run(&mut loader);
        position = loader.position;
        result
    });
    // The other thread was further.
    batches.reader.position = position;
    result
}

/// Fills buffers until the epoch ends, nobody wants them, or the dataset panics.
fn fill_all<D: Dataset>(
    reader: &mut Reader<D>,
    to_fill: &Receiver<BatchOf<D>>,
    ready: &SyncSender<Result<BatchOf<D>, DataError>>,
) {
    while let Ok(mut batch) = to_fill.recv() {
        // What a panic leaves half done is the batch, which nobody sees, and what the dataset keeps for itself.
        let read = match catch_unwind(AssertUnwindSafe(|| reader.fill(&mut batch))) {
            Ok(true) => Ok(batch),
            Ok(false) => return,
            Err(panic) => Err(DataError::Panicked {
                index: reader.reading,
                message: message(&*panic),
            }),
        };
        let last = read.is_err();
        if ready.send(read).is_err() || last {
            return;
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into())
}
