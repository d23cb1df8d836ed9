//! The self-test: right networks of every kind pass, wrong layers are found and named.

use chainrule::prelude::*;
use chainrule::{SelfTest, SelfTestError, Verdict};

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

network! {
    #[network(test)]
    struct LeNet5: [1, 12, 12] -> [10] {
        conv1: Conv2d(3, kernel = 5, padding = 2), Relu, MaxPool2d(2),
        conv2: Conv2d(4, kernel = 3), Relu, MaxPool2d(2),
        Flatten,
        fc1: Linear(20), Relu,
        head: Linear(10),
    }
}

network! {
    struct Norms<T>: [2, 6, 6] -> [3] {
        Conv2d(4, kernel = 3), norm: BatchNorm2d, Relu, Dropout(0.3),
        Flatten, Linear(8), LayerNorm, Gelu, Residual { Linear(8), Elu }, Repeat(2) { Linear(8), Tanh },
        Linear(3), LogSoftmax,
    }
}

network! {
    struct Sequence: [5, 4] -> [2] {
        Lstm(3, layers = 2, dropout = 0.2), Linear(4), MultiheadAttention(2), last: Gru(4, last = true), Linear(2),
    }
}

network! {
    struct Two: { state: [3], words: [2] } -> [2] {
        Concat { { state, Linear(3), Tanh } { words, EmbeddingBag(5, 4) } },
        Linear(2),
    }
}

network! {
    #[network(scalar = f64, test)]
    struct Words: [6] -> [6, 9] { table: Embedding(9, 4), mix: Linear(4), Relu, tied(table, transposed = true) }
}

network! {
    struct Branches: [4] {
        Linear(6), Relu,
        Heads { policy: { Linear(3), Softmax }, value: { Linear(1, freeze) } }
    }
}

network! {
    struct Inner: [4] -> [4] { Linear(4), Tanh, Linear(4, freeze) }
}

network! {
    struct Outer: [4] -> [2] { norm: BatchNorm1d, Linear(4), inner: Inner, BatchNorm1d(freeze), Linear(2) }
}

#[track_caller]
fn clean<N: Network>(seed: u64) -> SelfTest {
    N::self_test(&mut rng(seed)).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn right_networks_pass_at_many_points() {
    for seed in 0..20 {
        clean::<LeNet5>(seed);
        clean::<Norms<f32>>(seed);
        clean::<Norms<f64>>(seed);
        clean::<Sequence>(seed);
        clean::<Two>(seed);
        clean::<Branches>(seed);
        clean::<Outer>(seed);
        clean::<Words>(seed);
    }
}

#[test]
fn the_report_has_every_tensor() {
    let report = clean::<LeNet5>(1);
    let names: Vec<&str> = report.rows().iter().map(|row| row.name()).collect();
    assert_eq!(
        names,
        [
            "input",
            "conv1.weight",
            "conv1.bias",
            "conv2.weight",
            "conv2.bias",
            "fc1.weight",
            "fc1.bias",
            "head.weight",
            "head.bias"
        ]
    );
    for row in report.rows() {
        assert_eq!(row.verdict(), Verdict::Right, "{report}");
        assert!(row.checks() > 0 && row.error() < 0.2, "{report}");
    }
    let text = report.to_string();
    assert!(
        text.starts_with("LeNet5 in f32: gradients against differences, tolerance 2e-2 beyond their uncertainty\n"),
        "{text}"
    );
    assert!(text.contains("\nconv1.weight"), "{text}");

    let double = clean::<Norms<f64>>(1);
    assert!(
        double
            .rows()
            .iter()
            .filter(|row| row.checks() > 0)
            .all(|row| row.error() < 1e-6),
        "{double}"
    );
    // A bias in front of a batch norm has no effect.
    let bias = double
        .rows()
        .iter()
        .find(|row| row.name() == "conv2d1.bias")
        .unwrap();
    assert_eq!(bias.verdict(), Verdict::Unclear, "{double}");
}

#[test]
fn frozen_tensors_and_indices_have_no_gradient() {
    let report = clean::<Outer>(3);
    let verdict = |name: &str| {
        report
            .rows()
            .iter()
            .find(|row| row.name() == name)
            .unwrap()
            .verdict()
    };
    assert_eq!(verdict("inner.linear2.weight"), Verdict::Frozen, "{report}");
    assert_eq!(verdict("inner.linear1.weight"), Verdict::Right, "{report}");
    assert_eq!(verdict("batch_norm1d2.weight"), Verdict::Frozen, "{report}");
    assert_eq!(clean::<Words>(3).rows()[0].verdict(), Verdict::Indices);
    assert_eq!(clean::<Two>(3).rows()[0].verdict(), Verdict::Right);
}

/// `y = a ⊙ x`, with a slip that `FLAW` chooses.
#[derive(Clone, Copy, Default)]
struct Gain<const N: usize, const FLAW: u8>;

impl<T: Scalar, const N: usize, const FLAW: u8> Layer<T> for Gain<N, FLAW> {
    type Input = [T; N];
    type Output = [T; N];
    type Parameters = [T; N];
    type Buffers = ();
    const PARAMETERS: &'static [Tensor] = &[Tensor::new("weight", &[N])];

    fn init<R: Rng + ?Sized>(&self, a: &mut [T; N], (): &mut (), _: &mut R) {
        a.fill(T::ONE);
    }
    fn forward<E: Element<T>>(&self, cx: Forward<T, Self, E>, x: &[E; N], y: &mut [E; N]) {
        for i in 0..N {
            y[i] = x[i] * cx.parameters[i];
        }
    }
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        x: &[E; N],
        y: &[E; N],
        dy: &[E; N],
        dx: &mut [E; N],
    ) {
        for i in 0..N {
            dx[i] = match FLAW {
                // The weight is forgotten.
                1 => dy[i],
                _ => dy[i] * cx.parameters[i],
            };
            let g = match FLAW {
                // The output in place of the input.
                2 => dy[i] * y[i],
                3 => dy[i] * T::ZERO,
                // One element of many.
                4 if i == 5 => dy[i] * T::ZERO,
                _ => dy[i] * x[i],
            };
            let sum = match FLAW {
                // The first lane alone.
                5 => g.lanes()[0],
                _ => g.sum(),
            };
            match FLAW {
                6 => cx.gradients[i] = sum,
                _ => cx.gradients[i] += sum,
            }
        }
    }
}

macro_rules! flawed {
    ($($name:ident $flaw:literal $scalar:ident;)*) => {$(
        network! {
            #[network(scalar = $scalar)]
            struct $name: [6] -> [2] { fc1: Linear(8), Relu, gain: Gain<8, $flaw>, fc2: Linear(5), Tanh, head: Linear(2) }
        }
    )*};
}

flawed! {
    Right 0 f32;
    RightDouble 0 f64;
    Input 1 f32;
    InputDouble 1 f64;
    Output 2 f32;
    OutputDouble 2 f64;
    Nothing 3 f32;
    NothingDouble 3 f64;
    OneElementDouble 4 f64;
    FirstLane 5 f32;
    Overwrites 6 f32;
    OverwritesDouble 6 f64;
}

#[track_caller]
fn wrong<N: Network>(name: &str, cause: &str) {
    for seed in 0..5 {
        let error = match N::self_test(&mut rng(seed)) {
            Err(error) => error,
            Ok(report) => panic!("seed {seed}: not found\n{report}"),
        };
        let text = error.to_string();
        let SelfTestError::Wrong {
            name: found,
            cause: found_cause,
            ..
        } = &error
        else {
            panic!("{text}");
        };
        assert!(found.starts_with(name), "{text}");
        assert!(found_cause.contains(cause), "{text}");
        assert!(text.contains("WRONG"), "{text}");
    }
}

#[test]
fn a_layer_of_ones_own_that_is_right_passes() {
    for seed in 0..20 {
        clean::<Right>(seed);
        clean::<RightDouble>(seed);
    }
}

#[test]
fn wrong_gradients_of_parameters_are_found() {
    let cause = "look at what `backward` of `gain: Gain<8,";
    wrong::<Output>("gain.weight", cause);
    wrong::<OutputDouble>("gain.weight", cause);
    wrong::<Nothing>("gain.weight", cause);
    wrong::<NothingDouble>("gain.weight", cause);
    wrong::<OneElementDouble>("gain.weight", cause);
    wrong::<Overwrites>("gain.weight", cause);
    wrong::<OverwritesDouble>("gain.weight", cause);
}

#[test]
fn wrong_input_gradients_are_found_before_the_layer() {
    let cause = "what lies before is wrong too, so look at the input gradient that `backward` of one of these writes: `Relu`, `gain: Gain<8,";
    wrong::<Input>("fc1.", cause);
    wrong::<InputDouble>("fc1.", cause);
}

#[test]
fn lanes_that_are_not_treated_alike_are_found() {
    let error = FirstLane::self_test(&mut rng(1)).unwrap_err();
    assert!(
        matches!(&error, SelfTestError::Lanes { name, .. } if name == "gain.weight"),
        "{error}"
    );
}

/// Whose output is no number for half of the inputs.
#[derive(Clone, Copy, Default)]
struct Logarithm;

impl Layer<f32> for Logarithm {
    type Input = [f32; 4];
    type Output = [f32; 4];
    type Parameters = ();
    type Buffers = ();

    fn forward<E: Element<f32>>(&self, _: Forward<f32, Self, E>, x: &[E; 4], y: &mut [E; 4]) {
        for (y, x) in E::scalars_mut(y).iter_mut().zip(E::scalars(x)) {
            *y = x.ln();
        }
    }
    fn backward<E: Element<f32>>(
        &self,
        _: Backward<f32, Self, E>,
        x: &[E; 4],
        _: &[E; 4],
        dy: &[E; 4],
        dx: &mut [E; 4],
    ) {
        let pairs = E::scalars(x).iter().zip(E::scalars(dy));
        for (dx, (x, dy)) in E::scalars_mut(dx).iter_mut().zip(pairs) {
            *dx = dy / x;
        }
    }
}

network! {
    struct Entropy: [4] -> [1] { Logarithm, Linear(1) }
}

#[test]
fn what_is_not_finite_is_said() {
    let error = Entropy::self_test(&mut rng(1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "outputs of `Entropy` at random inputs in -1…1 are not finite numbers"
    );
}
