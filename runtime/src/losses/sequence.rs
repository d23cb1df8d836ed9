//! Losses of one class among several at each position of a sequence.

use super::{ClassIndex, ClassTarget, CrossEntropyLoss, Loss, NllLoss, Targets};
use crate::element::Element;
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::simd::Isa;

macro_rules! sequences {
    ($($loss:ident: $target:path;)*) => {$(
        impl<T: Scalar, const C: usize, const L: usize, Y: $target> Loss<T, [[T; C]; L], [Y; L]>
            for $loss<'_, T>
        {
            type Scale = T;
            fn scale<'a>(&self, targets: impl Targets<'a, [Y; L]>) -> Result<T, TargetError>
            where
                Y: 'a,
            {
                TargetError::check_weights(self.weight, C)?;
                let mut total = 0.0;
                for (sample, positions) in targets.clone().enumerate() {
                    for target in positions {
                        total += self.weigh::<C>(sample, target)?;
                    }
                }
                self.reduction.factor(targets.len(), total)
            }

            #[inline]
            fn evaluate<'a, E: Element<T>>(
                &self,
                isa: Isa,
                scale: T,
                output: &[[E; C]; L],
                targets: impl Targets<'a, [Y; L]>,
                d_output: &mut [[E; C]; L],
            ) -> T
            where
                Y: 'a,
            {
                let mut total = T::ZERO;
                for (position, (y, dy)) in output.iter().zip(d_output).enumerate() {
                    // An array of as many, so the index is one of it.
                    let targets = targets.clone().map(|positions| &positions[position]);
                    total += Loss::<T, [T; C], Y>::evaluate::<E>(self, isa, scale, y, targets, dy);
                }
                total
            }
        }
    )*};
}
sequences! {
    CrossEntropyLoss: ClassTarget<T, C>;
    NllLoss: ClassIndex;
}
