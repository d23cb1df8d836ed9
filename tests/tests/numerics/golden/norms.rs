use super::golden;
use chainrule::layers::{GroupNorm, LayerNorm, RmsNorm};

golden! { "norms",
    layer_norm: LayerNorm<[T; 7], 1, 7, 7> = LayerNorm::default();
    layer_norm_16: LayerNorm<[T; 16], 1, 16, 16> = LayerNorm::default();
    layer_norm_wide: LayerNorm<[T; 83], 1, 83, 83> = LayerNorm::default();
    layer_norm_rows: LayerNorm<[[T; 18]; 3], 1, 18, 18> = LayerNorm::default();
    layer_norm_two_dims: LayerNorm<[[[T; 5]; 2]; 3], 2, 10, 10> = LayerNorm::default();
    layer_norm_image: LayerNorm<[[[T; 4]; 3]; 2], 3, 24, 24> = LayerNorm::default();
    layer_norm_eps: LayerNorm<[[T; 4]; 2], 1, 4, 4> = LayerNorm::new(0.25);
    layer_norm_no_affine: LayerNorm<[T; 21], 1, 0, 0> = LayerNorm::default();
    layer_norm_no_bias: LayerNorm<[[T; 6]; 2], 1, 6, 0> = LayerNorm::default();

    rms_norm: RmsNorm<[T; 7], 1, 7> = RmsNorm::default();
    rms_norm_rows: RmsNorm<[[T; 18]; 3], 1, 18> = RmsNorm::default();
    rms_norm_two_dims: RmsNorm<[[[T; 5]; 2]; 3], 2, 10> = RmsNorm::default();
    rms_norm_eps: RmsNorm<[[T; 4]; 2], 1, 4> = RmsNorm::new(0.25);
    rms_norm_no_affine: RmsNorm<[T; 21], 1, 0> = RmsNorm::default();

    group_norm: GroupNorm<[[[T; 3]; 3]; 6], 2, 6, 6> = GroupNorm::default();
    group_norm_vector: GroupNorm<[T; 10], 2, 10, 10> = GroupNorm::default();
    group_norm_sequence: GroupNorm<[[T; 17]; 6], 3, 6, 6> = GroupNorm::default();
    group_norm_one: GroupNorm<[[[T; 3]; 2]; 4], 1, 4, 4> = GroupNorm::default();
    group_norm_each: GroupNorm<[[T; 5]; 4], 4, 4, 4> = GroupNorm::default();
    group_norm_eps: GroupNorm<[[[T; 2]; 2]; 4], 2, 4, 4> = GroupNorm::new(0.25);
    group_norm_no_affine: GroupNorm<[[[T; 2]; 3]; 4], 2, 4, 0> = GroupNorm::default();

    instance_norm1d: GroupNorm<[[T; 7]; 3], 3, 3, 0> = GroupNorm::default();
    instance_norm1d_affine: GroupNorm<[[T; 19]; 3], 3, 3, 3> = GroupNorm::default();
    instance_norm2d: GroupNorm<[[[T; 4]; 3]; 2], 2, 2, 0> = GroupNorm::default();
    instance_norm2d_affine: GroupNorm<[[[T; 2]; 5]; 4], 4, 4, 4> = GroupNorm::new(0.125);
}
