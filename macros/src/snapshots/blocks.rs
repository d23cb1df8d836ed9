// struct Blocks: [4] -> [3] {
//     Linear(4),
//     stage: Repeat(2) { Residual { fc: Linear(4), Tanh } },
//     gate: Multiply { value: { Linear(3) } open: { Linear(3), Sigmoid } },
// }

/// `[4]` → `[3]`
///
/// | label | layer | output | parameters | multiply-adds |
/// |---|---|---|---:|---:|
/// | `linear1` | `Linear(4)` | `[4]` | 20 | 16 |
/// | `stage.0.residual1.fc` | `Linear(4)` | `[4]` | 20 | 16 |
/// |  | `Tanh` | `[4]` | 0 | 0 |
/// |  | `Residual` | `[4]` | 0 | 0 |
/// | `stage.1.residual1.fc` | `Linear(4)` | `[4]` | 20 | 16 |
/// |  | `Tanh` | `[4]` | 0 | 0 |
/// |  | `Residual` | `[4]` | 0 | 0 |
/// | `gate.value.linear1` | `Linear(3)` | `[3]` | 15 | 12 |
/// | `gate.open.linear1` | `Linear(3)` | `[3]` | 15 | 12 |
/// |  | `Sigmoid` | `[3]` | 0 | 0 |
/// | `gate` | `Multiply` | `[3]` | 0 | 0 |
/// | | | | **90** | **72** |
#[repr(C, align(64))]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct Blocks {
    __parameters: BlocksParameters,
    __buffers: (),
}
/// The trained values of [`Blocks`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct BlocksParameters {
    /// `Linear(4)`
    pub linear1: ::chainrule::layers::LinearParameters<f32, 4, 4, 4>,
    /// `stage: 2 × { … }`
    pub stage: [BlocksStageParameters; 2usize],
    /// `gate: { … }`
    pub gate: BlocksGateParameters,
}
/// The trained values of `stage` in [`Blocks`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct BlocksStageParameters {
    /// `stage.residual1: { … }`
    pub residual1: BlocksStageResidual1Parameters,
}
/// The trained values of `stage.residual1` in [`Blocks`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct BlocksStageResidual1Parameters {
    /// `Linear(4)`
    pub fc: ::chainrule::layers::LinearParameters<f32, 4, 4, 4>,
}
/// The trained values of `gate` in [`Blocks`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct BlocksGateParameters {
    /// `gate.value: { … }`
    pub value: BlocksGateValueParameters,
    /// `gate.open: { … }`
    pub open: BlocksGateOpenParameters,
}
/// The trained values of `gate.value` in [`Blocks`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct BlocksGateValueParameters {
    /// `Linear(3)`
    pub linear1: ::chainrule::layers::LinearParameters<f32, 4, 3, 3>,
}
/// The trained values of `gate.open` in [`Blocks`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct BlocksGateOpenParameters {
    /// `Linear(3)`
    pub linear1: ::chainrule::layers::LinearParameters<f32, 4, 3, 3>,
}
#[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
const _: () = {
    use ::chainrule::__private as __rt;
    __rt::run!(
        @ aligned[] f32, Blocks { __parameters : BlocksParameters, __buffers : () }
    );
    __rt::run!(
        [] f32, BlocksParameters { linear1 : < ::chainrule::layers::Linear < 4, 4, 4 > as
        ::chainrule::Layer < f32 >> ::Parameters, stage : [BlocksStageParameters;
        2usize], gate : BlocksGateParameters }
    );
    __rt::run!(
        [] f32, BlocksStageParameters { residual1 : BlocksStageResidual1Parameters }
    );
    __rt::run!(
        [] f32, BlocksStageResidual1Parameters { fc : < ::chainrule::layers::Linear < 4,
        4, 4 > as ::chainrule::Layer < f32 >> ::Parameters }
    );
    __rt::run!(
        [] f32, BlocksGateParameters { value : BlocksGateValueParameters, open :
        BlocksGateOpenParameters }
    );
    __rt::run!(
        [] f32, BlocksGateValueParameters { linear1 : < ::chainrule::layers::Linear < 4,
        3, 3 > as ::chainrule::Layer < f32 >> ::Parameters }
    );
    __rt::run!(
        [] f32, BlocksGateOpenParameters { linear1 : < ::chainrule::layers::Linear < 4,
        3, 3 > as ::chainrule::Layer < f32 >> ::Parameters }
    );
    impl Blocks {
        /// A network of zeros, also in a constant: what to place in a `static` and load weights into.
        const fn zeroed() -> Self {
            __rt::zeroed()
        }
    }
    #[automatically_derived]
    impl ::core::ops::Deref for Blocks {
        type Target = BlocksParameters;
        #[inline(always)]
        fn deref(&self) -> &BlocksParameters {
            &self.__parameters
        }
    }
    #[automatically_derived]
    impl ::core::ops::DerefMut for Blocks {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut BlocksParameters {
            &mut self.__parameters
        }
    }
    #[automatically_derived]
    impl ::chainrule::Parameters for BlocksParameters {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Blocks>() }
            __rt::scalars(&*self)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Blocks>() }
            __rt::scalars_mut(&mut *self)
        }
    }
    #[automatically_derived]
    impl ::chainrule::Parameters for Blocks {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Blocks>() }
            __rt::scalars(&self.__parameters)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Blocks>() }
            __rt::scalars_mut(&mut self.__parameters)
        }
    }
    impl Blocks {
        /// The parameters of `linear1: Linear(4)`, a [group](::chainrule::Group) for optimizers.
        const LINEAR1: ::chainrule::Group<Self> = __rt::group(0, 1);
        /// The parameters of `stage`, a [group](::chainrule::Group) for optimizers.
        const STAGE: ::chainrule::Group<Self> = __rt::group(1, 5);
        /// The parameters of `stage.0`, a [group](::chainrule::Group) for optimizers.
        const STAGE_0: ::chainrule::Group<Self> = __rt::group(1, 2);
        /// The parameters of `stage.0.residual1`, a [group](::chainrule::Group) for optimizers.
        const STAGE_0_RESIDUAL1: ::chainrule::Group<Self> = __rt::group(1, 2);
        /// The parameters of `stage.0.residual1.fc: Linear(4)`, a [group](::chainrule::Group) for optimizers.
        const STAGE_0_RESIDUAL1_FC: ::chainrule::Group<Self> = __rt::group(1, 2);
        /// The parameters of `stage.1`, a [group](::chainrule::Group) for optimizers.
        const STAGE_1: ::chainrule::Group<Self> = __rt::group(4, 5);
        /// The parameters of `stage.1.residual1`, a [group](::chainrule::Group) for optimizers.
        const STAGE_1_RESIDUAL1: ::chainrule::Group<Self> = __rt::group(4, 5);
        /// The parameters of `stage.1.residual1.fc: Linear(4)`, a [group](::chainrule::Group) for optimizers.
        const STAGE_1_RESIDUAL1_FC: ::chainrule::Group<Self> = __rt::group(4, 5);
        /// The parameters of `gate`, a [group](::chainrule::Group) for optimizers.
        const GATE: ::chainrule::Group<Self> = __rt::group(7, 9);
        /// The parameters of `gate.value`, a [group](::chainrule::Group) for optimizers.
        const GATE_VALUE: ::chainrule::Group<Self> = __rt::group(7, 8);
        /// The parameters of `gate.value.linear1: Linear(3)`, a [group](::chainrule::Group) for optimizers.
        const GATE_VALUE_LINEAR1: ::chainrule::Group<Self> = __rt::group(7, 8);
        /// The parameters of `gate.open`, a [group](::chainrule::Group) for optimizers.
        const GATE_OPEN: ::chainrule::Group<Self> = __rt::group(8, 9);
        /// The parameters of `gate.open.linear1: Linear(3)`, a [group](::chainrule::Group) for optimizers.
        const GATE_OPEN_LINEAR1: ::chainrule::Group<Self> = __rt::group(8, 9);
    }
    #[automatically_derived]
    impl ::chainrule::Network for Blocks {
        type Input = [f32; 4];
        type Output = [f32; 3];
        type Parameters = BlocksParameters;
        type Buffers = ();
        const NAME: &'static str = "Blocks";
        const LAYERS: &'static [::chainrule::LayerInfo] = &[
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<4, 4, 4>,
            >("linear1", "Linear(4)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<4, 4, 4>,
            >("stage.0.residual1.fc", "Linear(4)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Pointwise<
                    ::chainrule::layers::activations::Tanh,
                    [f32; 4],
                >,
            >("", "Tanh"),
            ::chainrule::LayerInfo::join::<[f32; 4]>("", "Residual"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<4, 4, 4>,
            >("stage.1.residual1.fc", "Linear(4)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Pointwise<
                    ::chainrule::layers::activations::Tanh,
                    [f32; 4],
                >,
            >("", "Tanh"),
            ::chainrule::LayerInfo::join::<[f32; 4]>("", "Residual"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<4, 3, 3>,
            >("gate.value.linear1", "Linear(3)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<4, 3, 3>,
            >("gate.open.linear1", "Linear(3)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Pointwise<
                    ::chainrule::layers::activations::Sigmoid,
                    [f32; 3],
                >,
            >("", "Sigmoid"),
            ::chainrule::LayerInfo::join::<[f32; 3]>("gate", "Multiply"),
        ];
        const CROSS_SAMPLE: bool = false;
        const OPTIMIZED: bool = !::core::cfg!(debug_assertions);
        const INFERENCE_ELEMENTS: usize = __rt::max(&[4, 4]) + __rt::max(&[4, 3]);
        const TRAINING_ELEMENTS: usize = __rt::sum(
            &[
                4,
                4,
                4,
                4,
                4,
                4,
                3,
                3,
                3,
                __rt::max(&[4, 4, 4, 3]),
                __rt::max(&[4, 4, 3]),
                __rt::max(&[4, 3]),
                __rt::max(&[4, 4, 4]),
            ],
        );
        #[inline(always)]
        fn parts(&self) -> (&BlocksParameters, &()) {
            (&self.__parameters, &self.__buffers)
        }
        #[inline(always)]
        fn parts_mut(&mut self) -> (&mut BlocksParameters, &mut ()) {
            (&mut self.__parameters, &mut self.__buffers)
        }
        fn init_layers<__R: __rt::rand::Rng + ?::core::marker::Sized>(
            parameters: &mut BlocksParameters,
            buffers: &mut (),
            rng: &mut __R,
        ) {
            let linear1: ::chainrule::layers::Linear<4, 4, 4> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1, &mut parameters.linear1, &mut (), rng);
            let fc: ::chainrule::layers::Linear<4, 4, 4> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&fc, &mut parameters.stage[0].residual1.fc, &mut (), rng);
            let fc_2: ::chainrule::layers::Linear<4, 4, 4> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&fc_2, &mut parameters.stage[1].residual1.fc, &mut (), rng);
            let linear1_2: ::chainrule::layers::Linear<4, 3, 3> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1_2, &mut parameters.gate.value.linear1, &mut (), rng);
            let linear1_3: ::chainrule::layers::Linear<4, 3, 3> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&linear1_3, &mut parameters.gate.open.linear1, &mut (), rng);
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
            parameters: &BlocksParameters,
            buffers: &(),
            isa: __rt::Isa,
            x0: &[[__E; 4]],
            x4: &mut [[__E; 3]],
            mut scratch: __rt::Arena<'_, __E>,
        ) {
            let groups = scratch.groups();
            let region0 = scratch.take_elements(__rt::max(&[4, 4]));
            let region1 = scratch.take_elements(__rt::max(&[4, 3]));
            let x1 = __rt::view::<f32, [f32; 4], __E>(region0, groups);
            let linear1: ::chainrule::layers::Linear<4, 4, 4> = ::core::default::Default::default();
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
            let x2 = __rt::view::<f32, [f32; 4], __E>(region1, groups);
            let fc: ::chainrule::layers::Linear<4, 4, 4> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &fc,
                __rt::inference(
                    isa,
                    &fc,
                    &parameters.stage[0].residual1.fc,
                    &(),
                    &mut [],
                ),
                x1,
                &mut *x2,
            );
            let tanh1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Tanh,
                [f32; 4],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Tanh,
            );
            tanh1.apply::<__E>(isa, x2);
            __rt::add::<
                f32,
                __E,
            >(
                isa,
                <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x2),
                <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x1),
            );
            let x3 = __rt::view::<f32, [f32; 4], __E>(region0, groups);
            let fc_2: ::chainrule::layers::Linear<4, 4, 4> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &fc_2,
                __rt::inference(
                    isa,
                    &fc_2,
                    &parameters.stage[1].residual1.fc,
                    &(),
                    &mut [],
                ),
                x2,
                &mut *x3,
            );
            let tanh1_2: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Tanh,
                [f32; 4],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Tanh,
            );
            tanh1_2.apply::<__E>(isa, x3);
            __rt::add::<
                f32,
                __E,
            >(
                isa,
                <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x3),
                <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x2),
            );
            let linear1_2: ::chainrule::layers::Linear<4, 3, 3> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear1_2,
                __rt::inference(
                    isa,
                    &linear1_2,
                    &parameters.gate.value.linear1,
                    &(),
                    &mut [],
                ),
                x3,
                &mut *x4,
            );
            let x5 = __rt::view::<f32, [f32; 3], __E>(region1, groups);
            let linear1_3: ::chainrule::layers::Linear<4, 3, 3> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &linear1_3,
                __rt::inference(
                    isa,
                    &linear1_3,
                    &parameters.gate.open.linear1,
                    &(),
                    &mut [],
                ),
                x3,
                &mut *x5,
            );
            let sigmoid1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Sigmoid,
                [f32; 3],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Sigmoid,
            );
            sigmoid1.apply::<__E>(isa, x5);
            __rt::multiply::<
                f32,
                __E,
            >(
                isa,
                <[f32; 3] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x4),
                <[f32; 3] as ::chainrule::Shape>::flat::<__E>(&*x5),
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
            let isa = context.isa;
            let linear1: ::chainrule::layers::Linear<4, 4, 4> = ::core::default::Default::default();
            let fc: ::chainrule::layers::Linear<4, 4, 4> = ::core::default::Default::default();
            let tanh1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Tanh,
                [f32; 4],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Tanh,
            );
            let fc_2: ::chainrule::layers::Linear<4, 4, 4> = ::core::default::Default::default();
            let tanh1_2: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Tanh,
                [f32; 4],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Tanh,
            );
            let linear1_2: ::chainrule::layers::Linear<4, 3, 3> = ::core::default::Default::default();
            let linear1_3: ::chainrule::layers::Linear<4, 3, 3> = ::core::default::Default::default();
            let sigmoid1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Sigmoid,
                [f32; 3],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Sigmoid,
            );
            let x0 = arena.take::<f32, [f32; 4]>();
            let x1 = arena.take::<f32, [f32; 4]>();
            let x2 = arena.take::<f32, [f32; 4]>();
            let x3 = arena.take::<f32, [f32; 4]>();
            let x4 = arena.take::<f32, [f32; 4]>();
            let x5 = arena.take::<f32, [f32; 4]>();
            let x6 = arena.take::<f32, [f32; 3]>();
            let x7 = arena.take::<f32, [f32; 3]>();
            let x8 = arena.take::<f32, [f32; 3]>();
            let region0 = arena.take_elements(__rt::max(&[4, 4, 4, 3]));
            let region1 = arena.take_elements(__rt::max(&[4, 4, 3]));
            let region2 = arena.take_elements(__rt::max(&[4, 3]));
            let beside = arena.take_elements(__rt::max(&[4, 4, 4]));
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
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &fc,
                    context
                        .forward(
                            &fc,
                            1usize,
                            &parameters.stage[0].residual1.fc,
                            &(),
                            &mut [],
                        ),
                    x1,
                    x2,
                );
                tanh1.apply::<__E>(context.isa, x2);
                __rt::copy(
                    <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x3),
                    <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x2),
                );
                __rt::add::<
                    f32,
                    __E,
                >(
                    isa,
                    <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x3),
                    <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x1),
                );
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &fc_2,
                    context
                        .forward(
                            &fc_2,
                            4usize,
                            &parameters.stage[1].residual1.fc,
                            &(),
                            &mut [],
                        ),
                    x3,
                    x4,
                );
                tanh1_2.apply::<__E>(context.isa, x4);
                __rt::copy(
                    <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x5),
                    <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x4),
                );
                __rt::add::<
                    f32,
                    __E,
                >(
                    isa,
                    <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x5),
                    <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*x3),
                );
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &linear1_2,
                    context
                        .forward(
                            &linear1_2,
                            7usize,
                            &parameters.gate.value.linear1,
                            &(),
                            &mut [],
                        ),
                    x5,
                    x6,
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
                            8usize,
                            &parameters.gate.open.linear1,
                            &(),
                            &mut [],
                        ),
                    x5,
                    x7,
                );
                sigmoid1.apply::<__E>(context.isa, x7);
                __rt::copy(
                    <[f32; 3] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x8),
                    <[f32; 3] as ::chainrule::Shape>::flat::<__E>(&*x6),
                );
                __rt::multiply::<
                    f32,
                    __E,
                >(
                    isa,
                    <[f32; 3] as ::chainrule::Shape>::flat_mut::<__E>(&mut *x8),
                    <[f32; 3] as ::chainrule::Shape>::flat::<__E>(&*x7),
                );
            }
            let d8 = __rt::view::<f32, [f32; 3], __E>(region0, groups);
            if !objective.outputs(context.isa, x8, d8) {
                return;
            }
            let d6 = __rt::view::<f32, [f32; 3], __E>(region2, groups);
            let d7 = __rt::view::<f32, [f32; 3], __E>(region1, groups);
            {
                let place = &mut *<[f32; 3] as ::chainrule::Shape>::flat_mut::<
                    __E,
                >(&mut *d6);
                __rt::copy(place, <[f32; 3] as ::chainrule::Shape>::flat::<__E>(&*d8));
                __rt::multiply::<
                    f32,
                    __E,
                >(isa, place, <[f32; 3] as ::chainrule::Shape>::flat::<__E>(&*x7));
            }
            {
                let place = &mut *<[f32; 3] as ::chainrule::Shape>::flat_mut::<
                    __E,
                >(&mut *d7);
                __rt::copy(place, <[f32; 3] as ::chainrule::Shape>::flat::<__E>(&*d8));
                __rt::multiply::<
                    f32,
                    __E,
                >(isa, place, <[f32; 3] as ::chainrule::Shape>::flat::<__E>(&*x6));
            }
            sigmoid1.apply_backward::<__E>(context.isa, x7, d7);
            let d5 = __rt::view::<f32, [f32; 4], __E>(region0, groups);
            weights
                .backward(
                    &linear1_3,
                    context.backward(8usize, &mut []),
                    |all| &all.gate.open.linear1,
                    |all| &mut all.gate.open.linear1,
                    x5,
                    x7,
                    d7,
                    d5,
                );
            {
                let place = __rt::view::<f32, [f32; 4], __E>(beside, groups);
                weights
                    .backward(
                        &linear1_2,
                        context.backward(7usize, &mut []),
                        |all| &all.gate.value.linear1,
                        |all| &mut all.gate.value.linear1,
                        x5,
                        x6,
                        d6,
                        place,
                    );
                __rt::add::<
                    f32,
                    __E,
                >(
                    isa,
                    <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *d5),
                    <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*place),
                );
            }
            let d4 = __rt::view::<f32, [f32; 4], __E>(region1, groups);
            let d3 = __rt::view::<f32, [f32; 4], __E>(region2, groups);
            __rt::copy(
                <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *d4),
                <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*d5),
            );
            __rt::copy(
                <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *d3),
                <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*d5),
            );
            tanh1_2.apply_backward::<__E>(context.isa, x4, d4);
            {
                let place = __rt::view::<f32, [f32; 4], __E>(beside, groups);
                weights
                    .backward(
                        &fc_2,
                        context.backward(4usize, &mut []),
                        |all| &all.stage[1].residual1.fc,
                        |all| &mut all.stage[1].residual1.fc,
                        x3,
                        x4,
                        d4,
                        place,
                    );
                __rt::add::<
                    f32,
                    __E,
                >(
                    isa,
                    <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *d3),
                    <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*place),
                );
            }
            let d2 = __rt::view::<f32, [f32; 4], __E>(region0, groups);
            let d1 = __rt::view::<f32, [f32; 4], __E>(region1, groups);
            __rt::copy(
                <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *d2),
                <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*d3),
            );
            __rt::copy(
                <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *d1),
                <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*d3),
            );
            tanh1.apply_backward::<__E>(context.isa, x2, d2);
            {
                let place = __rt::view::<f32, [f32; 4], __E>(beside, groups);
                weights
                    .backward(
                        &fc,
                        context.backward(1usize, &mut []),
                        |all| &all.stage[0].residual1.fc,
                        |all| &mut all.stage[0].residual1.fc,
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
                    <[f32; 4] as ::chainrule::Shape>::flat_mut::<__E>(&mut *d1),
                    <[f32; 4] as ::chainrule::Shape>::flat::<__E>(&*place),
                );
            }
            let d0 = __rt::view::<f32, [f32; 4], __E>(region0, groups);
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
    impl __rt::AsLayer<f32> for Blocks {
        type Layer = __rt::Nested<Self>;
    }
    impl ::chainrule::StaticSizes for Blocks {
        type InputLen = __rt::typenum::UInt<
            __rt::typenum::UInt<
                __rt::typenum::UInt<__rt::typenum::UTerm, __rt::typenum::B1>,
                __rt::typenum::B0,
            >,
            __rt::typenum::B0,
        >;
        type OutputLen = __rt::typenum::UInt<
            __rt::typenum::UInt<__rt::typenum::UTerm, __rt::typenum::B1>,
            __rt::typenum::B1,
        >;
        type ParameterCount = __rt::typenum::UInt<
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
                        __rt::typenum::B1,
                    >,
                    __rt::typenum::B0,
                >,
                __rt::typenum::B1,
            >,
            __rt::typenum::B0,
        >;
    }
    impl ::chainrule::StaticNetwork for Blocks {
        type Activations = [f32; <Blocks as ::chainrule::Network>::TRAINING_ELEMENTS];
    }
};
