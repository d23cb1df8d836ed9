//! Attention in a stream.

use super::MultiheadAttentionParameters;
use crate::kernels::attention::{self, Geometry};
use crate::kernels::linear;
use crate::stream::{StreamLayer, StreamStep};
use crate::{Element, Scalar};

/// One step of a causal [`MultiheadAttention`](super::MultiheadAttention) layer. Remembers the keys and values of the last
/// `SPAN` positions.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct AttentionStep<
    const F: usize,
    const HEADS: usize,
    const SPAN: usize,
    const QKV: usize,
    const BIAS: usize,
    const QKV_BIAS: usize,
>;

impl<
    T: Scalar,
    const F: usize,
    const HEADS: usize,
    const SPAN: usize,
    const QKV: usize,
    const BIAS: usize,
    const QKV_BIAS: usize,
> StreamLayer<T> for AttentionStep<F, HEADS, SPAN, QKV, BIAS, QKV_BIAS>
{
    type Input = [T; F];
    type Output = [T; F];
    type Parameters = MultiheadAttentionParameters<T, F, QKV, BIAS, QKV_BIAS>;
    /// Keys and values in a ring, where the next ones come, and how many there are. The sums over positions know no order.
    type State = ([[[T; F]; 2]; SPAN], usize, usize);
    const MACS: usize = F * (4 * F + 2 * SPAN);

    #[inline(always)]
    fn step<E: Element<T>>(
        &self,
        cx: StreamStep<'_, T, Self>,
        input: &[E; F],
        output: &mut [E; F],
    ) {
        let (isa, parameters) = (cx.isa, cx.parameters);
        let (ring, next, filled) = cx.state;
        let mut qkv = [T::ZERO; QKV];
        linear::forward::<T, E>(
            isa,
            parameters.in_proj_weight.as_slice(),
            parameters.in_proj_bias.as_slice(),
            E::scalars(input),
            &mut qkv,
        );
        let (q, kv) = qkv.split_at_checked(F).unwrap_or_default();
        if let Some(place) = ring.get_mut(*next) {
            let place = place.as_flattened_mut().iter_mut();
            place.zip(kv).for_each(|(place, &x)| *place = x);
            *next = if *next + 1 == SPAN { 0 } else { *next + 1 };
            *filled = SPAN.min(*filled + 1);
        }
        let mut mixed = [T::ZERO; F];
        attention::forward(
            isa,
            1,
            // One query, which sees whatever there is.
            Geometry {
                position: 2 * F,
                ..Geometry::new(*filled, F, HEADS, SPAN)
            },
            None,
            0..1,
            q,
            ring.as_flattened().as_flattened(),
            &mut mixed,
            [[T::ZERO; 2]; HEADS].as_flattened_mut(),
            &mut [T::ZERO; SPAN],
        );
        linear::forward::<T, E>(
            isa,
            parameters.out_proj.weight.as_slice(),
            parameters.out_proj.bias.as_slice(),
            &mixed,
            E::scalars_mut(output),
        );
    }
}
