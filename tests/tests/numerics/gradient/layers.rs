use super::gradients;
use chainrule::layers::*;

gradients! {
    linear: Linear<3, 4, 4> = Linear::default();
    linear_no_bias: Linear<5, 2, 0> = Linear::default();
    linear_wide: Linear<2, 37, 37> = Linear::default();
    linear_deep: Linear<41, 3, 3> = Linear::default();

    flatten: Reshape<[[[f64; 3]; 2]; 2], [f64; 12]> = Reshape::new();
    reshape: Reshape<[f64; 6], [[f64; 3]; 2]> = Reshape::new();
    dropout: Dropout<[[f64; 5]; 3]> = Dropout::new(0.4);
    dropout_zero: Dropout<[f64; 4]> = Dropout::new(0.0);

    prelu: Prelu<[[[f64; 2]; 2]; 3], 1> = Prelu::new(0.25);
    prelu_per_channel: Prelu<[[[f64; 2]; 2]; 3], 3> = Prelu::new(0.25);
    prelu_per_feature: Prelu<[f64; 5], 5> = Prelu::new(0.25);

    softmax: Softmax<[f64; 5]> = Softmax::new(0);
    softmax_channels: Softmax<[[[f64; 2]; 3]; 4]> = Softmax::new(0);
    softmax_rows: Softmax<[[f64; 3]; 4]> = Softmax::new(1);
    log_softmax: LogSoftmax<[f64; 5]> = LogSoftmax::new(0);
    log_softmax_rows: LogSoftmax<[[[f64; 2]; 3]; 4]> = LogSoftmax::new(1);

    batch_norm1d: BatchNorm<[f64; 3], 3, 3> = BatchNorm::new(1e-5, 0.1);
    batch_norm1d_sequence: BatchNorm<[[f64; 3]; 2], 2, 2> = BatchNorm::new(1e-5, 0.1);
    batch_norm1d_no_affine: BatchNorm<[f64; 4], 4, 0> = BatchNorm::new(1e-5, 0.1);
    batch_norm2d: BatchNorm<[[[f64; 2]; 3]; 2], 2, 2> = BatchNorm::new(1e-5, 0.1);
    batch_norm2d_no_affine: BatchNorm<[[[f64; 2]; 1]; 3], 3, 0> = BatchNorm::new(0.1, 0.3);
}
