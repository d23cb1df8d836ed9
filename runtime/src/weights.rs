//! The parameters in a training pass: kept, with their gradients beside them, or updated layer by layer.

use crate::Scalar;
use crate::calls;
use crate::element::Element;
use crate::layer::{Layer, Step};
use crate::network::{Network, Parameters, scalars, scalars_mut};
use crate::pass::Call;
use crate::shape::Shape;
use crate::simd::Isa;
use bytemuck::Pod;

/// An optimizer's update in one step, for some parameters at a time.
#[doc(hidden)]
pub trait Update<T: Scalar> {
    /// `−η`, where the update is `w ← w − η·g`: a layer may then add `−η·g` itself.
    #[inline(always)]
    fn plain(&self) -> Option<T> {
        None
    }

    /// Updates the parameters from `offset` on.
    fn apply(&mut self, isa: Isa, offset: usize, parameters: &mut [T], gradients: &[T]);
}

/// The part of an optimizer's state that belongs to `len` parameters from `offset` on: what there is of it.
#[inline(always)]
pub(crate) fn part<T>(state: &mut [T], offset: usize, len: usize) -> &mut [T] {
    let rest = state.get_mut(offset..).unwrap_or_default();
    let len = len.min(rest.len());
    rest.get_mut(..len).unwrap_or_default()
}

/// The parameters of a network in a training pass, and where their gradients go.
#[doc(hidden)]
pub trait Weights<N: Network> {
    fn parameters(&self) -> &N::Parameters;

    /// The backward pass of one layer, whose parameters `shared` and `exclusive` find.
    #[allow(clippy::too_many_arguments)]
    fn backward<L: Layer<N::Scalar>, E: Element<N::Scalar>>(
        &mut self,
        layer: &L,
        call: Call<'_, E>,
        shared: impl Fn(&N::Parameters) -> &L::Parameters,
        exclusive: impl Fn(&mut N::Parameters) -> &mut L::Parameters,
        inputs: &[<L::Input as Shape>::Of<E>],
        outputs: &[<L::Output as Shape>::Of<E>],
        d_outputs: &[<L::Output as Shape>::Of<E>],
        d_inputs: &mut [<L::Input as Shape>::Of<E>],
    );

    /// The same of a frozen layer, whose parameters have no gradient; what there is of one means nothing until
    /// [`clear`](Weights::clear).
    #[allow(clippy::too_many_arguments)]
    #[inline(always)]
    fn backward_frozen<L: Layer<N::Scalar>, E: Element<N::Scalar>>(
        &mut self,
        layer: &L,
        call: Call<'_, E>,
        shared: impl Fn(&N::Parameters) -> &L::Parameters,
        exclusive: impl Fn(&mut N::Parameters) -> &mut L::Parameters,
        inputs: &[<L::Input as Shape>::Of<E>],
        outputs: &[<L::Output as Shape>::Of<E>],
        d_outputs: &[<L::Output as Shape>::Of<E>],
        d_inputs: &mut [<L::Input as Shape>::Of<E>],
    ) {
        let Some((parameters, gradients)) = self.parts() else {
            return;
        };
        let cx = call.backward(shared(parameters), exclusive(gradients));
        calls::backward::<N::Scalar, _, _>(layer, cx, inputs, outputs, d_outputs, d_inputs);
    }

    /// Parameters and gradients, where there are some.
    fn parts(&mut self) -> Option<(&N::Parameters, &mut N::Parameters)>;

    /// Sets the gradients of a frozen layer to zero, where they are kept.
    #[inline(always)]
    fn clear<P: Pod>(&mut self, exclusive: impl Fn(&mut N::Parameters) -> &mut P) {
        let _ = exclusive;
    }
}

/// Parameters that do not change, and all their gradients.
pub(crate) struct Kept<'a, P> {
    pub(crate) parameters: &'a P,
    pub(crate) gradients: &'a mut P,
}

impl<N: Network> Weights<N> for Kept<'_, N::Parameters> {
    #[inline(always)]
    fn parameters(&self) -> &N::Parameters {
        self.parameters
    }

    #[inline(always)]
    fn backward<L: Layer<N::Scalar>, E: Element<N::Scalar>>(
        &mut self,
        layer: &L,
        call: Call<'_, E>,
        shared: impl Fn(&N::Parameters) -> &L::Parameters,
        exclusive: impl Fn(&mut N::Parameters) -> &mut L::Parameters,
        inputs: &[<L::Input as Shape>::Of<E>],
        outputs: &[<L::Output as Shape>::Of<E>],
        d_outputs: &[<L::Output as Shape>::Of<E>],
        d_inputs: &mut [<L::Input as Shape>::Of<E>],
    ) {
        let cx = call.backward(shared(self.parameters), exclusive(self.gradients));
        calls::backward::<N::Scalar, _, _>(layer, cx, inputs, outputs, d_outputs, d_inputs);
    }

    #[inline(always)]
    fn parts(&mut self) -> Option<(&N::Parameters, &mut N::Parameters)> {
        Some((self.parameters, self.gradients))
    }

    #[inline(always)]
    fn clear<P: Pod>(&mut self, exclusive: impl Fn(&mut N::Parameters) -> &mut P) {
        scalars_mut(exclusive(self.gradients)).fill(N::Scalar::ZERO);
    }
}

/// Parameters in a forward pass alone.
pub(crate) struct Unchanged<'a, P>(pub(crate) &'a P);

impl<N: Network> Weights<N> for Unchanged<'_, N::Parameters> {
    #[inline(always)]
    fn parameters(&self) -> &N::Parameters {
        self.0
    }

    #[inline(always)]
    fn backward<L: Layer<N::Scalar>, E: Element<N::Scalar>>(
        &mut self,
        _: &L,
        _: Call<'_, E>,
        _: impl Fn(&N::Parameters) -> &L::Parameters,
        _: impl Fn(&mut N::Parameters) -> &mut L::Parameters,
        _: &[<L::Input as Shape>::Of<E>],
        _: &[<L::Output as Shape>::Of<E>],
        _: &[<L::Output as Shape>::Of<E>],
        _: &mut [<L::Input as Shape>::Of<E>],
    ) {
    }

    #[inline(always)]
    fn parts(&mut self) -> Option<(&N::Parameters, &mut N::Parameters)> {
        None
    }
}

/// Parameters that are updated as soon as their gradients are known; these have no use afterwards.
pub(crate) struct Updated<'a, P, U> {
    pub(crate) parameters: &'a mut P,
    pub(crate) gradients: &'a mut P,
    pub(crate) update: U,
}

impl<N: Network, U: Update<N::Scalar>> Weights<N> for Updated<'_, N::Parameters, U> {
    #[inline(always)]
    fn parameters(&self) -> &N::Parameters {
        self.parameters
    }

    #[inline(always)]
    fn backward<L: Layer<N::Scalar>, E: Element<N::Scalar>>(
        &mut self,
        layer: &L,
        call: Call<'_, E>,
        _: impl Fn(&N::Parameters) -> &L::Parameters,
        exclusive: impl Fn(&mut N::Parameters) -> &mut L::Parameters,
        inputs: &[<L::Input as Shape>::Of<E>],
        outputs: &[<L::Output as Shape>::Of<E>],
        d_outputs: &[<L::Output as Shape>::Of<E>],
        d_inputs: &mut [<L::Input as Shape>::Of<E>],
    ) {
        let start = self.parameters.parameters().as_ptr().addr();
        let parameters = exclusive(self.parameters);
        let place = scalars::<N::Scalar, _>(&*parameters).as_ptr().addr();
        let step = Step {
            parameters,
            gradients: exclusive(self.gradients),
            call,
            offset: place.saturating_sub(start) / size_of::<N::Scalar>(),
            update: &mut self.update,
        };
        calls::step::<N::Scalar, _, _, _>(layer, step, inputs, outputs, d_outputs, d_inputs);
    }

    #[inline(always)]
    fn parts(&mut self) -> Option<(&N::Parameters, &mut N::Parameters)> {
        Some((self.parameters, self.gradients))
    }
}
