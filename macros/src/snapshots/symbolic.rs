// struct Symbolic: [2, WIDTH, 4] -> [CLASSES] {
//     MaxPool2d(2), Flatten,
//     Linear(HIDDEN), Relu, Gain<8>,
//     Linear(CLASSES),
// }
// budget { parameters <= LIMIT }

#[doc(hidden)]
#[allow(non_upper_case_globals, dead_code)]
const __Symbolic_SIZE_1: usize = WIDTH;
#[doc(hidden)]
#[allow(non_upper_case_globals, dead_code)]
const __Symbolic_SIZE_2: usize = CLASSES;
#[doc(hidden)]
#[allow(non_upper_case_globals, dead_code)]
const __Symbolic_SIZE_3: usize = HIDDEN;
#[doc(hidden)]
#[allow(non_upper_case_globals, dead_code)]
const __Symbolic_SIZE_4: usize = LIMIT;
#[doc(hidden)]
#[allow(non_upper_case_globals, dead_code)]
const __Symbolic_SIZE_5: usize = ::chainrule::__private::windows(
    __Symbolic_SIZE_1,
    2,
    2,
    0,
    1,
    false,
);
#[doc(hidden)]
#[allow(non_upper_case_globals, dead_code)]
const __Symbolic_SIZE_6: usize = ::chainrule::__private::product(
    &[2, __Symbolic_SIZE_5, 2],
);
#[doc(hidden)]
#[allow(non_upper_case_globals, dead_code)]
const __Symbolic_SIZE_7: usize = ::chainrule::__private::size_at(
    <<__Symbolic_gain1 as ::chainrule::Layer<f32>>::Output as ::chainrule::Shape>::DIMS,
    0usize,
);
#[doc(hidden)]
#[allow(non_camel_case_types)]
type __Symbolic_gain1_as_written = Gain<8>;
#[doc(hidden)]
#[allow(non_camel_case_types)]
type __Symbolic_gain1 = ::chainrule::__private::layer!(f32, __Symbolic_gain1_as_written);
const _: () = ::chainrule::__private::assert_layer::<f32, __Symbolic_gain1_as_written>();
/// `[2, WIDTH, 4]` → `[CLASSES]`
///
/// | label | layer | output | parameters | multiply-adds |
/// |---|---|---|---:|---:|
/// |  | `MaxPool2d(2)` | `[2, (WIDTH - 2) / 2 + 1, 2]` | 0 | 0 |
/// |  | `Flatten` | `[2 * ((WIDTH - 2) / 2 + 1) * 2]` | 0 | 0 |
/// | `linear1` | `Linear(HIDDEN)` | `[HIDDEN]` | (2 * ((WIDTH - 2) / 2 + 1) * 2)·HIDDEN + HIDDEN | (2 * ((WIDTH - 2) / 2 + 1) * 2)·HIDDEN |
/// |  | `Relu` | `[HIDDEN]` | 0 | 0 |
/// | `gain1` | `Gain<8>` | the output of `Gain<8>` | as the type says | as the type says |
/// | `linear2` | `Linear(CLASSES)` | `[CLASSES]` | Gain<8>.output[0]·CLASSES + CLASSES | Gain<8>.output[0]·CLASSES |
#[repr(C, align(64))]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct Symbolic {
    __parameters: SymbolicParameters,
    __buffers: SymbolicBuffers,
}
/// The trained values of [`Symbolic`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct SymbolicParameters {
    /// `Linear(HIDDEN)`
    pub linear1: ::chainrule::layers::LinearParameters<
        f32,
        __Symbolic_SIZE_6,
        __Symbolic_SIZE_3,
        __Symbolic_SIZE_3,
    >,
    /// `Gain<8>`
    pub gain1: <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Parameters,
    /// `Linear(CLASSES)`
    pub linear2: ::chainrule::layers::LinearParameters<
        f32,
        __Symbolic_SIZE_7,
        __Symbolic_SIZE_2,
        __Symbolic_SIZE_2,
    >,
}
/// The untrained state of [`Symbolic`].
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct SymbolicBuffers {
    /// `Gain<8>`
    pub gain1: <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Buffers,
}
#[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
const _: () = {
    use ::chainrule::__private as __rt;
    __rt::run!(
        @ aligned[] f32, Symbolic { __parameters : SymbolicParameters, __buffers :
        SymbolicBuffers }
    );
    __rt::run!(
        [] f32, SymbolicParameters { linear1 : < ::chainrule::layers::Linear <
        __Symbolic_SIZE_6, __Symbolic_SIZE_3, __Symbolic_SIZE_3 > as ::chainrule::Layer <
        f32 >> ::Parameters, gain1 : < __Symbolic_gain1 as ::chainrule::Layer < f32 >>
        ::Parameters, linear2 : < ::chainrule::layers::Linear < __Symbolic_SIZE_7,
        __Symbolic_SIZE_2, __Symbolic_SIZE_2 > as ::chainrule::Layer < f32 >>
        ::Parameters }
    );
    __rt::run!(
        [] f32, SymbolicBuffers { gain1 : < __Symbolic_gain1 as ::chainrule::Layer < f32
        >> ::Buffers }
    );
    impl Symbolic {
        /// A network of zeros, also in a constant: what to place in a `static` and load weights into.
        const fn zeroed() -> Self {
            __rt::zeroed()
        }
    }
    #[automatically_derived]
    impl ::core::ops::Deref for Symbolic {
        type Target = SymbolicParameters;
        #[inline(always)]
        fn deref(&self) -> &SymbolicParameters {
            &self.__parameters
        }
    }
    #[automatically_derived]
    impl ::core::ops::DerefMut for Symbolic {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut SymbolicParameters {
            &mut self.__parameters
        }
    }
    #[automatically_derived]
    impl ::chainrule::Parameters for SymbolicParameters {
        type Scalar = f32;
        const LAYOUT: &'static [::chainrule::LayerInfo] = <Symbolic as ::chainrule::Network>::LAYERS;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Symbolic>() }
            __rt::scalars(&*self)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Symbolic>() }
            __rt::scalars_mut(&mut *self)
        }
    }
    #[automatically_derived]
    impl ::chainrule::Parameters for Symbolic {
        type Scalar = f32;
        const LAYOUT: &'static [::chainrule::LayerInfo] = <Symbolic as ::chainrule::Network>::LAYERS;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Symbolic>() }
            __rt::scalars(&self.__parameters)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Symbolic>() }
            __rt::scalars_mut(&mut self.__parameters)
        }
    }
    impl Symbolic {
        /// The parameters of `linear1: Linear(HIDDEN)`, a [group](::chainrule::Group) for optimizers.
        const LINEAR1: ::chainrule::Group<Self> = __rt::group(2, 3);
        /// The parameters of `gain1: Gain<8>`, a [group](::chainrule::Group) for optimizers.
        const GAIN1: ::chainrule::Group<Self> = __rt::group(4, 5);
        /// The parameters of `linear2: Linear(CLASSES)`, a [group](::chainrule::Group) for optimizers.
        const LINEAR2: ::chainrule::Group<Self> = __rt::group(5, 6);
    }
    const _: () = ::chainrule::__private::check_positive(
        "input",
        "size",
        __Symbolic_SIZE_1,
    );
    const _: () = ::chainrule::__private::check_positive(
        "output",
        "size",
        __Symbolic_SIZE_2,
    );
    const _: () = ::chainrule::__private::check_windows(
        "MaxPool2d",
        [__Symbolic_SIZE_1, 2, 0, 1],
        [4, 2, 0, 1],
        "the input of `Symbolic` on line 1 is [2, WIDTH, 4]",
    );
    const _: () = ::chainrule::__private::check_positive(
        "Linear",
        "out",
        __Symbolic_SIZE_3,
    );
    const _: () = ::chainrule::__private::check_input(
        "Gain<8>",
        <<__Symbolic_gain1 as ::chainrule::Layer<
            f32,
        >>::Input as ::chainrule::Shape>::DIMS,
        <[f32; __Symbolic_SIZE_3] as ::chainrule::Shape>::DIMS,
        "`Relu` on line 3 produces [HIDDEN]",
    );
    const _: () = ::chainrule::__private::check_no_indices(
        "Gain<8>",
        <__Symbolic_gain1 as ::chainrule::Layer<f32>>::READS_INDICES,
    );
    const _: () = ::chainrule::__private::check_rank(
        "Linear",
        "a vector",
        <<__Symbolic_gain1 as ::chainrule::Layer<
            f32,
        >>::Output as ::chainrule::Shape>::DIMS,
        1usize,
        "it comes from `Gain<8>` on line 3",
    );
    const _: () = ::chainrule::__private::check_positive(
        "Linear",
        "out",
        __Symbolic_SIZE_2,
    );
    const _: () = ::chainrule::__private::check_budget::<
        Symbolic,
    >("parameters", <Symbolic as ::chainrule::Network>::PARAMETERS, __Symbolic_SIZE_4);
    #[automatically_derived]
    impl ::chainrule::Network for Symbolic {
        type Input = [[[f32; 4]; __Symbolic_SIZE_1]; 2];
        type Output = [f32; __Symbolic_SIZE_2];
        type Parameters = SymbolicParameters;
        type Buffers = SymbolicBuffers;
        const NAME: &'static str = "Symbolic";
        const LAYERS: &'static [::chainrule::LayerInfo] = &[
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::MaxPool2d<
                    2,
                    __Symbolic_SIZE_1,
                    4,
                    __Symbolic_SIZE_5,
                    2,
                >,
            >("", "MaxPool2d(2)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Reshape<
                    [[[f32; 2]; __Symbolic_SIZE_5]; 2],
                    [f32; __Symbolic_SIZE_6],
                >,
            >("", "Flatten"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<
                    __Symbolic_SIZE_6,
                    __Symbolic_SIZE_3,
                    __Symbolic_SIZE_3,
                >,
            >("linear1", "Linear(HIDDEN)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Pointwise<
                    ::chainrule::layers::activations::Relu,
                    [f32; __Symbolic_SIZE_3],
                >,
            >("", "Relu"),
            ::chainrule::LayerInfo::of::<f32, __Symbolic_gain1>("gain1", "Gain<8>"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<
                    __Symbolic_SIZE_7,
                    __Symbolic_SIZE_2,
                    __Symbolic_SIZE_2,
                >,
            >("linear2", "Linear(CLASSES)"),
        ];
        const CROSS_SAMPLE: bool = __rt::any(
            &[<__Symbolic_gain1 as ::chainrule::Layer<f32>>::CROSS_SAMPLE],
        );
        const OPTIMIZED: bool = !::core::cfg!(debug_assertions);
        const INFERENCE_ELEMENTS: usize = __rt::max(
            &[
                <[[[f32; 2]; __Symbolic_SIZE_5]; 2] as ::chainrule::Shape>::LEN,
                <<__Symbolic_gain1 as ::chainrule::Layer<
                    f32,
                >>::Output as ::chainrule::Shape>::LEN,
            ],
        ) + <[f32; __Symbolic_SIZE_3] as ::chainrule::Shape>::LEN
            + <__Symbolic_gain1 as ::chainrule::Layer<f32>>::SAVED_IN_INFERENCE;
        const TRAINING_ELEMENTS: usize = __rt::sum(
            &[
                <[[[f32; 4]; __Symbolic_SIZE_1]; 2] as ::chainrule::Shape>::LEN,
                <[[[f32; 2]; __Symbolic_SIZE_5]; 2] as ::chainrule::Shape>::LEN,
                <[f32; __Symbolic_SIZE_3] as ::chainrule::Shape>::LEN,
                <<__Symbolic_gain1 as ::chainrule::Layer<
                    f32,
                >>::Output as ::chainrule::Shape>::LEN,
                <[f32; __Symbolic_SIZE_2] as ::chainrule::Shape>::LEN,
                <__Symbolic_gain1 as ::chainrule::Layer<f32>>::SAVED,
                __rt::max(
                    &[
                        <[[[f32; 4]; __Symbolic_SIZE_1]; 2] as ::chainrule::Shape>::LEN,
                        <[f32; __Symbolic_SIZE_3] as ::chainrule::Shape>::LEN,
                        <[f32; __Symbolic_SIZE_2] as ::chainrule::Shape>::LEN,
                    ],
                ),
                __rt::max(
                    &[
                        <[[[f32; 2]; __Symbolic_SIZE_5]; 2] as ::chainrule::Shape>::LEN,
                        <<__Symbolic_gain1 as ::chainrule::Layer<
                            f32,
                        >>::Output as ::chainrule::Shape>::LEN,
                    ],
                ),
            ],
        );
        #[inline(always)]
        fn parts(&self) -> (&SymbolicParameters, &SymbolicBuffers) {
            (&self.__parameters, &self.__buffers)
        }
        #[inline(always)]
        fn parts_mut(&mut self) -> (&mut SymbolicParameters, &mut SymbolicBuffers) {
            (&mut self.__parameters, &mut self.__buffers)
        }
        fn init_layers<__R: __rt::rand::Rng + ?::core::marker::Sized>(
            parameters: &mut SymbolicParameters,
            buffers: &mut SymbolicBuffers,
            rng: &mut __R,
        ) {
            let linear1: ::chainrule::layers::Linear<
                __Symbolic_SIZE_6,
                __Symbolic_SIZE_3,
                __Symbolic_SIZE_3,
            > = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1, &mut parameters.linear1, &mut (), rng);
            let gain1: __Symbolic_gain1 = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&gain1, &mut parameters.gain1, &mut buffers.gain1, rng);
            let linear2: ::chainrule::layers::Linear<
                __Symbolic_SIZE_7,
                __Symbolic_SIZE_2,
                __Symbolic_SIZE_2,
            > = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear2, &mut parameters.linear2, &mut (), rng);
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
            parameters: &SymbolicParameters,
            buffers: &SymbolicBuffers,
            isa: __rt::Isa,
            x0: &[[[[__E; 4]; __Symbolic_SIZE_1]; 2]],
            x4: &mut [[__E; __Symbolic_SIZE_2]],
            mut scratch: __rt::Arena<'_, __E>,
        ) {
            let groups = scratch.groups();
            let region0 = scratch
                .take_elements(
                    __rt::max(
                        &[
                            <[[[f32; 2]; __Symbolic_SIZE_5]; 2] as ::chainrule::Shape>::LEN,
                            <<__Symbolic_gain1 as ::chainrule::Layer<
                                f32,
                            >>::Output as ::chainrule::Shape>::LEN,
                        ],
                    ),
                );
            let region1 = scratch
                .take_elements(<[f32; __Symbolic_SIZE_3] as ::chainrule::Shape>::LEN);
            let saved = scratch
                .take_elements(
                    <__Symbolic_gain1 as ::chainrule::Layer<f32>>::SAVED_IN_INFERENCE,
                );
            let x1 = __rt::view::<
                f32,
                [[[f32; 2]; __Symbolic_SIZE_5]; 2],
                __E,
            >(region0, groups);
            let max_pool2d1: ::chainrule::layers::MaxPool2d<
                2,
                __Symbolic_SIZE_1,
                4,
                __Symbolic_SIZE_5,
                2,
            > = ::chainrule::layers::MaxPool2d {
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
                x0,
                &mut *x1,
            );
            let x2 = __rt::view::<f32, [f32; __Symbolic_SIZE_3], __E>(region1, groups);
            let linear1: ::chainrule::layers::Linear<
                __Symbolic_SIZE_6,
                __Symbolic_SIZE_3,
                __Symbolic_SIZE_3,
            > = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear1,
                __rt::inference(isa, &linear1, &parameters.linear1, &(), &mut []),
                __rt::fit::<
                    [[[f32; 2]; __Symbolic_SIZE_5]; 2],
                    [f32; __Symbolic_SIZE_6],
                    __E,
                >(x1),
                &mut *x2,
            );
            let relu1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Relu,
                [f32; __Symbolic_SIZE_3],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Relu,
            );
            relu1.apply::<__E>(isa, x2);
            let x3 = __rt::view::<
                f32,
                <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Output,
                __E,
            >(region0, groups);
            let gain1: __Symbolic_gain1 = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &gain1,
                __rt::inference(
                    isa,
                    &gain1,
                    &parameters.gain1,
                    &buffers.gain1,
                    __rt::room(
                        saved,
                        <__Symbolic_gain1 as ::chainrule::Layer<f32>>::SAVED_IN_INFERENCE,
                    ),
                ),
                __rt::fit::<
                    [f32; __Symbolic_SIZE_3],
                    <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Input,
                    __E,
                >(x2),
                &mut *x3,
            );
            let linear2: ::chainrule::layers::Linear<
                __Symbolic_SIZE_7,
                __Symbolic_SIZE_2,
                __Symbolic_SIZE_2,
            > = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear2,
                __rt::inference(isa, &linear2, &parameters.linear2, &(), &mut []),
                __rt::fit::<
                    <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Output,
                    <::chainrule::layers::Linear<
                        __Symbolic_SIZE_7,
                        __Symbolic_SIZE_2,
                        __Symbolic_SIZE_2,
                    > as ::chainrule::Layer<f32>>::Input,
                    __E,
                >(x3),
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
            let max_pool2d1: ::chainrule::layers::MaxPool2d<
                2,
                __Symbolic_SIZE_1,
                4,
                __Symbolic_SIZE_5,
                2,
            > = ::chainrule::layers::MaxPool2d {
                kernel: [2, 2],
                stride: [2, 2],
                padding: [0, 0],
                dilation: [1, 1],
            };
            let linear1: ::chainrule::layers::Linear<
                __Symbolic_SIZE_6,
                __Symbolic_SIZE_3,
                __Symbolic_SIZE_3,
            > = ::core::default::Default::default();
            let relu1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Relu,
                [f32; __Symbolic_SIZE_3],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Relu,
            );
            let gain1: __Symbolic_gain1 = ::core::default::Default::default();
            let linear2: ::chainrule::layers::Linear<
                __Symbolic_SIZE_7,
                __Symbolic_SIZE_2,
                __Symbolic_SIZE_2,
            > = ::core::default::Default::default();
            let x0 = arena.take::<f32, [[[f32; 4]; __Symbolic_SIZE_1]; 2]>();
            let saved4 = arena
                .take_elements(<__Symbolic_gain1 as ::chainrule::Layer<f32>>::SAVED);
            let x1 = arena.take::<f32, [[[f32; 2]; __Symbolic_SIZE_5]; 2]>();
            let x2 = arena.take::<f32, [f32; __Symbolic_SIZE_3]>();
            let x3 = arena
                .take::<f32, <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Output>();
            let x4 = arena.take::<f32, [f32; __Symbolic_SIZE_2]>();
            let region0 = arena
                .take_elements(
                    __rt::max(
                        &[
                            <[[[f32; 4]; __Symbolic_SIZE_1]; 2] as ::chainrule::Shape>::LEN,
                            <[f32; __Symbolic_SIZE_3] as ::chainrule::Shape>::LEN,
                            <[f32; __Symbolic_SIZE_2] as ::chainrule::Shape>::LEN,
                        ],
                    ),
                );
            let region1 = arena
                .take_elements(
                    __rt::max(
                        &[
                            <[[[f32; 2]; __Symbolic_SIZE_5]; 2] as ::chainrule::Shape>::LEN,
                            <<__Symbolic_gain1 as ::chainrule::Layer<
                                f32,
                            >>::Output as ::chainrule::Shape>::LEN,
                        ],
                    ),
                );
            if let ::core::option::Option::Some(buffers) = buffers {
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &max_pool2d1,
                    context.forward(&max_pool2d1, 0usize, &(), &(), &mut []),
                    x0,
                    x1,
                );
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &linear1,
                    context.forward(&linear1, 2usize, &parameters.linear1, &(), &mut []),
                    __rt::fit::<
                        [[[f32; 2]; __Symbolic_SIZE_5]; 2],
                        [f32; __Symbolic_SIZE_6],
                        __E,
                    >(x1),
                    x2,
                );
                relu1.apply::<__E>(context.isa, x2);
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &gain1,
                    context
                        .forward(
                            &gain1,
                            4usize,
                            &parameters.gain1,
                            &buffers.gain1,
                            &mut *saved4,
                        ),
                    __rt::fit::<
                        [f32; __Symbolic_SIZE_3],
                        <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Input,
                        __E,
                    >(x2),
                    x3,
                );
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &linear2,
                    context.forward(&linear2, 5usize, &parameters.linear2, &(), &mut []),
                    __rt::fit::<
                        <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Output,
                        <::chainrule::layers::Linear<
                            __Symbolic_SIZE_7,
                            __Symbolic_SIZE_2,
                            __Symbolic_SIZE_2,
                        > as ::chainrule::Layer<f32>>::Input,
                        __E,
                    >(x3),
                    x4,
                );
            }
            let d4 = __rt::view::<f32, [f32; __Symbolic_SIZE_2], __E>(region0, groups);
            if !objective.outputs(context.isa, x4, d4) {
                return;
            }
            let d3 = __rt::view::<
                f32,
                <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Output,
                __E,
            >(region1, groups);
            weights
                .backward(
                    &linear2,
                    context.backward(5usize, &mut []),
                    |all| &all.linear2,
                    |all| &mut all.linear2,
                    __rt::fit::<
                        <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Output,
                        <::chainrule::layers::Linear<
                            __Symbolic_SIZE_7,
                            __Symbolic_SIZE_2,
                            __Symbolic_SIZE_2,
                        > as ::chainrule::Layer<f32>>::Input,
                        __E,
                    >(x3),
                    x4,
                    d4,
                    __rt::fit_mut::<
                        <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Output,
                        <::chainrule::layers::Linear<
                            __Symbolic_SIZE_7,
                            __Symbolic_SIZE_2,
                            __Symbolic_SIZE_2,
                        > as ::chainrule::Layer<f32>>::Input,
                        __E,
                    >(d3),
                );
            let d2 = __rt::view::<f32, [f32; __Symbolic_SIZE_3], __E>(region0, groups);
            weights
                .backward(
                    &gain1,
                    context.backward(4usize, &mut *saved4),
                    |all| &all.gain1,
                    |all| &mut all.gain1,
                    __rt::fit::<
                        [f32; __Symbolic_SIZE_3],
                        <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Input,
                        __E,
                    >(x2),
                    x3,
                    d3,
                    __rt::fit_mut::<
                        [f32; __Symbolic_SIZE_3],
                        <__Symbolic_gain1 as ::chainrule::Layer<f32>>::Input,
                        __E,
                    >(d2),
                );
            relu1.apply_backward::<__E>(context.isa, x2, d2);
            let d1 = __rt::view::<
                f32,
                [[[f32; 2]; __Symbolic_SIZE_5]; 2],
                __E,
            >(region1, groups);
            weights
                .backward(
                    &linear1,
                    context.backward_first(2usize, &mut []),
                    |all| &all.linear1,
                    |all| &mut all.linear1,
                    __rt::fit::<
                        [[[f32; 2]; __Symbolic_SIZE_5]; 2],
                        [f32; __Symbolic_SIZE_6],
                        __E,
                    >(x1),
                    x2,
                    d2,
                    __rt::fit_mut::<
                        [[[f32; 2]; __Symbolic_SIZE_5]; 2],
                        [f32; __Symbolic_SIZE_6],
                        __E,
                    >(d1),
                );
            let d0 = __rt::view::<
                f32,
                [[[f32; 4]; __Symbolic_SIZE_1]; 2],
                __E,
            >(region0, groups);
            if context.input_gradient {
                __rt::backward::<
                    f32,
                    _,
                    __E,
                >(
                    &max_pool2d1,
                    context.backward(0usize, &mut []).backward(&(), &mut ()),
                    x0,
                    x1,
                    d1,
                    d0,
                );
            }
            objective.inputs(d0);
        }
        fn update_buffers<__E: ::chainrule::Element<f32>>(
            buffers: &mut SymbolicBuffers,
            mut arena: __rt::Arena<'_, __E>,
            samples: usize,
        ) {
            let _ = arena.take::<f32, [[[f32; 4]; __Symbolic_SIZE_1]; 2]>();
            let saved4 = arena
                .take_elements(<__Symbolic_gain1 as ::chainrule::Layer<f32>>::SAVED);
            let gain1: __Symbolic_gain1 = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::update_buffers(&gain1, &mut buffers.gain1, saved4, samples);
        }
    }
    #[automatically_derived]
    impl __rt::AsLayer<f32> for Symbolic {
        type Layer = __rt::Nested<Self>;
    }
    impl ::chainrule::StaticSizes for Symbolic {
        type InputLen = __rt::unsigned!(
            < [[[f32; 4]; __Symbolic_SIZE_1]; 2] as ::chainrule::Shape > ::LEN
        );
        type OutputLen = __rt::unsigned!(
            < [f32; __Symbolic_SIZE_2] as ::chainrule::Shape > ::LEN
        );
        type ParameterCount = __rt::unsigned!(
            < Symbolic as ::chainrule::Network > ::PARAMETERS
        );
    }
    impl ::chainrule::StaticNetwork for Symbolic {
        type Activations = [f32; <Symbolic as ::chainrule::Network>::TRAINING_ELEMENTS];
    }
};
