//! Generic sizes and a generic scalar.
use chainrule::prelude::*;

network! {
    pub struct Policy<const H: usize>: [4] -> [2] { Linear(H), Tanh, Linear(2) }
}
network! {
    pub struct Net<T>: [3] -> [1] { hidden: Linear(5), Silu, Linear(1) }
}
network! {
    pub struct Both<const N: usize, T>: [N] -> [N] { mix: Linear(N), Flatten, LayerNorm, GroupNorm(1), RmsNorm(affine = false), Relu }
}
network! {
    pub struct Sequences<const C: usize, const L: usize, T>: [C, L] -> [C] {
        Transpose, Permute([1, 0]), Add { { Slice(0, 0, C) } { MaxPool1d(1), Pad(0) } },
        AvgPool1d(3, 1, padding = 1), GlobalAvgPool, Linear(C),
    }
}

fn sum<T: Scalar>(net: &Net<T>) -> T {
    net.parameters().iter().copied().sum()
}

fn main() {
    let mut rng = StdRng::seed_from_u64(1);
    assert_eq!(Policy::<16>::PARAMETERS, 4 * 16 + 16 + 16 * 2 + 2);
    let [_, _] = Policy::<3>::init(&mut rng).forward(&[0.0; 4]);
    let single = Net::<f32>::init(&mut rng);
    let double = Net::<f64>::init(&mut rng);
    assert!(sum(&single) != 0.0 && sum(&double) != 0.0);
    let [y] = double.forward(&[0.1, 0.2, 0.3]);
    assert!(y.is_finite());
    let sequences = Sequences::<2, 5, f64>::init(&mut rng);
    assert!(sequences.forward(&[[0.5; 5]; 2]).iter().all(|y| y.is_finite()));
    let mut both = Both::<7, f64>::init(&mut rng);
    let mut workspace = Both::<7, f64>::workspace();
    both.backpropagate(&[[1.0; 7]], &[[0.0; 7]], &MseLoss::default(), &mut workspace).unwrap();
}
