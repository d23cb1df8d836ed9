use super::gradients;
use chainrule::layers::*;

gradients! {
    linear: Linear<3, 4, 4> = Linear::default();
    linear_no_bias: Linear<5, 2, 0> = Linear::default();
    linear_wide: Linear<2, 37, 37> = Linear::default();
    linear_deep: Linear<41, 3, 3> = Linear::default();
}
