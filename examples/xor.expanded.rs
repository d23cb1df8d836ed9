// What `network!` makes of the declaration in `xor.rs`, for readers: the types, then their implementations, among them
// `infer` (the forward function) and `train` (forward in order, the loss, backward in reverse).
//
// The macro wrote this file and prettyplease formatted it. A test compares it with what the macro writes today, another
// one compiles and trains it. To write it anew: `BLESS=1 cargo test -p chainrule-macros`.

/// Two inputs, three hidden units, one output.
///
/// `[2]` → `[1]`
///
/// | label | layer | output | parameters | multiply-adds |
/// |---|---|---|---:|---:|
/// | `hidden` | `Linear(3)` | `[3]` | 9 | 6 |
/// |  | `Tanh` | `[3]` | 0 | 0 |
/// | `output` | `Linear(1)` | `[1]` | 4 | 3 |
/// | | | | **13** | **9** |
#[repr(C, align(64))]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
pub struct Xor {
    __parameters: XorParameters,
    __buffers: (),
}
/// The trained values of [`Xor`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
pub struct XorParameters {
    /// `Linear(3)`
    pub hidden: ::chainrule::layers::LinearParameters<f32, 2, 3, 3>,
    /// `Linear(1)`
    pub output: ::chainrule::layers::LinearParameters<f32, 3, 1, 1>,
}
#[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
const _: () = {
    use ::chainrule::__private as __rt;
    __rt::run!(@ aligned[] f32, Xor { __parameters : XorParameters, __buffers : () });
    __rt::run!(
        [] f32, XorParameters { hidden : < ::chainrule::layers::Linear < 2, 3, 3 > as
        ::chainrule::Layer < f32 >> ::Parameters, output : < ::chainrule::layers::Linear
        < 3, 1, 1 > as ::chainrule::Layer < f32 >> ::Parameters }
    );
    impl Xor {
        /// A network of zeros, also in a constant: what to place in a `static` and load weights into.
        pub const fn zeroed() -> Self {
            __rt::zeroed()
        }
    }
    #[automatically_derived]
    impl ::core::ops::Deref for Xor {
        type Target = XorParameters;
        #[inline(always)]
        fn deref(&self) -> &XorParameters {
            &self.__parameters
        }
    }
    #[automatically_derived]
    impl ::core::ops::DerefMut for Xor {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut XorParameters {
            &mut self.__parameters
        }
    }
    #[automatically_derived]
    impl ::chainrule::Parameters for XorParameters {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Xor>() }
            __rt::scalars(&*self)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Xor>() }
            __rt::scalars_mut(&mut *self)
        }
    }
    #[automatically_derived]
    impl ::chainrule::Parameters for Xor {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            const { __rt::assert_packed::<Xor>() }
            __rt::scalars(&self.__parameters)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            const { __rt::assert_packed::<Xor>() }
            __rt::scalars_mut(&mut self.__parameters)
        }
    }
    impl Xor {
        /// The parameters of `hidden: Linear(3)`, a [group](::chainrule::Group) for optimizers.
        pub const HIDDEN: ::chainrule::Group<Self> = __rt::group(0, 1);
        /// The parameters of `output: Linear(1)`, a [group](::chainrule::Group) for optimizers.
        pub const OUTPUT: ::chainrule::Group<Self> = __rt::group(2, 3);
    }
    #[automatically_derived]
    impl ::chainrule::Network for Xor {
        type Input = [f32; 2];
        type Output = [f32; 1];
        type Parameters = XorParameters;
        type Buffers = ();
        const NAME: &'static str = "Xor";
        const LAYERS: &'static [::chainrule::LayerInfo] = &[
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<2, 3, 3>,
            >("hidden", "Linear(3)"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Pointwise<
                    ::chainrule::layers::activations::Tanh,
                    [f32; 3],
                >,
            >("", "Tanh"),
            ::chainrule::LayerInfo::of::<
                f32,
                ::chainrule::layers::Linear<3, 1, 1>,
            >("output", "Linear(1)"),
        ];
        const CROSS_SAMPLE: bool = false;
        const OPTIMIZED: bool = !::core::cfg!(debug_assertions);
        const INFERENCE_ELEMENTS: usize = 3;
        const TRAINING_ELEMENTS: usize = __rt::sum(&[2, 3, 1, __rt::max(&[2, 1]), 3]);
        #[inline(always)]
        fn parts(&self) -> (&XorParameters, &()) {
            (&self.__parameters, &self.__buffers)
        }
        #[inline(always)]
        fn parts_mut(&mut self) -> (&mut XorParameters, &mut ()) {
            (&mut self.__parameters, &mut self.__buffers)
        }
        fn init_layers<__R: __rt::rand::Rng + ?::core::marker::Sized>(
            parameters: &mut XorParameters,
            buffers: &mut (),
            rng: &mut __R,
        ) {
            let hidden: ::chainrule::layers::Linear<2, 3, 3> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&hidden, &mut parameters.hidden, &mut (), rng);
            let output: ::chainrule::layers::Linear<3, 1, 1> = ::core::default::Default::default();
            ::chainrule::Layer::<
                f32,
            >::init(&output, &mut parameters.output, &mut (), rng);
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
            parameters: &XorParameters,
            buffers: &(),
            isa: __rt::Isa,
            x0: &[[__E; 2]],
            x2: &mut [[__E; 1]],
            mut scratch: __rt::Arena<'_, __E>,
        ) {
            let groups = scratch.groups();
            let region0 = scratch.take_elements(3);
            let x1 = __rt::view::<f32, [f32; 3], __E>(region0, groups);
            let hidden: ::chainrule::layers::Linear<2, 3, 3> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &hidden,
                __rt::inference(isa, &hidden, &parameters.hidden, &(), &mut []),
                x0,
                &mut *x1,
            );
            let tanh1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Tanh,
                [f32; 3],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Tanh,
            );
            tanh1.apply::<__E>(isa, x1);
            let output: ::chainrule::layers::Linear<3, 1, 1> = ::core::default::Default::default();
            __rt::forward::<
                f32,
                _,
                __E,
            >(
                &output,
                __rt::inference(isa, &output, &parameters.output, &(), &mut []),
                x1,
                &mut *x2,
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
            let hidden: ::chainrule::layers::Linear<2, 3, 3> = ::core::default::Default::default();
            let tanh1: ::chainrule::layers::Pointwise<
                ::chainrule::layers::activations::Tanh,
                [f32; 3],
            > = ::chainrule::layers::Pointwise::new(
                ::chainrule::layers::activations::Tanh,
            );
            let output: ::chainrule::layers::Linear<3, 1, 1> = ::core::default::Default::default();
            let x0 = arena.take::<f32, [f32; 2]>();
            let x1 = arena.take::<f32, [f32; 3]>();
            let x2 = arena.take::<f32, [f32; 1]>();
            let region0 = arena.take_elements(__rt::max(&[2, 1]));
            let region1 = arena.take_elements(3);
            if let ::core::option::Option::Some(buffers) = buffers {
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &hidden,
                    context.forward(&hidden, 0usize, &parameters.hidden, &(), &mut []),
                    x0,
                    x1,
                );
                tanh1.apply::<__E>(context.isa, x1);
                __rt::forward_training::<
                    f32,
                    _,
                    __E,
                >(
                    &output,
                    context.forward(&output, 2usize, &parameters.output, &(), &mut []),
                    x1,
                    x2,
                );
            }
            let d2 = __rt::view::<f32, [f32; 1], __E>(region0, groups);
            if !objective.outputs(context.isa, x2, d2) {
                return;
            }
            let d1 = __rt::view::<f32, [f32; 3], __E>(region1, groups);
            weights
                .backward(
                    &output,
                    context.backward(2usize, &mut []),
                    |all| &all.output,
                    |all| &mut all.output,
                    x1,
                    x2,
                    d2,
                    d1,
                );
            tanh1.apply_backward::<__E>(context.isa, x1, d1);
            let d0 = __rt::view::<f32, [f32; 2], __E>(region0, groups);
            weights
                .backward(
                    &hidden,
                    context.backward_first(0usize, &mut []),
                    |all| &all.hidden,
                    |all| &mut all.hidden,
                    x0,
                    x1,
                    d1,
                    d0,
                );
            objective.inputs(d0);
        }
    }
    #[automatically_derived]
    impl __rt::AsLayer<f32> for Xor {
        type Layer = __rt::Nested<Self>;
    }
    impl ::chainrule::StaticSizes for Xor {
        type InputLen = __rt::typenum::UInt<
            __rt::typenum::UInt<__rt::typenum::UTerm, __rt::typenum::B1>,
            __rt::typenum::B0,
        >;
        type OutputLen = __rt::typenum::UInt<__rt::typenum::UTerm, __rt::typenum::B1>;
        type ParameterCount = __rt::typenum::UInt<
            __rt::typenum::UInt<
                __rt::typenum::UInt<
                    __rt::typenum::UInt<__rt::typenum::UTerm, __rt::typenum::B1>,
                    __rt::typenum::B1,
                >,
                __rt::typenum::B0,
            >,
            __rt::typenum::B1,
        >;
    }
    impl ::chainrule::StaticNetwork for Xor {
        type Activations = [f32; <Xor as ::chainrule::Network>::TRAINING_ELEMENTS];
    }
};
