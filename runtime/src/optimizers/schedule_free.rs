use super::hyperparameters::bias_correction;
use super::optimizer::{Rule, optimizer};
use super::{Optimizer, Storage};
use crate::network::Parameters;
use crate::scalar::Scalar;
use crate::simd::{Isa, kernel};

optimizer! {
    /// Schedule-free AdamW (Defazio et al. 2024, arXiv:2405.15682): an average of the weights takes the place of a schedule
    /// that lowers the learning rate, so the number of steps need not be known.
    ///
    /// Three points belong to every weight. The network holds `y`, where gradients are taken; `z` is where plain AdamW
    /// would be; their average `x` is the result, to be had from [`write_average`](ScheduleFree::write_average) for
    /// validation and at the end. With the gradient `g` at `y`, in step `t`:
    ///
    /// - the learning rate warms up, `ηₜ = η·min(1, t/warmup)`; `cₜ = uₜ/(u₁ + … + uₜ)` with `uₜ = tʳ·(max ηᵢ)ᵖ`;
    /// - `v ← β₂·v + (1 − β₂)·g²`, `Δ = g/(√(v/(1 − β₂ᵗ)) + ε) + λ·y`;
    /// - `z ← z − ηₜ·Δ`, `x ← (1 − cₜ)·x + cₜ·z`, `y = (1 − β₁)·z + β₁·x`, computed without `x`.
    ///
    /// Names and defaults are those of the authors' `schedulefree.AdamWScheduleFree`: `η = 0.0025`, `β = (0.9, 0.999)`,
    /// `ε = 1e-8`, `λ = 0`, no warm-up, `r = 0`, `p = 2`. The paper asks for a warm-up, and for a learning rate above
    /// that of AdamW with a schedule. With `β₁ = 0` the average cannot be had from `y` and `z`.
    ///
    /// ```
    /// use chainrule::{optimizers::ScheduleFree, prelude::*};
    ///
    /// network! { struct Net: [2] -> [1] { Linear(8), Tanh, Linear(1) } }
    ///
    /// let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    /// let mut workspace = Net::workspace();
    /// let mut optimizer = ScheduleFree::new(&net).warmup_steps(10);
    /// let (inputs, targets) = ([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.5]]);
    /// for _ in 0..200 {
    ///     optimizer.train_step(&mut *net, &inputs, &targets, &MseLoss::default(), &mut workspace)?;
    /// }
    /// let mut average = net.to_boxed(); // also the buffers
    /// optimizer.write_average(&*net, &mut *average);
    /// assert!((average.forward(&[0.0, 1.0])[0] - 1.0).abs() < 0.1);
    /// # Ok::<(), BackpropagateError>(())
    /// ```
    ///
    /// State: `z`, `exp_avg_sq` (`v`), and the scalars `lr_max` (`max ηᵢ`) and `weight_sum` (`u₁ + … + uₜ`).
    ScheduleFree {
        state: [z, exp_avg_sq],
        scalars: [lr_max = 0.0, weight_sum = 0.0],
        betas: [beta1 = 0.9, beta2 = 0.999],
        learning_rate: 2.5e-3,
        /// Sets `ε`, which keeps the divisor from zero.
        eps: not_negative = 1e-8,
        /// Sets the weight decay `λ`, which is taken at `y`.
        weight_decay: not_negative = 0.0,
        /// Sets the power `r` of the number of the step in the weights of the average.
        r: not_negative_of_all = 0.0,
        /// Sets the power `p` of the largest learning rate in the weights of the average.
        weight_lr_power: not_negative_of_all = 2.0,
        warmup: elsewhere = 0.0,
    }
}

impl<T: Scalar, S: Storage<T>> ScheduleFree<T, S> {
    /// Sets the number of steps in which the learning rate grows to its value.
    #[must_use]
    pub fn warmup_steps(mut self, steps: u64) -> Self {
        self.options.warmup = steps as f64;
        self
    }

    /// Writes the average `x` to `average`: the weights to validate, save and use. The training goes on with those of
    /// `network`, which stay as they are. Before the first step the two are the same.
    ///
    /// Running statistics of a batch norm are no parameters and belong to `y`; the authors run some batches with the
    /// average in training mode before they validate.
    pub fn write_average<P, Q>(&self, network: &P, average: &mut Q)
    where
        P: Parameters<Scalar = T>,
        Q: Parameters<Scalar = T>,
    {
        let average = average.parameters_mut();
        for (x, &y) in average.iter_mut().zip(network.parameters()) {
            *x = y;
        }
        if self.steps() > 0 && self.options.beta1 > 0.0 {
            let to_z = T::from_f64(1.0 - 1.0 / self.options.beta1);
            let states = self.z.as_ref().iter().zip(self.exp_avg_sq.as_ref());
            for (x, (&z, &v)) in average.iter_mut().zip(states) {
                // What was always frozen has no `z` yet.
                if z != T::ZERO || v != T::ZERO {
                    *x += to_z * (z - *x);
                }
            }
        }
    }
}

/// `x` to a power that is mostly 0 or 2.
fn power(x: f64, exponent: f64) -> f64 {
    if exponent == 0.0 {
        1.0
    } else if exponent == 2.0 {
        x * x
    } else {
        Scalar::exp(exponent * Scalar::ln(x))
    }
}

impl Options {
    /// `ηₜ`
    fn eta(&self, step: u64) -> f64 {
        let number = step as f64;
        let warm = if number < self.warmup {
            number / self.warmup
        } else {
            1.0
        };
        self.learning_rate * warm
    }

    /// `cₜ`, and the scalars after the step.
    fn share(&self, step: u64, [lr_max, weight_sum]: &mut [f64; 2]) -> f64 {
        *lr_max = lr_max.max(self.eta(step));
        let weight = power(step as f64, self.r) * power(*lr_max, self.weight_lr_power);
        *weight_sum += weight;
        if *weight_sum > 0.0 {
            weight / *weight_sum
        } else {
            0.0
        }
    }

    /// In the `own`-th step of the parameters, which is the `step`-th of the optimizer.
    fn coefficients_with<T: Scalar>(&self, own: u64, step: u64, share: f64) -> Coefficients<T> {
        let eta = self.eta(step);
        Coefficients {
            first: own == 1,
            eta: T::from_f64(eta),
            beta2: T::from_f64(self.beta2),
            fresh2: T::from_f64(1.0 - self.beta2),
            root_scale: T::from_f64(1.0 / Scalar::sqrt(bias_correction(self.beta2, own))),
            eps: T::from_f64(self.eps),
            lambda: T::from_f64(self.weight_decay),
            share: T::from_f64(share),
            back: T::from_f64(eta * (1.0 - self.beta1 * (1.0 - share))),
        }
    }
}

impl<T: Scalar> Rule<T, STATES, SCALARS> for Options {
    type Coefficients = Coefficients<T>;

    fn coefficients(&self, step: u64, scalars: &mut [f64; 2]) -> Coefficients<T> {
        let share = self.share(step, scalars);
        self.coefficients_with(step, step, share)
    }

    /// The weights of the average are those of all: a learning rate in proportion to another leaves them as they are.
    fn coefficients_of_group(
        &self,
        all: &Self,
        own: u64,
        step: u64,
        mut scalars: [f64; 2],
    ) -> Coefficients<T> {
        self.coefficients_with(own, step, all.share(step, &mut scalars))
    }

    #[inline(always)]
    fn update(isa: Isa, c: Coefficients<T>, w: &mut [T], g: &[T], [z, v]: [&mut [T]; 2]) {
        update(isa, w, g, z, v, c);
    }
}

/// What is the same for every parameter in one step.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Coefficients<T> {
    /// Whether `z` holds nothing yet.
    first: bool,
    eta: T,
    beta2: T,
    fresh2: T,
    /// `1/√(1 − β₂ᵗ)`
    root_scale: T,
    eps: T,
    lambda: T,
    /// `cₜ`
    share: T,
    /// How far `y` goes: `ηₜ·(1 − β₁·(1 − cₜ))`
    back: T,
}

kernel! {
    Update: pub(crate) fn update<T, FMA, TILE>(
        y: &mut [T],
        g: &[T],
        z: &mut [T],
        v: &mut [T],
        c: Coefficients<T>,
    ) {
        for (((y, &g), z), v) in y.iter_mut().zip(g).zip(z).zip(v) {
            let point = if c.first { *y } else { *z };
            *v = c.beta2 * *v + c.fresh2 * (g * g);
            let delta = g / (Scalar::sqrt(*v) * c.root_scale + c.eps) + c.lambda * *y;
            *y = *y + c.share * (point - *y) - c.back * delta;
            *z = point - c.eta * delta;
        }
    }
}
