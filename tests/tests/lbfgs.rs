//! L-BFGS against eight steps of PyTorch's (see `goldens/make_lbfgs.py`), and on a network.

use chainrule::optimizers::Lbfgs;
use chainrule::prelude::*;
use safetensors::SafeTensors;

const WEIGHTS: usize = 12;

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

/// The function in the generator's documentation, and its gradient.
fn valley<T: Scalar>(Weights(w): &Weights<T>, g: &mut [T]) -> T {
    let [one, two, three, six] = [1.0, 2.0, 3.0, 6.0].map(T::from_f64);
    g.fill(T::ZERO);
    let mut sum = T::ZERO;
    for i in 0..WEIGHTS - 1 {
        let (off, left) = (w[i + 1] - w[i] * w[i], one - w[i]);
        sum += three * (off * off) + left * left;
        g[i + 1] += six * off;
        g[i] = g[i] - six * off * two * w[i] - two * left;
    }
    sum
}

fn check<T: Scalar>(name: &str, mut lbfgs: Lbfgs<T>, tolerance: f64) {
    let file = SafeTensors::deserialize(include_bytes!("../goldens/lbfgs.safetensors"))
        .expect("the golden file is whole");
    let tensor = file
        .tensor(&format!("{name}.{}", T::NAME))
        .expect("the configuration is in the file");
    let mut weights = start::<T>();
    let rows = tensor.data().as_chunks::<8>().0.chunks(WEIGHTS);
    assert_eq!(rows.len(), 8);
    for (step, row) in rows.enumerate() {
        let step_taken = lbfgs.step(&mut weights, |w, g| Ok::<T, ()>(valley(w, g)));
        assert!(step_taken.is_ok());
        for (found, expected) in weights.0.iter().zip(row) {
            let (found, expected) = (found.to_f64(), f64::from_le_bytes(*expected));
            assert!(
                (found - expected).abs() <= tolerance,
                "{name}.{}, step {}: {found}, PyTorch {expected}",
                T::NAME,
                step + 1
            );
        }
    }
}

#[test]
fn lbfgs_matches_pytorch() {
    fn both<T: Scalar>(tolerance: f64) {
        let w = &start::<T>();
        check("one_iteration", Lbfgs::new(w, 100).max_iter(1), tolerance);
        check("short_history", Lbfgs::new(w, 2).max_iter(3), tolerance);
        let long = Lbfgs::new(w, 100).max_iter(4).learning_rate(7.0);
        check("long_first_step", long, tolerance);
        check("default", Lbfgs::new(w, 100), tolerance);
    }
    both::<f64>(1e-12);
    both::<f32>(1e-4);
}

#[test]
fn lbfgs_resumes_exactly() {
    let mut lbfgs = Lbfgs::new(&start::<f32>(), 4).max_iter(3).max_eval(20);
    let mut weights = start();
    let step = |lbfgs: &mut Lbfgs<f32>, weights: &mut Weights<f32>| {
        let before = lbfgs.step(weights, |w, g| Ok::<f32, ()>(valley(w, g)));
        assert!(before.is_ok());
    };
    step(&mut lbfgs, &mut weights);
    step(&mut lbfgs, &mut weights);
    let mut resumed = Lbfgs::new(&start::<f32>(), 4).max_iter(3).max_eval(20);
    let mut resumed_weights = weights.clone();
    let ((to, to_progress), (from, progress)) = (resumed.state_mut(), lbfgs.state());
    to.copy_from_slice(from);
    *to_progress = progress;
    assert!(progress.n_iter > 4 && progress.changes == 4);
    for _ in 0..3 {
        step(&mut lbfgs, &mut weights);
        step(&mut resumed, &mut resumed_weights);
    }
    assert_eq!(weights.0, resumed_weights.0);
}

#[test]
fn state_in_given_memory_gives_the_bits_of_the_heap() {
    const LEN: usize = Lbfgs::memory_len(WEIGHTS, 4);
    let mut given = const { Lbfgs::with_state([0.0_f32; LEN]) };
    let mut heap = Lbfgs::new(&start::<f32>(), 4);
    let (mut a, mut b) = (start(), start());
    for _ in 0..3 {
        let on_heap = heap.step(&mut a, |w, g| Ok::<f32, ()>(valley(w, g)));
        assert_eq!(on_heap, given.step(&mut b, |w, g| Ok(valley(w, g))));
    }
    assert_eq!(a.0, b.0);
}

#[test]
fn an_error_leaves_the_weights_of_the_last_iteration() {
    let (mut weights, mut calls) = (start::<f64>(), 0);
    let mut lbfgs = Lbfgs::new(&weights, 4);
    let error = lbfgs.step(&mut weights, |w, g| {
        calls += 1;
        if calls == 2 {
            Err("stop")
        } else {
            Ok(valley(w, g))
        }
    });
    assert_eq!((error, calls), (Err("stop"), 2));
    assert_eq!(weights.0, start::<f64>().0);
}

#[test]
fn lbfgs_trains_a_network_with_sixteen_bits_of_parity() {
    network! { struct Net: [4] -> [1] { Linear(10), Tanh, Linear(1) } }
    let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    let mut workspace = Net::workspace();
    let mut lbfgs = Lbfgs::new(&net, 20);
    let bit = |i: usize, place: usize| (i >> place & 1) as f32;
    let inputs: [[f32; 4]; 16] =
        core::array::from_fn(|i| core::array::from_fn(|place| bit(i, place)));
    let targets: [[f32; 1]; 16] = core::array::from_fn(|i| [(i.count_ones() % 2) as f32]);
    let mut loss = 1.0;
    for _ in 0..30 {
        loss = lbfgs
            .train_step(
                &mut *net,
                &inputs,
                &targets,
                &MseLoss::default(),
                &mut workspace,
            )
            .unwrap();
    }
    assert!(loss < 1e-4, "{loss}");
}
