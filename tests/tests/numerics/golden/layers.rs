use super::golden;
use chainrule::layers::*;

golden! { "layers",
    linear: Linear<5, 7, 7> = Linear::default();
    linear_no_bias: Linear<4, 3, 0> = Linear::default();
    linear_one_output: Linear<9, 1, 1> = Linear::default();
    linear_wide: Linear<3, 35, 35> = Linear::default();
    linear_deep: Linear<67, 5, 5> = Linear::default();

    flatten: Reshape<[[[T; 4]; 3]; 2], [T; 24]> = Reshape::new();
    reshape: Reshape<[T; 12], [[[T; 2]; 2]; 3]> = Reshape::new();
    dropout_zero: Dropout<[T; 7]> = Dropout::new(0.0);
    #[check_inference] dropout_inference: Dropout<[T; 7]> = Dropout::new(0.4);

    prelu: Prelu<[[[T; 3]; 3]; 2], 1> = Prelu::new(0.25);
    prelu_vector: Prelu<[T; 6], 1> = Prelu::new(0.25);
    prelu_per_channel: Prelu<[[[T; 4]; 2]; 3], 3> = Prelu::new(0.25);
    prelu_per_feature: Prelu<[T; 5], 5> = Prelu::new(0.25);

    softmax: Softmax<[T; 6]> = Softmax::new(0);
    softmax_channels: Softmax<[[[T; 4]; 2]; 3]> = Softmax::new(0);
    softmax_rows: Softmax<[[[T; 4]; 2]; 3]> = Softmax::new(1);
    softmax_columns: Softmax<[[[T; 4]; 2]; 3]> = Softmax::new(2);
    softmax_extreme: Softmax<[T; 6]> = Softmax::new(0);
    log_softmax: LogSoftmax<[T; 6]> = LogSoftmax::new(0);
    log_softmax_channels: LogSoftmax<[[[T; 4]; 2]; 3]> = LogSoftmax::new(0);
    log_softmax_rows: LogSoftmax<[[T; 2]; 3]> = LogSoftmax::new(1);
    log_softmax_extreme: LogSoftmax<[T; 6]> = LogSoftmax::new(0);
}
