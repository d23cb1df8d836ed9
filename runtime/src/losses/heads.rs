//! A loss for each head of a network.

use super::{Loss, Targets};
use crate::element::Element;
use crate::error::TargetError;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::Isa;
use core::{mem, slice};

/// The output of a network with several heads, `Heads { … }`, which `network!` makes: for it a tuple of losses is a
/// loss, the sum of one for each head in the order of the declaration. Its targets are tuples in the same order.
///
/// A head that ends with `Heads` itself takes a tuple in the tuple, of losses and of targets.
///
/// Each loss checks and reduces as it does alone. [`Weighted`] says how much it counts.
///
/// ```
/// use chainrule::prelude::*;
/// network! {
///     struct Net: [4] { Linear(8), Relu, Heads { class: { Linear(3) }, size: { Linear(1) } } }
/// }
///
/// let mut net = Net::init(&mut StdRng::seed_from_u64(1));
/// let mut workspace = Net::workspace();
/// let inputs = [[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]];
/// let targets: [(u8, [f32; 1]); 2] = [(0, [0.5]), (2, [1.5])];
/// let size = Weighted { weight: 0.5, loss: MseLoss::default() };
/// let loss = (CrossEntropyLoss::default(), size);
/// assert!(net.backpropagate(&inputs, &targets, &loss, &mut workspace)? > 0.0);
/// # Ok::<(), chainrule::BackpropagateError>(())
/// ```
pub trait Heads: Shape {
    /// A tuple of the shapes of the heads, in the order of the declaration.
    type Shapes;
}

/// A loss times a number.
///
/// Gradient: that of the loss times the number. PyTorch has it as a product, `0.5 * loss(…)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted<L> {
    /// The number.
    pub weight: f64,
    /// The loss.
    pub loss: L,
}

impl<T: Scalar, S: Shape<Scalar = T>, Y, L: Loss<T, S, Y>> Loss<T, S, Y> for Weighted<L> {
    type Scale = L::Scale;
    fn scale<'a>(&self, targets: impl Targets<'a, Y>) -> Result<L::Scale, TargetError>
    where
        Y: 'a,
    {
        self.loss.scale(targets)
    }
    #[inline]
    fn evaluate<'a, E: Element<T>>(
        &self,
        isa: Isa,
        scale: L::Scale,
        output: &S::Of<E>,
        targets: impl Targets<'a, Y>,
        d_output: &mut S::Of<E>,
    ) -> T
    where
        Y: 'a,
    {
        let weight = T::from_f64(self.weight);
        let loss = self
            .loss
            .evaluate::<E>(isa, scale, output, targets, d_output);
        for d in S::flat_mut::<E>(slice::from_mut(d_output)) {
            *d = *d * weight;
        }
        weight * loss
    }
}

macro_rules! sums {
    ($($loss:ident $target:ident $shape:ident $index:tt),*) => {
        impl<T, S, $($loss, $target, $shape),*> Loss<T, S, ($($target,)*)> for ($($loss,)*)
        where
            T: Scalar,
            S: Heads<Scalar = T, Shapes = ($($shape,)*)>,
            $($shape: Shape<Scalar = T>, $loss: Loss<T, $shape, $target>,)*
        {
            type Scale = ($($loss::Scale,)*);
            fn scale<'a>(
                &self,
                targets: impl Targets<'a, ($($target,)*)>,
            ) -> Result<Self::Scale, TargetError>
            where
                ($($target,)*): 'a,
            {
                Ok(($(self.$index.scale(targets.clone().map(|target| &target.$index))?,)*))
            }
            #[inline]
            fn evaluate<'a, Of: Element<T>>(
                &self,
                isa: Isa,
                scale: Self::Scale,
                output: &S::Of<Of>,
                targets: impl Targets<'a, ($($target,)*)>,
                d_output: &mut S::Of<Of>,
            ) -> T
            where
                ($($target,)*): 'a,
            {
                let mut y = S::flat::<Of>(slice::from_ref(output));
                let mut dy = S::flat_mut::<Of>(slice::from_mut(d_output));
                let mut total = T::ZERO;
                // The heads lie one behind the other.
                $(
                    let len = $shape::LEN.min(y.len()).min(dy.len());
                    let (head, others) = y.split_at(len);
                    let (d_head, d_others) = mem::take(&mut dy).split_at_mut(len);
                    (y, dy) = (others, d_others);
                    if let ([head], [d_head]) = ($shape::values(head), $shape::values_mut(d_head)) {
                        let targets = targets.clone().map(|target| &target.$index);
                        total += self.$index.evaluate::<Of>(isa, scale.$index, head, targets, d_head);
                    }
                )*
                let _ = (y, dy);
                total
            }
        }
    };
}
sums!(A YA SA 0);
sums!(A YA SA 0, B YB SB 1);
sums!(A YA SA 0, B YB SB 1, C YC SC 2);
sums!(A YA SA 0, B YB SB 1, C YC SC 2, D YD SD 3);
sums!(A YA SA 0, B YB SB 1, C YC SC 2, D YD SD 3, E YE SE 4);
sums!(A YA SA 0, B YB SB 1, C YC SC 2, D YD SD 3, E YE SE 4, F YF SF 5);
sums!(A YA SA 0, B YB SB 1, C YC SC 2, D YD SD 3, E YE SE 4, F YF SF 5, G YG SG 6);
sums!(A YA SA 0, B YB SB 1, C YC SC 2, D YD SD 3, E YE SE 4, F YF SF 5, G YG SG 6, H YH SH 7);
