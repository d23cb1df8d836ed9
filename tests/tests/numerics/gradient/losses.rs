use chainrule::losses::*;
use chainrule::prelude::*;
use chainrule_tests::{check_loss_gradient, uniform};

#[test]
fn mse() {
    let mut rng = StdRng::seed_from_u64(3);
    let outputs = uniform(&mut rng, 2.0, 18 * 3);
    let targets = uniform(&mut rng, 2.0, 18 * 3);
    for reduction in [Reduction::Mean, Reduction::Sum] {
        let loss = MseLoss { reduction };
        check_loss_gradient::<[f64; 3], [f64; 3], _>(&loss, &outputs, targets.as_chunks().0);
    }
}
