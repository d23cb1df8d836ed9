//! Recurrent layers: one file a cell, and here what they have in common.

mod cell;
mod gru;
mod gru_reset_before;
mod lstm;
mod memory;
mod names;
mod rnn;
mod step;

pub use cell::{BackwardStep, Cell, ForwardStep, ResetBackwardStep, ResetStep};
pub use gru::Gru;
pub use gru_reset_before::GruResetBefore;
pub use lstm::Lstm;
pub use rnn::Rnn;
pub use step::RecurrentStep;

use crate::init::Init;
use crate::join;
use crate::kernels::linear;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::Isa;
use crate::tensor::Tensor;
use crate::{Element, Scalar, parameters};
use core::marker::PhantomData;
use core::slice;
use memory::{Memory, step, step_mut};
use nalgebra::{SMatrix, SVector};
use rand::Rng;

/// A recurrent layer: a [`Cell`] goes through the `L` steps of a sequence and carries a state of `H` numbers from each to
/// the next. PyTorch's `nn.RNN`, `nn.GRU` and `nn.LSTM` with `batch_first = True`, one level and one direction; further
/// levels and directions are layers of their own.
///
/// Shapes: `x: [L, IN]`; `y: [L, H]`, the state after every step, or `[H]`, that after the last one (`O` is the one or the
/// other). `GATES` is the cell's number of gates times `H`, `BIAS` is `GATES`, or 0 with `bias = false`. The first state is
/// zero. With `REVERSE` the last step comes first; the states stay in the order of the input, and the last one is that at
/// its beginning. `LEVEL`, 0 to 7, is the number in the names of the tensors.
///
/// Backward: backpropagation through time over all steps; keeps every gate and state.
/// Init: everything uniform in ±1/√H, as PyTorch.
/// Cost: `L·GATES·(IN + H)` multiply-adds a sample.
///
/// In a declaration, one layer may have several levels and both directions; each is a field, and the names of tensors are
/// PyTorch's:
///
/// ```
/// use chainrule::prelude::*;
///
/// network! {
///     struct Net: [12, 3] -> [2] { lstm: Lstm(8, layers = 2, bidirectional = true, last = true), Linear(2) }
/// }
/// let net = Net::init(&mut StdRng::seed_from_u64(1));
/// let first = net.lstm.l1_reverse.weight_hh[(0, 0)];
/// let mut tensors = net.named_parameters();
/// let tensor = tensors.find(|tensor| tensor.name() == "lstm.weight_hh_l1_reverse").unwrap();
/// assert_eq!(tensor.values().next(), Some(first));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Recurrent<
    C,
    O,
    const IN: usize,
    const H: usize,
    const L: usize,
    const GATES: usize,
    const BIAS: usize,
    const LEVEL: usize,
    const REVERSE: bool,
> {
    cell: C,
    output: PhantomData<fn() -> O>,
}

parameters! {
    @[allow(unsafe_code)]
    /// The weights of a [`Recurrent`] layer: blocks of `H` rows, one a gate, in PyTorch's order.
    pub struct RecurrentParameters<T, const IN: usize, const H: usize, const GATES: usize, const BIAS: usize> {
        /// `W_ih`, gates × inputs.
        pub weight_ih: SMatrix<T, GATES, IN>,
        /// `W_hh`, gates × state.
        pub weight_hh: SMatrix<T, GATES, H>,
        /// `b_ih`
        pub bias_ih: SVector<T, BIAS>,
        /// `b_hh`
        pub bias_hh: SVector<T, BIAS>,
    }
}

impl<
    C,
    O,
    const IN: usize,
    const H: usize,
    const L: usize,
    const GATES: usize,
    const BIAS: usize,
    const LEVEL: usize,
    const REVERSE: bool,
> Recurrent<C, O, IN, H, L, GATES, BIAS, LEVEL, REVERSE>
{
    /// The layer of `cell`.
    pub const fn new(cell: C) -> Self {
        Self {
            cell,
            output: PhantomData,
        }
    }

    /// The place of a step in the sequence.
    #[inline(always)]
    const fn time(step: usize) -> usize {
        if REVERSE { L - 1 - step } else { step }
    }
}

impl<
    T: Scalar,
    C: Cell<T>,
    O: Shape<Scalar = T>,
    const IN: usize,
    const H: usize,
    const L: usize,
    const GATES: usize,
    const BIAS: usize,
    const LEVEL: usize,
    const REVERSE: bool,
> Layer<T> for Recurrent<C, O, IN, H, L, GATES, BIAS, LEVEL, REVERSE>
{
    type Input = [[T; IN]; L];
    type Output = O;
    type Parameters = RecurrentParameters<T, IN, H, GATES, BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = {
        let [weight_ih, weight_hh, bias_ih, bias_hh] = names::NAMES[LEVEL][REVERSE as usize];
        &[
            Tensor::outputs_innermost(weight_ih, &[GATES, IN]),
            Tensor::outputs_innermost(weight_hh, &[GATES, H]),
            Tensor::new(bias_ih, &[BIAS]),
            Tensor::new(bias_hh, &[BIAS]),
        ]
    };
    const MACS: usize = L * GATES * (IN + H);
    const SAVED: usize = memory::len::<T, C>(H, L, GATES);
    const SAVED_IN_INFERENCE: usize = memory::inference_len::<T, C>(H, L, GATES);
    const OVERWRITES: bool = true;

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        let all = crate::network::scalars_mut::<T, _>(parameters);
        Init::Default.fill(all, H, H, rng);
    }

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[E; IN]; L],
        output: &mut O::Of<E>,
    ) {
        const {
            assert!(
                GATES == C::GATES * H && (O::LEN == L * H || O::LEN == H),
                "sizes that do not fit the cell"
            )
        }
        let (isa, unit) = (cx.isa, H * E::LANES);
        let Some(memory) = Memory::<T>::split::<C>(E::scalars_mut(cx.saved), H, L, GATES, E::LANES)
        else {
            return;
        };
        let Memory {
            gates,
            hidden,
            mut h,
            mut c,
            reset,
            ..
        } = memory;
        let parameters = cx.parameters;
        let (w_ih, b_ih) = (
            parameters.weight_ih.as_slice(),
            parameters.bias_ih.as_slice(),
        );
        let (w_hh, b_hh) = (
            parameters.weight_hh.as_slice(),
            parameters.bias_hh.as_slice(),
        );
        let x = E::scalars(input.as_flattened());
        product::<T, E>(isa, GATES, w_ih, b_ih, x, gates);
        h.clear(REVERSE);
        c.clear(REVERSE);
        for t in (0..L).map(Self::time) {
            let hidden = step_mut(
                hidden,
                if C::KEEPS_HIDDEN { t } else { 0 },
                GATES * E::LANES,
            );
            let (h_before, h) = h.around(t, REVERSE);
            let (c_before, c) = c.around(t, REVERSE);
            let gates = step_mut(gates, t, GATES * E::LANES);
            product::<T, E>(isa, GATES, w_hh, b_hh, h_before, hidden);
            if const { C::RESETS } {
                let state = step_mut(reset, t, unit);
                self.cell.reset::<E>(
                    isa,
                    ResetStep {
                        gates: &mut *gates,
                        hidden: &*hidden,
                        h_before,
                        state: &mut *state,
                    },
                );
                // All rows again, of which the last block counts: the kernels take whole matrices.
                product::<T, E>(isa, GATES, w_hh, b_hh, state, hidden);
            }
            self.cell.forward::<E>(
                isa,
                ForwardStep {
                    gates,
                    hidden,
                    h_before,
                    h,
                    c_before,
                    c,
                },
            );
        }
        let states = h.after(REVERSE);
        let y = E::scalars_mut(O::flat_mut::<E>(slice::from_mut(output)));
        if O::LEN == L * H {
            join::copy(y, states);
        } else {
            join::copy(y, step(states, Self::time(L - 1), unit));
        }
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[[E; IN]; L],
        _: &O::Of<E>,
        d_output: &O::Of<E>,
        d_input: &mut [[E; IN]; L],
    ) {
        let (isa, unit) = (cx.isa, H * E::LANES);
        let Some(memory) = Memory::<T>::split::<C>(E::scalars_mut(cx.saved), H, L, GATES, E::LANES)
        else {
            return;
        };
        let Memory {
            gates,
            hidden,
            mut h,
            mut c,
            reset,
            through,
            carry,
        } = memory;
        let (w_ih, w_hh) = (
            cx.parameters.weight_ih.as_slice(),
            cx.parameters.weight_hh.as_slice(),
        );
        let RecurrentParameters {
            weight_ih,
            weight_hh,
            bias_ih,
            bias_hh,
        } = cx.gradients;
        let (dw_ih, db_ih) = (weight_ih.as_mut_slice(), bias_ih.as_mut_slice());
        let (dw_hh, db_hh) = (weight_hh.as_mut_slice(), bias_hh.as_mut_slice());
        let dy = E::scalars(O::flat::<E>(slice::from_ref(d_output)));
        through.fill(T::ZERO);
        carry.fill(T::ZERO);
        for number in (0..L).rev() {
            let (t, last) = (Self::time(number), number == L - 1);
            if O::LEN == L * H {
                join::add_scalars::<T, E>(isa, through, step(dy, t, unit));
            } else if last {
                join::add_scalars::<T, E>(isa, through, dy);
            }
            let gates = step_mut(gates, t, GATES * E::LANES);
            let hidden = step_mut(
                hidden,
                if C::KEEPS_HIDDEN { t } else { 0 },
                GATES * E::LANES,
            );
            let (h_before, h) = h.around(t, REVERSE);
            let (c_before, c) = c.around(t, REVERSE);
            self.cell.backward::<E>(
                isa,
                BackwardStep {
                    gates: &mut *gates,
                    hidden: &mut *hidden,
                    h_before,
                    h,
                    c_before,
                    c,
                    through: &mut *through,
                    carry: &mut *carry,
                },
            );
            if const { C::RESETS } {
                split_last(gates, hidden, unit, true);
                if const { E::LANES == 1 } {
                    let state = step(reset, t, unit);
                    let overwrite = cx.overwrite && last;
                    linear::backward_sample::<T, E>(
                        isa, overwrite, w_hh, state, hidden, through, dw_hh, db_hh,
                    );
                } else {
                    linear::backward_input(isa, GATES, w_hh, hidden, through);
                }
                self.cell.reset_backward::<E>(
                    isa,
                    ResetBackwardStep {
                        gates: &mut *gates,
                        h_before,
                        d_state: &*through,
                        carry: &mut *carry,
                    },
                );
                split_last(gates, hidden, unit, false);
            }
            let d_hidden = if C::KEEPS_HIDDEN { hidden } else { gates };
            // Nobody asks for the gradient of the first state.
            let wanted = number > 0;
            if const { E::LANES == 1 } {
                let d_h = if wanted { &mut *through } else { &mut [] };
                let overwrite = cx.overwrite && last && !C::RESETS;
                linear::backward_sample::<T, E>(
                    isa, overwrite, w_hh, h_before, d_hidden, d_h, dw_hh, db_hh,
                );
            } else if wanted {
                linear::backward_input(isa, GATES, w_hh, d_hidden, through);
            }
        }
        let x = E::scalars(input.as_flattened());
        let dx = if cx.input_gradient {
            E::scalars_mut(d_input.as_flattened_mut())
        } else {
            &mut []
        };
        if const { E::LANES == 1 } {
            for t in 0..L {
                let (overwrite, d_gates) = (cx.overwrite && t == 0, step(gates, t, GATES));
                let (x, dx) = (step(x, t, IN), step_mut(dx, t, IN));
                linear::backward_sample::<T, E>(isa, overwrite, w_ih, x, d_gates, dx, dw_ih, db_ih);
            }
            return;
        }
        let d_hidden = if C::KEEPS_HIDDEN { &*hidden } else { &*gates };
        let before = h.before(REVERSE);
        linear::backward_weight(
            isa,
            H,
            0,
            GATES,
            cx.overwrite,
            before,
            d_hidden,
            dw_hh,
            db_hh,
        );
        if const { C::RESETS } {
            let steps = hidden.chunks_exact_mut((GATES * E::LANES).max(1));
            for (hidden, gates) in steps.zip(gates.chunks_exact((GATES * E::LANES).max(1))) {
                split_last(gates, hidden, unit, true);
            }
            linear::backward_weight(isa, H, 0, GATES, false, reset, hidden, dw_hh, db_hh);
        }
        linear::backward_weight(isa, IN, 0, GATES, cx.overwrite, x, gates, dw_ih, db_ih);
        if cx.input_gradient {
            linear::backward_input(isa, GATES, w_ih, gates, dx);
        }
    }
}

/// `y = W·x + b` for every step.
#[inline(always)]
fn product<T: Scalar, E: Element<T>>(
    isa: Isa,
    outputs: usize,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    if const { E::LANES == 1 } {
        let inputs = weight.len() / outputs.max(1);
        let steps = x
            .chunks_exact(inputs.max(1))
            .zip(y.chunks_exact_mut(outputs.max(1)));
        for (x, y) in steps {
            linear::forward::<T, E>(isa, weight, bias, x, y);
        }
    } else {
        linear::forward_groups(isa, outputs, weight, bias, x, y);
    }
}

/// Writes the last block of `gates`, or the others, to `part`, with zeros in place of the rest.
#[inline(always)]
fn split_last<T: Scalar>(gates: &[T], part: &mut [T], unit: usize, last: bool) {
    let first = gates.len().saturating_sub(unit);
    for (index, (part, &gate)) in part.iter_mut().zip(gates).enumerate() {
        *part = if (index >= first) == last {
            gate
        } else {
            T::ZERO
        };
    }
}
