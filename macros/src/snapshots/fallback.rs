// struct Wrong: [4] -> [2] {
//     first: Linear(8), Liner(3), Linear(2),
// }

::core::compile_error! {
    "there is no layer `Liner`\nhelp: did you mean `Linear`? For a layer of your own write `self::Liner`"
}
/// `[4]` → `[2]`
///
/// | label | layer | output | parameters | multiply-adds |
/// |---|---|---|---:|---:|
/// | `first` | `Linear(8)` | `[8]` | 40 | 32 |
/// | `linear2` | `Liner(3)` | `[3]` | 27 | 24 |
/// | `linear3` | `Linear(2)` | `[2]` | 8 | 6 |
/// | | | | **75** | **62** |
#[repr(C, align(64))]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct Wrong {
    __parameters: WrongParameters,
    __buffers: (),
}
/// The trained values of [`Wrong`]; also the type of its gradients.
#[repr(C)]
#[derive(::core::clone::Clone, ::core::marker::Copy)]
struct WrongParameters {
    /// `Linear(8)`
    pub first: ::chainrule::layers::LinearParameters<f32, 4, 8, 8>,
    /// `Liner(3)`
    pub linear2: ::chainrule::layers::LinearParameters<f32, 8, 3, 3>,
    /// `Linear(2)`
    pub linear3: ::chainrule::layers::LinearParameters<f32, 3, 2, 2>,
}
#[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
const _: () = {
    use ::chainrule::__private as __rt;
    __rt::run!(
        @ aligned[] f32, Wrong { __parameters : WrongParameters, __buffers : () }
    );
    __rt::run!(
        [] f32, WrongParameters { first : < ::chainrule::layers::Linear < 4, 8, 8 > as
        ::chainrule::Layer < f32 >> ::Parameters, linear2 : < ::chainrule::layers::Linear
        < 8, 3, 3 > as ::chainrule::Layer < f32 >> ::Parameters, linear3 : <
        ::chainrule::layers::Linear < 3, 2, 2 > as ::chainrule::Layer < f32 >>
        ::Parameters }
    );
    impl Wrong {
        /// A network of zeros, also in a constant: what to place in a `static` and load weights into.
        const fn zeroed() -> Self {
            __rt::zeroed()
        }
    }
    #[automatically_derived]
    impl ::core::ops::Deref for Wrong {
        type Target = WrongParameters;
        #[inline(always)]
        fn deref(&self) -> &WrongParameters {
            &self.__parameters
        }
    }
    #[automatically_derived]
    impl ::core::ops::DerefMut for Wrong {
        #[inline(always)]
        fn deref_mut(&mut self) -> &mut WrongParameters {
            &mut self.__parameters
        }
    }
    #[automatically_derived]
    impl ::chainrule::Parameters for WrongParameters {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            __rt::scalars(&*self)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            __rt::scalars_mut(&mut *self)
        }
    }
    #[automatically_derived]
    impl ::chainrule::Parameters for Wrong {
        type Scalar = f32;
        #[inline(always)]
        fn parameters(&self) -> &[f32] {
            __rt::scalars(&self.__parameters)
        }
        #[inline(always)]
        fn parameters_mut(&mut self) -> &mut [f32] {
            __rt::scalars_mut(&mut self.__parameters)
        }
    }
    impl Wrong {
        /// The parameters of `first: Linear(8)`, a [group](::chainrule::Group) for optimizers.
        const FIRST: ::chainrule::Group<Self> = __rt::group(0, 1);
        /// The parameters of `linear2: Liner(3)`, a [group](::chainrule::Group) for optimizers.
        const LINEAR2: ::chainrule::Group<Self> = __rt::group(1, 2);
        /// The parameters of `linear3: Linear(2)`, a [group](::chainrule::Group) for optimizers.
        const LINEAR3: ::chainrule::Group<Self> = __rt::group(2, 3);
    }
    #[automatically_derived]
    impl ::chainrule::Network for Wrong {
        type Input = [f32; 4];
        type Output = [f32; 2];
        type Parameters = WrongParameters;
        type Buffers = ();
        const NAME: &'static str = "Wrong";
        const LAYERS: &'static [::chainrule::LayerInfo] = &[];
        const CROSS_SAMPLE: bool = false;
        const OPTIMIZED: bool = !::core::cfg!(debug_assertions);
        const INFERENCE_ELEMENTS: usize = 0;
        const TRAINING_ELEMENTS: usize = 0;
        #[inline(always)]
        fn parts(&self) -> (&WrongParameters, &()) {
            (&self.__parameters, &self.__buffers)
        }
        #[inline(always)]
        fn parts_mut(&mut self) -> (&mut WrongParameters, &mut ()) {
            (&mut self.__parameters, &mut self.__buffers)
        }
        fn init_layers<__R: __rt::rand::Rng + ?::core::marker::Sized>(
            parameters: &mut WrongParameters,
            buffers: &mut (),
            rng: &mut __R,
        ) {
            loop {}
        }
        #[inline(always)]
        fn with_scratch<__R>(run: impl ::core::ops::FnOnce(&mut [f32]) -> __R) -> __R {
            loop {}
        }
        #[inline(always)]
        fn infer<__E: ::chainrule::Element<f32>>(
            parameters: &WrongParameters,
            buffers: &(),
            isa: __rt::Isa,
            x0: &[[__E; 4]],
            x3: &mut [[__E; 2]],
            mut scratch: __rt::Arena<'_, __E>,
        ) {
            loop {}
        }
        #[inline(always)]
        fn train<__E: ::chainrule::Element<f32>>(
            pass: __rt::Pass<'_, Self, __E, impl __rt::Weights<Self>>,
            mut objective: impl __rt::Objective<Self, __E>,
        ) {
            loop {}
        }
    }
    #[automatically_derived]
    impl __rt::AsLayer<f32> for Wrong {
        type Layer = __rt::Nested<Self>;
    }
    impl ::chainrule::StaticSizes for Wrong {
        type InputLen = __rt::typenum::UInt<
            __rt::typenum::UInt<
                __rt::typenum::UInt<__rt::typenum::UTerm, __rt::typenum::B1>,
                __rt::typenum::B0,
            >,
            __rt::typenum::B0,
        >;
        type OutputLen = __rt::typenum::UInt<
            __rt::typenum::UInt<__rt::typenum::UTerm, __rt::typenum::B1>,
            __rt::typenum::B0,
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
                            __rt::typenum::B0,
                        >,
                        __rt::typenum::B1,
                    >,
                    __rt::typenum::B0,
                >,
                __rt::typenum::B1,
            >,
            __rt::typenum::B1,
        >;
    }
    impl ::chainrule::StaticNetwork for Wrong {
        type Activations = [f32; <Wrong as ::chainrule::Network>::TRAINING_ELEMENTS];
    }
};
