//! The check of a network's gradients against differences of its output: every layer of the declaration, the user's too.

mod differences;
mod point;
mod report;

pub use report::{SelfTest, SelfTestError, SelfTestRow, Verdict};

use crate::layer_info::{is_frozen, named};
use crate::network::{Network, Parameters};
use crate::scalar::Scalar;
use crate::tensor::Tensor;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;
use differences::derivative;
use point::{Point, Scales};
use rand::{Rng, RngExt};

/// Points at which every tensor is looked at, each in another way.
const POINTS: usize = 4;

/// What is moved: a tensor, or the inputs.
struct Part {
    row: SelfTestRow,
    /// Where it lies among the parameters.
    range: Option<Range<usize>>,
}

/// The derivative along one direction.
struct Comparison {
    derivative: f64,
    difference: f64,
    /// Relative to what is typical of the tensor.
    error: f64,
    /// Whether they agree as far as anybody can tell.
    agrees: bool,
    /// Whether differences tell much.
    clear: bool,
}

/// See [`Network::self_test`].
pub(crate) fn run<N: Network, R: Rng + ?Sized>(rng: &mut R) -> Result<SelfTest, SelfTestError> {
    let scales = Scales::of::<N::Scalar>();
    let mut parts = parts::<N>();
    let mut point = Point::<N>::new(rng, &scales);
    let mut suspects: Vec<(usize, usize, Comparison)> = Vec::new();
    for number in 0..POINTS {
        if number > 0 {
            point.draw(rng, &scales);
        }
        point.backpropagate()?;
        for (index, part) in parts.iter_mut().enumerate() {
            if part.row.verdict == Verdict::Frozen {
                continue;
            }
            let share = shares(number);
            let Some(comparison) = compare(&mut point, part.range.clone(), share, &scales, rng)
            else {
                part.row.verdict = Verdict::Indices;
                continue;
            };
            if comparison.agrees {
                part.row.add(&comparison);
            } else {
                suspects.push((index, share, comparison));
            }
        }
    }
    for (index, share, first) in suspects {
        let (mut wrong, mut right) = (first, 0);
        for _ in 1..scales.looks {
            point.draw(rng, &scales);
            point.backpropagate()?;
            let range = parts[index].range.clone();
            match compare(&mut point, range, share, &scales, rng) {
                Some(comparison) if !comparison.agrees => wrong = comparison,
                Some(comparison) => {
                    parts[index].row.add(&comparison);
                    right += 1;
                }
                None => right = scales.looks,
            }
            if right > scales.lucky {
                break;
            }
        }
        if right <= scales.lucky {
            parts[index].row.refute(&wrong);
        }
    }
    let disagreement = lanes_disagree(&mut point, &scales, rng)?;
    let rows = parts.into_iter().map(|part| part.row).collect();
    let report = SelfTest::new::<N>(rows, scales.tolerance);
    report.judge(disagreement)
}

/// The tensors of all layers, behind the inputs.
fn parts<N: Network>() -> Vec<Part> {
    let inputs = Part {
        row: SelfTestRow::new("", "input".to_string(), Verdict::Unclear),
        range: None,
    };
    let mut parts = Vec::from([inputs]);
    let mut start = 0;
    for layer in N::LAYERS {
        for tensor in layer.parameters {
            let range = start..start + Tensor::len(tensor);
            start = range.end;
            if range.is_empty() {
                continue;
            }
            let verdict = if is_frozen(N::LAYERS, range.start) {
                Verdict::Frozen
            } else {
                Verdict::Unclear
            };
            let mut name = String::from(layer.label);
            name.push('.');
            name.push_str(tensor.name);
            parts.push(Part {
                row: SelfTestRow::new(layer.label, name, verdict),
                range: Some(range),
            });
        }
    }
    parts
}

/// One in how many scalars moves, at the point with this number: all, few, some, one.
const fn shares(number: usize) -> usize {
    [1, 16, 4, usize::MAX][number % 4]
}

/// Moves one in `share` scalars of a part, up or down. Nothing if there is nothing to move.
fn compare<N: Network, R: Rng + ?Sized>(
    point: &mut Point<N>,
    range: Option<Range<usize>>,
    share: usize,
    scales: &Scales,
    rng: &mut R,
) -> Option<Comparison> {
    let len = point.begin(range);
    let one = rng.random_range(0..len.max(1));
    let mut moves = 0;
    for index in 0..len {
        let moved = index == one || (share < usize::MAX && rng.random_range(0..share) == 0);
        let sign = if rng.random::<bool>() { 1.0 } else { -1.0 };
        moves += usize::from(point.set_direction(index, if moved { sign } else { 0.0 }));
    }
    if moves == 0 {
        return None;
    }
    let (derivative_along, typical) = point.expect();
    let typical = typical * Scalar::sqrt(moves as f64);
    let goal = 0.05 * scales.tolerance * typical.max(derivative_along.abs());
    let mut found = None;
    for &step in scales.steps {
        let (difference, uncertainty) = derivative(step, goal, |step| point.value_at(step));
        let scale = typical.max(derivative_along.abs()).max(difference.abs());
        let distance = (difference - derivative_along).abs();
        // NaN agrees with nothing.
        let agrees = distance <= scales.tolerance * scale + 4.0 * uncertainty;
        found = Some(Comparison {
            derivative: derivative_along,
            difference,
            error: if scale > 0.0 { distance / scale } else { 0.0 },
            agrees,
            clear: 4.0 * uncertainty <= 0.3 * scale,
        });
        if agrees {
            break;
        }
    }
    point.end();
    found
}

/// Whether the gradients of single samples and of samples in lanes differ, at several points: the name of the tensor.
fn lanes_disagree<N: Network, R: Rng + ?Sized>(
    point: &mut Point<N>,
    scales: &Scales,
    rng: &mut R,
) -> Result<Option<String>, SelfTestError> {
    if N::CROSS_SAMPLE {
        return Ok(None);
    }
    let mut name = None;
    for _ in 0..3 {
        point.draw(rng, scales);
        point.backpropagate()?;
        let single: Vec<N::Scalar> = point.gradients().parameters().to_vec();
        point.backpropagate_in_lanes();
        let lanes = N::name_parameters(point.gradients());
        let single = named(N::LAYERS, |layer| layer.parameters, &single);
        let differs = lanes.zip(single).find(|(lanes, single)| {
            let largest = single
                .memory
                .iter()
                .map(|g| g.to_f64().abs())
                .fold(0.0, f64::max);
            let mut pairs = lanes.memory.iter().zip(single.memory);
            pairs.any(|(a, b)| {
                let distance = (a.to_f64() - b.to_f64()).abs();
                distance.is_nan() || distance > scales.lanes * largest + scales.tiny
            })
        });
        let Some((tensor, _)) = differs else {
            return Ok(None);
        };
        name = Some(tensor.name().to_string());
    }
    Ok(name)
}

/// What `#[network(test)]` calls.
#[doc(hidden)]
#[track_caller]
pub fn assert_self_test<N: Network>() {
    if let Err(error) = N::self_test(&mut Draws(0x5eed)) {
        panic!("{error}");
    }
}

/// A generator of random numbers (SplitMix64, Steele, Lea & Flood 2014) for tests in crates without `std_rng`.
struct Draws(u64);

impl rand::rand_core::TryRng for Draws {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.try_next_u64().map(|bits| (bits >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(x ^ (x >> 31))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(8) {
            let draw = self.try_next_u64()?.to_le_bytes();
            chunk
                .iter_mut()
                .zip(draw)
                .for_each(|(byte, draw)| *byte = draw);
        }
        Ok(())
    }
}
