use crate::kernels::average_pool2d::adaptive;
use crate::kernels::max_pool2d::{larger, wins};
use crate::layer::{Backward, Forward, Layer};
use crate::simd::Work;
use crate::{Element, Scalar};
use core::marker::PhantomData;
use core::ops::Range;

/// The maximum of `OL` windows that cover the input, PyTorch's `nn.AdaptiveMaxPool1d`:
/// `y[c][t] = max x[c][⌊t·L/OL⌋ .. ⌈(t+1)·L/OL⌉]`.
///
/// Shapes: `x: [C, L]`, `y: [C, OL]`. Windows overlap where the sizes do not divide.
/// Backward: `dx` gets `dy` of each window where its maximum lies; of equal ones the first takes all. A NaN counts as
/// larger than every number. Keeps `x`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdaptiveMaxPool1d<const C: usize, const L: usize, const OL: usize>;

impl<T: Scalar, const C: usize, const L: usize, const OL: usize> Layer<T>
    for AdaptiveMaxPool1d<C, L, OL>
{
    type Input = [[T; L]; C];
    type Output = [[T; OL]; C];
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[E; L]; C],
        output: &mut [[E; OL]; C],
    ) {
        cx.isa.run(Maximum {
            windows: Windows {
                inputs: [1, L],
                outputs: [1, OL],
            },
            scalar: PhantomData,
            x: input.as_flattened(),
            y: output.as_flattened_mut(),
        });
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[[E; L]; C],
        _output: &[[E; OL]; C],
        d_output: &[[E; OL]; C],
        d_input: &mut [[E; L]; C],
    ) {
        if cx.input_gradient {
            cx.isa.run(Derivative {
                windows: Windows {
                    inputs: [1, L],
                    outputs: [1, OL],
                },
                scalar: PhantomData,
                x: input.as_flattened(),
                dy: d_output.as_flattened(),
                dx: d_input.as_flattened_mut(),
            });
        }
    }
}

/// The maximum of `OH × OW` windows that cover the input, PyTorch's `nn.AdaptiveMaxPool2d`:
/// `y[c][i][j] = max x[c][⌊i·H/OH⌋ .. ⌈(i+1)·H/OH⌉][⌊j·W/OW⌋ .. ⌈(j+1)·W/OW⌉]`.
///
/// Shapes: `x: [C, H, W]`, `y: [C, OH, OW]`. Windows overlap where the sizes do not divide.
/// Backward: `dx` gets `dy` of each window where its maximum lies; of equal ones the first in row-major order takes
/// all. A NaN counts as larger than every number. Keeps `x`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdaptiveMaxPool2d<
    const C: usize,
    const H: usize,
    const W: usize,
    const OH: usize,
    const OW: usize,
>;

impl<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>
    Layer<T> for AdaptiveMaxPool2d<C, H, W, OH, OW>
{
    type Input = [[[T; W]; H]; C];
    type Output = [[[T; OW]; OH]; C];
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[[E; W]; H]; C],
        output: &mut [[[E; OW]; OH]; C],
    ) {
        cx.isa.run(Maximum {
            windows: Windows {
                inputs: [H, W],
                outputs: [OH, OW],
            },
            scalar: PhantomData,
            x: input.as_flattened().as_flattened(),
            y: output.as_flattened_mut().as_flattened_mut(),
        });
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[[[E; W]; H]; C],
        _output: &[[[E; OW]; OH]; C],
        d_output: &[[[E; OW]; OH]; C],
        d_input: &mut [[[E; W]; H]; C],
    ) {
        if cx.input_gradient {
            cx.isa.run(Derivative {
                windows: Windows {
                    inputs: [H, W],
                    outputs: [OH, OW],
                },
                scalar: PhantomData,
                x: input.as_flattened().as_flattened(),
                dy: d_output.as_flattened().as_flattened(),
                dx: d_input.as_flattened_mut().as_flattened_mut(),
            });
        }
    }
}

struct Maximum<'a, T, E> {
    windows: Windows,
    x: &'a [E],
    y: &'a mut [E],
    scalar: PhantomData<T>,
}

impl<T: Scalar, E: Element<T>> Work for Maximum<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let windows = self.windows;
        let [plane, out_plane] = windows.planes();
        let planes = self.x.chunks_exact(plane);
        for (x, y) in planes.zip(self.y.chunks_exact_mut(out_plane)) {
            for (o, y) in y.iter_mut().enumerate() {
                *y = windows.maximum(x, o).0;
            }
        }
    }
}

struct Derivative<'a, T, E> {
    windows: Windows,
    x: &'a [E],
    dy: &'a [E],
    dx: &'a mut [E],
    scalar: PhantomData<T>,
}

impl<T: Scalar, E: Element<T>> Work for Derivative<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let windows = self.windows;
        let [plane, out_plane] = windows.planes();
        self.dx.fill(E::splat(T::ZERO));
        let planes = self.x.chunks_exact(plane);
        let d_planes = self
            .dx
            .chunks_exact_mut(plane)
            .zip(self.dy.chunks_exact(out_plane));
        for (x, (dx, dy)) in planes.zip(d_planes) {
            for (o, &dy) in dy.iter().enumerate() {
                let (_, winner) = windows.maximum(x, o);
                let [rows, columns] = windows.of(o);
                let mut number = T::ZERO;
                for row in rows {
                    let dx = dx.get_mut(windows.inputs_of(row, &columns));
                    for dx in dx.unwrap_or_default() {
                        *dx += winner.zip(dy, |w, dy| if w == number { dy } else { T::ZERO });
                        number += T::ONE;
                    }
                }
            }
        }
    }
}

/// How inputs are shared out among outputs along each axis.
#[derive(Clone, Copy)]
struct Windows {
    inputs: [usize; 2],
    outputs: [usize; 2],
}

impl Windows {
    /// Inputs and outputs of a channel.
    #[inline(always)]
    fn planes(self) -> [usize; 2] {
        [self.inputs, self.outputs].map(|[rows, columns]| (rows * columns).max(1))
    }

    /// Rows and columns that an output reads.
    #[inline(always)]
    fn of(self, output: usize) -> [Range<usize>; 2] {
        let ([height, width], [out_height, out_width]) = (self.inputs, self.outputs);
        let columns = out_width.max(1);
        [
            adaptive(height, out_height, output / columns),
            adaptive(width, out_width, output % columns),
        ]
    }

    /// Some columns of a row, as indices in a channel.
    #[inline(always)]
    fn inputs_of(self, row: usize, columns: &Range<usize>) -> Range<usize> {
        let start = row * self.inputs[1];
        start + columns.start..start + columns.end
    }

    /// The maximum that an output is, and the number of the input, in row-major order inside the window, that it was
    /// found at.
    #[inline(always)]
    fn maximum<T: Scalar, E: Element<T>>(self, x: &[E], output: usize) -> (E, E) {
        let [rows, columns] = self.of(output);
        let mut best = E::splat(-T::INFINITY);
        let mut winner = E::splat(T::ZERO);
        let mut number = T::ZERO;
        for row in rows {
            let x = x.get(self.inputs_of(row, &columns)).unwrap_or_default();
            for &x in x {
                let won = x.zip(best, |x, best| if wins(x, best) { T::ONE } else { T::ZERO });
                best = x.zip(best, larger);
                winner = won.zip(
                    winner,
                    |won, winner| {
                        if won == T::ONE { number } else { winner }
                    },
                );
                number += T::ONE;
            }
        }
        (best, winner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer, pass};

    #[test]
    fn gradients_of_overlapping_windows_and_of_enlarging() {
        check_layer(AdaptiveMaxPool1d::<2, 7, 3>);
        check_layer(AdaptiveMaxPool1d::<1, 3, 5>);
        check_layer(AdaptiveMaxPool2d::<2, 5, 7, 3, 2>);
        check_layer(AdaptiveMaxPool2d::<1, 2, 3, 4, 5>);
    }

    #[test]
    fn lanes_give_the_bits_of_single_samples() {
        check_lanes::<f32, _>(AdaptiveMaxPool2d::<2, 5, 4, 2, 3>, 0.0);
    }

    #[test]
    fn the_first_of_equal_maxima_takes_all_and_nan_beats_every_number() {
        let x = [1.0, 3.0, 3.0, 2.0, f32::NAN, 5.0];
        let run = pass::<f32, _, f32>(&AdaptiveMaxPool1d::<1, 6, 2>, &(), &x, &[10.0, 20.0]);
        assert_eq!(run.outputs[0], 3.0);
        assert!(run.outputs[1].is_nan());
        assert_eq!(run.d_inputs, [0.0, 10.0, 0.0, 0.0, 20.0, 0.0]);
    }
}
