//! The gradient of the loss with respect to the inputs, on request.

use chainrule::prelude::*;

network! {
    /// Parameterless layers in front of the first one with parameters.
    #[network(scalar = f64)]
    struct Net: [2, 4, 4] -> [3] {
        Tanh, AvgPool2d(2), Flatten, Sigmoid,
        hidden: Linear(6), Silu,
        head: Linear(3),
    }
}

type Image = [[[f64; 4]; 4]; 2];

fn images(count: usize) -> Vec<Image> {
    let mut rng = StdRng::seed_from_u64(3);
    (0..count)
        .map(|_| {
            std::array::from_fn(|_| std::array::from_fn(|_| std::array::from_fn(|_| rng.random())))
        })
        .collect()
}

#[test]
fn agree_with_finite_differences() {
    let mut net = Net::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = Net::workspace();
    let (mut x, y) = (images(21), [0_u8, 1, 2].repeat(7));
    let loss = CrossEntropyLoss::default();
    let mut gradients = vec![Image::default(); 21];
    net.backpropagate_to_inputs(&x, &y, &loss, &mut workspace, &mut gradients)
        .unwrap();

    let h = 1e-6;
    for (sample, channel, row, column) in [(0, 0, 0, 0), (7, 1, 2, 3), (16, 0, 3, 1), (20, 1, 0, 2)]
    {
        let mut loss_at = |offset: f64| {
            x[sample][channel][row][column] += offset;
            let value = net.backpropagate(&x, &y, &loss, &mut workspace).unwrap();
            x[sample][channel][row][column] -= offset;
            value
        };
        let difference = (loss_at(h) - loss_at(-h)) / (2.0 * h);
        let gradient = gradients[sample][channel][row][column];
        assert!(
            (difference - gradient).abs() < 1e-9,
            "{difference} and {gradient}"
        );
        assert!(gradient != 0.0);
    }
}

#[test]
fn leave_parameter_gradients_as_they_are_without() {
    let mut net = Net::init(&mut StdRng::seed_from_u64(1));
    let (x, y) = (images(5), [0_u8, 1, 2, 0, 1]);
    let loss = CrossEntropyLoss::default();
    let (mut with, mut without) = (Net::workspace(), Net::workspace());
    net.backpropagate_to_inputs(&x, &y, &loss, &mut with, &mut vec![Image::default(); 5])
        .unwrap();
    net.backpropagate(&x, &y, &loss, &mut without).unwrap();
    assert_eq!(
        with.gradients().parameters(),
        without.gradients().parameters()
    );
}

#[test]
fn need_room_for_every_sample() {
    let mut net = Net::init(&mut StdRng::seed_from_u64(1));
    let (x, y) = (images(2), [0_u8, 1]);
    let mut workspace = Net::workspace();
    let mut gradients = vec![Image::default(); 3];
    let error = net
        .backpropagate_to_inputs(
            &x,
            &y,
            &CrossEntropyLoss::default(),
            &mut workspace,
            &mut gradients,
        )
        .unwrap_err();
    assert!(error.to_string().contains("2 inputs, but 3"), "{error}");
}
