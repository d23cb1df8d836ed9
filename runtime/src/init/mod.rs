//! Initial values: the rules of PyTorch's `nn.init`.

mod orthogonal;
#[cfg(test)]
mod tests;

use crate::scalar::Scalar;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// How a tensor starts.
///
/// `fan_in` is the number of inputs that one output reads, `fan_out` the number of outputs that one input reaches: the
/// sizes of a `Linear` layer, and for a convolution those of its channels times the kernel's area (`fan_in` counts one
/// group, `fan_out` all, as PyTorch does). A bias takes the fans of its layer.
///
/// ```
/// use chainrule::init::{Fan, Init};
/// use rand::{SeedableRng, rngs::StdRng};
///
/// const HE: Init = Init::KaimingUniform { a: 0.0, mode: Fan::In };
/// let mut weight = [0.0_f32; 10 * 6];
/// HE.fill(&mut weight, 6, 10, &mut StdRng::seed_from_u64(1));
/// assert!(weight.iter().all(|w| w.abs() <= 1.0)); // √(6/6)
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// The layer's own rule. For weight and bias of `Linear` and `Conv2d` uniform in ±1/√fan_in, as in PyTorch.
    #[default]
    Default,
    /// 0, `nn.init.zeros_`.
    Zeros,
    /// 1, `nn.init.ones_`.
    Ones,
    /// This value, `nn.init.constant_`.
    Constant(f64),
    /// Uniform between two bounds, `nn.init.uniform_` (there 0 and 1 by default).
    Uniform {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
    /// Normal, `nn.init.normal_` (there 0 and 1 by default).
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        std: f64,
    },
    /// Uniform in ±√3·g/√fan with the gain `g = √(2/(1 + a²))` of a leaky ReLU, `nn.init.kaiming_uniform_`
    /// (He et al. 2015, arXiv:1502.01852).
    KaimingUniform {
        /// The slope of the leaky ReLU behind the layer; 0 for `Relu`, PyTorch's default.
        a: f64,
        /// Which fan; [`Fan::In`] is PyTorch's default.
        mode: Fan,
    },
    /// Normal with mean 0 and standard deviation g/√fan, the gain `g` as for
    /// [`KaimingUniform`](Init::KaimingUniform); `nn.init.kaiming_normal_`.
    KaimingNormal {
        /// The slope of the leaky ReLU behind the layer; 0 for `Relu`, PyTorch's default.
        a: f64,
        /// Which fan; [`Fan::In`] is PyTorch's default.
        mode: Fan,
    },
    /// Uniform in ±gain·√(6/(fan_in + fan_out)), `nn.init.xavier_uniform_` (Glorot & Bengio 2010, AISTATS).
    XavierUniform {
        /// The gain; 1 is PyTorch's default.
        gain: f64,
    },
    /// Normal with mean 0 and standard deviation gain·√(2/(fan_in + fan_out)), `nn.init.xavier_normal_`.
    XavierNormal {
        /// The gain; 1 is PyTorch's default.
        gain: f64,
    },
    /// gain times a matrix whose columns, or rows if there are fewer of them, are orthonormal, uniform among all such
    /// matrices; `nn.init.orthogonal_` (Saxe et al. 2014, arXiv:1312.6120).
    ///
    /// The matrix is outputs × fan_in. For a bias it is a single column.
    Orthogonal {
        /// The gain; 1 is PyTorch's default.
        gain: f64,
    },
}

/// Which number of connections sets the scale of a Kaiming initialisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fan {
    /// `fan_in`: keeps the variance of the activations going forward.
    #[default]
    In,
    /// `fan_out`: keeps the variance of the gradients going backward.
    Out,
}

impl Fan {
    fn of(self, fan_in: usize, fan_out: usize) -> f64 {
        match self {
            Fan::In => fan_in as f64,
            Fan::Out => fan_out as f64,
        }
    }
}

/// `nn.init.calculate_gain('leaky_relu', a)`
fn leaky_relu_gain(a: f64) -> f64 {
    Scalar::sqrt(2.0 / (1.0 + a * a))
}

impl Init {
    /// Fills a weight (outputs × everything else, outputs innermost) or a bias of a layer with these fans.
    pub fn fill<T: Scalar, R: Rng + ?Sized>(
        self,
        values: &mut [T],
        fan_in: usize,
        fan_out: usize,
        rng: &mut R,
    ) {
        let mean_fan = (fan_in as f64 + fan_out as f64) / 2.0;
        match self {
            Init::Default => fill_within(values, 1.0 / root(fan_in as f64), rng),
            Init::Zeros => values.fill(T::ZERO),
            Init::Ones => values.fill(T::ONE),
            Init::Constant(value) => values.fill(T::from_f64(value)),
            Init::Uniform { low, high } => fill_uniform(values, low, high, rng),
            Init::Normal { mean, std } => fill_normal(values, mean, std, rng),
            Init::KaimingUniform { a, mode } => {
                let std = leaky_relu_gain(a) / root(mode.of(fan_in, fan_out));
                fill_within(values, root(3.0) * std, rng);
            }
            Init::KaimingNormal { a, mode } => {
                let std = leaky_relu_gain(a) / root(mode.of(fan_in, fan_out));
                fill_normal(values, 0.0, std, rng);
            }
            Init::XavierUniform { gain } => {
                fill_within(values, root(3.0) * gain / root(mean_fan), rng);
            }
            Init::XavierNormal { gain } => {
                fill_normal(values, 0.0, gain / root(mean_fan), rng);
            }
            Init::Orthogonal { gain } => {
                let matrix = fan_in > 0 && values.len().is_multiple_of(fan_in);
                let outputs = if matrix {
                    values.len() / fan_in
                } else {
                    values.len()
                };
                orthogonal::fill(values, outputs, gain, rng);
            }
        }
    }
}

fn root(x: f64) -> f64 {
    Scalar::sqrt(x)
}

fn fill_within<T: Scalar, R: Rng + ?Sized>(values: &mut [T], bound: f64, rng: &mut R) {
    fill_uniform(values, -bound, bound, rng);
}

fn fill_uniform<T: Scalar, R: Rng + ?Sized>(values: &mut [T], low: f64, high: f64, rng: &mut R) {
    for value in values {
        *value = T::from_f64(low + (high - low) * rng.random::<f64>());
    }
}

fn fill_normal<T: Scalar, R: Rng + ?Sized>(values: &mut [T], mean: f64, std: f64, rng: &mut R) {
    for value in values {
        let normal: f64 = rng.sample(StandardNormal);
        *value = T::from_f64(mean + std * normal);
    }
}
