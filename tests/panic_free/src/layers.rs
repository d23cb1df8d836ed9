//! Layers of vectors, images and indices: at least one for each kernel.

networks! {
    linear: [5] -> [3] { Linear(7), Linear(3) } MseLoss => [f32; 3];
    linear_of_many: [300] -> [40] { Linear(90), Linear(40) } MseLoss => [f32; 40];
    #[network(scalar = f64)] linear_of_doubles: [30] -> [20] { Linear(90), Linear(90), Linear(20) } MseLoss => [f64; 20];
    bilinear: [5] -> [3] { Bilinear(3) { { Linear(8) } { Linear(4) } } } MseLoss => [f32; 3];
    conv2d: [2, 9, 9] -> [4, 5, 5] { Conv2d(8, kernel = 3, padding = 1), Conv2d(4, kernel = 3, stride = 2, padding = 1, groups = 2) } MseLoss => [[[f32; 5]; 5]; 4];
    #[network(scalar = f64)] conv2d_of_doubles: [2, 9, 9] -> [4, 5, 5] { Conv2d(8, kernel = 3, padding = 1), Conv2d(4, kernel = 3, stride = 2, padding = 1) } MseLoss => [[[f64; 5]; 5]; 4];
    conv_transpose2d: [2, 6, 6] -> [3, 13, 13] { ConvTranspose2d(3, kernel = 3, stride = 2) } MseLoss => [[[f32; 13]; 13]; 3];
    max_pool2d: [2, 8, 8] -> [2, 4, 4] { Scale, MaxPool2d(2) } MseLoss => [[[f32; 4]; 4]; 2];
    max_pool2d_padded: [2, 9, 9] -> [2, 5, 5] { Scale, MaxPool2d(3, stride = 2, padding = 1) } MseLoss => [[[f32; 5]; 5]; 2];
    avg_pool2d: [2, 8, 8] -> [2, 4, 4] { Scale, AvgPool2d(2) } MseLoss => [[[f32; 4]; 4]; 2];
    global_avg_pool: [2, 7, 5] -> [2] { Scale, GlobalAvgPool } MseLoss => [f32; 2];
    dropout: [40] -> [30] { Linear(30), Dropout(0.3) } MseLoss => [f32; 30];
    embedding: [4] -> [4, 6] { Embedding(10, 6, padding_idx = 0) } MseLoss => [[f32; 6]; 4];
    embedding_bag: [4] -> [6] { EmbeddingBag(10, 6, mode = sum) } MseLoss => [f32; 6];
    sparse_linear: [4] -> [3] { SparseLinear(50, 16), Relu, Linear(3) } MseLoss => [f32; 3];
    batch_norm1d: [12] -> [6] { BatchNorm1d, Linear(6), BatchNorm1d(affine = false) } MseLoss => [f32; 6];
    batch_norm2d: [3, 5, 5] -> [3, 5, 5] { BatchNorm2d } MseLoss => [[[f32; 5]; 5]; 3];
    layer_norm: [3, 5] -> [3, 5] { LayerNorm, LayerNorm(dims = 2, affine = false) } MseLoss => [[f32; 5]; 3];
    softmax: [3, 5] -> [3, 5] { Softmax, Softmax(dim = 0) } MseLoss => [[f32; 5]; 3];
    prelu: [3, 5] -> [3, 5] { Prelu, Prelu(num_parameters = 3) } MseLoss => [[f32; 5]; 3];
    glu: [3, 8] -> [3, 4] { Scale, Glu } MseLoss => [[f32; 4]; 3];
}
