use super::gradients;
use chainrule::layers::*;

gradients! {
    linear: Linear<3, 4, 4> = Linear::default();
    linear_no_bias: Linear<5, 2, 0> = Linear::default();
    linear_wide: Linear<2, 37, 37> = Linear::default();
    linear_deep: Linear<41, 3, 3> = Linear::default();


    prelu: Prelu<[[[f64; 2]; 2]; 3], 1> = Prelu::new(0.25);
    prelu_per_channel: Prelu<[[[f64; 2]; 2]; 3], 3> = Prelu::new(0.25);
    prelu_per_feature: Prelu<[f64; 5], 5> = Prelu::new(0.25);

    softmax: Softmax<[f64; 5]> = Softmax::new(0);
    softmax_channels: Softmax<[[[f64; 2]; 3]; 4]> = Softmax::new(0);
    softmax_rows: Softmax<[[f64; 3]; 4]> = Softmax::new(1);
    log_softmax: LogSoftmax<[f64; 5]> = LogSoftmax::new(0);
    log_softmax_rows: LogSoftmax<[[[f64; 2]; 3]; 4]> = LogSoftmax::new(1);

}
