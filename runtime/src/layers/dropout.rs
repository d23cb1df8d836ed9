use crate::join::copy;
use crate::kernels::dropout::dropout;
use crate::layer::{Backward, Forward, Layer, Randomness};
use crate::shape::Shape;
use crate::simd::Isa;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;

/// In training, sets each element to zero with probability `p` and multiplies the others by `1 / (1 − p)`, PyTorch's
/// `nn.Dropout` (Srivastava et al. 2014, JMLR 15); in inference the identity.
///
/// Shapes: `x: S`, `y: S`. Backward: `dx = dy / (1 − p)` where `x` was kept, else 0. The mask is not stored but drawn
/// again: it is a function of the workspace's seed, the step, the layer, the sample's number in the batch and the
/// element, so neither lanes nor threads change it. `p` is met to within 2⁻³².
#[derive(Clone, Copy, Debug)]
pub struct Dropout<S> {
    p: f64,
    shape: PhantomData<fn() -> S>,
}

impl<S: Shape> Dropout<S> {
    /// The layer that drops with probability `p`.
    ///
    /// # Panics
    /// If `p` is not in 0…1: in a declaration, when the program compiles.
    pub const fn new(p: f64) -> Self {
        assert!(
            p >= 0.0 && p <= 1.0,
            "the probability of dropout must be in 0…1"
        );
        Self {
            p,
            shape: PhantomData,
        }
    }

    /// `y = mask ⊙ x / (1 − p)`, the same in both directions.
    #[inline]
    fn apply<E: Element<S::Scalar>>(
        &self,
        isa: Isa,
        randomness: Randomness,
        x: &[S::Of<E>],
        y: &mut [S::Of<E>],
    ) {
        let (x, y) = (E::scalars(S::flat(x)), E::scalars_mut(S::flat_mut(y)));
        if self.p >= 1.0 {
            y.fill(S::Scalar::ZERO);
            return;
        }
        let threshold = (self.p * 4_294_967_296.0) as u32;
        let scale = S::Scalar::from_f64(1.0 / (1.0 - self.p));
        dropout(isa, E::LANES, S::LEN, randomness, threshold, scale, x, y);
    }
}

impl<T: Scalar, S: Shape<Scalar = T>> Layer<T> for Dropout<S> {
    type Input = S;
    type Output = S;
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        _cx: Forward<T, Self, E>,
        input: &S::Of<E>,
        output: &mut S::Of<E>,
    ) {
        *output = *input;
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &S::Of<E>,
        output: &S::Of<E>,
        d_output: &S::Of<E>,
        d_input: &mut S::Of<E>,
    ) {
        self.backward_training(
            cx,
            slice::from_ref(input),
            slice::from_ref(output),
            slice::from_ref(d_output),
            slice::from_mut(d_input),
        );
    }

    #[inline]
    fn forward_training<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        inputs: &[S::Of<E>],
        outputs: &mut [S::Of<E>],
    ) {
        if cx.frozen {
            return copy(S::flat_mut(outputs), S::flat(inputs));
        }
        self.apply(cx.isa, cx.randomness, inputs, outputs);
    }

    #[inline]
    fn backward_training<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _inputs: &[S::Of<E>],
        _outputs: &[S::Of<E>],
        d_outputs: &[S::Of<E>],
        d_inputs: &mut [S::Of<E>],
    ) {
        if cx.input_gradient && cx.frozen {
            copy(S::flat_mut(d_inputs), S::flat(d_outputs));
        } else if cx.input_gradient {
            self.apply(cx.isa, cx.randomness, d_outputs, d_inputs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::{LANES, Lanes};
    use crate::gradient_check::check_layer;
    use crate::network::inference;
    use crate::pass::Context;

    const FEATURES: usize = 500;
    const GROUPS: usize = 3;
    const SAMPLES: usize = GROUPS * LANES;

    fn context(isa: Isa, step: u64, first_sample: usize) -> Context {
        Context {
            samples: SAMPLES,
            input_gradient: true,
            overwrite: false,
            frozen: false,
            randomness: Randomness::new(9, step, first_sample),
            isa,
        }
    }

    /// The outputs for inputs of 1, a row a sample.
    fn train<E: Element<f64>>(p: f64, context: Context, layer_index: usize) -> Vec<Vec<f64>> {
        let layer = Dropout::<[f64; FEATURES]>::new(p);
        let x = vec![[E::splat(1.0); FEATURES]; SAMPLES / E::LANES];
        let mut y = vec![[E::splat(7.0); FEATURES]; SAMPLES / E::LANES];
        let cx = context.forward(&layer, layer_index, &(), &(), &mut []);
        layer.forward_training(cx, &x, &mut y);
        let sample = |group: usize, lane: usize| -> Vec<f64> {
            let elements = E::scalars(&y[group]).iter().skip(lane);
            elements.step_by(E::LANES).copied().collect()
        };
        (0..SAMPLES)
            .map(|s| sample(s / E::LANES, s % E::LANES))
            .collect()
    }

    #[test]
    fn masks_do_not_depend_on_lanes_pieces_or_instruction_sets() {
        let expected = train::<f64>(0.3, context(Isa::BASELINE, 1, 0), 4);
        for isa in Isa::for_tests() {
            assert_eq!(train::<Lanes<f64>>(0.3, context(isa, 1, 0), 4), expected);
        }
        let second_piece = train::<f64>(0.3, context(Isa::detect(), 1, LANES), 4);
        assert_eq!(second_piece[..LANES], expected[LANES..2 * LANES]);
        // Other steps, layers and samples draw anew.
        assert_ne!(train::<f64>(0.3, context(Isa::detect(), 2, 0), 4), expected);
        assert_ne!(train::<f64>(0.3, context(Isa::detect(), 1, 0), 5), expected);
        assert_ne!(expected[0], expected[1]);
    }

    #[test]
    fn drops_the_stated_share_and_keeps_the_mean() {
        for p in [0.1, 0.5, 0.9] {
            let y = train::<Lanes<f64>>(p, context(Isa::detect(), 3, 0), 0).concat();
            assert!(y.iter().all(|&y| y == 0.0 || y == 1.0 / (1.0 - p)));
            let dropped = y.iter().filter(|&&y| y == 0.0).count() as f64;
            let (n, expected) = (y.len() as f64, p * y.len() as f64);
            assert!((dropped - expected).abs() < 4.0 * (n * p * (1.0 - p)).sqrt());
        }
    }

    #[test]
    fn probabilities_0_and_1_are_exact() {
        let kept = train::<Lanes<f64>>(0.0, context(Isa::detect(), 0, 0), 0).concat();
        assert!(kept.iter().all(|&y| y == 1.0));
        let dropped = train::<Lanes<f64>>(1.0, context(Isa::detect(), 0, 0), 0).concat();
        assert!(dropped.iter().all(|&y| y == 0.0));
    }

    #[test]
    fn inference_is_the_identity() {
        let layer = Dropout::<[f32; 3]>::new(0.5);
        let mut y = [0.0; 3];
        let cx = inference(Isa::detect(), &layer, &(), &(), &mut []);
        layer.forward(cx, &[1.0, 2.0, 3.0], &mut y);
        assert_eq!(y, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn gradients_use_the_mask_of_the_forward_pass() {
        check_layer(Dropout::<[[f64; 5]; 3]>::new(0.4));
    }
}
