use super::golden;
use chainrule::layers::{Pointwise, activations::*};

golden! { "activations",
    relu: Pointwise<Relu, [T; 72]> = Pointwise::new(Relu);
    tanh: Pointwise<Tanh, [T; 72]> = Pointwise::new(Tanh);
}
