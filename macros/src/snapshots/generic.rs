// pub struct Policy<const H: usize, T>: [4]  {
//     Linear(H), Gelu, my::Warp<H>(gain = 2.0),
// }

/// `[4]` → `the output of `my::Warp<H>(gain = 2.0)``
///
/// | label | layer | output | parameters | multiply-adds |
/// |---|---|---|---:|---:|
/// | `linear1` | `Linear(H)` | `[H]` | 4·H + H | 4·H |
/// |  | `Gelu` | `[H]` | 0 | 0 |
/// | `warp1` | `my::Warp<H>(gain = 2.0)` | the output of `my::Warp<H>(gain = 2.0)` | as the type says | as the type says |
#[repr(C, align(64))]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
pub struct Policy<const H: usize, T: ::chainrule::Scalar> {
    __parameters: PolicyParameters<H, T>,
    __buffers: PolicyBuffers<H, T>,
}
/// The trained values of [`Policy`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
pub struct PolicyParameters<const H: usize, T: ::chainrule::Scalar> {
    /// `Linear(H)`
    pub linear1: ::chainrule::layers::LinearParameters<T, 4, H, H>,
    /// `my::Warp<H>(gain = 2.0)`
    pub warp1: <<my::Warp<
        H,
    > as ::chainrule::__private::AsLayer<
        T,
    >>::Layer as ::chainrule::Layer<T>>::Parameters,
}
/// The untrained state of [`Policy`].
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
pub struct PolicyBuffers<const H: usize, T: ::chainrule::Scalar> {
    /// `my::Warp<H>(gain = 2.0)`
    pub warp1: <<my::Warp<
        H,
    > as ::chainrule::__private::AsLayer<T>>::Layer as ::chainrule::Layer<T>>::Buffers,
}
#[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
const _: () = {
    use ::chainrule::__private as __rt;
    __rt::run!(
        @ aligned[const H : usize, T : ::chainrule::Scalar] T, Policy < H, T > {
        __parameters : PolicyParameters < H, T >, __buffers : PolicyBuffers < H, T > }
    );
    __rt::run!(
        [const H : usize, T : ::chainrule::Scalar] T, PolicyParameters < H, T > { linear1
        : < ::chainrule::layers::Linear < 4, H, H > as ::chainrule::Layer < T >>
        ::Parameters, warp1 : < < my::Warp < H > as ::chainrule::__private::AsLayer < T
        >> ::Layer as ::chainrule::Layer < T >> ::Parameters }
    );
    __rt::run!(
        [const H : usize, T : ::chainrule::Scalar] T, PolicyBuffers < H, T > { warp1 : <
        < my::Warp < H > as ::chainrule::__private::AsLayer < T >> ::Layer as
        ::chainrule::Layer < T >> ::Buffers }
    );
    impl<const H: usize, T: ::chainrule::Scalar> Policy<H, T> {
        /// A network of zeros, also in a constant: what to place in a `static` and load weights into.
        pub const fn zeroed() -> Self {
            __rt::zeroed()
        }
    }
    #[automatically_derived]
    impl<const H: usize, T: ::chainrule::Scalar> ::core::ops::Deref for Policy<H, T> {
        type Target = PolicyParameters<H, T>;
        #[inline(always)]
        fn deref(&self) -> &PolicyParameters<H, T> {
            &self.__parameters
        }
    }
    #[automatically_derived]
    impl<const H: usize, T: ::chainrule::Scalar> ::core::ops::DerefMut for Policy<H, T> {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut PolicyParameters<H, T> {
            &mut self.__parameters
        }
    }
    #[automatically_derived]
    impl<const H: usize, T: ::chainrule::Scalar> ::chainrule::Parameters
    for PolicyParameters<H, T> {
        type Scalar = T;
        const LAYOUT: &'static [::chainrule::LayerInfo] = <Policy<
            H,
            T,
        > as ::chainrule::Network>::LAYERS;
        #[inline(always)]
        fn parameters(&self) -> &[T] {
            const { __rt::assert_packed::<Policy<H, T>>() }
            __rt::scalars(&*self)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [T] {
            const { __rt::assert_packed::<Policy<H, T>>() }
            __rt::scalars_mut(&mut *self)
        }
    }
    #[automatically_derived]
    impl<const H: usize, T: ::chainrule::Scalar> ::chainrule::Parameters
    for Policy<H, T> {
        type Scalar = T;
        const LAYOUT: &'static [::chainrule::LayerInfo] = <Policy<
            H,
            T,
        > as ::chainrule::Network>::LAYERS;
        #[inline(always)]
        fn parameters(&self) -> &[T] {
            const { __rt::assert_packed::<Policy<H, T>>() }
            __rt::scalars(&self.__parameters)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [T] {
            const { __rt::assert_packed::<Policy<H, T>>() }
            __rt::scalars_mut(&mut self.__parameters)
        }
    }
    impl<const H: usize, T: ::chainrule::Scalar> Policy<H, T> {
        /// The parameters of `linear1: Linear(H)`, a [group](::chainrule::Group) for optimizers.
        pub const LINEAR1: ::chainrule::Group<Self> = __rt::group(0, 1);
        /// The parameters of `warp1: my::Warp<H>(gain = 2.0)`, a [group](::chainrule::Group) for optimizers.
        pub const WARP1: ::chainrule::Group<Self> = __rt::group(2, 3);
    }
    impl<const H: usize, T: ::chainrule::Scalar> Policy<H, T> {
        const __CHECKED: () = {
            ::chainrule::__private::check_positive("Linear", "out", H);
            ::chainrule::__private::check_input(
                "my::Warp<H>(gain = 2.0)",
                <<<my::Warp<
                    H,
                > as ::chainrule::__private::AsLayer<
                    T,
                >>::Layer as ::chainrule::Layer<T>>::Input as ::chainrule::Shape>::DIMS,
                <[T; H] as ::chainrule::Shape>::DIMS,
                "`Gelu` on line 2 produces [H]",
            );
            ::chainrule::__private::check_no_indices(
                "my::Warp<H>(gain = 2.0)",
                <<my::Warp<
                    H,
                > as ::chainrule::__private::AsLayer<
                    T,
                >>::Layer as ::chainrule::Layer<T>>::READS_INDICES,
            );
        };
    }
    #[automatically_derived]
    impl<const H: usize, T: ::chainrule::Scalar> ::chainrule::Network for Policy<H, T> {
        type Input = [T; 4];
        type Output = <<my::Warp<
            H,
        > as ::chainrule::__private::AsLayer<
            T,
        >>::Layer as ::chainrule::Layer<T>>::Output;
        type Parameters = PolicyParameters<H, T>;
        type Buffers = PolicyBuffers<H, T>;
        const NAME: &'static str = "Policy";
        const LAYERS: &'static [::chainrule::LayerInfo] = &[
            ::chainrule::LayerInfo::of::<
                T,
                ::chainrule::layers::Linear<4, H, H>,
            >("linear1", "Linear(H)"),
            ::chainrule::LayerInfo::of::<
                T,
                ::chainrule::layers::Pointwise<
                    ::chainrule::layers::activations::Gelu,
                    [T; H],
                >,
            >("", "Gelu"),
            ::chainrule::LayerInfo::of::<
                T,
                <my::Warp<H> as ::chainrule::__private::AsLayer<T>>::Layer,
            >("warp1", "my::Warp<H>(gain = 2.0)"),
        ];
        const CROSS_SAMPLE: bool = __rt::any(
            &[
                <<my::Warp<
                    H,
                > as ::chainrule::__private::AsLayer<
                    T,
                >>::Layer as ::chainrule::Layer<T>>::CROSS_SAMPLE,
            ],
        );
        const OPTIMIZED: bool = !::core::cfg!(debug_assertions);
        const INFERENCE_ELEMENTS: usize = <[T; H] as ::chainrule::Shape>::LEN
            + <<my::Warp<
                H,
            > as ::chainrule::__private::AsLayer<
                T,
            >>::Layer as ::chainrule::Layer<T>>::SAVED_IN_INFERENCE;
        const TRAINING_ELEMENTS: usize = __rt::sum(
            &[
                4,
                <[T; H] as ::chainrule::Shape>::LEN,
                <[T; H] as ::chainrule::Shape>::LEN,
                <<<my::Warp<
                    H,
                > as ::chainrule::__private::AsLayer<
                    T,
                >>::Layer as ::chainrule::Layer<T>>::Output as ::chainrule::Shape>::LEN,
                <<my::Warp<
                    H,
                > as ::chainrule::__private::AsLayer<
                    T,
                >>::Layer as ::chainrule::Layer<T>>::SAVED,
                __rt::max(
                    &[
                        <[T; H] as ::chainrule::Shape>::LEN,
                        <<<my::Warp<
                            H,
                        > as ::chainrule::__private::AsLayer<
                            T,
                        >>::Layer as ::chainrule::Layer<
                            T,
                        >>::Output as ::chainrule::Shape>::LEN,
                    ],
                ),
                __rt::max(&[4, <[T; H] as ::chainrule::Shape>::LEN]),
            ],
        );
        #[inline(always)]
        fn parts(&self) -> (&PolicyParameters<H, T>, &PolicyBuffers<H, T>) {
            (&self.__parameters, &self.__buffers)
        }
        #[inline(always)]
        fn parts_mut(
            &mut self,
        ) -> (&mut PolicyParameters<H, T>, &mut PolicyBuffers<H, T>) {
            (&mut self.__parameters, &mut self.__buffers)
        }
        fn init_layers<__R: __rt::rand::Rng + ?::core::marker::Sized>(
            parameters: &mut PolicyParameters<H, T>,
            buffers: &mut PolicyBuffers<H, T>,
            rng: &mut __R,
        ) {
            const { Self::__CHECKED }
            let linear1: ::chainrule::layers::Linear<4, H, H> = ::core::default::Default::default();
            ::chainrule::Layer::<
                T,
            >::init(&linear1, &mut parameters.linear1, &mut (), rng);
            let warp1: <my::Warp<H> as ::chainrule::__private::AsLayer<T>>::Layer = my::Warp::<
                H,
            > {
                gain: 2.0,
                ..::core::default::Default::default()
            };
            ::chainrule::Layer::<
                T,
            >::init(&warp1, &mut parameters.warp1, &mut buffers.warp1, rng);
        }
        #[inline(always)]
        fn with_scratch<__R>(run: impl ::core::ops::FnOnce(&mut [T]) -> __R) -> __R {
            __rt::with_scratch(<Self as ::chainrule::Network>::INFERENCE_ELEMENTS, run)
        }
        #[inline(always)]
        fn infer<__E: ::chainrule::Element<T>>(
            parameters: &PolicyParameters<H, T>,
            buffers: &PolicyBuffers<H, T>,
            isa: __rt::Isa,
            x0: &[[__E; 4]],
            x2: &mut [<<<my::Warp<
                H,
            > as ::chainrule::__private::AsLayer<
                T,
            >>::Layer as ::chainrule::Layer<T>>::Output as ::chainrule::Shape>::Of<__E>],
            mut scratch: __rt::Arena<'_, __E>,
        ) {
            const { Self::__CHECKED }
            let groups = scratch.groups();
            let region0 = scratch.take_elements(<[T; H] as ::chainrule::Shape>::LEN);
            let saved = scratch
                .take_elements(
                    <<my::Warp<
                        H,
                    > as ::chainrule::__private::AsLayer<
                        T,
                    >>::Layer as ::chainrule::Layer<T>>::SAVED_IN_INFERENCE,
                );
            let x1 = __rt::view::<T, [T; H], __E>(region0, groups);
            let linear1: ::chainrule::layers::Linear<4, H, H> = ::core::default::Default::default();
            __rt::forward::<
                T,
                _,
                __E,
            >(
                &linear1,
                __rt::inference(isa, &linear1, &parameters.linear1, &(), &mut []),
                x0,
                &mut *x1,
            );
            let gelu1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Gelu,
                [T; H],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Gelu,
            );
            gelu1.apply::<__E>(isa, x1);
            let warp1: <my::Warp<H> as ::chainrule::__private::AsLayer<T>>::Layer = my::Warp::<
                H,
            > {
                gain: 2.0,
                ..::core::default::Default::default()
            };
            __rt::forward::<
                T,
                _,
                __E,
            >(
                &warp1,
                __rt::inference(
                    isa,
                    &warp1,
                    &parameters.warp1,
                    &buffers.warp1,
                    __rt::room(
                        saved,
                        <<my::Warp<
                            H,
                        > as ::chainrule::__private::AsLayer<
                            T,
                        >>::Layer as ::chainrule::Layer<T>>::SAVED_IN_INFERENCE,
                    ),
                ),
                __rt::fit::<
                    [T; H],
                    <<my::Warp<
                        H,
                    > as ::chainrule::__private::AsLayer<
                        T,
                    >>::Layer as ::chainrule::Layer<T>>::Input,
                    __E,
                >(x1),
                &mut *x2,
            );
        }
        #[inline(always)]
        fn train<__E: ::chainrule::Element<T>>(
            pass: __rt::Pass<'_, Self, __E, impl __rt::Weights<Self>>,
            mut objective: impl __rt::Objective<Self, __E>,
        ) {
            const { Self::__CHECKED }
            let __rt::Pass { mut weights, buffers, mut arena, context } = pass;
            let parameters = weights.parameters();
            let groups = arena.groups();
            let linear1: ::chainrule::layers::Linear<4, H, H> = ::core::default::Default::default();
            let gelu1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Gelu,
                [T; H],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Gelu,
            );
            let warp1: <my::Warp<H> as ::chainrule::__private::AsLayer<T>>::Layer = my::Warp::<
                H,
            > {
                gain: 2.0,
                ..::core::default::Default::default()
            };
            let x0 = arena.take::<T, [T; 4]>();
            let saved2 = arena
                .take_elements(
                    <<my::Warp<
                        H,
                    > as ::chainrule::__private::AsLayer<
                        T,
                    >>::Layer as ::chainrule::Layer<T>>::SAVED,
                );
            let x1 = arena.take::<T, [T; H]>();
            let x2 = arena.take::<T, [T; H]>();
            let x3 = arena
                .take::<
                    T,
                    <<my::Warp<
                        H,
                    > as ::chainrule::__private::AsLayer<
                        T,
                    >>::Layer as ::chainrule::Layer<T>>::Output,
                >();
            let region0 = arena
                .take_elements(
                    __rt::max(
                        &[
                            <[T; H] as ::chainrule::Shape>::LEN,
                            <<<my::Warp<
                                H,
                            > as ::chainrule::__private::AsLayer<
                                T,
                            >>::Layer as ::chainrule::Layer<
                                T,
                            >>::Output as ::chainrule::Shape>::LEN,
                        ],
                    ),
                );
            let region1 = arena
                .take_elements(__rt::max(&[4, <[T; H] as ::chainrule::Shape>::LEN]));
            if let ::core::option::Option::Some(buffers) = buffers {
                __rt::forward_training::<
                    T,
                    _,
                    __E,
                >(
                    &linear1,
                    context.forward(&linear1, 0usize, &parameters.linear1, &(), &mut []),
                    x0,
                    x1,
                );
                __rt::forward_training::<
                    T,
                    _,
                    __E,
                >(&gelu1, context.forward(&gelu1, 1usize, &(), &(), &mut []), x1, x2);
                __rt::forward_training::<
                    T,
                    _,
                    __E,
                >(
                    &warp1,
                    context
                        .forward(
                            &warp1,
                            2usize,
                            &parameters.warp1,
                            &buffers.warp1,
                            &mut *saved2,
                        ),
                    __rt::fit::<
                        [T; H],
                        <<my::Warp<
                            H,
                        > as ::chainrule::__private::AsLayer<
                            T,
                        >>::Layer as ::chainrule::Layer<T>>::Input,
                        __E,
                    >(x2),
                    x3,
                );
            }
            let d3 = __rt::view::<
                T,
                <<my::Warp<
                    H,
                > as ::chainrule::__private::AsLayer<
                    T,
                >>::Layer as ::chainrule::Layer<T>>::Output,
                __E,
            >(region0, groups);
            if !objective.outputs(context.isa, x3, d3) {
                return;
            }
            let d2 = __rt::view::<T, [T; H], __E>(region1, groups);
            weights
                .backward(
                    &warp1,
                    context.backward(2usize, &mut *saved2),
                    |all| &all.warp1,
                    |all| &mut all.warp1,
                    __rt::fit::<
                        [T; H],
                        <<my::Warp<
                            H,
                        > as ::chainrule::__private::AsLayer<
                            T,
                        >>::Layer as ::chainrule::Layer<T>>::Input,
                        __E,
                    >(x2),
                    x3,
                    d3,
                    __rt::fit_mut::<
                        [T; H],
                        <<my::Warp<
                            H,
                        > as ::chainrule::__private::AsLayer<
                            T,
                        >>::Layer as ::chainrule::Layer<T>>::Input,
                        __E,
                    >(d2),
                );
            let d1 = __rt::view::<T, [T; H], __E>(region0, groups);
            __rt::backward::<
                T,
                _,
                __E,
            >(
                &gelu1,
                context.backward(1usize, &mut []).backward(&(), &mut ()),
                x1,
                x2,
                d2,
                d1,
            );
            let d0 = __rt::view::<T, [T; 4], __E>(region1, groups);
            weights
                .backward(
                    &linear1,
                    context.backward_first(0usize, &mut []),
                    |all| &all.linear1,
                    |all| &mut all.linear1,
                    x0,
                    x1,
                    d1,
                    d0,
                );
            objective.inputs(d0);
        }
        fn update_buffers<__E: ::chainrule::Element<T>>(
            buffers: &mut PolicyBuffers<H, T>,
            mut arena: __rt::Arena<'_, __E>,
            samples: usize,
        ) {
            let _ = arena.take::<T, [T; 4]>();
            let saved2 = arena
                .take_elements(
                    <<my::Warp<
                        H,
                    > as ::chainrule::__private::AsLayer<
                        T,
                    >>::Layer as ::chainrule::Layer<T>>::SAVED,
                );
            let warp1: <my::Warp<H> as ::chainrule::__private::AsLayer<T>>::Layer = my::Warp::<
                H,
            > {
                gain: 2.0,
                ..::core::default::Default::default()
            };
            ::chainrule::Layer::<
                T,
            >::update_buffers(&warp1, &mut buffers.warp1, saved2, samples);
        }
    }
    #[automatically_derived]
    impl<const H: usize> __rt::AsLayer<f32> for Policy<H, f32> {
        type Layer = __rt::Nested<Self>;
    }
    #[automatically_derived]
    impl<const H: usize> __rt::AsLayer<f64> for Policy<H, f64> {
        type Layer = __rt::Nested<Self>;
    }
};
