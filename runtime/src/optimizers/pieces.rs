//! A step over many parameters, split over the threads of a pool.

use crate::scalar::Scalar;

/// Runs `step` on parameters, gradients and state, on a thread of a pool in pieces beside each other. The parameters do
/// not know of each other, so this changes no bit. A slice of the state may be empty: not in use.
pub(super) fn in_pieces<T: Scalar, const STATES: usize>(
    parameters: &mut [T],
    gradients: &[T],
    states: [&mut [T]; STATES],
    step: &(impl Fn(&mut [T], &[T], [&mut [T]; STATES]) + Sync),
) {
    #[cfg(feature = "parallel")]
    if parameters.len() >= WHOLE && rayon_core::current_thread_index().is_some() {
        let middle = parameters.len() / 2 / crate::LANES * crate::LANES;
        let (left, right) = parameters.split_at_mut(middle);
        let (left_gradients, right_gradients) = gradients.split_at(middle.min(gradients.len()));
        let (mut left_states, mut right_states) = (empty(), empty());
        let halves = left_states.iter_mut().zip(&mut right_states);
        for (state, (left, right)) in states.into_iter().zip(halves) {
            (*left, *right) = state.split_at_mut(middle.min(state.len()));
        }
        rayon_core::join(
            || in_pieces(left, left_gradients, left_states, step),
            || in_pieces(right, right_gradients, right_states, step),
        );
        return;
    }
    step(parameters, gradients, states);
}

/// Parameters from which on halving pays.
#[cfg(feature = "parallel")]
const WHOLE: usize = 1 << 15;

#[cfg(feature = "parallel")]
fn empty<'a, T: 'a, const STATES: usize>() -> [&'a mut [T]; STATES] {
    core::array::from_fn(|_| Default::default())
}
