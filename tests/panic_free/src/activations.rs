//! Activation functions, each behind a layer that is trained.

networks! {
    relu: [6] -> [4] { Linear(4), Relu } MseLoss => [f32; 4];
    relu6: [6] -> [4] { Linear(4), Relu6 } MseLoss => [f32; 4];
    leaky_relu: [6] -> [4] { Linear(4), LeakyRelu } MseLoss => [f32; 4];
    elu: [6] -> [4] { Linear(4), Elu } MseLoss => [f32; 4];
    selu: [6] -> [4] { Linear(4), Selu } MseLoss => [f32; 4];
    celu: [6] -> [4] { Linear(4), Celu } MseLoss => [f32; 4];
    gelu: [6] -> [4] { Linear(4), Gelu } MseLoss => [f32; 4];
    gelu_tanh: [6] -> [4] { Linear(4), Gelu(approximate = tanh) } MseLoss => [f32; 4];
    silu: [6] -> [4] { Linear(4), Silu } MseLoss => [f32; 4];
    mish: [6] -> [4] { Linear(4), Mish } MseLoss => [f32; 4];
    hardswish: [6] -> [4] { Linear(4), Hardswish } MseLoss => [f32; 4];
    hardsigmoid: [6] -> [4] { Linear(4), Hardsigmoid } MseLoss => [f32; 4];
    sigmoid: [6] -> [4] { Linear(4), Sigmoid } MseLoss => [f32; 4];
    log_sigmoid: [6] -> [4] { Linear(4), LogSigmoid } MseLoss => [f32; 4];
    tanh: [6] -> [4] { Linear(4), Tanh } MseLoss => [f32; 4];
    hardtanh: [6] -> [4] { Linear(4), Hardtanh } MseLoss => [f32; 4];
    softplus: [6] -> [4] { Linear(4), Softplus } MseLoss => [f32; 4];
    softsign: [6] -> [4] { Linear(4), Softsign } MseLoss => [f32; 4];
    tanhshrink: [6] -> [4] { Linear(4), Tanhshrink } MseLoss => [f32; 4];
    softshrink: [6] -> [4] { Linear(4), Softshrink } MseLoss => [f32; 4];
    threshold: [6] -> [4] { Linear(4), Threshold(0.1, 0.2) } MseLoss => [f32; 4];
    clamp: [6] -> [4] { Linear(4), Clamp(max = 1.0) } MseLoss => [f32; 4];
    square: [6] -> [4] { Linear(4), Square } MseLoss => [f32; 4];
    clipped_relu: [6] -> [4] { Linear(4), ClippedRelu } MseLoss => [f32; 4];
    squared_clipped_relu: [6] -> [4] { Linear(4), SquaredClippedRelu } MseLoss => [f32; 4];
    #[network(scalar = f64)] gelu_of_doubles: [6] -> [4] { Linear(4), Gelu } MseLoss => [f64; 4];
    #[network(scalar = f64)] softplus_of_doubles: [6] -> [4] { Linear(4), Softplus } MseLoss => [f64; 4];
}
