use super::gradients;
use chainrule::layers::Bilinear;

gradients! {
    bilinear: Bilinear<3, 4, 7, 12, 5, 5> = Bilinear::default();
    bilinear_without_bias: Bilinear<4, 2, 6, 8, 3, 0> = Bilinear::default();
    bilinear_wide: Bilinear<2, 9, 11, 18, 17, 17> = Bilinear::default();
}
