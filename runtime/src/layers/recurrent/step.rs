//! A recurrent layer in a stream.

use super::{Cell, ForwardStep, RecurrentParameters, ResetStep};
use crate::kernels::linear;
use crate::stream::{StreamLayer, StreamStep};
use crate::{Element, Scalar};
use core::slice;

/// One step of a [`Recurrent`](super::Recurrent) layer that goes forward in time. Remembers `h`, and `c` where there is one.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct RecurrentStep<C, const IN: usize, const H: usize, const GATES: usize, const BIAS: usize>
{
    cell: C,
}

impl<C, const IN: usize, const H: usize, const GATES: usize, const BIAS: usize>
    RecurrentStep<C, IN, H, GATES, BIAS>
{
    /// The layer of `cell`.
    pub const fn new(cell: C) -> Self {
        Self { cell }
    }
}

impl<T: Scalar, C: Cell<T>, const IN: usize, const H: usize, const GATES: usize, const BIAS: usize>
    StreamLayer<T> for RecurrentStep<C, IN, H, GATES, BIAS>
{
    type Input = [T; IN];
    type Output = [T; H];
    type Parameters = RecurrentParameters<T, IN, H, GATES, BIAS>;
    /// `h` and `c`
    type State = [[T; H]; 2];
    const MACS: usize = GATES * (IN + H);

    #[inline(always)]
    fn step<E: Element<T>>(
        &self,
        cx: StreamStep<'_, T, Self>,
        input: &[E; IN],
        output: &mut [E; H],
    ) {
        let (isa, parameters) = (cx.isa, cx.parameters);
        let [h, c] = cx.state;
        let (mut gates, mut hidden) = ([T::ZERO; GATES], [T::ZERO; GATES]);
        linear::forward::<T, E>(
            isa,
            parameters.weight_ih.as_slice(),
            parameters.bias_ih.as_slice(),
            E::scalars(input),
            &mut gates,
        );
        linear::forward::<T, E>(
            isa,
            parameters.weight_hh.as_slice(),
            parameters.bias_hh.as_slice(),
            h,
            &mut hidden,
        );
        let (h_before, c_before) = (*h, *c);
        if const { C::RESETS } {
            let mut state = [T::ZERO; H];
            self.cell.reset::<E>(
                isa,
                ResetStep {
                    gates: &mut gates,
                    hidden: &hidden,
                    h_before: &h_before,
                    state: &mut state,
                },
            );
            linear::forward::<T, E>(
                isa,
                parameters.weight_hh.as_slice(),
                parameters.bias_hh.as_slice(),
                &state,
                &mut hidden,
            );
        }
        self.cell.step::<E>(
            isa,
            ForwardStep {
                gates: &mut gates,
                hidden: &hidden,
                h_before: &h_before,
                h,
                c_before: if const { C::MEMORY } { &c_before } else { &[] },
                c: if const { C::MEMORY } { c } else { &mut [] },
            },
        );
        E::scalars_mut(slice::from_mut(output).as_flattened_mut()).copy_from_slice(h);
    }
}
