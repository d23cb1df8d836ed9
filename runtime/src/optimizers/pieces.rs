//! A step over many parameters, divided among the threads of a pool.

use crate::scalar::Scalar;

/// Runs `step` on parameters, gradients and state; on a thread of a pool in pieces beside each other, where that pays.
/// The parameters do not know of each other, so this changes no bit. A slice of the state may be empty: not in use.
pub(super) fn in_pieces<T: Scalar, const STATES: usize>(
    parameters: &mut [T],
    gradients: &[T],
    states: [&mut [T]; STATES],
    step: &(impl Fn(&mut [T], &[T], [&mut [T]; STATES]) + Sync),
) {
    #[cfg(feature = "parallel")]
    if parallel::pays(parameters.len(), gradients) {
        return parallel::halves(parameters, gradients, states, step);
    }
    step(parameters, gradients, states);
}

#[cfg(feature = "parallel")]
mod parallel {
    use crate::LANES;
    use crate::parallel::{HALVED, is_spread, join};
    use crate::scalar::Scalar;

    /// Parameters from which on dividing pays although all of them are in the cache of this thread.
    const MANY: usize = 1 << 18;

    /// Whether to divide a step. Gradients that several threads have found lie in pieces in their caches, and so does
    /// what each will need next.
    pub(super) fn pays<T>(parameters: usize, gradients: &[T]) -> bool {
        (parameters >= MANY || parameters >= HALVED && is_spread(gradients))
            && rayon_core::current_thread_index().is_some()
    }

    /// The halves are those in which gradients are added up, so that each tends to stay with its thread.
    pub(super) fn halves<T: Scalar, const STATES: usize>(
        parameters: &mut [T],
        gradients: &[T],
        states: [&mut [T]; STATES],
        step: &(impl Fn(&mut [T], &[T], [&mut [T]; STATES]) + Sync),
    ) {
        if parameters.len() < HALVED {
            return step(parameters, gradients, states);
        }
        let middle = parameters.len() / 2 / LANES * LANES;
        let (left, right) = parameters.split_at_mut(middle);
        let (left_gradients, right_gradients) = gradients.split_at(middle.min(gradients.len()));
        let (mut left_states, mut right_states) = (empty(), empty());
        let halved = left_states.iter_mut().zip(&mut right_states);
        for (state, (left, right)) in states.into_iter().zip(halved) {
            (*left, *right) = state.split_at_mut(middle.min(state.len()));
        }
        join(
            || halves(left, left_gradients, left_states, step),
            || halves(right, right_gradients, right_states, step),
        );
    }

    fn empty<'a, T: 'a, const STATES: usize>() -> [&'a mut [T]; STATES] {
        core::array::from_fn(|_| Default::default())
    }
}
