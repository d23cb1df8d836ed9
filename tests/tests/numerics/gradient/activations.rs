use super::gradients;
use chainrule::layers::{Pointwise, activations::*};

gradients! {
    relu: Pointwise<Relu, [f64; 9]> = Pointwise::new(Relu);
    tanh: Pointwise<Tanh, [[[f64; 2]; 2]; 3]> = Pointwise::new(Tanh);
}
