use super::plane::planes;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::Work;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::slice;

/// What stands between the elements of an enlarged input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UpsampleMode {
    /// Each element again and again.
    #[default]
    Nearest,
    /// Straight lines between the elements; PyTorch's `linear` and `bilinear`.
    Linear {
        /// Whether the first and last outputs are the first and last inputs. Otherwise elements are areas, of which the
        /// outer edges agree; false is PyTorch's default.
        align_corners: bool,
    },
}

/// Every channel enlarged by whole factors, PyTorch's `nn.Upsample`: `y[c][i][j] = x[c][u(i)][u(j)]`, where between
/// whole numbers `x` is interpolated linearly along each axis.
///
/// Shapes: `x: FROM` and `y: TO`, `[C, L]` and `[C, s·L]`, or `[C, H, W]` and `[C, s·H, t·W]`.
/// Along an axis with `n` inputs and the factor `s`: `u(i) = ⌊i/s⌋` with [`Nearest`](UpsampleMode::Nearest),
/// `max((i + ½)/s − ½, 0)` with [`Linear`](UpsampleMode::Linear), `i·(n − 1)/(s·n − 1)` with `align_corners`; beyond the
/// last input `x` stays as it is.
/// Backward: `dx` collects `dy` with the weight that `y` gave `x`; keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct Upsample<FROM, TO> {
    /// What stands between the elements.
    pub mode: UpsampleMode,
    shapes: PhantomData<fn() -> (FROM, TO)>,
}

impl<FROM: Shape, TO: Shape> Upsample<FROM, TO> {
    /// The layer; sizes of `TO` that are no multiples of those of `FROM` do not compile.
    #[inline(always)]
    pub const fn new(mode: UpsampleMode) -> Self {
        const {
            let [from, to] = planes::<FROM, TO>();
            assert!(
                to[0].is_multiple_of(from[0]) && to[1].is_multiple_of(from[1]),
                "an input is enlarged by whole factors"
            );
        }
        Self {
            mode,
            shapes: PhantomData,
        }
    }

    /// Along the rows and along the columns.
    #[inline(always)]
    fn axes(&self) -> [Axis; 2] {
        let [from, to] = const { planes::<FROM, TO>() };
        [0, 1].map(|axis: usize| Axis {
            input: from[axis],
            output: to[axis],
            mode: self.mode,
        })
    }
}

impl<T: Scalar, FROM: Shape<Scalar = T>, TO: Shape<Scalar = T>> Layer<T> for Upsample<FROM, TO> {
    type Input = FROM;
    type Output = TO;
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &FROM::Of<E>,
        output: &mut TO::Of<E>,
    ) {
        cx.isa.run(Value {
            axes: self.axes(),
            x: FROM::flat::<E>(slice::from_ref(input)),
            y: TO::flat_mut::<E>(slice::from_mut(output)),
            scalar: PhantomData,
        });
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _input: &FROM::Of<E>,
        _output: &TO::Of<E>,
        d_output: &TO::Of<E>,
        d_input: &mut FROM::Of<E>,
    ) {
        if cx.input_gradient {
            cx.isa.run(Derivative {
                axes: self.axes(),
                dy: TO::flat::<E>(slice::from_ref(d_output)),
                dx: FROM::flat_mut::<E>(slice::from_mut(d_input)),
                scalar: PhantomData,
            });
        }
    }
}

#[derive(Clone, Copy)]
struct Axis {
    input: usize,
    output: usize,
    mode: UpsampleMode,
}

/// The two neighbours of an output among the inputs, with their weights. Where the second weight is 0, the neighbours
/// are one.
#[derive(Clone, Copy)]
struct Neighbours<T> {
    at: [usize; 2],
    weights: [T; 2],
}

impl Axis {
    #[inline(always)]
    fn factor(self) -> usize {
        (self.output / self.input.max(1)).max(1)
    }

    /// `u` of output after output.
    #[inline(always)]
    fn walk(self) -> Walk {
        let (factor, last) = (self.factor(), self.input.saturating_sub(1));
        let (first, step, denominator) = match self.mode {
            UpsampleMode::Nearest => (0, 1, factor),
            UpsampleMode::Linear {
                align_corners: false,
            } => (1 - factor as isize, 2, 2 * factor),
            UpsampleMode::Linear {
                align_corners: true,
            } => (0, last, self.output.saturating_sub(1).max(1)),
        };
        Walk {
            last,
            interpolates: self.mode != UpsampleMode::Nearest,
            step: step as isize,
            denominator: denominator as isize,
            whole: 0,
            rest: first,
        }
    }
}

/// `u` as a whole number and a fraction, so that weights err by one rounding alone. The step is at most 1, so it takes
/// no division.
#[derive(Clone, Copy)]
struct Walk {
    last: usize,
    interpolates: bool,
    step: isize,
    denominator: isize,
    whole: usize,
    /// Negative before the first input.
    rest: isize,
}

impl Walk {
    #[inline(always)]
    fn next<T: Scalar>(&mut self) -> Neighbours<T> {
        let (at, rest) = (self.whole, self.rest);
        self.rest += self.step;
        if self.rest >= self.denominator {
            self.rest -= self.denominator;
            self.whole += 1;
        }
        if self.interpolates && rest > 0 && at < self.last {
            let second = T::from_usize(rest as usize) / T::from_usize(self.denominator as usize);
            Neighbours {
                at: [at, at + 1],
                weights: [T::ONE - second, second],
            }
        } else {
            Neighbours {
                at: [at, at],
                weights: [T::ONE, T::ZERO],
            }
        }
    }
}

struct Value<'a, T, E> {
    axes: [Axis; 2],
    x: &'a [E],
    y: &'a mut [E],
    scalar: PhantomData<T>,
}

impl<T: Scalar, E: Element<T>> Work for Value<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let [rows, columns] = self.axes;
        let width = columns.input.max(1);
        let planes = self.x.chunks_exact((rows.input * width).max(1)).zip(
            self.y
                .chunks_exact_mut((rows.output * columns.output).max(1)),
        );
        for (x, y) in planes {
            let mut vertical = rows.walk();
            for y in y.chunks_exact_mut(columns.output.max(1)) {
                let vertical = vertical.next::<T>();
                let [above, below] = vertical.at.map(|row| {
                    let x = x.get(row * width..).unwrap_or_default();
                    x.get(..width).unwrap_or_default()
                });
                if columns.mode == UpsampleMode::Nearest {
                    for (y, &x) in y.chunks_exact_mut(columns.factor()).zip(above) {
                        y.fill(x);
                    }
                    continue;
                }
                let [upper, lower] = vertical.weights;
                let mut horizontal = columns.walk();
                for y in y {
                    let horizontal = horizontal.next::<T>();
                    *y = between(above, horizontal) * upper;
                    if lower != T::ZERO {
                        *y += between(below, horizontal) * lower;
                    }
                }
            }
        }
    }
}

/// A point on the line between two elements of a row.
#[inline(always)]
fn between<T: Scalar, E: Element<T>>(x: &[E], neighbours: Neighbours<T>) -> E {
    let Neighbours {
        at: [first, second],
        weights: [near, far],
    } = neighbours;
    match (x.get(first), x.get(second)) {
        (Some(&x), _) if far == T::ZERO => x,
        (Some(&first), Some(&second)) => first * near + second * far,
        _ => E::splat(T::ZERO),
    }
}

struct Derivative<'a, T, E> {
    axes: [Axis; 2],
    dy: &'a [E],
    dx: &'a mut [E],
    scalar: PhantomData<T>,
}

impl<T: Scalar, E: Element<T>> Work for Derivative<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let [rows, columns] = self.axes;
        let width = columns.input.max(1);
        self.dx.fill(E::splat(T::ZERO));
        let planes = self
            .dx
            .chunks_exact_mut((rows.input * width).max(1))
            .zip(self.dy.chunks_exact((rows.output * columns.output).max(1)));
        for (dx, dy) in planes {
            let mut vertical = rows.walk();
            for dy in dy.chunks_exact(columns.output.max(1)) {
                let vertical = vertical.next::<T>();
                for (row, weight) in vertical.at.into_iter().zip(vertical.weights) {
                    if weight == T::ZERO {
                        continue;
                    }
                    let dx = dx.get_mut(row * width..).unwrap_or_default();
                    let dx = dx.get_mut(..width).unwrap_or_default();
                    if columns.mode == UpsampleMode::Nearest {
                        for (dx, dy) in dx.iter_mut().zip(dy.chunks_exact(columns.factor())) {
                            for &dy in dy {
                                *dx += dy;
                            }
                        }
                        continue;
                    }
                    let mut horizontal = columns.walk();
                    for &dy in dy {
                        let horizontal = horizontal.next::<T>();
                        for (at, share) in horizontal.at.into_iter().zip(horizontal.weights) {
                            if let Some(dx) = dx.get_mut(at) {
                                *dx += dy * (weight * share);
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_layer, pass};

    const LINEAR: UpsampleMode = UpsampleMode::Linear {
        align_corners: false,
    };
    const ALIGNED: UpsampleMode = UpsampleMode::Linear {
        align_corners: true,
    };

    #[test]
    fn each_mode_has_its_points_between() {
        for (mode, outputs) in [
            (UpsampleMode::Nearest, [0.0, 0.0, 12.0, 12.0]),
            (LINEAR, [0.0, 3.0, 9.0, 12.0]),
            (ALIGNED, [0.0, 4.0, 8.0, 12.0]),
        ] {
            let layer = Upsample::<[[f64; 2]; 1], [[f64; 4]; 1]>::new(mode);
            let run = pass::<f64, _, f64>(&layer, &(), &[0.0, 12.0], &[1.0; 4]);
            for (y, expected) in run.outputs.iter().zip(outputs) {
                assert!((y - expected).abs() < 1e-12, "{y} {expected}");
            }
        }
    }

    #[test]
    fn gradients_of_sequences_and_images() {
        for mode in [UpsampleMode::Nearest, LINEAR, ALIGNED] {
            check_layer(Upsample::<[[f64; 4]; 2], [[f64; 12]; 2]>::new(mode));
            check_layer(Upsample::<[[[f64; 3]; 4]; 2], [[[f64; 9]; 8]; 2]>::new(
                mode,
            ));
            check_layer(Upsample::<[[[f64; 1]; 2]; 1], [[[f64; 4]; 2]; 1]>::new(
                mode,
            ));
        }
    }
}
