use super::embedding::EmbeddingParameters;
use super::rows::Rows;
use crate::stream::{StreamLayer, StreamStep};
use crate::{Element, Scalar};

/// One step of an [`Embedding`](super::Embedding): one index.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct EmbeddingStep<const NUM: usize, const DIM: usize>;

impl<T: Scalar, const NUM: usize, const DIM: usize> StreamLayer<T> for EmbeddingStep<NUM, DIM> {
    type Input = [T; 1];
    type Output = [T; DIM];
    type Parameters = EmbeddingParameters<T, NUM, DIM>;
    type State = ();
    const MACS: usize = 0;

    #[inline(always)]
    fn step<E: Element<T>>(
        &self,
        cx: StreamStep<'_, T, Self>,
        input: &[E; 1],
        output: &mut [E; DIM],
    ) {
        let table = cx.parameters.weight.as_flattened();
        Rows::of_table(NUM, DIM).sum(cx.isa, table, &[], input, output);
    }
}
