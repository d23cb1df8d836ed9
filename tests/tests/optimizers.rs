//! Optimizers against 40-step traces of PyTorch (see `goldens/make_optimizers.py`), their state, and wrong use.

use chainrule::optimizers::{Adam, AdamW, Optimizer, RmsProp, Sgd};
use chainrule::{Parameters, Scalar};
use safetensors::SafeTensors;

const STEPS: usize = 40;
const WEIGHTS: usize = 12;

/// Twelve weights without a network around them.
#[derive(Clone)]
struct Weights<T>([T; WEIGHTS]);

impl<T: Scalar> Parameters for Weights<T> {
    type Scalar = T;
    fn parameters(&self) -> &[T] {
        &self.0
    }
    fn parameters_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

fn start<T: Scalar>() -> Weights<T> {
    Weights(core::array::from_fn(|i| {
        T::from_f64(((i * 7 % 12) as f64 - 5.5) / 8.0)
    }))
}

/// The gradient of the problem in the generator's documentation.
fn gradient<T: Scalar>(step: usize, Weights(w): &Weights<T>) -> Weights<T> {
    let factor = T::from_f64([1.0, 0.25, 3.0, -0.5, 1.5][step % 5]);
    let half = T::from_f64(0.5);
    Weights(core::array::from_fn(|i| {
        let curvature = T::from_f64(0.25 + (i * 5 % 12) as f64 / 16.0);
        let centre = T::from_f64(((i * 11 % 12) as f64 - 4.0) / 8.0);
        let (before, after) = (w[(i + 11) % 12], w[(i + 1) % 12]);
        factor * (curvature * (w[i] - centre) + half * w[i] * (before * before + after * after))
    }))
}

/// Runs the 40 steps, with another learning rate from step 20 on if one is given.
fn trace<T: Scalar>(
    mut optimizer: impl Optimizer<T>,
    later_learning_rate: Option<f64>,
) -> Vec<[T; WEIGHTS]> {
    let mut weights = start();
    let mut rows = Vec::new();
    for step in 0..STEPS {
        if step == 20
            && let Some(learning_rate) = later_learning_rate
        {
            optimizer.set_learning_rate(learning_rate);
        }
        let gradient = gradient(step, &weights);
        optimizer.step(&mut weights, &gradient);
        rows.push(weights.0);
    }
    assert_eq!(optimizer.steps(), STEPS as u64);
    rows
}

/// Compares a trace with PyTorch's, relative to 1 or the weight where that is larger.
fn compare<T: Scalar>(name: &str, rows: Vec<[T; WEIGHTS]>, tolerance: f64) {
    let file = SafeTensors::deserialize(include_bytes!("../goldens/optimizers.safetensors"))
        .expect("the golden file is whole");
    let tensor = file
        .tensor(&format!("{name}.{}", T::NAME))
        .expect("the configuration is in the golden file");
    assert_eq!(tensor.shape(), [STEPS, WEIGHTS]);
    let expected = tensor
        .data()
        .chunks_exact(size_of::<T>())
        .map(|bytes| match *bytes {
            [a, b, c, d] => f64::from(f32::from_le_bytes([a, b, c, d])),
            _ => f64::from_le_bytes(bytes.try_into().expect("eight bytes")),
        });
    for (index, (found, expected)) in rows.iter().flatten().zip(expected).enumerate() {
        let found = found.to_f64();
        assert!(
            (found - expected).abs() <= tolerance * expected.abs().max(1.0),
            "{name}.{}, step {}, weight {}: {found}, PyTorch {expected}",
            T::NAME,
            index / WEIGHTS + 1,
            index % WEIGHTS,
        );
    }
}

/// A test a configuration of the generator: `name: optimizer of the weights `w`, learning rate from step 20 on`.
macro_rules! goldens {
    ($($name:ident, $test:ident: |$w:ident| $optimizer:expr $(, then $later:expr)?;)*) => {$(
        #[test]
        fn $test() {
            let later = None$(.or(Some($later)))?;
            let $w = &start::<f64>();
            compare(stringify!($name), trace($optimizer, later), 1e-13);
            let $w = &start::<f32>();
            compare(stringify!($name), trace($optimizer, later), 1e-5);
        }
    )*};
}

goldens! {
    sgd, sgd_matches_pytorch: |w| Sgd::new(w, 0.1);
    sgd_weight_decay, sgd_weight_decay_matches_pytorch: |w| Sgd::new(w, 0.1).weight_decay(0.05);
    sgd_momentum, sgd_momentum_matches_pytorch: |w| Sgd::new(w, 0.05).momentum(0.9);
    sgd_dampening, sgd_dampening_matches_pytorch: |w| Sgd::new(w, 0.05).momentum(0.9).dampening(0.3);
    sgd_nesterov, sgd_nesterov_matches_pytorch: |w| Sgd::new(w, 0.02).momentum(0.8).nesterov(true);
    sgd_everything, sgd_everything_matches_pytorch: |w| Sgd::new(w, 0.02).momentum(0.7).nesterov(true).weight_decay(0.1), then 0.005;

    adam, adam_matches_pytorch: |w| Adam::new(w);
    adam_learning_rate, adam_learning_rate_matches_pytorch: |w| Adam::new(w).learning_rate(0.05), then 0.01;
    adam_betas, adam_betas_matches_pytorch: |w| Adam::new(w).learning_rate(0.02).betas(0.7, 0.95);
    adam_eps, adam_eps_matches_pytorch: |w| Adam::new(w).learning_rate(0.02).eps(0.1);
    adam_weight_decay, adam_weight_decay_matches_pytorch: |w| Adam::new(w).learning_rate(0.02).weight_decay(0.3);
    adam_amsgrad, adam_amsgrad_matches_pytorch: |w| Adam::new(w).learning_rate(0.02).betas(0.9, 0.8).amsgrad(true);
    adam_everything, adam_everything_matches_pytorch: |w| Adam::new(w).learning_rate(0.03).betas(0.8, 0.9).eps(1e-3).weight_decay(0.1).amsgrad(true), then 0.003;

    adamw, adamw_matches_pytorch: |w| AdamW::new(w);
    adamw_weight_decay, adamw_weight_decay_matches_pytorch: |w| AdamW::new(w).learning_rate(0.02).weight_decay(0.5);
    adamw_amsgrad, adamw_amsgrad_matches_pytorch: |w| AdamW::new(w).learning_rate(0.02).betas(0.9, 0.8).amsgrad(true);
    adamw_everything, adamw_everything_matches_pytorch: |w| AdamW::new(w).learning_rate(0.03).betas(0.8, 0.9).eps(1e-3).weight_decay(0.2).amsgrad(true), then 0.003;

    rms_prop, rms_prop_matches_pytorch: |w| RmsProp::new(w);
    rms_prop_alpha, rms_prop_alpha_matches_pytorch: |w| RmsProp::new(w).alpha(0.8);
    rms_prop_eps, rms_prop_eps_matches_pytorch: |w| RmsProp::new(w).eps(0.1);
    rms_prop_weight_decay, rms_prop_weight_decay_matches_pytorch: |w| RmsProp::new(w).weight_decay(0.3);
    rms_prop_momentum, rms_prop_momentum_matches_pytorch: |w| RmsProp::new(w).learning_rate(0.002).momentum(0.9);
    rms_prop_centered, rms_prop_centered_matches_pytorch: |w| RmsProp::new(w).learning_rate(0.005).alpha(0.9).centered(true);
    rms_prop_everything, rms_prop_everything_matches_pytorch: |w| RmsProp::new(w).learning_rate(0.002).alpha(0.9).eps(1e-3).weight_decay(0.1).momentum(0.5).centered(true), then 0.0005;
}
