use super::golden;
use chainrule::layers::Bilinear;

golden! { "bilinear",
    plain: Bilinear<3, 4, 7, 12, 5, 5> = Bilinear::default();
    without_bias: Bilinear<4, 2, 6, 8, 3, 0> = Bilinear::default();
    of_single_numbers: Bilinear<1, 1, 2, 1, 1, 1> = Bilinear::default();
    wide: Bilinear<19, 2, 21, 38, 18, 18> = Bilinear::default();
    high: Bilinear<2, 17, 19, 34, 33, 33> = Bilinear::default();
}
