//! What a recurrent layer keeps of a sequence, in one run of scalars.

use super::Cell;
use crate::Scalar;

/// The parts of the run.
pub(super) struct Memory<'a, T> {
    /// Of every step.
    pub(super) gates: &'a mut [T],
    /// Of every step, or of one at a time.
    pub(super) hidden: &'a mut [T],
    pub(super) h: States<'a, T>,
    /// Empty for cells without a second state.
    pub(super) c: States<'a, T>,
    /// The states that the last gate takes, where they are others.
    pub(super) reset: &'a mut [T],
    /// The gradient of the state, through the weights.
    pub(super) through: &'a mut [T],
    /// The gradient that goes past the weights.
    pub(super) carry: &'a mut [T],
}

/// The states around every step: one more than there are steps.
pub(super) struct States<'a, T> {
    values: &'a mut [T],
    /// The length of a state.
    unit: usize,
}

/// How many elements the run has for a sequence of `l` steps.
pub(super) const fn len<T: Scalar, C: Cell<T>>(h: usize, l: usize, gates: usize) -> usize {
    let [steps, hidden, states, memories, reset, carry] = parts::<T, C>(h, l, gates);
    steps + hidden + states + memories + reset + h + carry
}

/// As [`len`], less what only the way back needs.
pub(super) const fn inference_len<T: Scalar, C: Cell<T>>(
    h: usize,
    l: usize,
    gates: usize,
) -> usize {
    let [.., carry] = parts::<T, C>(h, l, gates);
    len::<T, C>(h, l, gates) - h - carry
}

/// The lengths of gates, hidden parts, states `h`, states `c`, states behind a gate, and of what is carried.
const fn parts<T: Scalar, C: Cell<T>>(h: usize, l: usize, gates: usize) -> [usize; 6] {
    let hidden = if C::KEEPS_HIDDEN { l } else { 1 };
    let states = (l + 1) * h;
    [
        l * gates,
        hidden * gates,
        states,
        if const { C::MEMORY } { states } else { 0 },
        if const { C::RESETS } { l * h } else { 0 },
        if C::CARRIES { h } else { 0 },
    ]
}

impl<'a, T: Scalar> Memory<'a, T> {
    #[inline(always)]
    pub(super) fn split<C: Cell<T>>(
        run: &'a mut [T],
        h: usize,
        l: usize,
        gates: usize,
        lanes: usize,
    ) -> Option<Self> {
        let [steps, hidden, states, memories, reset, carry] = parts::<T, C>(h, l, gates);
        let unit = h * lanes;
        let (gates, rest) = run.split_at_mut_checked(steps * lanes)?;
        let (hidden, rest) = rest.split_at_mut_checked(hidden * lanes)?;
        let (states, rest) = rest.split_at_mut_checked(states * lanes)?;
        let (memories, rest) = rest.split_at_mut_checked(memories * lanes)?;
        let (reset, rest) = rest.split_at_mut_checked(reset * lanes)?;
        // Inference has no room for these.
        let (through, rest) = rest.split_at_mut_checked(unit).unwrap_or_default();
        let carry = rest.get_mut(..carry * lanes).unwrap_or_default();
        Some(Self {
            gates,
            hidden,
            h: States {
                values: states,
                unit,
            },
            c: States {
                values: memories,
                unit,
            },
            reset,
            through,
            carry,
        })
    }
}

impl<T: Scalar> States<'_, T> {
    /// The first state becomes zero: that before the sequence, or, in reverse, behind it.
    #[inline(always)]
    pub(super) fn clear(&mut self, reverse: bool) {
        let first = match reverse {
            true => self.values.len().saturating_sub(self.unit),
            false => 0,
        };
        let values = self.values.iter_mut().skip(first).take(self.unit);
        values.for_each(|value| *value = T::ZERO);
    }

    /// The states from which and to which step `t` goes.
    #[inline(always)]
    pub(super) fn around(&mut self, t: usize, reverse: bool) -> (&[T], &mut [T]) {
        let both = self.values.get_mut(t * self.unit..(t + 2) * self.unit);
        let (left, right) = both
            .unwrap_or_default()
            .split_at_mut_checked(self.unit)
            .unwrap_or_default();
        if reverse {
            (right, left)
        } else {
            (left, right)
        }
    }

    /// The states from which the steps go, in the order of the sequence.
    #[inline(always)]
    pub(super) fn before(&self, reverse: bool) -> &[T] {
        self.from(reverse)
    }

    /// The states to which the steps go, in the order of the sequence.
    #[inline(always)]
    pub(super) fn after(&self, reverse: bool) -> &[T] {
        self.from(!reverse)
    }

    /// All states but the last one, or but the first.
    #[inline(always)]
    fn from(&self, second: bool) -> &[T] {
        let len = self.values.len().saturating_sub(self.unit);
        let start = if second { self.unit } else { 0 };
        self.values.get(start..start + len).unwrap_or_default()
    }
}

/// The `len` values of step `t`.
#[inline(always)]
pub(super) fn step<T>(values: &[T], t: usize, len: usize) -> &[T] {
    values.get(t * len..(t + 1) * len).unwrap_or_default()
}

/// As [`step`], mutable.
#[inline(always)]
pub(super) fn step_mut<T>(values: &mut [T], t: usize, len: usize) -> &mut [T] {
    values.get_mut(t * len..(t + 1) * len).unwrap_or_default()
}
