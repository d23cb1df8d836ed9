//! What all optimizers of this crate repeat: options with their setters, state in given memory or on the heap, a count
//! of the steps. An optimizer is then its options, its [`Rule`] and its loop.

use super::pieces::in_pieces;
use super::segments::{Overrides, Segments};
use crate::layer_info::LayerInfo;
use crate::scalar::Scalar;
use crate::simd::Isa;
use crate::weights;

/// The options of an optimizer, of which groups of parameters have others.
pub(super) trait Grouped: Sized {
    /// What a group sets.
    type Overrides: Overrides;

    /// The options of a group; `ratio` is how far the learning rate has gone from where it was built.
    fn with(&self, overrides: &Self::Overrides, ratio: f64) -> Self;
}

/// The mathematics of one optimizer, implemented by its options.
pub(super) trait Rule<T: Scalar, const STATES: usize, const SCALARS: usize>:
    Grouped
{
    /// What is the same for every parameter in one step.
    type Coefficients: Copy + Sync;

    /// Those of the step with this number, counted from 1. `scalars` are what the optimizer carries from step to step
    /// besides its slices, and become those after the step.
    fn coefficients(&self, step: u64, scalars: &mut [f64; SCALARS]) -> Self::Coefficients;

    /// Those of a group with these options, in the `own`-th step of its parameters, which is the `step`-th of the optimizer
    /// with the options `all`. `scalars` are those before the step.
    fn coefficients_of_group(
        &self,
        all: &Self,
        own: u64,
        step: u64,
        mut scalars: [f64; SCALARS],
    ) -> Self::Coefficients {
        let _ = (all, step);
        self.coefficients(own, &mut scalars)
    }

    /// Updates some parameters. A slice of an optional state is empty where it is not in use.
    fn update(isa: Isa, c: Self::Coefficients, w: &mut [T], g: &[T], states: [&mut [T]; STATES]);
}

/// One step: the state of all parameters, and what is the same for each.
pub(super) struct Step<'a, T, R, const STATES: usize, const SCALARS: usize>
where
    T: Scalar,
    R: Rule<T, STATES, SCALARS>,
{
    pub(super) states: [&'a mut [T]; STATES],
    pub(super) coefficients: R::Coefficients,
    pub(super) groups: Groups<'a, R, R::Overrides, SCALARS>,
}

/// What one step needs to know of groups of parameters.
pub(super) struct Groups<'a, R, G, const SCALARS: usize> {
    pub(super) options: &'a R,
    pub(super) segments: &'a Segments<G>,
    pub(super) steps: u64,
    pub(super) ratio: f64,
    /// Those before the step.
    pub(super) scalars: [f64; SCALARS],
}

impl<R, const SCALARS: usize> Groups<'_, R, R::Overrides, SCALARS>
where
    R: Grouped,
{
    /// The coefficients of a group.
    fn coefficients<T: Scalar, const STATES: usize>(
        &self,
        (overrides, own): (&R::Overrides, u64),
    ) -> R::Coefficients
    where
        R: Rule<T, STATES, SCALARS>,
    {
        let step = self.steps.saturating_add(1);
        let options = self.options.with(overrides, self.ratio);
        options.coefficients_of_group(self.options, own, step, self.scalars)
    }
}

impl<T, R, const STATES: usize, const SCALARS: usize> weights::Update<T>
    for Step<'_, T, R, STATES, SCALARS>
where
    T: Scalar,
    R: Rule<T, STATES, SCALARS>,
{
    #[inline(always)]
    fn apply(&mut self, isa: Isa, offset: usize, parameters: &mut [T], gradients: &[T]) {
        if !self.groups.segments.is_empty() {
            return self.apply_groups(isa, offset, parameters, gradients);
        }
        let (c, len) = (self.coefficients, parameters.len());
        let states = self.states.each_mut();
        let states = states.map(|state| weights::part(state, offset, len));
        in_pieces(parameters, gradients, states, &|w, g, states| {
            R::update(isa, c, w, g, states);
        });
    }
}

impl<T, R, const STATES: usize, const SCALARS: usize> Step<'_, T, R, STATES, SCALARS>
where
    T: Scalar,
    R: Rule<T, STATES, SCALARS>,
{
    /// Apart, so that a step without groups stays as short as it was.
    #[cold]
    #[inline(never)]
    fn apply_groups(&mut self, isa: Isa, offset: usize, parameters: &mut [T], gradients: &[T]) {
        let all = offset..offset.saturating_add(parameters.len());
        for piece in self.groups.segments.pieces(all, self.groups.steps) {
            let (start, len) = (piece.range.start, piece.range.len());
            let c = match piece.group {
                Some(group) => self.groups.coefficients(group),
                None => self.coefficients,
            };
            let here = start - offset;
            let w = weights::part(parameters, here, len);
            let g = gradients.get(here..).unwrap_or_default();
            let g = g.get(..w.len()).unwrap_or(g);
            let states = self.states.each_mut();
            let states = states.map(|state| weights::part(state, start, len));
            in_pieces(w, g, states, &|w, g, states| {
                R::update(isa, c, w, g, states);
            });
        }
    }
}

/// One step of an optimizer whose rule takes a whole tensor at a time, as those that need its norm.
pub(super) struct TensorStep<'a, T, R, const STATES: usize, const SCALARS: usize>
where
    T: Scalar,
    R: Rule<T, STATES, SCALARS>,
{
    pub(super) step: Step<'a, T, R, STATES, SCALARS>,
    pub(super) layers: &'static [LayerInfo],
}

impl<T, R, const STATES: usize, const SCALARS: usize> weights::Update<T>
    for TensorStep<'_, T, R, STATES, SCALARS>
where
    T: Scalar,
    R: Rule<T, STATES, SCALARS>,
{
    /// The parameters of whole layers.
    fn apply(&mut self, isa: Isa, offset: usize, parameters: &mut [T], gradients: &[T]) {
        let Step {
            states,
            coefficients,
            groups,
        } = &mut self.step;
        let mut end = 0;
        for tensor in self.layers.iter().flat_map(|layer| layer.parameters) {
            let (start, len) = (end, tensor.len());
            end += len;
            let Some(here) = start.checked_sub(offset) else {
                continue;
            };
            let w = weights::part(parameters, here, len);
            if w.is_empty() {
                continue;
            }
            // Groups are made of whole tensors.
            let c = match groups.segments.at(start, groups.steps) {
                Some(Some(group)) => groups.coefficients(group),
                Some(None) => *coefficients,
                None => continue,
            };
            let g = gradients.get(here..).unwrap_or_default();
            let states = states
                .each_mut()
                .map(|state| weights::part(state, start, len));
            R::update(isa, c, w, g, states);
        }
    }
}

/// Defines an optimizer, one a module: its type, `Options`, `STATES` and `SCALARS`. The module implements [`Rule`] for
/// the options.
macro_rules! optimizer {
    (
        $(#[$doc:meta])*
        $name:ident {
            $(tensors: $layers:ident,)?
            state: [$($state:ident),+],
            $(optional: [$($optional:ident),+],)?
            $(scalars: [$($scalar:ident = $start:literal),+],)?
            $(betas: [$($beta:ident = $beta_default:literal),+],)?
            learning_rate: $learning_rate:literal,
            $($(#[$option_doc:meta])* $option:ident: $check:ident = $default:literal,)*
        }
    ) => {
        const STATES: usize = [$(stringify!($state),)+ $($(stringify!($optional),)+)?].len();
        const SCALAR_NAMES: &[&str] = &[$($(stringify!($scalar)),+)?];
        const SCALARS: usize = SCALAR_NAMES.len();

        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name<
            T,
            #[cfg(feature = "alloc")] S = alloc::boxed::Box<[T]>,
            #[cfg(not(feature = "alloc"))] S,
        > {
            options: Options,
            $($layers: &'static [crate::LayerInfo],)?
            $($state: S,)+
            $($($optional: Option<S>,)+)?
            scalars: [f64; SCALARS],
            steps: u64,
            groups: super::segments::Segments<GroupOptions>,
            scalar: core::marker::PhantomData<T>,
        }

        #[derive(Clone, Copy, Debug)]
        struct Options {
            learning_rate: f64,
            $($($beta: f64,)+)?
            $($option: f64,)*
        }

        impl Options {
            const DEFAULT: Self = Self {
                learning_rate: $learning_rate,
                $($($beta: $beta_default,)+)?
                $($option: $default,)*
            };
        }

        #[cfg(test)]
        #[test]
        fn instruction_sets_give_the_same_bits() {
            let start = [$($($start),+)?];
            super::optimizer::instruction_sets_give_the_same_bits(&Options::DEFAULT, start);
        }

        super::optimizer::constructor! { $name [$($layers)?] $($state)+ }

        super::groups::group_options! {
            $name [$($($scalar)+)?] [$($($beta)+)?] { $($(#[$option_doc])* $option: $check,)* }
        }

        impl<T: crate::Scalar, S: super::Storage<T>> $name<T, S> {
            super::groups::group_methods! {}

            /// How many parameters it is for.
            fn parameter_count(&self) -> Option<usize> {
                Some([$(self.$state.as_ref().len()),+][0])
            }

            /// All that a group may set goes with the rest.
            #[inline]
            fn check_groups(&self) {}
        }

        impl<T: crate::Scalar, S: super::Storage<T>> $name<T, S> {
            /// With the defaults and the state in given memory, zeros.
            $(#[doc = concat!("`", stringify!($layers), "` are the network's, `Net::LAYERS`.")])?
            pub const fn with_state(
                $($layers: &'static [crate::LayerInfo],)?
                $($state: S),+
            ) -> Self {
                Self {
                    options: Options::DEFAULT,
                    $($layers,)?
                    $($state,)+
                    $($($optional: None,)+)?
                    scalars: [$($($start),+)?],
                    steps: 0,
                    groups: super::segments::Segments::new($learning_rate),
                    scalar: core::marker::PhantomData,
                }
            }

            /// Sets the learning rate `η`.
            ///
            /// # Panics
            /// If it is negative, infinite or NaN.
            #[must_use]
            #[track_caller]
            pub fn learning_rate(mut self, learning_rate: f64) -> Self {
                super::Optimizer::set_learning_rate(&mut self, learning_rate);
                self.groups.built_with = learning_rate;
                self
            }

            $(
                /// Sets the factors `β₁`, `β₂`, … of the moving averages.
                ///
                /// # Panics
                /// If one is not in [0, 1).
                #[must_use]
                #[track_caller]
                pub fn betas(mut self, $($beta: f64),+) -> Self {
                    $(self.options.$beta = super::hyperparameters::decay_rate(stringify!($beta), $beta);)+
                    self
                }
            )?

            $(super::optimizer::setter! { $(#[$option_doc])* $option: $check })*

            /// The next step, and the scalars after it.
            #[inline]
            fn prepare(&mut self) -> (impl crate::weights::Update<T>, [f64; SCALARS]) {
                let mut scalars = self.scalars;
                let number = self.steps.saturating_add(1);
                let step = super::optimizer::Step::<T, Options, STATES, SCALARS> {
                    states: [
                        $(self.$state.as_mut(),)+
                        $($(self.$optional.as_mut().map(AsMut::as_mut).unwrap_or_default(),)+)?
                    ],
                    coefficients: super::optimizer::Rule::<T, STATES, SCALARS>::coefficients(
                        &self.options,
                        number,
                        &mut scalars,
                    ),
                    groups: super::optimizer::Groups {
                        options: &self.options,
                        segments: &self.groups,
                        steps: self.steps,
                        ratio: super::segments::ratio(
                            self.options.learning_rate,
                            self.groups.built_with,
                        ),
                        scalars: self.scalars,
                    },
                };
                $(let step = super::optimizer::TensorStep { step, layers: self.$layers };)?
                (step, scalars)
            }
        }

        impl<T: crate::Scalar, S: super::Storage<T>> super::Optimizer<T> for $name<T, S> {
            fn step_slices(&mut self, parameters: &mut [T], gradients: &[T]) {
                super::Optimizer::step_layers(self, parameters, gradients, &[]);
            }
            fn step_layers(
                &mut self,
                parameters: &mut [T],
                gradients: &[T],
                layers: &'static [crate::LayerInfo],
            ) {
                debug_assert_eq!(parameters.len(), gradients.len(), "gradients");
                for (name, state) in self.state() {
                    debug_assert_eq!(parameters.len(), state.len(), "{name}");
                }
                let scalars = {
                    let (mut step, scalars) = self.prepare();
                    let isa = crate::simd::Isa::detect();
                    let trained = crate::layer_info::apply_trained;
                    trained(&mut step, isa, 0, layers, parameters, gradients);
                    scalars
                };
                (self.scalars, self.steps) = (scalars, self.steps.saturating_add(1));
            }
            #[inline]
            fn fused_step(
                &mut self,
                pass: impl super::FusedPass<T>,
            ) -> Result<T, crate::BackpropagateError> {
                let (step, scalars) = self.prepare();
                let loss = pass.run(step)?;
                (self.scalars, self.steps) = (scalars, self.steps.saturating_add(1));
                Ok(loss)
            }
            fn current_learning_rate(&self) -> f64 {
                self.options.learning_rate
            }
            #[track_caller]
            fn set_learning_rate(&mut self, learning_rate: f64) {
                self.options.learning_rate =
                    super::hyperparameters::not_negative("learning rate", learning_rate);
            }
            fn steps(&self) -> u64 {
                self.steps
            }
            fn set_steps(&mut self, steps: u64) {
                self.steps = steps;
            }
            fn state(&self) -> impl Iterator<Item = (&'static str, &[T])> {
                [
                    $(Some((stringify!($state), self.$state.as_ref())),)+
                    $($(self.$optional.as_ref().map(|state| (stringify!($optional), state.as_ref())),)+)?
                ]
                .into_iter()
                .flatten()
            }
            fn state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut [T])> {
                [
                    $(Some((stringify!($state), self.$state.as_mut())),)+
                    $($(self.$optional.as_mut().map(|state| (stringify!($optional), state.as_mut())),)+)?
                ]
                .into_iter()
                .flatten()
            }
            fn scalar_state(&self) -> impl Iterator<Item = (&'static str, f64)> {
                SCALAR_NAMES.iter().copied().zip(self.scalars)
            }
            fn scalar_state_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut f64)> {
                SCALAR_NAMES.iter().copied().zip(&mut self.scalars)
            }
        }

        impl<T: crate::Scalar, S: super::Storage<T>> super::Piecewise<T> for $name<T, S> {
            #[track_caller]
            fn freeze_group<N: crate::Network<Scalar = T>>(&mut self, group: crate::Group<N>) {
                self.freeze(group);
            }
            #[track_caller]
            fn unfreeze_group<N: crate::Network<Scalar = T>>(&mut self, group: crate::Group<N>) {
                self.unfreeze(group);
            }
        }

        impl<T, S> core::fmt::Debug for $name<T, S> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("options", &self.options)
                    $($(.field(stringify!($optional), &self.$optional.is_some()))+)?
                    .field("steps", &self.steps)
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(super) use optimizer;

/// Three steps of options with every state in use.
#[cfg(test)]
#[track_caller]
pub(super) fn instruction_sets_give_the_same_bits<R, const STATES: usize, const SCALARS: usize>(
    options: &R,
    start: [f64; SCALARS],
) where
    R: Rule<f32, STATES, SCALARS>,
{
    for len in [1, 13, 100] {
        let run = |isa| {
            let (mut w, mut scalars) = ([0.3_f32; 100], start);
            let mut states = [[0.0_f32; 100]; STATES];
            for step in 1..=3 {
                let g = core::array::from_fn::<_, 100, _>(|i| 1.0 / (i as f32 - 7.3 * step as f32));
                let c = options.coefficients(step, &mut scalars);
                let states = states.each_mut().map(|state| &mut state[..len]);
                R::update(isa, c, &mut w[..len], &g[..len], states);
            }
            (w, states)
        };
        let baseline = run(Isa::BASELINE);
        assert_eq!(baseline, run(Isa::detect()));
        assert_ne!(baseline.0[0], 0.3);
    }
}

/// `new`: for parameters of any kind, or for a network, of which it is known where tensors end.
macro_rules! constructor {
    ($name:ident [] $($state:ident)+) => {
        #[cfg(feature = "alloc")]
        impl<T: crate::Scalar> $name<T> {
            /// With the defaults, for a network; allocates the state.
            pub fn new(network: &impl crate::Parameters<Scalar = T>) -> Self {
                let len = network.parameters().len();
                $(let $state = bytemuck::zeroed_slice_box(len);)+
                Self::with_state($($state),+)
            }
        }
    };
    ($name:ident [$layers:ident] $($state:ident)+) => {
        #[cfg(feature = "alloc")]
        impl<T: crate::Scalar> $name<T> {
            /// With the defaults, for a network (`&*net` where it lies in a box); allocates the state.
            pub fn new<N: crate::Network<Scalar = T>>(network: &N) -> Self {
                let len = network.parameters().len();
                $(let $state = bytemuck::zeroed_slice_box(len);)+
                Self::with_state(N::LAYERS, $($state),+)
            }
        }
    };
}
pub(super) use constructor;

/// Sets one option.
macro_rules! setter {
    ($(#[$doc:meta])* $option:ident: not_negative) => {
        $(#[$doc])*
        ///
        /// # Panics
        /// If it is negative, infinite or NaN.
        #[must_use]
        #[track_caller]
        pub fn $option(mut self, $option: f64) -> Self {
            self.options.$option = super::hyperparameters::not_negative(stringify!($option), $option);
            self
        }
    };
    ($(#[$doc:meta])* $option:ident: decay_rate) => {
        $(#[$doc])*
        ///
        /// # Panics
        /// If it is not in [0, 1).
        #[must_use]
        #[track_caller]
        pub fn $option(mut self, $option: f64) -> Self {
            self.options.$option = super::hyperparameters::decay_rate(stringify!($option), $option);
            self
        }
    };
    // That all groups have in common.
    ($(#[$doc:meta])* $option:ident: not_negative_of_all) => {
        super::optimizer::setter! { $(#[$doc])* $option: not_negative }
    };
    // What a method of the module sets.
    ($(#[$doc:meta])* $option:ident: elsewhere) => {};
}
pub(super) use setter;
