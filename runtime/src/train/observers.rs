//! Who can watch besides logs and reports.

use super::{Event, Observer, TrainError};

/// A closure. A blanket implementation for closures would leave the compiler without the type of their argument.
pub(super) struct Call<F>(pub(super) F);

impl<F: FnMut(&Event<'_>) -> Result<(), TrainError>> Observer for Call<F> {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), TrainError> {
        (self.0)(event)
    }
}

/// Keeps the observer for after the run.
impl<O: Observer + ?Sized> Observer for &mut O {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), TrainError> {
        (**self).observe(event)
    }
}

impl<O: Observer + ?Sized> Observer for Box<O> {
    fn observe(&mut self, event: &Event<'_>) -> Result<(), TrainError> {
        (**self).observe(event)
    }
}
