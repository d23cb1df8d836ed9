use super::gradients;
use chainrule::layers::{Pointwise, activations::*};

type Vector = [f64; 9];
type Image = [[[f64; 2]; 3]; 2];

gradients! {
    relu: Pointwise<Relu, Vector> = Pointwise::new(Relu);
    relu_image: Pointwise<Relu, Image> = Pointwise::new(Relu);
    relu6: Pointwise<Relu6, Vector> = Pointwise::new(Relu6);
    leaky_relu: Pointwise<LeakyRelu, Vector> = Pointwise::new(LeakyRelu { negative_slope: 0.2 });
    elu: Pointwise<Elu, Vector> = Pointwise::new(Elu { alpha: 1.3 });
    selu: Pointwise<Selu, Vector> = Pointwise::new(Selu);
    celu: Pointwise<Celu, Vector> = Pointwise::new(Celu { alpha: 0.7 });
    gelu: Pointwise<Gelu, Vector> = Pointwise::new(Gelu);
    gelu_image: Pointwise<Gelu, Image> = Pointwise::new(Gelu);
    gelu_tanh: Pointwise<GeluTanh, Vector> = Pointwise::new(GeluTanh);
    silu: Pointwise<Silu, Vector> = Pointwise::new(Silu);
    mish: Pointwise<Mish, Vector> = Pointwise::new(Mish);
    hardswish: Pointwise<Hardswish, Vector> = Pointwise::new(Hardswish);
    hardsigmoid: Pointwise<Hardsigmoid, Vector> = Pointwise::new(Hardsigmoid);
    sigmoid: Pointwise<Sigmoid, Vector> = Pointwise::new(Sigmoid);
    log_sigmoid: Pointwise<LogSigmoid, Vector> = Pointwise::new(LogSigmoid);
    tanh: Pointwise<Tanh, Vector> = Pointwise::new(Tanh);
    tanh_image: Pointwise<Tanh, Image> = Pointwise::new(Tanh);
    hardtanh: Pointwise<Hardtanh, Vector> = Pointwise::new(Hardtanh { min_val: -0.7, max_val: 1.2 });
    threshold: Pointwise<Threshold, Vector> = Pointwise::new(Threshold { threshold: 0.4, value: -1.0 });
    clamp: Pointwise<Clamp, Vector> = Pointwise::new(Clamp { min: -0.7, max: 1.2 });
    clipped_relu: Pointwise<ClippedRelu, Vector> = Pointwise::new(ClippedRelu { max: 2.5 });
    squared_clipped_relu: Pointwise<SquaredClippedRelu, Vector> = Pointwise::new(SquaredClippedRelu { max: 2.5 });
    square: Pointwise<Square, Vector> = Pointwise::new(Square);
    softplus: Pointwise<Softplus, Vector> = Pointwise::new(Softplus { beta: 1.7, threshold: 5.0 });
    softsign: Pointwise<Softsign, Vector> = Pointwise::new(Softsign);
    tanhshrink: Pointwise<Tanhshrink, Vector> = Pointwise::new(Tanhshrink);
    softshrink: Pointwise<Softshrink, Vector> = Pointwise::new(Softshrink { lambda: 0.8 });
}
