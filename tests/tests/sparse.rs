//! A sparse first layer: training from lists of features and inference from an accumulator, both equal to the dense network.

use chainrule::prelude::*;
use chainrule::{Accumulator, BackpropagateError, Bag};
use chainrule_tests::{Tolerance, assert_close, assert_gradient};
use std::collections::BTreeSet;

const FEATURES: usize = 200;

network! {
    struct Sparse<T>: [12] -> [2] {
        first: SparseLinear(FEATURES, 75), ClippedRelu(8.0), hidden: Residual { Linear(75), Tanh }, last: Linear(2),
    }
}

network! {
    struct Dense<T>: [FEATURES] -> [2] {
        first: Linear(75), ClippedRelu(8.0), hidden: Residual { Linear(75), Tanh }, last: Linear(2),
    }
}

/// The same weights in both; `whole` ones in the first layer.
fn twins<T: Scalar>(whole: bool) -> (Box<Sparse<T>>, Box<Dense<T>>) {
    let mut rng = StdRng::seed_from_u64(1);
    let (mut sparse, mut dense) = (Sparse::init(&mut rng), Dense::boxed());
    let first = &mut sparse.first;
    let weights = first
        .weight
        .as_mut_slice()
        .iter_mut()
        .chain(first.bias.as_mut_slice());
    for weight in weights {
        *weight = T::from_f64(match whole {
            true => f64::from(rng.random_range(-9..10)),
            false => rng.random_range(-1.0..1.0),
        });
    }
    dense.parameters_mut().copy_from_slice(sparse.parameters());
    (sparse, dense)
}

fn bag(features: &BTreeSet<u32>) -> Bag<12> {
    let features: Vec<u32> = features.iter().copied().collect();
    Bag::try_from(features.as_slice()).unwrap()
}

fn multi_hot<T: Scalar>(features: &BTreeSet<u32>) -> [T; FEATURES] {
    std::array::from_fn(|feature| match features.contains(&(feature as u32)) {
        true => T::ONE,
        false => T::ZERO,
    })
}

/// Sets of up to twelve features, each a few changes from the one before.
fn walk(steps: usize) -> Vec<BTreeSet<u32>> {
    let mut rng = StdRng::seed_from_u64(2);
    let mut features = BTreeSet::new();
    let mut step = || {
        for _ in 0..rng.random_range(1..4) {
            let feature = rng.random_range(0..FEATURES as u32);
            if !features.remove(&feature) && features.len() < 12 {
                features.insert(feature);
            }
            if features.len() > 8 {
                features.pop_first();
            }
        }
        features.clone()
    };
    (0..steps).map(|_| step()).collect()
}

/// Follows a walk, and hands the accumulator with the features that it should hold to `check`.
fn follow<T: Scalar>(
    net: &Sparse<T>,
    mut check: impl FnMut(&Accumulator<Sparse<T>>, &BTreeSet<u32>),
) {
    let mut accumulator = net.accumulator();
    let mut before = BTreeSet::new();
    for (step, features) in walk(1000).into_iter().enumerate() {
        let added: Vec<u32> = features.difference(&before).copied().collect();
        let removed: Vec<u32> = before.difference(&features).copied().collect();
        if step % 2 == 0 {
            accumulator.update(net, &added, &removed);
        } else {
            added
                .iter()
                .for_each(|&feature| accumulator.add(net, feature));
            removed
                .iter()
                .for_each(|&feature| accumulator.remove(net, feature));
        }
        check(&accumulator, &features);
        before = features;
    }
}

/// Bits: whole numbers do not round.
#[test]
fn whole_weights_give_the_bits_of_the_dense_layer() {
    fn check<T: Scalar>() {
        let (sparse, dense) = twins::<T>(true);
        let (weight, bias) = (&dense.first.weight, &dense.first.bias);
        follow(&sparse, |accumulator, features| {
            let mut refreshed = sparse.accumulator();
            refreshed.refresh(&sparse, bag(features).as_slice());
            assert_eq!(accumulator.values(), refreshed.values());
            for (row, &value) in accumulator.values().iter().enumerate() {
                let columns = features
                    .iter()
                    .map(|&feature| weight[(row, feature as usize)].to_f64());
                assert_eq!(value.to_f64(), bias[row].to_f64() + columns.sum::<f64>());
            }
            let output = sparse.forward_from(accumulator);
            assert_eq!(output, sparse.forward(&bag(features)));
            assert_eq!(output, dense.forward(&multi_hot::<T>(features)));
        });
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn rounded_weights_stay_close_to_the_dense_network() {
    fn check<T: Scalar>() {
        let (sparse, dense) = twins::<T>(false);
        let numbers = |output: [T; 2]| output.map(T::to_f64);
        follow(&sparse, |accumulator, features| {
            let wanted = numbers(dense.forward(&multi_hot::<T>(features)));
            let (listed, kept) = (
                sparse.forward(&bag(features)),
                sparse.forward_from(accumulator),
            );
            assert_close::<T>("of a list", &numbers(listed), &wanted, Tolerance::Gradient);
            assert_close::<T>(
                "kept up to date",
                &numbers(kept),
                &wanted,
                Tolerance::Gradient,
            );
        });
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn lists_train_as_dense_vectors_do() {
    let (mut sparse, mut dense) = twins::<f64>(false);
    let sets = walk(37);
    let bags: Vec<Bag<12>> = sets.iter().map(bag).collect();
    let vectors: Vec<[f64; FEATURES]> = sets.iter().map(multi_hot).collect();
    let (targets, loss) = (vec![[0.25, -0.5]; sets.len()], MseLoss::default());
    let mut workspaces = (Sparse::workspace_with_capacity(32), Dense::workspace());
    let mut optimizers = (Adam::new(&sparse), Adam::new(&dense));
    for samples in [37, 20, 1] {
        let (bags, vectors, targets) = (&bags[..samples], &vectors[..samples], &targets[..samples]);
        let losses = [
            sparse
                .backpropagate(bags, targets, &loss, &mut workspaces.0)
                .unwrap(),
            dense
                .backpropagate(vectors, targets, &loss, &mut workspaces.1)
                .unwrap(),
        ];
        assert_gradient("loss", &losses[..1], &losses[1..]);
        let gradients = (
            workspaces.0.gradients().parameters(),
            workspaces.1.gradients().parameters(),
        );
        assert_gradient("gradients", gradients.0, gradients.1);
        optimizers
            .0
            .train_step(&mut *sparse, bags, targets, &loss, &mut workspaces.0)
            .unwrap();
        optimizers
            .1
            .train_step(&mut *dense, vectors, targets, &loss, &mut workspaces.1)
            .unwrap();
    }
    assert_gradient("parameters", sparse.parameters(), dense.parameters());
}

#[test]
fn what_is_no_feature_is_passed_over() {
    let (mut sparse, _) = twins::<f32>(false);
    let mut accumulator = sparse.accumulator();
    let none = *accumulator.values();
    accumulator.update(&sparse, &[FEATURES as u32, u32::MAX], &[u32::MAX]);
    assert_eq!(*accumulator.values(), none);
    assert_eq!(sparse.first.bias.as_slice(), none);
    let wrong = Bag::<12>::try_from([3, FEATURES as u32].as_slice()).unwrap();
    let error = sparse.backpropagate(
        &[wrong],
        &[[0.0; 2]],
        &MseLoss::default(),
        &mut Sparse::workspace(),
    );
    let expected = BackpropagateError::IndexOutOfRange {
        sample: 0,
        element: 1,
        index: 200.0,
        rows: FEATURES,
    };
    assert_eq!(error, Err(expected));
}

#[test]
fn every_network_that_begins_sparse_has_accumulators() {
    network! { struct Alone<const N: usize>: [4] -> [9] { first: SparseLinear(N, 9, bias = false) } }
    network! { struct InPlace: [4] -> [3, 3] { SparseLinear(20, 9), Relu, Reshape([3, 3]) } }
    network! {
        #[derive(Debug)]
        struct Headed: [4] { Residual(project = SparseLinear(5, 3)) { SparseLinear(5, 3) }, Linear(2) }
    }
    fn check<N: SparseNetwork<Scalar = f32, Input = [f32; 4]>>(features: usize)
    where
        N::Output: PartialEq + std::fmt::Debug,
    {
        assert_eq!(N::FEATURES, features);
        let mut net = N::boxed();
        net.parameters_mut()
            .iter_mut()
            .enumerate()
            .for_each(|(i, w)| *w = (i % 7) as f32 - 3.0);
        let mut accumulator = net.accumulator();
        accumulator.refresh(&*net, &[2, 0, 3]);
        assert_eq!(
            net.forward_from(&accumulator),
            net.forward(&[2.0, 0.0, 3.0, -1.0])
        );
        // It does not work in place on the accumulator.
        assert_eq!(
            net.forward_from(&accumulator),
            net.forward(&[2.0, 0.0, 3.0, -1.0])
        );
    }
    check::<Alone<11>>(11);
    check::<InPlace>(20);
    // Where another layer reads the input, too, there is none; the network works all the same.
    let net = Headed::init(&mut StdRng::seed_from_u64(1));
    assert!(
        net.forward(&[4.0, -1.0, -1.0, 0.0])
            .iter()
            .all(|y| y.is_finite())
    );
}
