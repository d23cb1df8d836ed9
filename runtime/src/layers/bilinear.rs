use crate::init::Init;
use crate::kernels::linear;
use crate::layer::{Backward, Forward, Layer};
use crate::simd::{Isa, Work};
use crate::tensor::Tensor;
use crate::{Element, Scalar, parameters};
use core::marker::PhantomData;
use core::slice;
use nalgebra::{SMatrix, SVector};
use rand::Rng;

/// A form that is linear in each of two vectors: `y_k = x₁ᵀ·A_k·x₂ + b_k`, PyTorch's `nn.Bilinear`.
///
/// Shapes: `x: [IN]`, in which `x₁: [IN1]` and `x₂: [IN2]` lie one behind the other (`IN` is `IN1 + IN2`); `A: OUT×IN1×IN2`,
/// a matrix with `PRODUCT = IN1·IN2` columns in memory; `b: [OUT]` (`BIAS` is `OUT`, or 0 with `bias = false`); `y: [OUT]`.
/// Backward, with `z = x₁·x₂ᵀ` and `dz = Σ_k dy_k·A_k`: `dA_k += dy_k·z`, `db += dy`, `dx₁ = dz·x₂`, `dx₂ = dzᵀ·x₁`; keeps
/// `x` and `z`, of which `y` is a linear function.
/// Init: weight and bias uniform in ±1/√IN1, as PyTorch's; another `init` counts fans as PyTorch does for three dimensions,
/// `IN1·IN2` in and `OUT·IN2` out.
/// Cost: `IN1·IN2·(OUT + 1)` multiply-adds a sample.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bilinear<
    const IN1: usize,
    const IN2: usize,
    const IN: usize,
    const PRODUCT: usize,
    const OUT: usize,
    const BIAS: usize,
> {
    /// How the weight starts.
    pub init: Init,
    /// How the bias starts.
    pub bias_init: Init,
}

parameters! {
    @[allow(unsafe_code)]
    /// Weight and bias of a [`Bilinear`] layer.
    pub struct BilinearParameters<T, const PRODUCT: usize, const OUT: usize, const BIAS: usize> {
        /// `A`, outputs × pairs of inputs: that of `x₁[i]` and `x₂[j]` is column `i·IN2 + j`.
        pub weight: SMatrix<T, OUT, PRODUCT>,
        /// `b`
        pub bias: SVector<T, BIAS>,
    }
}

impl<
    T: Scalar,
    const IN1: usize,
    const IN2: usize,
    const IN: usize,
    const PRODUCT: usize,
    const OUT: usize,
    const BIAS: usize,
> Layer<T> for Bilinear<IN1, IN2, IN, PRODUCT, OUT, BIAS>
{
    type Input = [T; IN];
    type Output = [T; OUT];
    type Parameters = BilinearParameters<T, PRODUCT, OUT, BIAS>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[
        Tensor::outputs_innermost("weight", &[OUT, IN1, IN2]),
        Tensor::new("bias", &[BIAS]),
    ];
    const MACS: usize = PRODUCT * (OUT + 1);
    /// `z`, and a row of `dz` for one sample.
    const SAVED: usize = PRODUCT + IN2;
    const SAVED_IN_INFERENCE: usize = PRODUCT;
    const OVERWRITES: bool = true;

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        // PyTorch's own rule looks at the first input alone.
        let fans = |init: Init| match init {
            Init::Default => (IN1, OUT),
            _ => (PRODUCT, OUT * IN2),
        };
        let (fan_in, fan_out) = fans(self.init);
        self.init
            .fill(parameters.weight.as_mut_slice(), fan_in, fan_out, rng);
        let (fan_in, fan_out) = fans(self.bias_init);
        self.bias_init
            .fill(parameters.bias.as_mut_slice(), fan_in, fan_out, rng);
    }

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[E; IN],
        output: &mut [E; OUT],
    ) {
        self.forward_training(cx, slice::from_ref(input), slice::from_mut(output));
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[E; IN],
        output: &[E; OUT],
        d_output: &[E; OUT],
        d_input: &mut [E; IN],
    ) {
        self.backward_training(
            cx,
            slice::from_ref(input),
            slice::from_ref(output),
            slice::from_ref(d_output),
            slice::from_mut(d_input),
        );
    }

    /// All lane groups at once, as in `Linear`.
    #[inline(always)]
    fn forward_training<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        inputs: &[[E; IN]],
        outputs: &mut [[E; OUT]],
    ) {
        const {
            assert!(
                IN == IN1 + IN2 && PRODUCT == IN1 * IN2,
                "a bilinear layer takes two vectors one behind the other"
            )
        }
        let z = products::<E, PRODUCT>(cx.saved, inputs.len());
        for (x, z) in inputs.iter().zip(&mut *z) {
            let (a, b) = halves(x, IN1);
            cx.isa.run_for::<T, E, _>(Outer::<T, E> {
                a: E::scalars(a),
                b: E::scalars(b),
                z: E::scalars_mut(z),
                element: PhantomData,
            });
        }
        let (weight, bias) = (
            cx.parameters.weight.as_slice(),
            cx.parameters.bias.as_slice(),
        );
        if E::LANES == 1 {
            for (z, y) in z.iter().zip(outputs) {
                linear::forward::<T, E>(cx.isa, weight, bias, E::scalars(z), E::scalars_mut(y));
            }
        } else {
            let (z, y) = (z.as_flattened(), outputs.as_flattened_mut());
            linear::forward_divided(cx.isa, OUT, weight, bias, E::scalars(z), E::scalars_mut(y));
        }
    }

    #[inline(always)]
    fn backward_training<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        inputs: &[[E; IN]],
        _: &[[E; OUT]],
        d_outputs: &[[E; OUT]],
        d_inputs: &mut [[E; IN]],
    ) {
        let (isa, groups) = (cx.isa, inputs.len());
        let weight = cx.parameters.weight.as_slice();
        let (dw, db) = (
            cx.gradients.weight.as_mut_slice(),
            cx.gradients.bias.as_mut_slice(),
        );
        if E::LANES > 1 {
            let z = products::<E, PRODUCT>(cx.saved, groups);
            let dy = E::scalars(d_outputs.as_flattened());
            let flat = E::scalars_mut(z.as_flattened_mut());
            linear::weight_gradient(isa, OUT, cx.overwrite, flat, dy, dw, db);
            if cx.input_gradient {
                // In the place of `z`.
                linear::input_gradient(isa, OUT, weight, dy, flat);
                for ((x, dx), dz) in inputs.iter().zip(d_inputs).zip(z) {
                    way_back::<T, E, IN>(isa, IN1, x, dz, dx, 0);
                }
            }
            return;
        }
        let (z, rest) = cx
            .saved
            .split_at_mut_checked(groups * PRODUCT)
            .unwrap_or_default();
        let z = z.as_chunks::<PRODUCT>().0;
        let dz = rest.get_mut(..IN2).unwrap_or_default();
        let samples = inputs.iter().zip(d_outputs).zip(d_inputs).zip(z);
        for (sample, (((x, dy), dx), z)) in samples.enumerate() {
            let (overwrite, dy) = (cx.overwrite && sample == 0, E::scalars(dy));
            if !cx.input_gradient {
                let z = E::scalars(z);
                linear::backward_sample::<T, E>(isa, overwrite, weight, z, dy, &mut [], dw, db);
                continue;
            }
            // Row by row of `z`, so that each weight is read once and a row of `dz` is enough.
            let columns = (IN2 * OUT).max(1);
            let rows = weight
                .chunks(columns)
                .zip(dw.chunks_mut(columns))
                .zip(z.chunks(IN2.max(1)));
            for (row, ((weight, dw), z)) in rows.enumerate() {
                let db = if row == 0 { &mut *db } else { &mut [] };
                linear::backward_sample::<T, E>(
                    isa,
                    overwrite,
                    weight,
                    E::scalars(z),
                    dy,
                    E::scalars_mut(dz),
                    dw,
                    db,
                );
                way_back::<T, E, IN>(isa, IN1, x, dz, dx, row);
            }
        }
    }
}

/// The room for the products of pairs.
#[inline(always)]
fn products<E, const PRODUCT: usize>(saved: &mut [E], groups: usize) -> &mut [[E; PRODUCT]] {
    let room = saved.get_mut(..groups * PRODUCT).unwrap_or_default();
    room.as_chunks_mut::<PRODUCT>().0
}

/// `x₁` and `x₂`
#[inline(always)]
fn halves<E>(x: &[E], first: usize) -> (&[E], &[E]) {
    x.split_at_checked(first).unwrap_or_default()
}

/// `dx₁ = dz·x₂`, `dx₂ = dzᵀ·x₁`, of the rows of `dz` from this one on; the first sets `dx₂`, the others add to it.
#[inline(always)]
fn way_back<T: Scalar, E: Element<T>, const IN: usize>(
    isa: Isa,
    first: usize,
    x: &[E; IN],
    dz: &[E],
    dx: &mut [E; IN],
    row: usize,
) {
    let (a, b) = halves(x, first);
    let (da, db) = dx.split_at_mut_checked(first).unwrap_or_default();
    isa.run_for::<T, E, _>(Back::<T, E> {
        a: E::scalars(a.get(row..).unwrap_or_default()),
        b: E::scalars(b),
        dz: E::scalars(dz),
        da: E::scalars_mut(da.get_mut(row..).unwrap_or_default()),
        db: E::scalars_mut(db),
        set: row == 0,
        element: PhantomData,
    });
}

/// `z = x₁·x₂ᵀ`
struct Outer<'a, T, E> {
    a: &'a [T],
    b: &'a [T],
    z: &'a mut [T],
    /// Whose scalars these are.
    element: PhantomData<E>,
}

impl<T: Scalar, E: Element<T>> Work for Outer<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let rows = self.z.chunks_exact_mut(self.b.len().max(1));
        for (z, a) in rows.zip(self.a.chunks_exact(E::LANES)) {
            if let ([a], 1) = (a, E::LANES) {
                for (z, b) in z.iter_mut().zip(self.b) {
                    *z = *a * *b;
                }
                continue;
            }
            let pairs = z.chunks_exact_mut(E::LANES);
            for (z, b) in pairs.zip(self.b.chunks_exact(E::LANES)) {
                for ((z, a), b) in z.iter_mut().zip(a).zip(b) {
                    *z = *a * *b;
                }
            }
        }
    }
}

/// See [`way_back`].
struct Back<'a, T, E> {
    a: &'a [T],
    b: &'a [T],
    dz: &'a [T],
    da: &'a mut [T],
    db: &'a mut [T],
    /// Whether `db` holds nothing yet.
    set: bool,
    element: PhantomData<E>,
}

impl<T: Scalar, E: Element<T>> Work for Back<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        if self.set {
            self.db.fill(T::ZERO);
        }
        let rows = self.dz.chunks_exact(self.b.len().max(1));
        let rows = rows.zip(self.a.chunks_exact(E::LANES));
        for ((dz, a), da) in rows.zip(self.da.chunks_exact_mut(E::LANES)) {
            da.fill(T::ZERO);
            let columns = dz.chunks_exact(E::LANES);
            let columns = columns.zip(self.b.chunks_exact(E::LANES));
            for ((dz, b), db) in columns.zip(self.db.chunks_exact_mut(E::LANES)) {
                for (((da, db), dz), (a, b)) in da.iter_mut().zip(db).zip(dz).zip(a.iter().zip(b)) {
                    *da += *dz * *b;
                    *db += *dz * *a;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer, pass};

    #[test]
    fn every_pair_has_a_weight_for_each_output() {
        let layer = Bilinear::<2, 3, 5, 6, 1, 1>::default();
        let parameters = BilinearParameters {
            weight: [[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]].into(),
            bias: [10.0].into(),
        };
        let x = [1.0, -1.0, 1.0, 10.0, 100.0];
        let run = pass::<f32, _, f32>(&layer, &parameters, &x, &[2.0]);
        assert_eq!(run.outputs, [10.0 + 321.0 - 654.0]);
        assert_eq!(run.d_inputs, [642.0, 1308.0, -6.0, -6.0, -6.0]);
        assert_eq!(run.gradients, [2.0, 20.0, 200.0, -2.0, -20.0, -200.0, 2.0]);
    }

    #[test]
    fn gradients_with_and_without_a_bias() {
        check_layer(Bilinear::<3, 4, 7, 12, 2, 2>::default());
        check_layer(Bilinear::<1, 5, 6, 5, 3, 0>::default());
        check_layer(Bilinear::<6, 1, 7, 6, 19, 19>::default());
    }

    #[test]
    fn lanes_give_what_single_samples_do() {
        check_lanes::<f32, _>(Bilinear::<5, 3, 8, 15, 4, 4>::default(), 1e-5);
    }
}
