//! A line search for the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6), as PyTorch has it.

use super::lbfgs::copy;
use crate::scalar::Scalar;

/// How much of the slope's promise the value must keep, and how much flatter the slope must become.
const KEPT: f64 = 1e-4;
const FLATTER: f64 = 0.9;
/// The greatest number of evaluations behind the first.
const MOST: u64 = 25;

/// Where the search begins.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) value: f64,
    pub(super) slope: f64,
    /// A bracket shorter than this is not divided further.
    pub(super) shortest: f64,
}

impl Line {
    /// Whether the value at a point is too large.
    fn is_high(&self, point: Point) -> bool {
        point.value > self.value + KEPT * point.t * self.slope
    }

    fn is_flat(&self, point: Point) -> bool {
        point.slope.abs() <= -FLATTER * self.slope
    }
}

#[derive(Clone, Copy)]
struct Point {
    t: f64,
    value: f64,
    slope: f64,
}

/// Where the search ends. The gradient there is that of the right or the left end of the bracket.
pub(super) struct Found {
    pub(super) t: f64,
    pub(super) value: f64,
    pub(super) right: bool,
    pub(super) evaluations: u64,
}

/// Looks for a `t > 0`, from `first` on. `evaluate` returns value and slope at a `t` and writes the gradient; `gradient` is
/// that at 0.
pub(super) fn search<T: Scalar, E>(
    line: Line,
    first: f64,
    gradient: &[T],
    [left, right]: [&mut [T]; 2],
    new: &mut [T],
    mut evaluate: impl FnMut(f64, &mut [T]) -> Result<(f64, f64), E>,
) -> Result<Found, E> {
    let mut point = |t, gradient: &mut [T]| {
        let (value, slope) = evaluate(t, gradient)?;
        Ok(Point { t, value, slope })
    };
    let start = Point {
        t: 0.0,
        value: line.value,
        slope: line.slope,
    };

    // Farther and farther, until a good point lies behind us.
    let (mut before, mut now) = (start, point(first, new)?);
    copy(left, gradient);
    let mut rounds = 0;
    let mut done = false;
    let mut ends = loop {
        if rounds >= MOST {
            copy(left, gradient);
            break [start, now];
        }
        if line.is_high(now) || rounds > 1 && now.value >= before.value {
            break [before, now];
        }
        if line.is_flat(now) {
            done = true;
            copy(left, new);
            break [now, now];
        }
        if now.slope >= 0.0 {
            break [before, now];
        }
        let bounds = (now.t + 0.01 * (now.t - before.t), now.t * 10.0);
        let t = between(before, now, bounds);
        before = now;
        copy(left, new);
        now = point(t, new)?;
        rounds += 1;
    };
    copy(right, new);
    let mut low = usize::from(ends[0].value > ends[1].value);

    // Then the bracket becomes shorter.
    let mut slow = false;
    while !done && rounds < MOST {
        let (least, most) = (ends[0].t.min(ends[1].t), ends[0].t.max(ends[1].t));
        if most - least < line.shortest {
            break;
        }
        let mut t = between(ends[0], ends[1], (least, most));
        // Too close to an end twice, or at it: a tenth away.
        let tenth = 0.1 * (most - least);
        if (most - t).min(t - least) < tenth {
            if slow || t >= most || t <= least {
                let at_most = (t - most).abs() < (t - least).abs();
                t = if at_most { most - tenth } else { least + tenth };
                slow = false;
            } else {
                slow = true;
            }
        } else {
            slow = false;
        }
        let now = point(t, new)?;
        rounds += 1;
        let high = 1 - low;
        let end = if line.is_high(now) || now.value >= ends[low & 1].value {
            high
        } else {
            done = line.is_flat(now);
            if !done && now.slope * (ends[high & 1].t - ends[low & 1].t) >= 0.0 {
                // The lower end becomes the higher one, whose gradient nobody asks for.
                ends[high & 1] = ends[low & 1];
            }
            low
        };
        ends[end & 1] = now;
        copy(if end == 0 { &mut *left } else { &mut *right }, new);
        if end == high {
            low = usize::from(ends[0].value > ends[1].value);
        }
    }
    Ok(Found {
        t: ends[low & 1].t,
        value: ends[low & 1].value,
        right: low == 1,
        evaluations: rounds + 1,
    })
}

/// Where the cubic through two points with their slopes is smallest, within bounds.
fn between(a: Point, b: Point, (least, most): (f64, f64)) -> f64 {
    let (a, b) = if a.t <= b.t { (a, b) } else { (b, a) };
    let d1 = a.slope + b.slope - 3.0 * (a.value - b.value) / (a.t - b.t);
    let square = d1 * d1 - a.slope * b.slope;
    if square >= 0.0 {
        let d2 = Scalar::sqrt(square);
        let t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2));
        t.max(least).min(most)
    } else {
        (least + most) / 2.0
    }
}
