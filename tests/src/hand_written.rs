//! What the file tests need of
//!
//! ```text
//! network! {
//!     pub struct Mixed<T>: [2, 2, 2] -> [3] {
//!         conv: Conv2d(5, kernel = 2), norm: BatchNorm2d, Tanh, Flatten, head: Linear(3, bias = false),
//!     }
//! }
//! ```
//!
//! written by hand. It has every kind of tensor that files meet: weights with their outputs innermost, plain vectors, a
//! bias that is not there, and buffers. The kernel covers the image, so the convolution is a matrix. It only infers.

use chainrule::__private as rt;
use chainrule::prelude::*;
use chainrule::{LayerInfo, parameters};
use nalgebra::{SMatrix, SVector};

parameters! {
    @[allow(unsafe_code)]
    /// The trained values of [`Mixed`].
    pub struct MixedParameters<T> {
        /// The weight of `conv`, outputs × (channel, row, column).
        pub conv_weight: SMatrix<T, 5, 8>,
        /// The bias of `conv`.
        pub conv_bias: SVector<T, 5>,
        /// The factors of `norm`.
        pub norm_weight: SVector<T, 5>,
        /// The summands of `norm`.
        pub norm_bias: SVector<T, 5>,
        /// The weight of `head`.
        pub head_weight: SMatrix<T, 3, 5>,
    }
}

parameters! {
    @[allow(unsafe_code)]
    /// The untrained state of [`Mixed`].
    pub struct MixedBuffers<T> {
        /// The means of `norm`.
        pub running_mean: SVector<T, 5>,
        /// The variances of `norm`.
        pub running_var: SVector<T, 5>,
    }
}

/// The network.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Mixed<T> {
    parameters: MixedParameters<T>,
    buffers: MixedBuffers<T>,
}

rt::run!([T: Scalar] T, Mixed<T> { parameters: MixedParameters<T>, buffers: MixedBuffers<T> });

impl<T: Scalar> Parameters for MixedParameters<T> {
    type Scalar = T;
    fn parameters(&self) -> &[T] {
        rt::scalars(self)
    }
    fn parameters_mut(&mut self) -> &mut [T] {
        rt::scalars_mut(self)
    }
}

impl<T: Scalar> Parameters for Mixed<T> {
    type Scalar = T;
    fn parameters(&self) -> &[T] {
        rt::scalars(&self.parameters)
    }
    fn parameters_mut(&mut self) -> &mut [T] {
        rt::scalars_mut(&mut self.parameters)
    }
}

const fn layer(
    label: &'static str,
    declaration: &'static str,
    output: &'static [usize],
    parameters: &'static [Tensor],
    buffers: &'static [Tensor],
) -> LayerInfo {
    LayerInfo {
        label,
        declaration,
        output,
        parameters,
        buffers,
        macs: 0,
    }
}

impl<T: Scalar> Network for Mixed<T> {
    type Input = [[[T; 2]; 2]; 2];
    type Output = [T; 3];
    type Parameters = MixedParameters<T>;
    type Buffers = MixedBuffers<T>;
    const NAME: &'static str = "Mixed";
    const LAYERS: &'static [LayerInfo] = &[
        layer(
            "conv",
            "Conv2d(5, kernel = 2)",
            &[5, 1, 1],
            &[
                Tensor::outputs_innermost("weight", &[5, 2, 2, 2]),
                Tensor::new("bias", &[5]),
            ],
            &[],
        ),
        layer(
            "norm",
            "BatchNorm2d",
            &[5, 1, 1],
            &[Tensor::new("weight", &[5]), Tensor::new("bias", &[5])],
            &[
                Tensor::new("running_mean", &[5]),
                Tensor::new("running_var", &[5]),
            ],
        ),
        layer("", "Tanh", &[5, 1, 1], &[], &[]),
        layer("", "Flatten", &[5], &[], &[]),
        layer(
            "head",
            "Linear(3, bias = false)",
            &[3],
            &[
                Tensor::outputs_innermost("weight", &[3, 5]),
                Tensor::new("bias", &[0]),
            ],
            &[],
        ),
    ];
    const CROSS_SAMPLE: bool = true;
    const INFERENCE_ELEMENTS: usize = 0;
    const TRAINING_ELEMENTS: usize = 0;

    fn parts(&self) -> (&MixedParameters<T>, &MixedBuffers<T>) {
        (&self.parameters, &self.buffers)
    }
    fn parts_mut(&mut self) -> (&mut MixedParameters<T>, &mut MixedBuffers<T>) {
        (&mut self.parameters, &mut self.buffers)
    }

    fn init_layers<R: Rng + ?Sized>(
        parameters: &mut MixedParameters<T>,
        buffers: &mut MixedBuffers<T>,
        rng: &mut R,
    ) {
        for value in parameters.parameters_mut() {
            *value = T::from_f64(rng.random::<f64>() - 0.5);
        }
        buffers.running_var.fill(T::ONE);
    }

    fn with_scratch<R>(run: impl FnOnce(&mut [T]) -> R) -> R {
        run(&mut [])
    }

    fn infer<E: Element<T>>(
        &self,
        _: rt::Isa,
        inputs: &[[[[E; 2]; 2]; 2]],
        outputs: &mut [[E; 3]],
        _: rt::Arena<'_, E>,
    ) {
        let Self {
            parameters: p,
            buffers: b,
        } = self;
        for (x, y) in inputs.iter().zip(outputs) {
            let x = x.as_flattened().as_flattened();
            *y = [E::splat(T::ZERO); 3];
            for i in 0..5 {
                let conv = x.iter().enumerate();
                let conv = conv.fold(E::splat(p.conv_bias[i]), |sum, (j, &x)| {
                    sum + x * p.conv_weight[(i, j)]
                });
                let deviation = (b.running_var[i] + T::from_f64(1e-5)).sqrt();
                let norm = (conv - E::splat(b.running_mean[i])) / deviation * p.norm_weight[i];
                let tanh = (norm + E::splat(p.norm_bias[i])).map(T::tanh);
                for (o, y) in y.iter_mut().enumerate() {
                    *y += tanh * p.head_weight[(o, i)];
                }
            }
        }
    }

    fn train<E: Element<T>>(&self, _: rt::Pass<'_, Self, E>, _: impl rt::Objective<Self, E>) {
        unreachable!("this network only infers");
    }
}
