//! Attention of the positions of a sequence to each other: the layer, and the work between its two projections.

mod memory;
mod projection;
mod step;

use super::{Linear, LinearParameters};
use crate::init::Init;
use crate::kernels::attention::{self, Geometry, Mask};
use crate::layer::{Backward, Forward, Layer, Randomness};
use crate::tensor::Tensor;
use crate::{Element, Scalar, parameters};
use core::slice;
use memory::Memory;
use nalgebra::{SMatrix, SVector};
use rand::Rng;

#[doc(hidden)]
pub use step::AttentionStep;

/// Multi-head self-attention, PyTorch's `nn.MultiheadAttention` with `batch_first = True` and the same sequence as query,
/// key and value (Vaswani et al. 2017, arXiv:1706.03762, §3.2).
///
/// Three projections `q, k, v = W_in·x_t + b_in` of every position are cut into `HEADS` pieces of `d = F/HEADS` features. In
/// each head position `i` weighs the positions `j` that it sees by `p_ij = softmax_j(q_i·k_j/√d)` and takes `o_i = Σ_j p_ij·v_j`;
/// then `y_i = W_out·o_i + b_out`. With `causal` a position sees itself and those before it, and of these the last `SPAN`;
/// without, all (`SPAN` is `L`). In a [`Stream`](crate::Stream) it sees the last `SPAN`, however long that runs.
///
/// Shapes: `x, y: [L, F]`; `W_in: 3F×F` (`QKV` is `3·F`), `b_in: [3F]`, `W_out: F×F`, `b_out: [F]` (`BIAS` is `F` and
/// `QKV_BIAS` is `3·F`, or both 0 with `bias = false`).
/// In training each `p_ij` is dropped with the probability `dropout`, and the others are multiplied by `1/(1 − dropout)`.
///
/// Backward, with `g_ij = do_i·v_j`: `dv_j += p_ij·do_i`, `ds_ij = p_ij·(g_ij − Σ_j p_ij·g_ij)/√d`, `dq_i += ds_ij·k_j`,
/// `dk_j += ds_ij·q_i`, and the gradients of the projections as in [`Linear`]. Keeps `x`, `q`, `k`, `v`, `o`, and of each softmax
/// its largest score and its sum, from which the `p_ij` are computed again: that needs less memory than keeping them.
/// Init: `W_in` Xavier-uniform, `W_out` uniform in ±1/√F, biases 0, as PyTorch.
/// Cost: `L·F·(4·F + 2·SPAN)` multiply-adds a sample, with `causal` somewhat less.
///
/// # Panics
/// While compiling, where `HEADS` does not divide `F` or another size does not fit.
#[derive(Clone, Copy, Debug)]
pub struct MultiheadAttention<
    const L: usize,
    const F: usize,
    const HEADS: usize,
    const SPAN: usize,
    const QKV: usize,
    const BIAS: usize,
    const QKV_BIAS: usize,
> {
    causal: bool,
    dropout: f64,
}

parameters! {
    @[allow(unsafe_code)]
    /// The projections of a [`MultiheadAttention`] layer, under PyTorch's names.
    pub struct MultiheadAttentionParameters<T, const F: usize, const QKV: usize, const BIAS: usize, const QKV_BIAS: usize> {
        /// `W_in`: rows for `q`, then for `k`, then for `v`.
        pub in_proj_weight: SMatrix<T, QKV, F>,
        /// `b_in`
        pub in_proj_bias: SVector<T, QKV_BIAS>,
        /// `W_out` and `b_out`.
        pub out_proj: LinearParameters<T, F, F, BIAS>,
    }
}

impl<
    const L: usize,
    const F: usize,
    const HEADS: usize,
    const SPAN: usize,
    const QKV: usize,
    const BIAS: usize,
    const QKV_BIAS: usize,
> MultiheadAttention<L, F, HEADS, SPAN, QKV, BIAS, QKV_BIAS>
{
    const GEOMETRY: Geometry = Geometry::new(L, F, HEADS, SPAN);

    /// The layer with or without a view of later positions.
    ///
    /// # Panics
    /// If `dropout` is not in 0…1: in a declaration, when the program compiles.
    pub const fn new(causal: bool, dropout: f64) -> Self {
        const {
            assert!(
                HEADS > 0 && F.is_multiple_of(HEADS) && SPAN > 0 && QKV == 3 * F,
                "sizes that do not fit the heads"
            );
            assert!(
                BIAS == F && QKV_BIAS == QKV || BIAS == 0 && QKV_BIAS == 0,
                "both projections have a bias, or none"
            );
        }
        assert!(
            causal || SPAN >= L,
            "only the last positions are seen where the later ones are not"
        );
        assert!(
            dropout >= 0.0 && dropout <= 1.0,
            "the probability of dropout must be in 0…1"
        );
        Self { causal, dropout }
    }

    const fn geometry(&self) -> Geometry {
        Geometry {
            causal: self.causal,
            ..Self::GEOMETRY
        }
    }

    /// `y` of one sample or lane group.
    #[inline(always)]
    fn group<T: Scalar, E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        mask: Option<Mask>,
        input: &[[E; F]; L],
        output: &mut [[E; F]; L],
    ) {
        let (isa, parameters) = (cx.isa, cx.parameters);
        let geometry = self.geometry();
        let Some(memory) = Memory::split(geometry, E::scalars_mut(cx.saved), E::LANES) else {
            return;
        };
        projection::forward::<T, E>(
            isa,
            QKV,
            parameters.in_proj_weight.as_slice(),
            parameters.in_proj_bias.as_slice(),
            E::scalars(input.as_flattened()),
            memory.qkv,
        );
        attention::forward(
            isa,
            E::LANES,
            geometry,
            mask,
            0..L,
            memory.qkv,
            memory.qkv,
            memory.mixed,
            memory.statistics,
            memory.rows,
        );
        projection::forward::<T, E>(
            isa,
            F,
            parameters.out_proj.weight.as_slice(),
            parameters.out_proj.bias.as_slice(),
            memory.mixed,
            E::scalars_mut(output.as_flattened_mut()),
        );
    }

    /// The way back of one sample or lane group.
    #[inline(always)]
    fn group_backward<T: Scalar, E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        mask: Option<Mask>,
        input: &[[E; F]; L],
        d_output: &[[E; F]; L],
        d_input: &mut [[E; F]; L],
    ) {
        let (isa, parameters, gradients) = (cx.isa, cx.parameters, cx.gradients);
        let geometry = self.geometry();
        let Some(memory) = Memory::split(geometry, E::scalars_mut(cx.saved), E::LANES) else {
            return;
        };
        projection::backward_in_place::<T, E>(
            isa,
            F,
            cx.overwrite,
            parameters.out_proj.weight.as_slice(),
            memory.mixed,
            E::scalars(d_output.as_flattened()),
            memory.rows,
            gradients.out_proj.weight.as_mut_slice(),
            gradients.out_proj.bias.as_mut_slice(),
        );
        attention::backward(
            isa,
            E::LANES,
            geometry,
            mask,
            memory.qkv,
            memory.mixed,
            memory.statistics,
            memory.rows,
            memory.head,
        );
        let d_input = if cx.input_gradient {
            E::scalars_mut(d_input.as_flattened_mut())
        } else {
            &mut []
        };
        projection::backward::<T, E>(
            isa,
            QKV,
            cx.overwrite,
            parameters.in_proj_weight.as_slice(),
            E::scalars(input.as_flattened()),
            memory.qkv,
            d_input,
            gradients.in_proj_weight.as_mut_slice(),
            gradients.in_proj_bias.as_mut_slice(),
        );
    }

    /// What falls out in training.
    #[inline(always)]
    fn mask(&self, randomness: Randomness, group: usize) -> Option<Mask> {
        (self.dropout > 0.0).then(|| Mask::new(randomness, group, self.dropout))
    }
}

impl<
    T: Scalar,
    const L: usize,
    const F: usize,
    const HEADS: usize,
    const SPAN: usize,
    const QKV: usize,
    const BIAS: usize,
    const QKV_BIAS: usize,
> Layer<T> for MultiheadAttention<L, F, HEADS, SPAN, QKV, BIAS, QKV_BIAS>
{
    type Input = [[T; F]; L];
    type Output = [[T; F]; L];
    type Parameters = MultiheadAttentionParameters<T, F, QKV, BIAS, QKV_BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[
        Tensor::outputs_innermost("in_proj_weight", &[QKV, F]),
        Tensor::new("in_proj_bias", &[QKV_BIAS]),
        Tensor::outputs_innermost("out_proj.weight", &[F, F]),
        Tensor::new("out_proj.bias", &[BIAS]),
    ];
    const MACS: usize = L * F * (4 * F + 2 * SPAN);
    const SAVED: usize = memory::len(Self::GEOMETRY);
    const SAVED_IN_INFERENCE: usize = memory::inference_len(Self::GEOMETRY);
    const OVERWRITES: bool = true;

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        let xavier = Init::XavierUniform { gain: 1.0 };
        xavier.fill(parameters.in_proj_weight.as_mut_slice(), F, QKV, rng);
        let out_proj = Linear::<F, F, BIAS> {
            bias_init: Init::Zeros,
            ..Linear::default()
        };
        Layer::<T>::init(&out_proj, &mut parameters.out_proj, &mut (), rng);
    }

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[E; F]; L],
        output: &mut [[E; F]; L],
    ) {
        self.group(cx, None, input, output);
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[[E; F]; L],
        output: &[[E; F]; L],
        d_output: &[[E; F]; L],
        d_input: &mut [[E; F]; L],
    ) {
        self.backward_training(
            cx,
            slice::from_ref(input),
            slice::from_ref(output),
            slice::from_ref(d_output),
            slice::from_mut(d_input),
        );
    }

    #[inline(always)]
    fn forward_training<E: Element<T>>(
        &self,
        mut cx: Forward<T, Self, E>,
        inputs: &[[[E; F]; L]],
        outputs: &mut [[[E; F]; L]],
    ) {
        for (group, (input, output)) in inputs.iter().zip(outputs).enumerate() {
            let mask = self.mask(cx.randomness, group).filter(|_| !cx.frozen);
            self.group(cx.group(group), mask, input, output);
        }
    }

    #[inline(always)]
    fn backward_training<E: Element<T>>(
        &self,
        mut cx: Backward<T, Self, E>,
        inputs: &[[[E; F]; L]],
        _outputs: &[[[E; F]; L]],
        d_outputs: &[[[E; F]; L]],
        d_inputs: &mut [[[E; F]; L]],
    ) {
        let groups = inputs.iter().zip(d_outputs).zip(d_inputs);
        for (group, ((input, d_output), d_input)) in groups.enumerate() {
            let mask = self.mask(cx.randomness, group).filter(|_| !cx.frozen);
            self.group_backward(cx.group(group), mask, input, d_output, d_input);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer, pass, random_case};

    /// Four positions of six features in two heads.
    type Small<const SPAN: usize> = MultiheadAttention<4, 6, 2, SPAN, 18, 6, 18>;

    #[test]
    fn gradients() {
        check_layer(Small::<4>::new(false, 0.0));
        check_layer(Small::<4>::new(true, 0.0));
        check_layer(Small::<2>::new(true, 0.0));
        check_layer(Small::<9>::new(true, 0.0));
        check_layer(MultiheadAttention::<3, 4, 4, 3, 12, 0, 0>::new(false, 0.0));
        check_layer(MultiheadAttention::<1, 2, 1, 1, 6, 2, 6>::new(true, 0.0));
        // More features than partial sums.
        check_layer(MultiheadAttention::<3, 19, 1, 3, 57, 19, 57>::new(
            true, 0.0,
        ));
    }

    #[test]
    fn gradients_use_the_mask_of_the_forward_pass() {
        check_layer(Small::<4>::new(false, 0.4));
        check_layer(Small::<3>::new(true, 0.2));
        check_layer(Small::<4>::new(false, 1.0));
    }

    #[test]
    fn lanes_give_nearly_the_numbers_of_single_samples() {
        let layer = MultiheadAttention::<5, 40, 2, 5, 120, 40, 120>::new(false, 0.1);
        check_lanes::<f64, _>(layer, 1e-12);
        // What all gradients in `f32` are held to: the rounding of scores, sums of 40 products, is in exponents.
        check_lanes::<f32, _>(layer, 1e-4);
    }

    /// A position sees itself and those before it, or the last few of these.
    #[test]
    fn what_is_not_seen_changes_nothing() {
        for position in 0..4 {
            for (seen, layer) in [
                (4, Outputs::of(Small::<4>::new(true, 0.0), position)),
                (2, Outputs::of(Small::<2>::new(true, 0.0), position)),
                (1, Outputs::of(Small::<1>::new(true, 0.0), position)),
            ] {
                for (t, changed) in layer.0.into_iter().enumerate() {
                    assert_eq!(changed, (position..position + seen).contains(&t));
                }
            }
        }
        let all = Outputs::of(Small::<4>::new(false, 0.0), 3);
        assert_eq!(all.0, [true; 4]);
    }

    /// Which outputs change when an input does.
    struct Outputs([bool; 4]);

    impl Outputs {
        fn of<const SPAN: usize>(layer: Small<SPAN>, position: usize) -> Self {
            let (parameters, mut x, dy) = random_case::<f64, _>(&layer, 1);
            let before = pass::<f64, _, f64>(&layer, &parameters, &x, &dy).outputs;
            x[position * 6] += 1.0;
            let after = pass::<f64, _, f64>(&layer, &parameters, &x, &dy).outputs;
            Self(core::array::from_fn(|t| {
                before[t * 6..][..6] != after[t * 6..][..6]
            }))
        }
    }

    /// With equal keys a position takes the mean of the values, and dropout keeps that mean.
    #[test]
    fn dropout_falls_on_the_weights() {
        const L: usize = 200;
        let layer = MultiheadAttention::<L, 1, 1, L, 3, 0, 0>::new(false, 0.25);
        let mut parameters =
            <MultiheadAttention<L, 1, 1, L, 3, 0, 0> as Layer<f64>>::Parameters::clone(
                &bytemuck::Zeroable::zeroed(),
            );
        parameters.in_proj_weight[(2, 0)] = 1.0;
        parameters.out_proj.weight[(0, 0)] = 1.0;
        let outputs = pass::<f64, _, f64>(&layer, &parameters, &[1.0; L], &[0.0; L]).outputs;
        let kept = outputs.iter().map(|y| (y * 0.75 * L as f64).round());
        let (n, total) = ((L * L) as f64, kept.sum::<f64>());
        assert!((total - 0.75 * n).abs() < 4.0 * (n * 0.75 * 0.25).sqrt());
        let different = outputs.iter().filter(|&&y| y != outputs[0]).count();
        assert!(different > L / 2);
    }

    #[test]
    fn large_scores_do_not_overflow() {
        let layer = MultiheadAttention::<2, 1, 1, 2, 3, 0, 0>::new(false, 0.0);
        let mut parameters: MultiheadAttentionParameters<f32, 1, 3, 0, 0> =
            bytemuck::Zeroable::zeroed();
        parameters.in_proj_weight.fill(1.0);
        parameters.out_proj.weight[(0, 0)] = 1.0;
        let run = pass::<f32, _, f32>(&layer, &parameters, &[1e4, -1e4], &[1.0; 2]);
        assert_eq!(run.outputs, [1e4, -1e4]);
        assert!(run.d_inputs.iter().all(|dx| dx.is_finite()));
    }
}
