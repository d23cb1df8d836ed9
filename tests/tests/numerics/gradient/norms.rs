use super::gradients;
use chainrule::layers::{GroupNorm, LayerNorm, RmsNorm};

gradients! {
    layer_norm: LayerNorm<[f64; 7], 1, 7, 7> = LayerNorm::default();
    layer_norm_rows: LayerNorm<[[f64; 17]; 2], 1, 17, 17> = LayerNorm::default();
    layer_norm_two_dims: LayerNorm<[[[f64; 3]; 2]; 2], 2, 6, 6> = LayerNorm::new(0.1);
    layer_norm_no_affine: LayerNorm<[f64; 5], 1, 0, 0> = LayerNorm::default();
    layer_norm_no_bias: LayerNorm<[[f64; 4]; 2], 1, 4, 0> = LayerNorm::default();

    rms_norm: RmsNorm<[f64; 7], 1, 7> = RmsNorm::default();
    rms_norm_rows: RmsNorm<[[f64; 17]; 2], 1, 17> = RmsNorm::default();
    rms_norm_no_affine: RmsNorm<[[f64; 4]; 2], 2, 0> = RmsNorm::new(0.1);

    group_norm: GroupNorm<[[[f64; 3]; 2]; 4], 2, 4, 4> = GroupNorm::default();
    group_norm_vector: GroupNorm<[f64; 6], 2, 6, 6> = GroupNorm::default();
    group_norm_no_affine: GroupNorm<[[f64; 3]; 4], 2, 4, 0> = GroupNorm::new(0.1);

    instance_norm1d: GroupNorm<[[f64; 5]; 3], 3, 3, 0> = GroupNorm::default();
    instance_norm1d_affine: GroupNorm<[[f64; 17]; 2], 2, 2, 2> = GroupNorm::default();
    instance_norm2d: GroupNorm<[[[f64; 3]; 2]; 2], 2, 2, 0> = GroupNorm::default();
    instance_norm2d_affine: GroupNorm<[[[f64; 3]; 2]; 2], 2, 2, 2> = GroupNorm::default();
}
