//! What the self-test has found, as a table and as an error.

use super::Comparison;
use crate::layer_info::LayerInfo;
use crate::network::Network;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use thiserror::Error;

/// What is known of the gradient of one tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It agrees with differences.
    Right,
    /// It does not.
    Wrong,
    /// It has too small an effect on the outputs for differences to tell.
    Unclear,
    /// It is declared with `freeze` and has none.
    Frozen,
    /// All inputs are indices, which have none.
    Indices,
}

/// A line of the table.
#[derive(Clone, Debug)]
pub struct SelfTestRow {
    layer: &'static str,
    name: String,
    pub(super) verdict: Verdict,
    error: f64,
    checks: usize,
    /// What the gradients and what differences say.
    wrong: Option<(f64, f64)>,
}

impl SelfTestRow {
    pub(super) fn new(layer: &'static str, name: String, verdict: Verdict) -> Self {
        Self {
            layer,
            name,
            verdict,
            error: 0.0,
            checks: 0,
            wrong: None,
        }
    }

    /// Another direction in which it agrees.
    pub(super) fn add(&mut self, comparison: &Comparison) {
        if comparison.clear {
            self.checks += 1;
            self.error = self.error.max(comparison.error);
            if self.verdict == Verdict::Unclear {
                self.verdict = Verdict::Right;
            }
        }
    }

    /// One in which it does not, wherever it is looked at.
    pub(super) fn refute(&mut self, comparison: &Comparison) {
        self.verdict = Verdict::Wrong;
        self.checks += 1;
        if comparison.error >= self.error || comparison.error.is_nan() {
            self.error = comparison.error;
            self.wrong = Some((comparison.derivative, comparison.difference));
        }
    }

    /// The tensor, `fc1.weight`, or `input`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The label of the layer, empty for the input.
    pub fn layer(&self) -> &'static str {
        self.layer
    }

    /// What is known.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The largest distance between derivative and difference, relative to what is typical of the tensor.
    pub fn error(&self) -> f64 {
        self.error
    }

    /// In how many directions differences were clear enough.
    pub fn checks(&self) -> usize {
        self.checks
    }
}

/// What [`Network::self_test`] has found; prints as a table.
#[derive(Clone, Debug)]
pub struct SelfTest {
    network: &'static str,
    scalar: &'static str,
    layers: &'static [LayerInfo],
    rows: Vec<SelfTestRow>,
    tolerance: f64,
}

impl SelfTest {
    pub(super) fn new<N: Network>(rows: Vec<SelfTestRow>, tolerance: f64) -> Self {
        Self {
            network: N::NAME,
            scalar: <N::Scalar as crate::Scalar>::NAME,
            layers: N::LAYERS,
            rows,
            tolerance,
        }
    }

    /// The input, and every tensor.
    pub fn rows(&self) -> &[SelfTestRow] {
        &self.rows
    }

    /// An error if something is wrong. `lanes` is the name of a tensor for which lanes and single samples differ.
    pub(super) fn judge(self, lanes: Option<String>) -> Result<Self, SelfTestError> {
        // A layer that hands back a wrong gradient spoils all before it, so the last one is next to the cause.
        let last = self
            .rows
            .iter()
            .rposition(|row| row.verdict == Verdict::Wrong);
        let Some(index) = last else {
            return match lanes {
                Some(name) => Err(SelfTestError::Lanes {
                    network: self.network,
                    name,
                }),
                None => Ok(self),
            };
        };
        let row = &self.rows[index];
        let (derivative, difference) = row.wrong.unwrap_or_default();
        let cause = self.cause(index);
        Err(SelfTestError::Wrong {
            name: row.name.clone(),
            layer: row.layer,
            derivative,
            difference,
            cause,
            report: Box::new(self),
        })
    }

    /// Which `backward` to look at.
    fn cause(&self, last: usize) -> String {
        let row = &self.rows[last];
        let of_same_layer = |other: &&SelfTestRow| other.layer == row.layer;
        let wrong = self.rows.iter().filter(|row| row.verdict == Verdict::Wrong);
        let others = wrong.clone().any(|other| !of_same_layer(&other));
        if !others && !row.layer.is_empty() {
            let declaration = self.layers.iter().find(|layer| layer.label == row.layer);
            let declaration = declaration.map_or("", |layer| layer.declaration);
            return format!(
                "look at what `backward` of `{}: {declaration}` adds to its gradients",
                row.layer
            );
        }
        // From behind the last wrong tensor to the next that is right.
        let start = self
            .layers
            .iter()
            .position(|layer| layer.label == row.layer);
        let start = match start {
            Some(start) if !row.layer.is_empty() => start + 1,
            _ => 0,
        };
        let right = |layer: &&LayerInfo| {
            let mut rows = self.rows.iter();
            rows.any(|row| {
                row.layer == layer.label && row.verdict == Verdict::Right && !row.layer.is_empty()
            })
        };
        let mut between = String::new();
        for layer in self.layers.iter().skip(start) {
            if !between.is_empty() {
                between.push_str(", ");
            }
            match layer.label {
                "" => between.push_str(&format!("`{}`", layer.declaration)),
                label => between.push_str(&format!("`{label}: {}`", layer.declaration)),
            }
            if right(&layer) {
                break;
            }
        }
        if between.is_empty() {
            return format!("look at `backward` of `{}`", row.layer);
        }
        format!(
            "what lies before is wrong too, so look at the input gradient that `backward` of one of these writes: {between}"
        )
    }
}

impl fmt::Display for SelfTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.name.chars().count());
        let width = width.max().unwrap_or(0).max(5);
        writeln!(
            f,
            "{} in {}: gradients against differences, tolerance {:e} beyond their uncertainty",
            self.network, self.scalar, self.tolerance
        )?;
        write!(
            f,
            "{:width$}  {:>13}  {:>10}  verdict",
            "tensor", "largest error", "directions"
        )?;
        for row in &self.rows {
            let verdict = match row.verdict {
                Verdict::Right => "right",
                Verdict::Wrong => "WRONG",
                Verdict::Unclear => "no effect that differences show",
                Verdict::Frozen => "frozen",
                Verdict::Indices => "indices",
            };
            write!(f, "\n{:width$}  ", row.name)?;
            match row.checks {
                0 => write!(f, "{:>13}  {:>10}  {verdict}", "", "")?,
                checks => write!(f, "{:>13.1e}  {checks:>10}  {verdict}", row.error)?,
            }
        }
        Ok(())
    }
}

/// Why a network fails its [self-test](Network::self_test).
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum SelfTestError {
    /// A gradient does not agree with differences.
    #[error(
        "the gradient by `{name}` is wrong: along one direction the backward pass says {derivative:.6e}, differences of the \
         outputs say {difference:.6e}; {cause}\n{report}"
    )]
    Wrong {
        /// The tensor, `gain.weight`, or `input`: the last one that is wrong.
        name: String,
        /// The label of its layer, empty for the input.
        layer: &'static str,
        /// The derivative along a direction, from the backward pass.
        derivative: f64,
        /// The same from differences.
        difference: f64,
        /// Where to look.
        cause: String,
        /// All that was found.
        report: Box<SelfTest>,
    },
    /// Outputs or gradients at random weights and inputs in −1…1 are infinite or not a number.
    #[error(
        "{} of `{network}` {}at random inputs in -1…1 are not finite numbers",
        if *outputs { "outputs" } else { "gradients" },
        match layer { Some(label) if !label.is_empty() && !*outputs => format!("by `{label}` "), _ => String::new() },
    )]
    NotFinite {
        /// The network.
        network: &'static str,
        /// Whether already the outputs are.
        outputs: bool,
        /// The first layer whose gradients are not.
        layer: Option<&'static str>,
    },
    /// Single samples, and samples in the SIMD lanes, have other gradients.
    #[error(
        "the gradient by `{name}` of `{network}` is another for samples in lanes than for single samples; a layer between \
         there and the output does not treat all lanes alike"
    )]
    Lanes {
        /// The network.
        network: &'static str,
        /// The first such tensor.
        name: String,
    },
}
