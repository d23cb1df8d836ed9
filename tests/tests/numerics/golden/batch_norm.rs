use super::golden;
use chainrule::layers::BatchNorm;

const EPS: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;

// Training over the whole batch, its running statistics, and inference with them.
golden! { "batch_norm",
    batch_norm1d_5: BatchNorm<[T; 3], 3, 3> = BatchNorm::new(EPS, MOMENTUM);
    batch_norm1d_21: BatchNorm<[T; 4], 4, 4> = BatchNorm::new(EPS, MOMENTUM);
    batch_norm1d_32: BatchNorm<[T; 2], 2, 2> = BatchNorm::new(EPS, MOMENTUM);
    batch_norm1d_sequence_5: BatchNorm<[[T; 4]; 2], 2, 2> = BatchNorm::new(EPS, MOMENTUM);
    batch_norm1d_sequence_21: BatchNorm<[[T; 2]; 3], 3, 3> = BatchNorm::new(EPS, MOMENTUM);
    batch_norm1d_no_affine: BatchNorm<[T; 3], 3, 0> = BatchNorm::new(EPS, MOMENTUM);
    batch_norm2d_5: BatchNorm<[[[T; 3]; 2]; 3], 3, 3> = BatchNorm::new(EPS, MOMENTUM);
    batch_norm2d_21: BatchNorm<[[[T; 2]; 3]; 2], 2, 2> = BatchNorm::new(EPS, MOMENTUM);
    batch_norm2d_options: BatchNorm<[[[T; 2]; 2]; 2], 2, 2> = BatchNorm::new(0.125, 0.375);
    batch_norm2d_no_affine: BatchNorm<[[[T; 3]; 1]; 2], 2, 0> = BatchNorm::new(EPS, MOMENTUM);
}
