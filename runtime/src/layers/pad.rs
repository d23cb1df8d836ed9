use super::plane::planes;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::Work;
use crate::{Element, Scalar};
use bytemuck::Pod;
use core::marker::PhantomData;
use core::ops::AddAssign;
use core::slice;

/// What stands around a padded input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PadMode {
    /// Zeros; PyTorch's `nn.ZeroPad2d` and `nn.ConstantPad1d(…, 0)`.
    #[default]
    Zeros,
    /// The input mirrored at its first and last element, which are not repeated: `c b | a b c | b a`; PyTorch's
    /// `nn.ReflectionPad1d` and `nn.ReflectionPad2d`.
    Reflect,
    /// The first and the last element again and again: `a a | a b c | c c`; PyTorch's `nn.ReplicationPad1d` and
    /// `nn.ReplicationPad2d`.
    Replicate,
}

/// A margin around each channel: `y[c][i][j] = x[c][i − top][j − left]`, and outside the input what the
/// [mode](PadMode) says.
///
/// Shapes: `x: FROM` and `y: TO`, `[C, L]` and `[C, left + L + right]`, or `[C, H, W]` and
/// `[C, top + H + bottom, left + W + right]`.
/// Backward: `dx` collects `dy` of every output that is a copy; keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct Pad<FROM, TO> {
    /// The margin above and on the left; those below and on the right follow from the shapes. Above a sequence is none.
    pub front: [usize; 2],
    /// What the margin holds.
    pub mode: PadMode,
    shapes: PhantomData<fn() -> (FROM, TO)>,
}

impl<FROM: Shape, TO: Shape> Pad<FROM, TO> {
    /// A margin of `front` = `[top, left]`, and behind the input what is missing to `TO`.
    ///
    /// # Panics
    /// When the margin has no room in `TO`, or a mirrored one is as large as the input.
    #[inline(always)]
    pub const fn new(front: [usize; 2], mode: PadMode) -> Self {
        let [from, to] = const { planes::<FROM, TO>() };
        let mut i = 0;
        while i < 2 {
            assert!(
                front[i] + from[i] <= to[i],
                "the padded input has no room for the input"
            );
            let behind = to[i] - from[i] - front[i];
            assert!(
                !matches!(mode, PadMode::Reflect) || (front[i] < from[i] && behind < from[i]),
                "a mirrored margin is smaller than the input"
            );
            i += 1;
        }
        Self {
            front,
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
            front: self.front[axis],
            mode: self.mode,
        })
    }
}

impl<T: Scalar, FROM: Shape<Scalar = T>, TO: Shape<Scalar = T>> Layer<T> for Pad<FROM, TO> {
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
            });
        }
    }
}

#[derive(Clone, Copy)]
struct Axis {
    input: usize,
    output: usize,
    front: usize,
    mode: PadMode,
}

impl Axis {
    /// The input that an output is a copy of, if it is one.
    #[inline(always)]
    fn source(self, output: usize) -> Option<usize> {
        let last = self.input.saturating_sub(1);
        let before = self.front.saturating_sub(output);
        let at = output.saturating_sub(self.front);
        match self.mode {
            _ if before == 0 && at <= last => Some(at),
            PadMode::Zeros => None,
            PadMode::Reflect if before > 0 => Some(before),
            PadMode::Reflect => Some((2 * last).saturating_sub(at)),
            PadMode::Replicate => Some(at.min(last)),
        }
    }

    /// Fills a row.
    #[inline(always)]
    fn spread<E: Pod>(self, x: &[E], y: &mut [E]) {
        let behind = self.front + self.input;
        let inside = y.get_mut(self.front..behind).unwrap_or_default();
        for (y, &x) in inside.iter_mut().zip(x) {
            *y = x;
        }
        for output in (0..self.front).chain(behind..self.output) {
            if let Some(y) = y.get_mut(output) {
                let x = match self.source(output) {
                    Some(input) => x.get(input),
                    None => None,
                };
                *y = match x {
                    Some(&x) => x,
                    None => E::zeroed(),
                };
            }
        }
    }

    /// Adds what was written to a row to what it was read from.
    #[inline(always)]
    fn collect<E: Pod + AddAssign>(self, dy: &[E], dx: &mut [E]) {
        let behind = self.front + self.input;
        let inside = dy.get(self.front..behind).unwrap_or_default();
        for (dx, &dy) in dx.iter_mut().zip(inside) {
            *dx += dy;
        }
        for output in (0..self.front).chain(behind..self.output) {
            if let Some(input) = self.source(output)
                && let (Some(dx), Some(&dy)) = (dx.get_mut(input), dy.get(output))
            {
                *dx += dy;
            }
        }
    }
}

struct Value<'a, E> {
    axes: [Axis; 2],
    x: &'a [E],
    y: &'a mut [E],
}

impl<E: Pod> Work for Value<'_, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let [rows, columns] = self.axes;
        let planes = self
            .x
            .chunks_exact((rows.input * columns.input).max(1))
            .zip(
                self.y
                    .chunks_exact_mut((rows.output * columns.output).max(1)),
            );
        for (x, y) in planes {
            for (i, y) in y.chunks_exact_mut(columns.output.max(1)).enumerate() {
                match rows.source(i) {
                    Some(row) => {
                        let x = x.get(row * columns.input..).unwrap_or_default();
                        columns.spread(x.get(..columns.input).unwrap_or_default(), y);
                    }
                    None => {
                        for y in y {
                            *y = E::zeroed();
                        }
                    }
                }
            }
        }
    }
}

struct Derivative<'a, E> {
    axes: [Axis; 2],
    dy: &'a [E],
    dx: &'a mut [E],
}

impl<E: Pod + AddAssign> Work for Derivative<'_, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let [rows, columns] = self.axes;
        self.dx.fill(E::zeroed());
        let planes = self
            .dx
            .chunks_exact_mut((rows.input * columns.input).max(1))
            .zip(self.dy.chunks_exact((rows.output * columns.output).max(1)));
        for (dx, dy) in planes {
            for (i, dy) in dy.chunks_exact(columns.output.max(1)).enumerate() {
                if let Some(row) = rows.source(i) {
                    let dx = dx.get_mut(row * columns.input..).unwrap_or_default();
                    columns.collect(dy, dx.get_mut(..columns.input).unwrap_or_default());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_layer, pass};

    const MODES: [PadMode; 3] = [PadMode::Zeros, PadMode::Reflect, PadMode::Replicate];

    #[test]
    fn each_mode_has_its_margin() {
        for (mode, outputs, d_inputs) in [
            (PadMode::Zeros, [0, 0, 1, 2, 3, 0], [1, 1, 1]),
            (PadMode::Reflect, [3, 2, 1, 2, 3, 2], [1, 3, 2]),
            (PadMode::Replicate, [1, 1, 1, 2, 3, 3], [3, 1, 2]),
        ] {
            let layer = Pad::<[[f32; 3]; 1], [[f32; 6]; 1]>::new([0, 2], mode);
            let run = pass::<f32, _, f32>(&layer, &(), &[1.0, 2.0, 3.0], &[1.0; 6]);
            assert_eq!(run.outputs, outputs.map(|y: i32| y as f32));
            assert_eq!(run.d_inputs, d_inputs.map(|dx: i32| dx as f32));
        }
    }

    #[test]
    fn gradients_of_sequences_and_images() {
        for mode in MODES {
            check_layer(Pad::<[[f64; 4]; 2], [[f64; 9]; 2]>::new([0, 2], mode));
            check_layer(Pad::<[[[f64; 4]; 3]; 2], [[[f64; 7]; 6]; 2]>::new(
                [1, 3],
                mode,
            ));
        }
    }

    #[test]
    #[should_panic(expected = "smaller than the input")]
    fn a_mirror_reaches_no_further_than_the_input() {
        let _ = Pad::<[[f32; 2]; 1], [[f32; 4]; 1]>::new([0, 2], PadMode::Reflect);
    }
}
