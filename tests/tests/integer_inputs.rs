//! Samples of integers: the bits of the same samples as scalars, wherever a network takes inputs.

use chainrule::prelude::*;
use std::array::from_fn;

network! {
    struct Net<T>: [2, 9] -> [3] {
        Flatten, Linear(20), Tanh, Dropout(0.2), Linear(3),
    }
}

fn samples(count: u16) -> Vec<[[u16; 9]; 2]> {
    let sample =
        |sample| from_fn(|row| from_fn(|n| (sample * 31 + 7 * row as u16 + n as u16) % 12));
    (0..count).map(sample).collect()
}

fn check<T: Scalar + From<u16>>() {
    let net = Net::<T>::init(&mut StdRng::seed_from_u64(3));
    for count in [1, 2, 16, 37] {
        let integers = samples(count);
        let references: Vec<&[[u16; 9]; 2]> = integers.iter().collect();
        let scalars: Vec<[[T; 9]; 2]> = integers
            .iter()
            .map(|x| x.map(|row| row.map(T::from)))
            .collect();
        let targets: Vec<u8> = (0..count).map(|sample| (sample % 3) as u8).collect();
        let loss = CrossEntropyLoss::default();

        let mut workspace = Net::<T>::workspace_with_capacity(32);
        let mut outputs = [[T::ZERO; 3]; 3 * 37];
        let (first, others) = outputs.split_at_mut(37);
        let (second, third) = others.split_at_mut(37);
        let n = integers.len();
        net.forward_batch(&scalars, &mut first[..n], &mut workspace)
            .unwrap();
        net.forward_batch(&integers, &mut second[..n], &mut workspace)
            .unwrap();
        net.forward_batch(&references, &mut third[..n], &mut workspace)
            .unwrap();
        assert_eq!(first, second);
        assert_eq!(first, third);
        assert_eq!(net.forward(&integers[0]), net.forward(&scalars[0]));
        assert_eq!(net.forward(&references[0]), net.forward(&scalars[0]));

        let trained = [true, false].map(|as_integers| {
            let mut net = net.clone();
            let mut workspace = Net::<T>::workspace_with_capacity(32);
            let mut sgd = Sgd::new(&net, 0.1);
            let mut losses = Vec::new();
            for _ in 0..3 {
                let (net, workspace) = (&mut *net, &mut workspace);
                losses.push(if as_integers {
                    sgd.train_step(net, &integers, &targets, &loss, workspace)
                } else {
                    sgd.train_step(net, &scalars, &targets, &loss, workspace)
                });
            }
            let mut d_inputs = vec![[[T::ZERO; 9]; 2]; n];
            losses.push(if as_integers {
                net.backpropagate_to_inputs(
                    &integers,
                    &targets,
                    &loss,
                    &mut workspace,
                    &mut d_inputs,
                )
            } else {
                net.backpropagate_to_inputs(
                    &scalars,
                    &targets,
                    &loss,
                    &mut workspace,
                    &mut d_inputs,
                )
            });
            let gradients = workspace.gradients().parameters().to_vec();
            (losses, net.parameters().to_vec(), gradients, d_inputs)
        });
        assert_eq!(trained[0], trained[1]);
    }
}

#[test]
fn integers_give_the_bits_of_scalars() {
    check::<f32>();
    check::<f64>();
}

#[test]
fn literals_and_vectors_are_still_scalars() {
    network! { struct Vector: [2] -> [1] { Linear(1) } }

    let net = Vector::init(&mut StdRng::seed_from_u64(3));
    let expected = net.forward(&[1.0, 0.0]);
    assert_eq!(net.forward(&[1_u8, 0]), expected);
    assert_eq!(net.forward(&&[1_u32, 0]), expected);
    assert_eq!(net.forward(&&&[1.0, 0.0]), expected);
    assert_eq!(net.forward(&nalgebra::SVector::from([1.0, 0.0])), expected);
    assert_eq!(net.forward(&from_fn(|n| 1.0 - n as f32)), expected);
}
