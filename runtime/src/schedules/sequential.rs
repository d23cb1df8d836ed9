use super::Schedule;

/// One schedule after another, PyTorch's `SequentialLR`; made by [`Schedule::then`], and of more than two by calling that
/// again: `a.then(5, b).then(20, c)` has `c` from step 20 on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequentialLr<A, B> {
    /// For the steps before `milestone`.
    pub first: A,
    /// The first step of `next`.
    pub milestone: u64,
    /// From `milestone` on, where its own count begins at 0.
    pub next: B,
}

impl<A: Schedule, B: Schedule> Schedule for SequentialLr<A, B> {
    fn learning_rate(&self, step: u64) -> f64 {
        match step.checked_sub(self.milestone) {
            None => self.first.learning_rate(step),
            Some(step) => self.next.learning_rate(step),
        }
    }
}
