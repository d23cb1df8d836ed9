// struct Critic<const H: usize>: { state: [H], action: [2] } -> [1] {
//     gate: Multiply { { state, Linear(4), Tanh } { action, Linear(4), Sigmoid } },
//     Linear(1),
// }

/// `{ state: [H], action: [2] }` → `[1]`
///
/// | label | layer | output | parameters | multiply-adds |
/// |---|---|---|---:|---:|
/// |  | `state` | `[H]` | 0 | 0 |
/// |  | `action` | `[2]` | 0 | 0 |
/// | `gate.branch1.linear1` | `Linear(4)` | `[4]` | H·4 + 4 | H·4 |
/// |  | `Tanh` | `[4]` | 0 | 0 |
/// | `gate.branch2.linear1` | `Linear(4)` | `[4]` | 12 | 8 |
/// |  | `Sigmoid` | `[4]` | 0 | 0 |
/// | `gate` | `Multiply` | `[4]` | 0 | 0 |
/// | `linear1` | `Linear(1)` | `[1]` | 5 | 4 |
#[repr(C, align(64))]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct Critic<const H: usize> {
    __parameters: CriticParameters<H>,
    __buffers: (),
}
/// The trained values of [`Critic`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct CriticParameters<const H: usize> {
    /// `gate: { … }`
    pub gate: CriticGateParameters<H>,
    /// `Linear(1)`
    pub linear1: ::chainrule::layers::LinearParameters<f32, 4, 1, 1>,
}
/// The trained values of `gate` in [`Critic`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct CriticGateParameters<const H: usize> {
    /// `gate.branch1: { … }`
    pub branch1: CriticGateBranch1Parameters<H>,
    /// `gate.branch2: { … }`
    pub branch2: CriticGateBranch2Parameters<H>,
}
/// The trained values of `gate.branch1` in [`Critic`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct CriticGateBranch1Parameters<const H: usize> {
    /// `Linear(4)`
    pub linear1: ::chainrule::layers::LinearParameters<f32, H, 4, 4>,
}
/// The trained values of `gate.branch2` in [`Critic`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct CriticGateBranch2Parameters<const H: usize> {
    /// `Linear(4)`
    pub linear1: ::chainrule::layers::LinearParameters<f32, 2, 4, 4>,
}
/// What [`Critic`] takes.
#[repr(C)]
#[derive(
    ::core::clone::Clone,
    ::core::marker::Copy,
    ::core::fmt::Debug,
    ::core::cmp::PartialEq
)]
struct CriticInput<const H: usize, __E = f32> {
    /// `[H]`
    pub state: [__E; H],
    /// `[2]`
    pub action: [__E; 2],
}
#[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
const _: () = {
    use ::chainrule::__private as __rt;
    __rt::run!(
        @ aligned[const H : usize] f32, Critic < H > { __parameters : CriticParameters <
        H >, __buffers : () }
    );
    __rt::run!(
        [const H : usize] f32, CriticParameters < H > { gate : CriticGateParameters < H
        >, linear1 : < ::chainrule::layers::Linear < 4, 1, 1 > as ::chainrule::Layer <
        f32 >> ::Parameters }
    );
    __rt::run!(
        [const H : usize] f32, CriticGateParameters < H > { branch1 :
        CriticGateBranch1Parameters < H >, branch2 : CriticGateBranch2Parameters < H > }
    );
    __rt::run!(
        [const H : usize] f32, CriticGateBranch1Parameters < H > { linear1 : <
        ::chainrule::layers::Linear < H, 4, 4 > as ::chainrule::Layer < f32 >>
        ::Parameters }
    );
    __rt::run!(
        [const H : usize] f32, CriticGateBranch2Parameters < H > { linear1 : <
        ::chainrule::layers::Linear < 2, 4, 4 > as ::chainrule::Layer < f32 >>
        ::Parameters }
    );
    impl<const H: usize> Critic<H> {
        /// A network of zeros, also in a constant: what to place in a `static` and load weights into.
        const fn zeroed() -> Self {
            __rt::zeroed()
        }
    }
    #[automatically_derived]
    impl<const H: usize> ::core::ops::Deref for Critic<H> {
        type Target = CriticParameters<H>;
        #[inline(always)]
        fn deref(&self) -> &CriticParameters<H> {
            &self.__parameters
        }
    }
    #[automatically_derived]
    impl<const H: usize> ::core::ops::DerefMut for Critic<H> {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut CriticParameters<H> {
            &mut self.__parameters
        }
    }
    #[automatically_derived]
    impl<const H: usize> ::chainrule::Parameters for CriticParameters<H> {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Critic<H>>() }
            __rt::scalars(&*self)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Critic<H>>() }
            __rt::scalars_mut(&mut *self)
        }
    }
    #[automatically_derived]
    impl<const H: usize> ::chainrule::Parameters for Critic<H> {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Critic<H>>() }
            __rt::scalars(&self.__parameters)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Critic<H>>() }
            __rt::scalars_mut(&mut self.__parameters)
        }
    }
    impl<const H: usize> Critic<H> {
        /// The parameters of `gate`, a [group](::chainrule::Group) for optimizers.
        const GATE: ::chainrule::Group<Self> = __rt::group(2, 5);
        /// The parameters of `gate.branch1`, a [group](::chainrule::Group) for optimizers.
        const GATE_BRANCH1: ::chainrule::Group<Self> = __rt::group(2, 3);
        /// The parameters of `gate.branch1.linear1: Linear(4)`, a [group](::chainrule::Group) for optimizers.
        const GATE_BRANCH1_LINEAR1: ::chainrule::Group<Self> = __rt::group(2, 3);
        /// The parameters of `gate.branch2`, a [group](::chainrule::Group) for optimizers.
        const GATE_BRANCH2: ::chainrule::Group<Self> = __rt::group(4, 5);
        /// The parameters of `gate.branch2.linear1: Linear(4)`, a [group](::chainrule::Group) for optimizers.
        const GATE_BRANCH2_LINEAR1: ::chainrule::Group<Self> = __rt::group(4, 5);
        /// The parameters of `linear1: Linear(1)`, a [group](::chainrule::Group) for optimizers.
        const LINEAR1: ::chainrule::Group<Self> = __rt::group(7, 8);
    }
    __rt::fields!(
        [const H : usize,] [H,] [] f32, CriticInput { state : [f32; H] = < [f32; H] as
        ::chainrule::Shape > ::LEN, action : [f32; 2] = 2 }
    );
    impl<const H: usize> Critic<H> {
        const __CHECKED: () = {
            ::chainrule::__private::check_positive("input", "size", H);
        };
    }
    #[automatically_derived]
    impl<const H: usize> ::chainrule::Network for Critic<H> {
        type Input = CriticInput<H, f32>;
        type Output = [f32; 1];
        type Parameters = CriticParameters<H>;
        type Buffers = ();
        const NAME: &'static str = "Critic";
        const LAYERS: &'static [::chainrule::LayerInfo] = &[
            ::chainrule::LayerInfo::join::<[f32; H]>("", "state"),
            ::chainrule::LayerInfo::join::<[f32; 2]>("", "action"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<H, 4, 4>,
            >("gate.branch1.linear1", "Linear(4)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Pointwise<
                    ::chainrule::layers::activations::Tanh,
                    [f32; 4],
                >,
            >("", "Tanh"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<2, 4, 4>,
            >("gate.branch2.linear1", "Linear(4)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Pointwise<
                    ::chainrule::layers::activations::Sigmoid,
                    [f32; 4],
                >,
            >("", "Sigmoid"),
            ::chainrule::LayerInfo::join::<[f32; 4]>("gate", "Multiply"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<4, 1, 1>,
            >("linear1", "Linear(1)"),
        ];
        const CROSS_SAMPLE: bool = false;
        const OPTIMIZED: bool = !::core::cfg!(debug_assertions);
        const INFERENCE_ELEMENTS: usize = __rt::max(
            &[<[f32; H] as ::chainrule::Shape>::LEN, 4],
        ) + 2 + 4;
        const TRAINING_ELEMENTS: usize = __rt::sum(
            &[
                <CriticInput<H, f32> as ::chainrule::Shape>::LEN,
                <[f32; H] as ::chainrule::Shape>::LEN,
                2,
                4,
                4,
                4,
                1,
                __rt::max(&[<[f32; H] as ::chainrule::Shape>::LEN, 4, 1]),
                __rt::max(&[2, 4]),
                __rt::max(&[<CriticInput<H, f32> as ::chainrule::Shape>::LEN, 4]),
            ],
        );
        #[inline(always)]
        fn parts(&self) -> (&CriticParameters<H>, &()) {
            (&self.__parameters, &self.__buffers)
        }
        #[inline(always)]
        fn parts_mut(&mut self) -> (&mut CriticParameters<H>, &mut ()) {
            (&mut self.__parameters, &mut self.__buffers)
        }
        fn init_layers<__R: __rt::rand::Rng + ?::core::marker::Sized>(
            parameters: &mut CriticParameters<H>,
            buffers: &mut (),
            rng: &mut __R,
        ) {
            const { Self::__CHECKED }
            let linear1: ::chainrule::layers::Linear<H, 4, 4> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1, &mut parameters.gate.branch1.linear1, &mut (), rng);
            let linear1_2: ::chainrule::layers::Linear<2, 4, 4> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1_2, &mut parameters.gate.branch2.linear1, &mut (), rng);
            let linear1_3: ::chainrule::layers::Linear<4, 1, 1> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1_3, &mut parameters.linear1, &mut (), rng);
        }
        #[inline(always)]
        fn with_scratch<__R>(run: impl ::core::ops::FnOnce(&mut [f32]) -> __R) -> __R {
            __rt::with_scratch(<Self as ::chainrule::Network>::INFERENCE_ELEMENTS, run)
        }
        #[inline(always)]
        fn infer<__E: ::chainrule::Element<f32>>(
            parameters: &CriticParameters<H>,
            buffers: &(),
            isa: __rt::Isa,
            x0: &[CriticInput<H, __E>],
            x5: &mut [[__E; 1]],
            mut scratch: __rt::Arena<'_, __E>,
        ) {
            const { Self::__CHECKED }
            let groups = scratch.groups();
            let region0 = scratch
                .take_elements(__rt::max(&[<[f32; H] as ::chainrule::Shape>::LEN, 4]));
            let region1 = scratch.take_elements(2);
            let region2 = scratch.take_elements(4);
            let x1 = __rt::view::<f32, [f32; H], __E>(region0, groups);
            let x1 = __rt::field::<
                f32,
                CriticInput<H, f32>,
                [f32; H],
                __E,
            >(&*x0, __rt::sum(&[]), x1);
            let x2 = __rt::view::<f32, [f32; 2], __E>(region1, groups);
            let x2 = __rt::field::<
                f32,
                CriticInput<H, f32>,
                [f32; 2],
                __E,
            >(&*x0, __rt::sum(&[<[f32; H] as ::chainrule::Shape>::LEN]), x2);
            let x3 = __rt::view::<f32, [f32; 4], __E>(region2, groups);
            let linear1: ::chainrule::layers::Linear<H, 4, 4> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear1,
                __rt::inference(
                    isa,
                    &linear1,
                    &parameters.gate.branch1.linear1,
                    &(),
                    &mut [],
                ),
                x1,
                &mut *x3,
            );
            let tanh1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Tanh,
                [f32; 4],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Tanh,
            );
            tanh1.apply::<__E>(isa, x3);
            let x4 = __rt::view::<f32, [f32; 4], __E>(region0, groups);
            let linear1_2: ::chainrule::layers::Linear<2, 4, 4> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear1_2,
                __rt::inference(
                    isa,
                    &linear1_2,
                    &parameters.gate.branch2.linear1,
                    &(),
                    &mut [],
                ),
                x2,
                &mut *x4,
            );
            let sigmoid1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Sigmoid,
                [f32; 4],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Sigmoid,
            );
            sigmoid1.apply::<__E>(isa, x4);
            __rt::multiply::<
                f32,
                __E,
            >(
                isa,
                <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x3),
                <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x4),
            );
            let linear1_3: ::chainrule::layers::Linear<4, 1, 1> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear1_3,
                __rt::inference(isa, &linear1_3, &parameters.linear1, &(), &mut []),
                x3,
                &mut *x5,
            );
        }
        #[inline(always)]
        fn train<__E: ::chainrule::Element<f32>>(
            pass: __rt::Pass<'_, Self, __E, impl __rt::Weights<Self>>,
            mut objective: impl __rt::Objective<Self, __E>,
        ) {
            const { Self::__CHECKED }
            let __rt::Pass { mut weights, buffers, mut arena, context } = pass;
            let parameters = weights.parameters();
            let groups = arena.groups();
            let isa = context.isa;
            let linear1: ::chainrule::layers::Linear<H, 4, 4> = ::core::default::Default::default();
            let tanh1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Tanh,
                [f32; 4],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Tanh,
            );
            let linear1_2: ::chainrule::layers::Linear<2, 4, 4> = ::core::default::Default::default();
            let sigmoid1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Sigmoid,
                [f32; 4],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Sigmoid,
            );
            let linear1_3: ::chainrule::layers::Linear<4, 1, 1> = ::core::default::Default::default();
            let x0 = arena.take::<f32, CriticInput<H, f32>>();
            let x1 = arena.take::<f32, [f32; H]>();
            let x2 = arena.take::<f32, [f32; 2]>();
            let x3 = arena.take::<f32, [f32; 4]>();
            let x4 = arena.take::<f32, [f32; 4]>();
            let x5 = arena.take::<f32, [f32; 4]>();
            let x6 = arena.take::<f32, [f32; 1]>();
            let region0 = arena
                .take_elements(
                    __rt::max(&[<[f32; H] as ::chainrule::Shape>::LEN, 4, 1]),
                );
            let region1 = arena.take_elements(__rt::max(&[2, 4]));
            let region2 = arena
                .take_elements(
                    __rt::max(&[<CriticInput<H, f32> as ::chainrule::Shape>::LEN, 4]),
                );
            let x1 = __rt::field::<
                f32,
                CriticInput<H, f32>,
                [f32; H],
                __E,
            >(&*x0, __rt::sum(&[]), x1);
            let x2 = __rt::field::<
                f32,
                CriticInput<H, f32>,
                [f32; 2],
                __E,
            >(&*x0, __rt::sum(&[<[f32; H] as ::chainrule::Shape>::LEN]), x2);
            if let ::core::option::Option::Some(buffers) = buffers {
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &linear1,
                    context
                        .forward(
                            &linear1,
                            2usize,
                            &parameters.gate.branch1.linear1,
                            &(),
                            &mut [],
                        ),
                    x1,
                    x3,
                );
                tanh1.apply::<__E>(context.isa, x3);
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &linear1_2,
                    context
                        .forward(
                            &linear1_2,
                            4usize,
                            &parameters.gate.branch2.linear1,
                            &(),
                            &mut [],
                        ),
                    x2,
                    x4,
                );
                sigmoid1.apply::<__E>(context.isa, x4);
                __rt::copy(
                    <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x5),
                    <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x3),
                );
                __rt::multiply::<
                    f32,
                    __E,
                >(
                    isa,
                    <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x5),
                    <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x4),
                );
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &linear1_3,
                    context
                        .forward(&linear1_3, 7usize, &parameters.linear1, &(), &mut []),
                    x5,
                    x6,
                );
            }
            let d6 = __rt::view::<f32, [f32; 1], __E>(region0, groups);
            if !objective.outputs(context.isa, x6, d6) {
                return;
            }
            let d5 = __rt::view::<f32, [f32; 4], __E>(region1, groups);
            weights
                .backward(
                    &linear1_3,
                    context.backward(7usize, &mut []),
                    |all| &all.linear1,
                    |all| &mut all.linear1,
                    x5,
                    x6,
                    d6,
                    d5,
                );
            let d3 = __rt::view::<f32, [f32; 4], __E>(region2, groups);
            let d4 = __rt::view::<f32, [f32; 4], __E>(region0, groups);
            {
                let place = &mut *<[f32; 4] as ::chainrule::Shape>::flat_mut::<
                    __E,
                >(&mut *d3);
                __rt::copy(place, <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*d5));
                __rt::multiply::<
                    f32,
                    __E,
                >(isa, place, <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x4));
            }
            {
                let place = &mut *<[f32; 4] as ::chainrule::Shape>::flat_mut::<
                    __E,
                >(&mut *d4);
                __rt::copy(place, <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*d5));
                __rt::multiply::<
                    f32,
                    __E,
                >(isa, place, <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x3));
            }
            sigmoid1.apply_backward::<__E>(context.isa, x4, d4);
            let d2 = __rt::view::<f32, [f32; 2], __E>(region1, groups);
            weights
                .backward(
                    &linear1_2,
                    context.backward_first(4usize, &mut []),
                    |all| &all.gate.branch2.linear1,
                    |all| &mut all.gate.branch2.linear1,
                    x2,
                    x4,
                    d4,
                    d2,
                );
            tanh1.apply_backward::<__E>(context.isa, x3, d3);
            let d1 = __rt::view::<f32, [f32; H], __E>(region0, groups);
            weights
                .backward(
                    &linear1,
                    context.backward_first(2usize, &mut []),
                    |all| &all.gate.branch1.linear1,
                    |all| &mut all.gate.branch1.linear1,
                    x1,
                    x3,
                    d3,
                    d1,
                );
            let d0 = __rt::view::<f32, CriticInput<H, f32>, __E>(region2, groups);
            if context.input_gradient {
                __rt::place(
                    <CriticInput<
                        H,
                        f32,
                    > as ::chainrule::Shape>::flat_mut::<__E>(&mut *d0),
                    <CriticInput<H, f32> as ::chainrule::Shape>::LEN,
                    __rt::sum(&[<[f32; H] as ::chainrule::Shape>::LEN]),
                    <[f32; 2] as ::chainrule::Shape>::flat::<__E>(&*d2),
                    2,
                );
            }
            if context.input_gradient {
                __rt::place(
                    <CriticInput<
                        H,
                        f32,
                    > as ::chainrule::Shape>::flat_mut::<__E>(&mut *d0),
                    <CriticInput<H, f32> as ::chainrule::Shape>::LEN,
                    __rt::sum(&[]),
                    <[f32; H] as ::chainrule::Shape>::flat::<__E>(&*d1),
                    <[f32; H] as ::chainrule::Shape>::LEN,
                );
            }
            objective.inputs(d0);
        }
    }
    #[automatically_derived]
    impl<const H: usize> __rt::AsLayer<f32> for Critic<H> {
        type Layer = __rt::Nested<Self>;
    }
};
