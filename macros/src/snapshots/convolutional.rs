// #[derive(Debug)]
// struct Small: [1, 8, 8] -> [10] {
//     conv: Conv2d(4, kernel = 3, padding = same, init = kaiming_uniform(a = 0.0)), BatchNorm2d, Relu, MaxPool2d(2),
//     Flatten, Dropout(0.2),
//     Linear(10),
// }

/// `[1, 8, 8]` → `[10]`
///
/// | label | layer | output | parameters | multiply-adds |
/// |---|---|---|---:|---:|
/// | `conv` | `Conv2d(4, kernel = 3, padding = same, init = kaiming_uniform(a = 0.0))` | `[4, 8, 8]` | 40 | 2_304 |
/// | `batch_norm2d1` | `BatchNorm2d` | `[4, 8, 8]` | 8 | 256 |
/// |  | `Relu` | `[4, 8, 8]` | 0 | 0 |
/// |  | `MaxPool2d(2)` | `[4, 4, 4]` | 0 | 0 |
/// |  | `Flatten` | `[64]` | 0 | 0 |
/// |  | `Dropout(0.2)` | `[64]` | 0 | 0 |
/// | `linear1` | `Linear(10)` | `[10]` | 650 | 640 |
/// | | | | **698** | **3_200** |
#[repr(C, align(64))]
#[derive(::core::clone::Clone, ::core::marker::Copy, Debug)]
struct Small {
    __parameters: SmallParameters,
    __buffers: SmallBuffers,
}
/// The trained values of [`Small`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy, Debug)]
struct SmallParameters {
    /// `Conv2d(4, kernel = 3, padding = same, init = kaiming_uniform(a = 0.0))`
    pub conv: <::chainrule::layers::Conv2d<
        1,
        8,
        8,
        4,
        8,
        8,
        3,
        3,
        9,
        4,
    > as ::chainrule::Layer<f32>>::Parameters,
    /// `BatchNorm2d`
    pub batch_norm2d1: <::chainrule::layers::BatchNorm<
        [[[f32; 8]; 8]; 4],
        4,
        4,
    > as ::chainrule::Layer<f32>>::Parameters,
    /// `Linear(10)`
    pub linear1: ::chainrule::layers::LinearParameters<f32, 64, 10, 10>,
}
/// The untrained state of [`Small`].
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy, Debug)]
struct SmallBuffers {
    /// `BatchNorm2d`
    pub batch_norm2d1: <::chainrule::layers::BatchNorm<
        [[[f32; 8]; 8]; 4],
        4,
        4,
    > as ::chainrule::Layer<f32>>::Buffers,
}
#[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
const _: () = {
    use ::chainrule::__private as __rt;
    __rt::run!(
        @ aligned[] f32, Small { __parameters : SmallParameters, __buffers : SmallBuffers
        }
    );
    __rt::run!(
        [] f32, SmallParameters { conv : < ::chainrule::layers::Conv2d < 1, 8, 8, 4, 8,
        8, 3, 3, 9, 4 > as ::chainrule::Layer < f32 >> ::Parameters, batch_norm2d1 : <
        ::chainrule::layers::BatchNorm < [[[f32; 8]; 8]; 4], 4, 4 > as ::chainrule::Layer
        < f32 >> ::Parameters, linear1 : < ::chainrule::layers::Linear < 64, 10, 10 > as
        ::chainrule::Layer < f32 >> ::Parameters }
    );
    __rt::run!(
        [] f32, SmallBuffers { batch_norm2d1 : < ::chainrule::layers::BatchNorm < [[[f32;
        8]; 8]; 4], 4, 4 > as ::chainrule::Layer < f32 >> ::Buffers }
    );
    impl Small {
        /// A network of zeros, also in a constant: what to place in a `static` and load weights into.
        const fn zeroed() -> Self {
            __rt::zeroed()
        }
    }
    #[automatically_derived]
    impl ::core::ops::Deref for Small {
        type Target = SmallParameters;
        #[inline(always)]
        fn deref(&self) -> &SmallParameters {
            &self.__parameters
        }
    }
    #[automatically_derived]
    impl ::core::ops::DerefMut for Small {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut SmallParameters {
            &mut self.__parameters
        }
    }
    #[automatically_derived]
    impl ::chainrule::Parameters for SmallParameters {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Small>() }
            __rt::scalars(&*self)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Small>() }
            __rt::scalars_mut(&mut *self)
        }
    }
    #[automatically_derived]
    impl ::chainrule::Parameters for Small {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Small>() }
            __rt::scalars(&self.__parameters)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Small>() }
            __rt::scalars_mut(&mut self.__parameters)
        }
    }
    impl Small {
        /// The parameters of `conv: Conv2d(4, kernel = 3, padding = same, init = kaiming_uniform(a = 0.0))`, a [group](::chainrule::Group) for optimizers.
        const CONV: ::chainrule::Group<Self> = __rt::group(0, 1);
        /// The parameters of `batch_norm2d1: BatchNorm2d`, a [group](::chainrule::Group) for optimizers.
        const BATCH_NORM2D1: ::chainrule::Group<Self> = __rt::group(1, 2);
        /// The parameters of `linear1: Linear(10)`, a [group](::chainrule::Group) for optimizers.
        const LINEAR1: ::chainrule::Group<Self> = __rt::group(6, 7);
    }
    #[automatically_derived]
    impl ::chainrule::Network for Small {
        type Input = [[[f32; 8]; 8]; 1];
        type Output = [f32; 10];
        type Parameters = SmallParameters;
        type Buffers = SmallBuffers;
        const NAME: &'static str = "Small";
        const LAYERS: &'static [::chainrule::LayerInfo] = &[
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Conv2d<1, 8, 8, 4, 8, 8, 3, 3, 9, 4>,
            >(
                "conv",
                "Conv2d(4, kernel = 3, padding = same, init = kaiming_uniform(a = 0.0))",
            ),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::BatchNorm<[[[f32; 8]; 8]; 4], 4, 4>,
            >("batch_norm2d1", "BatchNorm2d"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Pointwise<
                    ::chainrule::layers::activations::Relu,
                    [[[f32; 8]; 8]; 4],
                >,
            >("", "Relu"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::MaxPool2d<4, 8, 8, 4, 4>,
            >("", "MaxPool2d(2)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Reshape<[[[f32; 4]; 4]; 4], [f32; 64]>,
            >("", "Flatten"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Dropout<[f32; 64]>,
            >("", "Dropout(0.2)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<64, 10, 10>,
            >("linear1", "Linear(10)"),
        ];
        const CROSS_SAMPLE: bool = true;
        const OPTIMIZED: bool = !::core::cfg!(debug_assertions);
        const INFERENCE_ELEMENTS: usize = __rt::max(&[256, 64]) + 256;
        const TRAINING_ELEMENTS: usize = __rt::sum(
            &[
                64,
                256,
                256,
                64,
                64,
                10,
                <::chainrule::layers::BatchNorm<
                    [[[f32; 8]; 8]; 4],
                    4,
                    4,
                > as ::chainrule::Layer<f32>>::SAVED,
                __rt::max(&[256, 64, 10]),
                __rt::max(&[64, 256, 64]),
            ],
        );
        #[inline(always)]
        fn parts(&self) -> (&SmallParameters, &SmallBuffers) {
            (&self.__parameters, &self.__buffers)
        }
        #[inline(always)]
        fn parts_mut(&mut self) -> (&mut SmallParameters, &mut SmallBuffers) {
            (&mut self.__parameters, &mut self.__buffers)
        }
        fn init_layers<__R: __rt::rand::Rng + ?::core::marker::Sized>(
            parameters: &mut SmallParameters,
            buffers: &mut SmallBuffers,
            rng: &mut __R,
        ) {
            let conv: ::chainrule::layers::Conv2d<1, 8, 8, 4, 8, 8, 3, 3, 9, 4> = ::chainrule::layers::Conv2d {
                stride: [1, 1],
                padding: [1, 1],
                dilation: [1, 1],
                groups: 1,
                init: ::chainrule::init::Init::KaimingUniform {
                    a: 0.0,
                    mode: ::chainrule::init::Fan::In,
                },
                bias_init: ::chainrule::init::Init::Default,
            };
            ::chainrule::Layer::<f32>::init(&conv, &mut parameters.conv, &mut (), rng);
            let batch_norm2d1: ::chainrule::layers::BatchNorm<
                [[[f32; 8]; 8]; 4],
                4,
                4,
            > = ::chainrule::layers::BatchNorm::new(0.00001, 0.1);
            ::chainrule::Layer::<
                f32,
            >::init(
                &batch_norm2d1,
                &mut parameters.batch_norm2d1,
                &mut buffers.batch_norm2d1,
                rng,
            );
            let linear1: ::chainrule::layers::Linear<64, 10, 10> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1, &mut parameters.linear1, &mut (), rng);
        }
        #[inline(always)]
        fn with_scratch<__R>(run: impl ::core::ops::FnOnce(&mut [f32]) -> __R) -> __R {
            run(
                &mut *__rt::Aligned::new(
                    [0.0; <Self as ::chainrule::Network>::INFERENCE_ELEMENTS],
                ),
            )
        }
        #[inline(always)]
        fn infer<__E: ::chainrule::Element<f32>>(
            parameters: &SmallParameters,
            buffers: &SmallBuffers,
            isa: __rt::Isa,
            x0: &[[[[__E; 8]; 8]; 1]],
            x4: &mut [[__E; 10]],
            mut scratch: __rt::Arena<'_, __E>,
        ) {
            let groups = scratch.groups();
            let region0 = scratch.take_elements(__rt::max(&[256, 64]));
            let region1 = scratch.take_elements(256);
            let x1 = __rt::view::<f32, [[[f32; 8]; 8]; 4], __E>(region0, groups);
            let conv: ::chainrule::layers::Conv2d<1, 8, 8, 4, 8, 8, 3, 3, 9, 4> = ::chainrule::layers::Conv2d {
                stride: [1, 1],
                padding: [1, 1],
                dilation: [1, 1],
                groups: 1,
                init: ::chainrule::init::Init::KaimingUniform {
                    a: 0.0,
                    mode: ::chainrule::init::Fan::In,
                },
                bias_init: ::chainrule::init::Init::Default,
            };
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &conv,
                __rt::inference(isa, &conv, &parameters.conv, &(), &mut []),
                x0,
                &mut *x1,
            );
            let x2 = __rt::view::<f32, [[[f32; 8]; 8]; 4], __E>(region1, groups);
            let batch_norm2d1: ::chainrule::layers::BatchNorm<
                [[[f32; 8]; 8]; 4],
                4,
                4,
            > = ::chainrule::layers::BatchNorm::new(0.00001, 0.1);
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &batch_norm2d1,
                __rt::inference(
                    isa,
                    &batch_norm2d1,
                    &parameters.batch_norm2d1,
                    &buffers.batch_norm2d1,
                    &mut [],
                ),
                x1,
                &mut *x2,
            );
            let relu1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Relu,
                [[[f32; 8]; 8]; 4],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Relu,
            );
            relu1.apply::<__E>(isa, x2);
            let x3 = __rt::view::<f32, [[[f32; 4]; 4]; 4], __E>(region0, groups);
            let max_pool2d1: ::chainrule::layers::MaxPool2d<4, 8, 8, 4, 4> = ::chainrule::layers::MaxPool2d {
                kernel: [2, 2],
                stride: [2, 2],
                padding: [0, 0],
                dilation: [1, 1],
            };
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &max_pool2d1,
                __rt::inference(isa, &max_pool2d1, &(), &(), &mut []),
                x2,
                &mut *x3,
            );
            let linear1: ::chainrule::layers::Linear<64, 10, 10> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear1,
                __rt::inference(isa, &linear1, &parameters.linear1, &(), &mut []),
                __rt::reshape::<[[[f32; 4]; 4]; 4], [f32; 64], __E>(x3),
                &mut *x4,
            );
        }
        #[inline(always)]
        fn train<__E: ::chainrule::Element<f32>>(
            pass: __rt::Pass<'_, Self, __E, impl __rt::Weights<Self>>,
            mut objective: impl __rt::Objective<Self, __E>,
        ) {
            let __rt::Pass { mut weights, buffers, mut arena, context } = pass;
            let parameters = weights.parameters();
            let groups = arena.groups();
            let conv: ::chainrule::layers::Conv2d<1, 8, 8, 4, 8, 8, 3, 3, 9, 4> = ::chainrule::layers::Conv2d {
                stride: [1, 1],
                padding: [1, 1],
                dilation: [1, 1],
                groups: 1,
                init: ::chainrule::init::Init::KaimingUniform {
                    a: 0.0,
                    mode: ::chainrule::init::Fan::In,
                },
                bias_init: ::chainrule::init::Init::Default,
            };
            let batch_norm2d1: ::chainrule::layers::BatchNorm<
                [[[f32; 8]; 8]; 4],
                4,
                4,
            > = ::chainrule::layers::BatchNorm::new(0.00001, 0.1);
            let relu1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Relu,
                [[[f32; 8]; 8]; 4],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Relu,
            );
            let max_pool2d1: ::chainrule::layers::MaxPool2d<4, 8, 8, 4, 4> = ::chainrule::layers::MaxPool2d {
                kernel: [2, 2],
                stride: [2, 2],
                padding: [0, 0],
                dilation: [1, 1],
            };
            let dropout1: ::chainrule::layers::Dropout<[f32; 64]> = ::chainrule::layers::Dropout::new(
                0.2,
            );
            let linear1: ::chainrule::layers::Linear<64, 10, 10> = ::core::default::Default::default();
            let x0 = arena.take::<f32, [[[f32; 8]; 8]; 1]>();
            let saved1 = arena
                .take_elements(
                    <::chainrule::layers::BatchNorm<
                        [[[f32; 8]; 8]; 4],
                        4,
                        4,
                    > as ::chainrule::Layer<f32>>::SAVED,
                );
            let x1 = arena.take::<f32, [[[f32; 8]; 8]; 4]>();
            let x2 = arena.take::<f32, [[[f32; 8]; 8]; 4]>();
            let x3 = arena.take::<f32, [[[f32; 4]; 4]; 4]>();
            let x4 = arena.take::<f32, [f32; 64]>();
            let x5 = arena.take::<f32, [f32; 10]>();
            let region0 = arena.take_elements(__rt::max(&[256, 64, 10]));
            let region1 = arena.take_elements(__rt::max(&[64, 256, 64]));
            if let ::core::option::Option::Some(buffers) = buffers {
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &conv,
                    context.forward(&conv, 0usize, &parameters.conv, &(), &mut []),
                    x0,
                    x1,
                );
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &batch_norm2d1,
                    context
                        .forward(
                            &batch_norm2d1,
                            1usize,
                            &parameters.batch_norm2d1,
                            &buffers.batch_norm2d1,
                            &mut *saved1,
                        ),
                    x1,
                    x2,
                );
                relu1.apply::<__E>(context.isa, x2);
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &max_pool2d1,
                    context.forward(&max_pool2d1, 3usize, &(), &(), &mut []),
                    x2,
                    x3,
                );
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &dropout1,
                    context.forward(&dropout1, 5usize, &(), &(), &mut []),
                    __rt::reshape::<[[[f32; 4]; 4]; 4], [f32; 64], __E>(x3),
                    x4,
                );
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &linear1,
                    context.forward(&linear1, 6usize, &parameters.linear1, &(), &mut []),
                    x4,
                    x5,
                );
            }
            let d5 = __rt::view::<f32, [f32; 10], __E>(region0, groups);
            if !objective.outputs(context.isa, x5, d5) {
                return;
            }
            let d4 = __rt::view::<f32, [f32; 64], __E>(region1, groups);
            weights
                .backward(
                    &linear1,
                    context.backward(6usize, &mut []),
                    |all| &all.linear1,
                    |all| &mut all.linear1,
                    x4,
                    x5,
                    d5,
                    d4,
                );
            let d3 = __rt::view::<f32, [[[f32; 4]; 4]; 4], __E>(region0, groups);
            __rt::backward::<
                f32,
                _,
                __E,
            >(
                &dropout1,
                context.backward(5usize, &mut []).backward(&(), &mut ()),
                __rt::reshape::<[[[f32; 4]; 4]; 4], [f32; 64], __E>(x3),
                x4,
                d4,
                __rt::reshape_mut::<[[[f32; 4]; 4]; 4], [f32; 64], __E>(d3),
            );
            let d2 = __rt::view::<f32, [[[f32; 8]; 8]; 4], __E>(region1, groups);
            __rt::backward::<
                f32,
                _,
                __E,
            >(
                &max_pool2d1,
                context.backward(3usize, &mut []).backward(&(), &mut ()),
                x2,
                x3,
                d3,
                d2,
            );
            relu1.apply_backward::<__E>(context.isa, x2, d2);
            let d1 = __rt::view::<f32, [[[f32; 8]; 8]; 4], __E>(region0, groups);
            weights
                .backward(
                    &batch_norm2d1,
                    context.backward(1usize, &mut *saved1),
                    |all| &all.batch_norm2d1,
                    |all| &mut all.batch_norm2d1,
                    x1,
                    x2,
                    d2,
                    d1,
                );
            let d0 = __rt::view::<f32, [[[f32; 8]; 8]; 1], __E>(region1, groups);
            weights
                .backward(
                    &conv,
                    context.backward_first(0usize, &mut []),
                    |all| &all.conv,
                    |all| &mut all.conv,
                    x0,
                    x1,
                    d1,
                    d0,
                );
            objective.inputs(d0);
        }
        fn update_buffers<__E: ::chainrule::Element<f32>>(
            buffers: &mut SmallBuffers,
            mut arena: __rt::Arena<'_, __E>,
            samples: usize,
        ) {
            let _ = arena.take::<f32, [[[f32; 8]; 8]; 1]>();
            let saved1 = arena
                .take_elements(
                    <::chainrule::layers::BatchNorm<
                        [[[f32; 8]; 8]; 4],
                        4,
                        4,
                    > as ::chainrule::Layer<f32>>::SAVED,
                );
            let batch_norm2d1: ::chainrule::layers::BatchNorm<
                [[[f32; 8]; 8]; 4],
                4,
                4,
            > = ::chainrule::layers::BatchNorm::new(0.00001, 0.1);
            ::chainrule::Layer::<
                f32,
            >::update_buffers(
                &batch_norm2d1,
                &mut buffers.batch_norm2d1,
                saved1,
                samples,
            );
        }
    }
    #[automatically_derived]
    impl __rt::AsLayer<f32> for Small {
        type Layer = __rt::Nested<Self>;
    }
    impl ::chainrule::StaticSizes for Small {
        type InputLen = __rt::typenum::UInt<
            __rt::typenum::UInt<
                __rt::typenum::UInt<
                    __rt::typenum::UInt<
                        __rt::typenum::UInt<
                            __rt::typenum::UInt<
                                __rt::typenum::UInt<
                                    __rt::typenum::UTerm,
                                    __rt::typenum::B1,
                                >,
                                __rt::typenum::B0,
                            >,
                            __rt::typenum::B0,
                        >,
                        __rt::typenum::B0,
                    >,
                    __rt::typenum::B0,
                >,
                __rt::typenum::B0,
            >,
            __rt::typenum::B0,
        >;
        type OutputLen = __rt::typenum::UInt<
            __rt::typenum::UInt<
                __rt::typenum::UInt<
                    __rt::typenum::UInt<__rt::typenum::UTerm, __rt::typenum::B1>,
                    __rt::typenum::B0,
                >,
                __rt::typenum::B1,
            >,
            __rt::typenum::B0,
        >;
        type ParameterCount = __rt::typenum::UInt<
            __rt::typenum::UInt<
                __rt::typenum::UInt<
                    __rt::typenum::UInt<
                        __rt::typenum::UInt<
                            __rt::typenum::UInt<
                                __rt::typenum::UInt<
                                    __rt::typenum::UInt<
                                        __rt::typenum::UInt<
                                            __rt::typenum::UInt<
                                                __rt::typenum::UTerm,
                                                __rt::typenum::B1,
                                            >,
                                            __rt::typenum::B0,
                                        >,
                                        __rt::typenum::B1,
                                    >,
                                    __rt::typenum::B0,
                                >,
                                __rt::typenum::B1,
                            >,
                            __rt::typenum::B1,
                        >,
                        __rt::typenum::B1,
                    >,
                    __rt::typenum::B0,
                >,
                __rt::typenum::B1,
            >,
            __rt::typenum::B0,
        >;
    }
    impl ::chainrule::StaticNetwork for Small {
        type Activations = [f32; <Small as ::chainrule::Network>::TRAINING_ELEMENTS];
    }
};
