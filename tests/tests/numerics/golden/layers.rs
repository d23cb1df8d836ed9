use super::golden;
use chainrule::layers::*;

golden! { "layers",
    linear: Linear<5, 7, 7> = Linear::default();
    linear_no_bias: Linear<4, 3, 0> = Linear::default();
    linear_one_output: Linear<9, 1, 1> = Linear::default();
    linear_wide: Linear<3, 35, 35> = Linear::default();
    linear_deep: Linear<67, 5, 5> = Linear::default();
}
