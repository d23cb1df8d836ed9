// struct Agent<const H: usize>: [4] {
//     Linear(H), Tanh,
//     Heads { policy: { Linear(2) }, value: { Linear(1) } },
// }

/// `[4]` → `{ policy: [2], value: [1] }`
///
/// | label | layer | output | parameters | multiply-adds |
/// |---|---|---|---:|---:|
/// | `linear1` | `Linear(H)` | `[H]` | 4·H + H | 4·H |
/// |  | `Tanh` | `[H]` | 0 | 0 |
/// | `policy.linear1` | `Linear(2)` | `[2]` | H·2 + 2 | H·2 |
/// | `value.linear1` | `Linear(1)` | `[1]` | H +  | H |
/// |  | `Heads` | { policy: [2], value: [1] } | 0 | 0 |
#[repr(C, align(64))]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct Agent<const H: usize> {
    __parameters: AgentParameters<H>,
    __buffers: (),
}
/// The trained values of [`Agent`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct AgentParameters<const H: usize> {
    /// `Linear(H)`
    pub linear1: ::chainrule::layers::LinearParameters<f32, 4, H, H>,
    /// `policy: { … }`
    pub policy: AgentPolicyParameters<H>,
    /// `value: { … }`
    pub value: AgentValueParameters<H>,
}
/// The trained values of `policy` in [`Agent`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct AgentPolicyParameters<const H: usize> {
    /// `Linear(2)`
    pub linear1: ::chainrule::layers::LinearParameters<f32, H, 2, 2>,
}
/// The trained values of `value` in [`Agent`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct AgentValueParameters<const H: usize> {
    /// `Linear(1)`
    pub linear1: ::chainrule::layers::LinearParameters<f32, H, 1, 1>,
}
/// What [`Agent`] puts out.
#[repr(C)]
#[derive(
    ::core::clone::Clone,
    ::core::marker::Copy,
    ::core::fmt::Debug,
    ::core::cmp::PartialEq
)]
struct AgentOutput<const H: usize, __E = f32> {
    /// `[2]`
    pub policy: [__E; 2],
    /// `[1]`
    pub value: [__E; 1],
}
#[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
const _: () = {
    use ::chainrule::__private as __rt;
    __rt::run!(
        @ aligned[const H : usize] f32, Agent < H > { __parameters : AgentParameters < H
        >, __buffers : () }
    );
    __rt::run!(
        [const H : usize] f32, AgentParameters < H > { linear1 : <
        ::chainrule::layers::Linear < 4, H, H > as ::chainrule::Layer < f32 >>
        ::Parameters, policy : AgentPolicyParameters < H >, value : AgentValueParameters
        < H > }
    );
    __rt::run!(
        [const H : usize] f32, AgentPolicyParameters < H > { linear1 : <
        ::chainrule::layers::Linear < H, 2, 2 > as ::chainrule::Layer < f32 >>
        ::Parameters }
    );
    __rt::run!(
        [const H : usize] f32, AgentValueParameters < H > { linear1 : <
        ::chainrule::layers::Linear < H, 1, 1 > as ::chainrule::Layer < f32 >>
        ::Parameters }
    );
    impl<const H: usize> Agent<H> {
        /// A network of zeros, also in a constant: what to place in a `static` and load weights into.
        const fn zeroed() -> Self {
            __rt::zeroed()
        }
    }
    #[automatically_derived]
    impl<const H: usize> ::core::ops::Deref for Agent<H> {
        type Target = AgentParameters<H>;
        #[inline(always)]
        fn deref(&self) -> &AgentParameters<H> {
            &self.__parameters
        }
    }
    #[automatically_derived]
    impl<const H: usize> ::core::ops::DerefMut for Agent<H> {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut AgentParameters<H> {
            &mut self.__parameters
        }
    }
    #[automatically_derived]
    impl<const H: usize> ::chainrule::Parameters for AgentParameters<H> {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Agent<H>>() }
            __rt::scalars(&*self)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Agent<H>>() }
            __rt::scalars_mut(&mut *self)
        }
    }
    #[automatically_derived]
    impl<const H: usize> ::chainrule::Parameters for Agent<H> {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Agent<H>>() }
            __rt::scalars(&self.__parameters)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Agent<H>>() }
            __rt::scalars_mut(&mut self.__parameters)
        }
    }
    impl<const H: usize> Agent<H> {
        /// The parameters of `linear1: Linear(H)`, a [group](::chainrule::Group) for optimizers.
        const LINEAR1: ::chainrule::Group<Self> = __rt::group(0, 1);
        /// The parameters of `policy`, a [group](::chainrule::Group) for optimizers.
        const POLICY: ::chainrule::Group<Self> = __rt::group(2, 3);
        /// The parameters of `policy.linear1: Linear(2)`, a [group](::chainrule::Group) for optimizers.
        const POLICY_LINEAR1: ::chainrule::Group<Self> = __rt::group(2, 3);
        /// The parameters of `value`, a [group](::chainrule::Group) for optimizers.
        const VALUE: ::chainrule::Group<Self> = __rt::group(3, 4);
        /// The parameters of `value.linear1: Linear(1)`, a [group](::chainrule::Group) for optimizers.
        const VALUE_LINEAR1: ::chainrule::Group<Self> = __rt::group(3, 4);
    }
    __rt::heads!(
        [const H : usize,] [H,] [] f32, AgentOutput { policy : [f32; 2] = 2, value :
        [f32; 1] = 1 }
    );
    impl<const H: usize> Agent<H> {
        const __CHECKED: () = {
            ::chainrule::__private::check_positive("Linear", "out", H);
        };
    }
    #[automatically_derived]
    impl<const H: usize> ::chainrule::Network for Agent<H> {
        type Input = [f32; 4];
        type Output = AgentOutput<H, f32>;
        type Parameters = AgentParameters<H>;
        type Buffers = ();
        const NAME: &'static str = "Agent";
        const LAYERS: &'static [::chainrule::LayerInfo] = &[
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<4, H, H>,
            >("linear1", "Linear(H)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Pointwise<
                    ::chainrule::layers::activations::Tanh,
                    [f32; H],
                >,
            >("", "Tanh"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<H, 2, 2>,
            >("policy.linear1", "Linear(2)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<H, 1, 1>,
            >("value.linear1", "Linear(1)"),
            ::chainrule::LayerInfo::join::<AgentOutput<H, f32>>("", "Heads"),
        ];
        const CROSS_SAMPLE: bool = false;
        const OPTIMIZED: bool = !::core::cfg!(debug_assertions);
        const INFERENCE_ELEMENTS: usize = <[f32; H] as ::chainrule::Shape>::LEN + 2 + 1;
        const TRAINING_ELEMENTS: usize = __rt::sum(
            &[
                4,
                <[f32; H] as ::chainrule::Shape>::LEN,
                2,
                1,
                3,
                __rt::max(&[<[f32; H] as ::chainrule::Shape>::LEN, 3]),
                __rt::max(&[4, 1]),
                2,
                <[f32; H] as ::chainrule::Shape>::LEN,
            ],
        );
        #[inline(always)]
        fn parts(&self) -> (&AgentParameters<H>, &()) {
            (&self.__parameters, &self.__buffers)
        }
        #[inline(always)]
        fn parts_mut(&mut self) -> (&mut AgentParameters<H>, &mut ()) {
            (&mut self.__parameters, &mut self.__buffers)
        }
        fn init_layers<__R: __rt::rand::Rng + ?::core::marker::Sized>(
            parameters: &mut AgentParameters<H>,
            buffers: &mut (),
            rng: &mut __R,
        ) {
            const { Self::__CHECKED }
            let linear1: ::chainrule::layers::Linear<4, H, H> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1, &mut parameters.linear1, &mut (), rng);
            let linear1_2: ::chainrule::layers::Linear<H, 2, 2> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1_2, &mut parameters.policy.linear1, &mut (), rng);
            let linear1_3: ::chainrule::layers::Linear<H, 1, 1> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1_3, &mut parameters.value.linear1, &mut (), rng);
        }
        #[inline(always)]
        fn with_scratch<__R>(run: impl ::core::ops::FnOnce(&mut [f32]) -> __R) -> __R {
            __rt::with_scratch(<Self as ::chainrule::Network>::INFERENCE_ELEMENTS, run)
        }
        #[inline(always)]
        fn infer<__E: ::chainrule::Element<f32>>(
            parameters: &AgentParameters<H>,
            buffers: &(),
            isa: __rt::Isa,
            x0: &[[__E; 4]],
            x4: &mut [AgentOutput<H, __E>],
            mut scratch: __rt::Arena<'_, __E>,
        ) {
            const { Self::__CHECKED }
            let groups = scratch.groups();
            let region0 = scratch.take_elements(<[f32; H] as ::chainrule::Shape>::LEN);
            let region1 = scratch.take_elements(2);
            let region2 = scratch.take_elements(1);
            let x1 = __rt::view::<f32, [f32; H], __E>(region0, groups);
            let linear1: ::chainrule::layers::Linear<4, H, H> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear1,
                __rt::inference(isa, &linear1, &parameters.linear1, &(), &mut []),
                x0,
                &mut *x1,
            );
            let tanh1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Tanh,
                [f32; H],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Tanh,
            );
            tanh1.apply::<__E>(isa, x1);
            let x2 = __rt::view::<f32, [f32; 2], __E>(region1, groups);
            let linear1_2: ::chainrule::layers::Linear<H, 2, 2> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear1_2,
                __rt::inference(
                    isa,
                    &linear1_2,
                    &parameters.policy.linear1,
                    &(),
                    &mut [],
                ),
                x1,
                &mut *x2,
            );
            let x3 = __rt::view::<f32, [f32; 1], __E>(region2, groups);
            let linear1_3: ::chainrule::layers::Linear<H, 1, 1> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear1_3,
                __rt::inference(
                    isa,
                    &linear1_3,
                    &parameters.value.linear1,
                    &(),
                    &mut [],
                ),
                x1,
                &mut *x3,
            );
            __rt::place(
                <AgentOutput<H, f32> as ::chainrule::Shape>::flat_mut::<__E>(&mut *x4),
                3,
                __rt::sum(&[]),
                <[f32; 2] as ::chainrule::Shape>::flat::<__E>(&*x2),
                2,
            );
            __rt::place(
                <AgentOutput<H, f32> as ::chainrule::Shape>::flat_mut::<__E>(&mut *x4),
                3,
                __rt::sum(&[2]),
                <[f32; 1] as ::chainrule::Shape>::flat::<__E>(&*x3),
                1,
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
            let linear1: ::chainrule::layers::Linear<4, H, H> = ::core::default::Default::default();
            let tanh1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Tanh,
                [f32; H],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Tanh,
            );
            let linear1_2: ::chainrule::layers::Linear<H, 2, 2> = ::core::default::Default::default();
            let linear1_3: ::chainrule::layers::Linear<H, 1, 1> = ::core::default::Default::default();
            let x0 = arena.take::<f32, [f32; 4]>();
            let x1 = arena.take::<f32, [f32; H]>();
            let x2 = arena.take::<f32, [f32; 2]>();
            let x3 = arena.take::<f32, [f32; 1]>();
            let x4 = arena.take::<f32, AgentOutput<H, f32>>();
            let region0 = arena
                .take_elements(__rt::max(&[<[f32; H] as ::chainrule::Shape>::LEN, 3]));
            let region1 = arena.take_elements(__rt::max(&[4, 1]));
            let region2 = arena.take_elements(2);
            let beside = arena.take_elements(<[f32; H] as ::chainrule::Shape>::LEN);
            if let ::core::option::Option::Some(buffers) = buffers {
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &linear1,
                    context.forward(&linear1, 0usize, &parameters.linear1, &(), &mut []),
                    x0,
                    x1,
                );
                tanh1.apply::<__E>(context.isa, x1);
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &linear1_2,
                    context
                        .forward(
                            &linear1_2,
                            2usize,
                            &parameters.policy.linear1,
                            &(),
                            &mut [],
                        ),
                    x1,
                    x2,
                );
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &linear1_3,
                    context
                        .forward(
                            &linear1_3,
                            3usize,
                            &parameters.value.linear1,
                            &(),
                            &mut [],
                        ),
                    x1,
                    x3,
                );
                __rt::place(
                    <AgentOutput<
                        H,
                        f32,
                    > as ::chainrule::Shape>::flat_mut::<__E>(&mut *x4),
                    3,
                    __rt::sum(&[]),
                    <[f32; 2] as ::chainrule::Shape>::flat::<__E>(&*x2),
                    2,
                );
                __rt::place(
                    <AgentOutput<
                        H,
                        f32,
                    > as ::chainrule::Shape>::flat_mut::<__E>(&mut *x4),
                    3,
                    __rt::sum(&[2]),
                    <[f32; 1] as ::chainrule::Shape>::flat::<__E>(&*x3),
                    1,
                );
            }
            let d4 = __rt::view::<f32, AgentOutput<H, f32>, __E>(region0, groups);
            if !objective.outputs(context.isa, x4, d4) {
                return;
            }
            let d2 = __rt::view::<f32, [f32; 2], __E>(region2, groups);
            let d3 = __rt::view::<f32, [f32; 1], __E>(region1, groups);
            {
                let place = &mut *<[f32; 2] as ::chainrule::Shape>::flat_mut::<
                    __E,
                >(&mut *d2);
                __rt::pick(
                    place,
                    2,
                    <AgentOutput<H, f32> as ::chainrule::Shape>::flat::<__E>(&*d4),
                    3,
                    __rt::sum(&[]),
                );
            }
            {
                let place = &mut *<[f32; 1] as ::chainrule::Shape>::flat_mut::<
                    __E,
                >(&mut *d3);
                __rt::pick(
                    place,
                    1,
                    <AgentOutput<H, f32> as ::chainrule::Shape>::flat::<__E>(&*d4),
                    3,
                    __rt::sum(&[2]),
                );
            }
            let d1 = __rt::view::<f32, [f32; H], __E>(region0, groups);
            weights
                .backward(
                    &linear1_3,
                    context.backward(3usize, &mut []),
                    |all| &all.value.linear1,
                    |all| &mut all.value.linear1,
                    x1,
                    x3,
                    d3,
                    d1,
                );
            {
                let place = __rt::view::<f32, [f32; H], __E>(beside, groups);
                weights
                    .backward(
                        &linear1_2,
                        context.backward(2usize, &mut []),
                        |all| &all.policy.linear1,
                        |all| &mut all.policy.linear1,
                        x1,
                        x2,
                        d2,
                        place,
                    );
                __rt::add::<
                    f32,
                    __E,
                >(
                    isa,
                    <[f32; H] as ::chainrule::Shape>::flat_mut::<__E>(&mut *d1),
                    <[f32; H] as ::chainrule::Shape>::flat::<__E>(&*place),
                );
            }
            tanh1.apply_backward::<__E>(context.isa, x1, d1);
            let d0 = __rt::view::<f32, [f32; 4], __E>(region1, groups);
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
    }
    #[automatically_derived]
    impl<const H: usize> __rt::AsLayer<f32> for Agent<H> {
        type Layer = __rt::Nested<Self>;
    }
};
