//! Optimizers against 40-step traces of PyTorch (see `goldens/make_optimizers.py`), their state, and wrong use.

use chainrule::network;
use chainrule::optimizers::{
    Adadelta, Adagrad, Adam, AdamW, Adamax, Adan, AveragedModel, Lamb, Lion, Lookahead, Muon,
    NAdam, Optimizer, RAdam, RmsProp, ScheduleFree, Sgd, clip_grad_norm, clip_grad_value,
};
use chainrule::{Network, Parameters, Scalar};
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

network! {
    /// Twelve weights in four tensors.
    struct Tensors: [2] -> [2] { Linear(2), Linear(2) }
}

network! {
    /// Twelve weights: a tall matrix, a vector, a wide matrix.
    struct Matrices: [2] -> [1] { Linear(3), head: Linear(1, bias = false) }
}

network! {
    /// Twelve weights in four tensors, of either scalar.
    struct Layers<T>: [2] -> [2] { Linear(2), Linear(2) }
}

fn muon<T: Scalar>(w: &Weights<T>) -> Muon<AdamW<T>, T> {
    let zeros = |len| vec![T::ZERO; len].into();
    let room = Muon::room_len(Matrices::LAYERS);
    Muon::with_state(Matrices::LAYERS, AdamW::new(w), zeros(WEIGHTS), zeros(room))
}

fn lamb<T: Scalar>(_: &Weights<T>) -> Lamb<T> {
    let zeros = || vec![T::ZERO; WEIGHTS].into();
    Lamb::with_state(Tensors::LAYERS, zeros(), zeros())
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

    adagrad, adagrad_matches_pytorch: |w| Adagrad::new(w);
    adagrad_lr_decay, adagrad_lr_decay_matches_pytorch: |w| Adagrad::new(w).learning_rate(0.1).learning_rate_decay(0.2);
    adagrad_initial_accumulator_value, adagrad_initial_accumulator_value_matches_pytorch: |w| Adagrad::new(w).learning_rate(0.1).initial_accumulator_value(0.7);
    adagrad_everything, adagrad_everything_matches_pytorch: |w| Adagrad::new(w).learning_rate(0.2).learning_rate_decay(0.05).weight_decay(0.1).initial_accumulator_value(0.1).eps(1e-3), then 0.02;

    adadelta, adadelta_matches_pytorch: |w| Adadelta::new(w);
    adadelta_rho, adadelta_rho_matches_pytorch: |w| Adadelta::new(w).rho(0.5);
    adadelta_everything, adadelta_everything_matches_pytorch: |w| Adadelta::new(w).learning_rate(0.7).rho(0.8).eps(1e-3).weight_decay(0.1), then 0.1;

    adamax, adamax_matches_pytorch: |w| Adamax::new(w);
    adamax_betas, adamax_betas_matches_pytorch: |w| Adamax::new(w).learning_rate(0.02).betas(0.7, 0.9);
    adamax_everything, adamax_everything_matches_pytorch: |w| Adamax::new(w).learning_rate(0.03).betas(0.8, 0.7).eps(0.1).weight_decay(0.1), then 0.003;

    nadam, nadam_matches_pytorch: |w| NAdam::new(w);
    nadam_momentum_decay, nadam_momentum_decay_matches_pytorch: |w| NAdam::new(w).learning_rate(0.02).momentum_decay(0.3);
    nadam_everything, nadam_everything_matches_pytorch: |w| NAdam::new(w).learning_rate(0.03).betas(0.8, 0.9).eps(1e-3).weight_decay(0.1).momentum_decay(0.05), then 0.003;

    radam, radam_matches_pytorch: |w| RAdam::new(w);
    radam_betas, radam_betas_matches_pytorch: |w| RAdam::new(w).learning_rate(0.02).betas(0.7, 0.95);
    lion, lion_matches_its_paper: |w| Lion::new(w);
    lion_everything, lion_everything_matches_its_paper: |w| Lion::new(w).learning_rate(0.01).betas(0.7, 0.9).weight_decay(0.3), then 0.001;

    lamb, lamb_matches_its_paper: |w| lamb(w);
    lamb_everything, lamb_everything_matches_its_paper: |w| lamb(w).learning_rate(0.03).betas(0.8, 0.9).eps(1e-3).weight_decay(0.1), then 0.003;

    adan, adan_matches_its_paper: |w| Adan::new(w);
    adan_everything, adan_everything_matches_its_paper: |w| Adan::new(w).learning_rate(0.03).betas(0.9, 0.8, 0.95).eps(1e-3).weight_decay(0.1), then 0.003;

    schedule_free, schedule_free_matches_its_paper: |w| ScheduleFree::new(w);
    schedule_free_warmup, schedule_free_warmup_matches_its_paper: |w| ScheduleFree::new(w).learning_rate(0.05).warmup_steps(15).r(0.5);
    schedule_free_everything, schedule_free_everything_matches_its_paper: |w| ScheduleFree::new(w).learning_rate(0.03).betas(0.8, 0.9).eps(1e-3).weight_decay(0.1).warmup_steps(5).r(1.0).weight_lr_power(1.5), then 0.003;

    muon, muon_matches_its_author: |w| muon(w);
    muon_everything, muon_everything_matches_its_author: |w| muon(w).except(&["head"]).learning_rate(0.01).momentum(0.7).weight_decay(0.3), then 0.002;

    lookahead, lookahead_matches_its_paper: |w| Lookahead::new(Adam::new(w).learning_rate(0.05), w);
    lookahead_everything, lookahead_everything_matches_its_paper: |w| Lookahead::new(Adam::new(w).learning_rate(0.05), w).k(3).alpha(0.8), then 0.01;

    radam_everything, radam_everything_matches_pytorch: |w| RAdam::new(w).learning_rate(0.03).betas(0.8, 0.9).eps(1e-3).weight_decay(0.1), then 0.003;
}

/// An optimizer with groups, whose learning rates are a tenth from step 20 on.
fn trace_groups<T: Scalar>(optimizer: impl Optimizer<T>) -> Vec<[T; WEIGHTS]> {
    let later = optimizer.current_learning_rate() * 0.1;
    trace(optimizer, Some(later))
}

#[test]
fn sgd_groups_match_pytorch() {
    fn groups<T: Scalar>() -> Vec<[T; WEIGHTS]> {
        let mut sgd = Sgd::new(&start::<T>(), 0.05).momentum(0.9);
        sgd.group(Layers::<T>::LINEAR1, |g| {
            g.learning_rate(0.02).weight_decay(0.1)
        })
        .group(Layers::<T>::LINEAR1.biases_and_norms(), |g| {
            g.weight_decay(0.0).momentum(0.5)
        })
        .group(Layers::<T>::LINEAR2, |g| g.freeze_until(10).dampening(0.2))
        .group(Layers::<T>::LINEAR2.biases_and_norms(), |g| {
            g.weight_decay(0.3)
        });
        trace_groups(sgd)
    }
    compare("sgd_groups", groups::<f64>(), 1e-13);
    compare("sgd_groups", groups::<f32>(), 1e-5);
}

#[test]
fn adam_groups_match_pytorch() {
    fn groups<T: Scalar>() -> Vec<[T; WEIGHTS]> {
        // The learning rate of the optimizer may be set behind the groups.
        let mut adam = Adam::new(&start::<T>()).weight_decay(0.05);
        adam.group(Layers::<T>::LINEAR1, |g| g.learning_rate(0.01))
            .group(Layers::<T>::LINEAR2, |g| {
                g.betas(0.7, 0.9).eps(1e-3).freeze_until(10)
            })
            .group(Layers::<T>::biases_and_norms(), |g| g.weight_decay(0.0));
        trace_groups(adam.learning_rate(0.03))
    }
    compare("adam_groups", groups::<f64>(), 1e-13);
    compare("adam_groups", groups::<f32>(), 1e-5);
}

#[test]
fn adamw_groups_match_pytorch() {
    fn groups<T: Scalar>() -> Vec<[T; WEIGHTS]> {
        let mut adam = AdamW::new(&start::<T>())
            .learning_rate(0.03)
            .weight_decay(0.2);
        adam.group(Layers::<T>::LINEAR1, |g| g.learning_rate(0.01))
            .group(Layers::<T>::LINEAR2, |g| {
                g.betas(0.7, 0.9).eps(1e-3).freeze_until(10)
            })
            .group(Layers::<T>::biases_and_norms(), |g| g.weight_decay(0.0));
        trace_groups(adam)
    }
    compare("adamw_groups", groups::<f64>(), 1e-13);
    compare("adamw_groups", groups::<f32>(), 1e-5);
}

/// The averages over gradient descent.
fn averages<T: Scalar>(average: impl Fn(&Weights<T>) -> AveragedModel<T>) -> Vec<[T; WEIGHTS]> {
    let mut weights = start();
    let (mut sgd, mut average) = (Sgd::new(&weights, 0.1), average(&weights));
    let rows = (0..STEPS).map(|step| {
        let gradient = gradient(step, &weights);
        sgd.step(&mut weights, &gradient);
        average.update(&weights);
        let trained = weights.0;
        average.swap(&mut weights);
        let averaged = weights.0;
        assert_eq!(average.state(), trained);
        average.swap(&mut weights);
        assert_eq!((weights.0, average.state()), (trained, &averaged[..]));
        averaged
    });
    rows.collect()
}

#[test]
fn averages_of_weights_match_pytorch() {
    compare("swa", averages::<f64>(AveragedModel::swa), 1e-13);
    compare("swa", averages::<f32>(AveragedModel::swa), 1e-5);
    compare(
        "ema",
        averages::<f64>(|w| AveragedModel::ema(w, 0.9)),
        1e-13,
    );
    compare("ema", averages::<f32>(|w| AveragedModel::ema(w, 0.9)), 1e-5);
}

#[test]
fn an_average_before_the_first_update_changes_nothing() {
    let mut weights = start::<f32>();
    AveragedModel::ema_with_state(0.5, [0.0; WEIGHTS]).swap(&mut weights);
    assert_eq!(weights.0, start::<f32>().0);
}

#[test]
fn schedule_free_average_matches_its_paper() {
    fn averages<T: Scalar>() -> Vec<[T; WEIGHTS]> {
        let (mut weights, mut average) = (start::<T>(), start::<T>());
        let optimizer = ScheduleFree::new(&weights).learning_rate(0.05);
        let mut optimizer = optimizer.warmup_steps(15).r(0.5);
        let rows = (0..STEPS).map(|step| {
            let gradient = gradient(step, &weights);
            optimizer.step(&mut weights, &gradient);
            optimizer.write_average(&weights, &mut average);
            average.0
        });
        rows.collect()
    }
    compare("schedule_free_average", averages::<f64>(), 1e-13);
    compare("schedule_free_average", averages::<f32>(), 1e-5);
}

/// Steps from `from` to `to` of the problem.
fn run<T: Scalar>(
    optimizer: &mut impl Optimizer<T>,
    weights: &mut Weights<T>,
    steps: core::ops::Range<usize>,
) {
    for step in steps {
        let gradient = gradient(step, weights);
        optimizer.step(weights, &gradient);
    }
}

/// Writes state and step count of `trained` into `fresh`, and checks that both go on with the same bits.
fn resumes<O: Optimizer<f32> + Clone>(names: &[&str], fresh: O) {
    let (mut trained, mut weights) = (fresh.clone(), start());
    run(&mut trained, &mut weights, 0..13);
    assert_eq!(
        trained.state().map(|(name, _)| name).collect::<Vec<_>>(),
        names
    );

    let (mut resumed, mut resumed_weights) = (fresh, weights.clone());
    resumed.set_steps(trained.steps());
    for ((name, from), (other, to)) in trained.state().zip(resumed.state_mut()) {
        assert_eq!((name, from.len()), (other, WEIGHTS));
        assert!(from.iter().any(|&x| x != 0.0), "{name} was not used");
        to.copy_from_slice(from);
    }
    for ((name, from), (other, to)) in trained.scalar_state().zip(resumed.scalar_state_mut()) {
        assert_eq!(name, other);
        assert_ne!(from, *to, "{name} was not used");
        *to = from;
    }
    run(&mut trained, &mut weights, 13..40);
    run(&mut resumed, &mut resumed_weights, 13..40);
    assert_eq!(weights.0, resumed_weights.0);
}

#[test]
fn sgd_resumes_exactly() {
    let w = &start();
    resumes(&[], Sgd::new(w, 0.05));
    resumes(
        &["momentum_buffer"],
        Sgd::new(w, 0.05).momentum(0.9).dampening(0.5),
    );
}

#[test]
fn adam_resumes_exactly() {
    let w = &start();
    resumes(&["exp_avg", "exp_avg_sq"], Adam::new(w));
    resumes(
        &["exp_avg", "exp_avg_sq", "max_exp_avg_sq"],
        Adam::new(w).amsgrad(true),
    );
    resumes(
        &["exp_avg", "exp_avg_sq", "max_exp_avg_sq"],
        AdamW::new(w).amsgrad(true),
    );
}

#[test]
fn rms_prop_resumes_exactly() {
    let w = &start();
    resumes(&["square_avg"], RmsProp::new(w));
    resumes(&["square_avg", "grad_avg"], RmsProp::new(w).centered(true));
    resumes(
        &["square_avg", "grad_avg", "momentum_buffer"],
        RmsProp::new(w).centered(true).momentum(0.5),
    );
}

#[test]
fn the_other_optimizers_resume_exactly() {
    let w = &start();
    resumes(&["sum"], Adagrad::new(w).learning_rate_decay(0.1));
    resumes(&["square_avg", "acc_delta"], Adadelta::new(w));
    resumes(&["exp_avg", "exp_inf"], Adamax::new(w));
    resumes(&["exp_avg", "exp_avg_sq"], NAdam::new(w));
    resumes(&["exp_avg", "exp_avg_sq"], RAdam::new(w));
    resumes(&["exp_avg"], Lion::new(w));
    resumes(&["momentum_buffer", "exp_avg", "exp_avg_sq"], muon(w));
    let lookahead = Lookahead::new(NAdam::new(w), w);
    resumes(&["exp_avg", "exp_avg_sq", "slow"], lookahead);
    resumes(&["exp_avg", "exp_avg_sq"], lamb(w));
    let adan = ["exp_avg", "exp_avg_diff", "exp_avg_sq", "pre_grad"];
    resumes(&adan, Adan::new(w));
    resumes(&["z", "exp_avg_sq"], ScheduleFree::new(w).warmup_steps(20));
}

#[test]
fn state_in_arrays_and_slices_gives_the_bits_of_the_heap() {
    const ZEROS: [f32; WEIGHTS] = [0.0; WEIGHTS];
    let w = &start::<f32>();
    let on_heap = trace(Adam::new(w).amsgrad(true), None);
    let in_arrays = const { Adam::with_state(ZEROS, ZEROS) }.amsgrad_with_state(ZEROS);
    assert_eq!(on_heap, trace(in_arrays, None));
    let (mut m, mut v) = (ZEROS, ZEROS);
    let in_slices = AdamW::with_state(&mut m[..], &mut v[..]);
    assert_eq!(trace(AdamW::new(w), None), trace(in_slices, None));

    let on_heap = trace(RmsProp::new(w).centered(true).momentum(0.5), None);
    let in_arrays = const { RmsProp::with_state(ZEROS) };
    let in_arrays = in_arrays
        .centered_with_state(ZEROS)
        .momentum_with_state(0.5, ZEROS);
    assert_eq!(on_heap, trace(in_arrays, None));

    let on_heap = trace(Sgd::new(w, 0.02).momentum(0.8).nesterov(true), None);
    let in_array = const { Sgd::with_state(0.02, 0.8, ZEROS) }.nesterov(true);
    assert_eq!(on_heap, trace(in_array, None));
    let plain = const { Sgd::with_state(0.1, 0.0, [0.0f32; 0]) };
    assert_eq!(trace(Sgd::new(w, 0.1), None), trace(plain, None));
}

#[test]
fn every_length_is_updated_like_single_weights() {
    // Vector bodies and their remainders: each weight must come out as if it were alone.
    for len in 0..70 {
        let mut weights: Vec<f32> = (0..len).map(|i| i as f32 / 8.0 - 3.0).collect();
        let gradients: Vec<f32> = (0..len).map(|i| 1.0 - i as f32 / 16.0).collect();
        let state = || vec![0.0; len];
        let alone: Vec<f32> = weights
            .iter()
            .zip(&gradients)
            .map(|(&weight, &gradient)| {
                let mut weight = [weight];
                let mut adam = Adam::with_state([0.0], [0.0]).amsgrad_with_state([0.0]);
                let mut rms_prop = RmsProp::with_state([0.0])
                    .centered_with_state([0.0])
                    .momentum_with_state(0.9, [0.0]);
                for _ in 0..3 {
                    adam.step_slices(&mut weight, &[gradient]);
                    rms_prop.step_slices(&mut weight, &[gradient]);
                }
                weight[0]
            })
            .collect();
        let mut adam = Adam::with_state(state(), state()).amsgrad_with_state(state());
        let mut rms_prop = RmsProp::with_state(state())
            .centered_with_state(state())
            .momentum_with_state(0.9, state());
        for _ in 0..3 {
            adam.step_slices(&mut weights, &gradients);
            rms_prop.step_slices(&mut weights, &gradients);
        }
        assert_eq!(weights, alone);
    }
}

#[test]
fn rms_prop_centered_survives_a_constant_gradient() {
    let mut weights = start::<f32>();
    let mut rms_prop = RmsProp::new(&weights).centered(true).alpha(0.5);
    let gradient = Weights(core::array::from_fn(|i| 0.1 + 0.37 * i as f32));
    for _ in 0..200 {
        rms_prop.step(&mut weights, &gradient);
    }
    assert!(weights.0.iter().all(|w| w.is_finite()), "{:?}", weights.0);
}

#[test]
fn a_gradient_that_is_not_a_number_is_not_hidden() {
    fn check(mut optimizer: impl Optimizer<f32>) {
        let mut weights = start();
        let mut gradient = Weights([1.0; WEIGHTS]);
        gradient.0[3] = f32::NAN;
        optimizer.step(&mut weights, &gradient);
        for (i, w) in weights.0.iter().enumerate() {
            assert_eq!(w.is_nan(), i == 3);
        }
    }
    let w = &start();
    check(Sgd::new(w, 0.1).momentum(0.9));
    check(Adam::new(w).amsgrad(true));
    check(AdamW::new(w));
    check(RmsProp::new(w).centered(true).momentum(0.9));
    check(Adagrad::new(w));
    check(Adadelta::new(w));
    check(Adamax::new(w));
    check(NAdam::new(w));
    check(RAdam::new(w));
    check(Lion::new(w));
    check(Adan::new(w));
    check(ScheduleFree::new(w));
}

#[test]
fn hyperparameters_out_of_range_are_refused() {
    fn refused<O>(message: &str, make: impl FnOnce() -> O + std::panic::UnwindSafe) {
        let panic = std::panic::catch_unwind(make).err().expect(message);
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text
            .or(panic.downcast_ref::<&str>().copied())
            .unwrap_or_default();
        assert!(
            text.contains(message),
            "`{text}` does not contain `{message}`"
        );
    }
    fn w() -> Weights<f32> {
        start()
    }
    refused("learning rate must be finite", || Sgd::new(&w(), -0.1));
    refused("learning rate must be finite", || Sgd::new(&w(), f64::NAN));
    refused("momentum is -1", || Sgd::new(&w(), 0.1).momentum(-1.0));
    refused("momentum must be", || {
        Sgd::with_state(0.1, f64::INFINITY, [0.0f32])
    });
    refused("dampening is NaN", || {
        Sgd::new(&w(), 0.1).momentum(0.9).dampening(f64::NAN)
    });
    refused("needs a momentum", || Sgd::new(&w(), 0.1).nesterov(true));
    refused("no dampening", || {
        Sgd::new(&w(), 0.1)
            .momentum(0.9)
            .nesterov(true)
            .dampening(0.1)
    });
    refused("weight_decay is -1", || {
        Sgd::new(&w(), 0.1).weight_decay(-1.0)
    });
    refused("learning rate is NaN", || {
        Adam::new(&w()).learning_rate(f64::NAN)
    });
    refused("learning rate is inf", || {
        Adam::new(&w()).set_learning_rate(f64::INFINITY)
    });
    refused("beta1 is 1", || Adam::new(&w()).betas(1.0, 0.9));
    refused("beta2 is -0.5", || AdamW::new(&w()).betas(0.9, -0.5));
    refused("eps is -1", || Adam::new(&w()).eps(-1.0));
    refused("weight_decay is NaN", || {
        AdamW::new(&w()).weight_decay(f64::NAN)
    });
    refused("alpha is 1.5", || RmsProp::new(&w()).alpha(1.5));
    refused("momentum is -0.9", || RmsProp::new(&w()).momentum(-0.9));
    refused("eps is NaN", || RmsProp::new(&w()).eps(f64::NAN));
    refused("decay is 1", || AveragedModel::ema(&w(), 1.0));
    refused("no layer with parameters has the label `haed`", || {
        muon(&w()).except(&["haed"])
    });
    refused("k is 0", || Lookahead::new(Adam::new(&w()), &w()).k(0));
    refused("max_norm is NaN", || clip_grad_norm(&mut w(), f64::NAN));
    refused("max is -1", || clip_grad_value(&mut w(), -1.0));
    refused("learning rate is -1", || {
        RmsProp::new(&w()).learning_rate(-1.0)
    });
}

#[test]
#[cfg(debug_assertions)]
fn another_length_is_found_in_debug_builds() {
    let mut adam = Adam::new(&start::<f32>());
    let step = std::panic::AssertUnwindSafe(|| adam.step_slices(&mut [0.0; 5], &[0.0; 5]));
    std::panic::catch_unwind(step).expect_err("the state is for twelve weights");
}

#[test]
#[cfg(not(debug_assertions))]
fn another_length_updates_the_shortest_in_release_builds() {
    let mut adam = Adam::new(&start::<f32>()).learning_rate(0.5);
    let mut weights = [1.0; 20];
    adam.step_slices(&mut weights, &[1.0; 7]);
    assert!(weights[..7].iter().all(|&w| w == 0.5));
    assert!(weights[7..].iter().all(|&w| w == 1.0));
}

#[test]
fn a_hundred_megabytes_of_state_fit_a_small_stack() {
    struct Large(Box<[f32]>);
    impl Parameters for Large {
        type Scalar = f32;
        fn parameters(&self) -> &[f32] {
            &self.0
        }
        fn parameters_mut(&mut self) -> &mut [f32] {
            &mut self.0
        }
    }
    let train = || {
        let mut large = Large(vec![1.0; 25_000_000].into());
        let mut adam = Adam::new(&large).learning_rate(0.25);
        let gradients = Large(vec![1.0; 25_000_000].into());
        adam.step(&mut large, &gradients);
        assert!(large.0.iter().all(|&w| (w - 0.75).abs() < 1e-6));
    };
    let thread = std::thread::Builder::new().stack_size(256 * 1024);
    thread
        .spawn(train)
        .expect("a thread")
        .join()
        .expect("the step succeeds");
}
