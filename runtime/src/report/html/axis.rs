//! Axes: from values to places, with round numbers marked.

/// How values lie on an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    Linear,
    Logarithmic,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
}

impl Axis {
    /// An axis that holds all finite values, ends at round numbers, and has a length even for a single value.
    pub(super) fn around(values: impl Iterator<Item = f64>, scale: Scale) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite() && (scale == Scale::Linear || *value > 0.0))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if low > high {
            let low = if scale == Scale::Linear { 0.0 } else { 0.1 };
            return Self {
                scale,
                low,
                high: 1.0,
            };
        }
        let axis = Self { scale, low, high };
        match scale {
            Scale::Linear => axis.widened_to_ticks(),
            // A little room on both sides, and never less than a factor of two.
            Scale::Logarithmic => {
                let room = (high / low)
                    .powf(0.04)
                    .max(2_f64.sqrt() * (low / high).sqrt());
                Self {
                    low: low / room.max(1.02),
                    high: high * room.max(1.02),
                    ..axis
                }
            }
        }
    }

    /// An axis from the first to the last value, as they are.
    pub(super) fn exact(low: f64, high: f64) -> Self {
        Self {
            scale: Scale::Linear,
            low,
            high: if high > low { high } else { low + 1.0 },
        }
    }

    pub(super) const fn low(&self) -> f64 {
        self.low
    }

    pub(super) const fn high(&self) -> f64 {
        self.high
    }

    /// Where a value lies, 0 at the low end and 1 at the high one; not a number if it has no place.
    pub(super) fn place(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Logarithmic if value <= 0.0 => f64::NAN,
            Scale::Logarithmic => (value / self.low).ln() / (self.high / self.low).ln(),
        }
    }

    /// Round numbers on it, in order.
    pub(super) fn ticks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => self.linear_ticks(),
            Scale::Logarithmic => self.logarithmic_ticks(),
        }
    }

    fn linear_ticks(&self) -> Vec<f64> {
        let step = round_step(self.high - self.low);
        let first = (self.low / step - 1e-9).ceil();
        let last = (self.high / step + 1e-9).floor();
        (0..=(last - first).clamp(0.0, 20.0) as usize)
            .map(|index| (first + index as f64) * step)
            .collect()
    }

    fn logarithmic_ticks(&self) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let (first, last) = (
            self.low.log10().floor() as i32,
            self.high.log10().ceil() as i32,
        );
        let every = (decades / 6.0).ceil().max(1.0) as usize;
        let digits: &[f64] = if decades < 1.5 {
            &[1.0, 2.0, 3.0, 5.0]
        } else if decades < 3.0 {
            &[1.0, 3.0]
        } else {
            &[1.0]
        };
        (first..=last)
            .step_by(every)
            .flat_map(|power| digits.iter().map(move |digit| digit * 10_f64.powi(power)))
            .filter(|tick| (self.low..=self.high).contains(tick))
            .collect()
    }

    fn widened_to_ticks(self) -> Self {
        let mut axis = self;
        if axis.high - axis.low <= axis.high.abs().max(axis.low.abs()) * 1e-9 {
            let room = (axis.high.abs() * 0.1).max(1e-9);
            (axis.low, axis.high) = (axis.low - room, axis.high + room);
        }
        // A longer axis may have longer steps, to which it is widened again.
        loop {
            let step = round_step(axis.high - axis.low);
            axis.low = (axis.low / step + 1e-9).floor() * step;
            axis.high = (axis.high / step - 1e-9).ceil() * step;
            // False also where numbers are not finite.
            let is_short = round_step(axis.high - axis.low) > step;
            if !is_short {
                return axis;
            }
        }
    }
}

/// 1, 2 or 5 times a power of ten, so that four to nine steps make a length.
fn round_step(length: f64) -> f64 {
    let power = 10_f64.powf((length / 5.0).log10().floor());
    match length / 5.0 / power {
        rest if rest < 1.5 => power,
        rest if rest < 3.5 => 2.0 * power,
        rest if rest < 7.5 => 5.0 * power,
        _ => 10.0 * power,
    }
}

#[cfg(test)]
mod tests {
    use super::{Axis, Scale};

    #[test]
    fn linear_axis_ends_at_round_numbers() {
        let axis = Axis::around([0.13, 0.87, f64::NAN].into_iter(), Scale::Linear);
        assert!(axis.low().abs() < 1e-12 && (axis.high() - 1.0).abs() < 1e-12);
        let ticks = axis.ticks();
        assert_eq!(ticks.len(), 6);
        assert!((ticks[1] - 0.2).abs() < 1e-12);
        assert!((axis.place(0.5) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn logarithmic_axis_marks_powers_of_ten() {
        let axis = Axis::around([1e-5, 3.0].into_iter(), Scale::Logarithmic);
        let ticks = axis.ticks();
        assert!(
            ticks.iter().any(|tick| (tick - 1e-3).abs() < 1e-9),
            "{ticks:?}"
        );
        assert!(ticks.len() <= 8, "{ticks:?}");
        assert!(axis.place(0.0).is_nan());
    }

    #[test]
    fn every_axis_has_a_length_and_ticks() {
        for scale in [Scale::Linear, Scale::Logarithmic] {
            for values in [
                &[][..],
                &[f64::NAN],
                &[0.0],
                &[3.0],
                &[3.0, 3.0],
                &[1e-12, 2e-12],
                &[1e30, 1e31],
            ] {
                let axis = Axis::around(values.iter().copied(), scale);
                assert!(axis.high() > axis.low(), "{values:?} {axis:?}");
                assert!(!axis.ticks().is_empty(), "{values:?} {axis:?}");
            }
        }
    }
}
