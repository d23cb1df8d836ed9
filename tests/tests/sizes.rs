//! Sizes in types: typenum relations between networks, nalgebra types at the border.

use chainrule::StaticSizes;
use chainrule::prelude::*;
use nalgebra::{SMatrix, SVector};
use std::ops::Add;
use typenum::{IsLessOrEqual, Sum, True, U3, U6, U65536, Unsigned};

const INPUTS: usize = 4;

network! {
    /// Known sizes.
    struct A: [4] -> [2] { fc: Linear(2) }
}
network! {
    /// Sizes from a constant.
    struct B: [INPUTS] -> [1] { hidden: Linear(2 * INPUTS), Relu, Linear(1) }
}

/// Two networks side by side on the same input; its output length is a sum of types.
struct Ensemble<M, N>(Box<M>, Box<N>);

impl<M, N> Ensemble<M, N>
where
    M: Network<Scalar = f32> + StaticSizes<OutputLen: Add<N::OutputLen, Output: Unsigned>>,
    N: Network<Scalar = f32, Input = M::Input> + StaticSizes<InputLen = M::InputLen>,
{
    fn outputs() -> usize {
        Sum::<M::OutputLen, N::OutputLen>::USIZE
    }

    fn forward<const OUT: usize>(&self, input: &M::Input) -> SVector<f32, OUT>
    where
        M::Output: AsRef<[f32]>,
        N::Output: AsRef<[f32]>,
    {
        let (first, second) = (self.0.forward(input), self.1.forward(input));
        SVector::from_iterator(first.as_ref().iter().chain(second.as_ref()).copied())
    }
}

fn parameters_that_fit<N: StaticSizes<ParameterCount: IsLessOrEqual<U65536, Output = True>>>()
-> usize {
    N::ParameterCount::USIZE
}

#[test]
fn typenum_sizes_agree_with_the_constants() {
    assert_eq!(<A as StaticSizes>::InputLen::USIZE, 4);
    assert_eq!(<A as StaticSizes>::OutputLen::USIZE, 2);
    assert_eq!(parameters_that_fit::<A>(), A::PARAMETERS);
    assert_eq!(parameters_that_fit::<B>(), B::PARAMETERS);
    assert_eq!(<B as StaticSizes>::InputLen::USIZE, INPUTS);
    fn same<T>(_: T, _: T) {}
    same(
        <Sum<<A as StaticSizes>::OutputLen, <B as StaticSizes>::OutputLen>>::default(),
        U3::default(),
    );
    same(
        <Sum<<B as StaticSizes>::InputLen, <A as StaticSizes>::OutputLen>>::default(),
        U6::default(),
    );
}

#[test]
fn an_ensemble_computes_its_output_length_from_types() {
    let mut rng = StdRng::seed_from_u64(1);
    let ensemble = Ensemble(A::init(&mut rng), B::init(&mut rng));
    assert_eq!(Ensemble::<A, B>::outputs(), 3);
    let outputs: SVector<f32, 3> = ensemble.forward(&[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(outputs[0], ensemble.0.forward(&[1.0, 2.0, 3.0, 4.0])[0]);
    assert_eq!(outputs[2], ensemble.1.forward(&[1.0, 2.0, 3.0, 4.0])[0]);
}

#[test]
fn vectors_of_nalgebra_go_in_and_come_out() {
    let mut net = A::init(&mut StdRng::seed_from_u64(2));
    let x = SVector::<f32, 4>::new(1.0, -2.0, 3.0, -4.0);
    let weight: SMatrix<f32, 2, 4> = net.fc.weight;
    let y = SVector::<f32, 2>::from(net.forward(&x));
    assert!((y - (weight * x + net.fc.bias)).norm() < 1e-6);

    let mut workspace = A::workspace();
    let target = SVector::<f32, 2>::zeros();
    let loss = MseLoss::default();
    let value = net
        .backpropagate(&[x], &[target], &loss, &mut workspace)
        .unwrap();
    assert!((value - y.norm_squared() / 2.0).abs() < 1e-5 * value);
    // ∂L/∂W of the mean of two squares is y·xᵀ.
    assert!((workspace.gradients().fc.weight - y * x.transpose()).norm() < 1e-4);
}

#[test]
fn a_matrix_of_the_right_size_can_be_assigned() {
    let mut net = A::boxed();
    net.fc.weight = SMatrix::<f32, 2, 4>::from_fn(|row, column| (10 * row + column) as f32);
    let weight = net
        .named_parameters()
        .find(|tensor| tensor.name() == "fc.weight")
        .unwrap();
    assert_eq!(weight.dims(), [2, 4]);
    assert_eq!(
        weight.values().collect::<Vec<_>>(),
        [0.0, 1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 13.0]
    );
}
