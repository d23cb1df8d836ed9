//! Layers of vectors, images and indices that have no kernels of their own, or the kernels of others.

networks! {
    linear_without_bias: [5] -> [3] { Linear(3, bias = false) } MseLoss => [f32; 3];
    conv1d: [2, 12] -> [3, 6] { Conv1d(3, kernel = 3, padding = 1), Conv1d(3, kernel = 2, stride = 2) } MseLoss => [[f32; 6]; 3];
    conv2d_dilated: [2, 9, 9] -> [20, 5, 5] { Conv2d(20, kernel = 3, dilation = 2, bias = false) } MseLoss => [[[f32; 5]; 5]; 20];
    conv_transpose1d: [2, 6] -> [3, 13] { ConvTranspose1d(3, kernel = 3, stride = 2) } MseLoss => [[f32; 13]; 3];
    max_pool1d: [2, 12] -> [2, 6] { Scale, MaxPool1d(2) } MseLoss => [[f32; 6]; 2];
    avg_pool1d: [2, 12] -> [2, 6] { Scale, AvgPool1d(3, stride = 2, padding = 1) } MseLoss => [[f32; 6]; 2];
    avg_pool2d_padded: [2, 9, 9] -> [2, 5, 5] { Scale, AvgPool2d(3, stride = 2, padding = 1, count_include_pad = false) } MseLoss => [[[f32; 5]; 5]; 2];
    adaptive_avg_pool1d: [2, 11] -> [2, 4] { Scale, AdaptiveAvgPool1d(4) } MseLoss => [[f32; 4]; 2];
    adaptive_max_pool1d: [2, 11] -> [2, 4] { Scale, AdaptiveMaxPool1d(4) } MseLoss => [[f32; 4]; 2];
    adaptive_avg_pool2d: [2, 7, 5] -> [2, 3, 2] { Scale, AdaptiveAvgPool2d((3, 2)) } MseLoss => [[[f32; 2]; 3]; 2];
    adaptive_max_pool2d: [2, 7, 5] -> [2, 3, 2] { Scale, AdaptiveMaxPool2d((3, 2)) } MseLoss => [[[f32; 2]; 3]; 2];
    global_max_pool: [2, 7, 5] -> [2] { Scale, GlobalMaxPool } MseLoss => [f32; 2];
    reshape: [2, 6] -> [12] { Scale, Reshape([3, 4]), Scale, Flatten } MseLoss => [f32; 12];
    transpose: [2, 6] -> [6, 2] { Scale, Transpose } MseLoss => [[f32; 2]; 6];
    permute: [2, 3, 4] -> [4, 2, 3] { Scale, Permute([2, 0, 1]) } MseLoss => [[[f32; 3]; 2]; 4];
    slice: [2, 6] -> [2, 3] { Scale, Slice(dim = 1, start = 1, end = 4) } MseLoss => [[f32; 3]; 2];
    pad: [2, 6] -> [2, 9] { Scale, Pad((1, 2)) } MseLoss => [[f32; 9]; 2];
    pad_reflecting: [2, 6, 6] -> [2, 8, 8] { Scale, Pad(1, mode = reflect) } MseLoss => [[[f32; 8]; 8]; 2];
    pad_replicating: [2, 6, 6] -> [2, 8, 8] { Scale, Pad(1, mode = replicate) } MseLoss => [[[f32; 8]; 8]; 2];
    pixel_shuffle: [8, 3, 3] -> [2, 6, 6] { Scale, PixelShuffle(2) } MseLoss => [[[f32; 6]; 6]; 2];
    upsample: [2, 3, 3] -> [2, 6, 6] { Scale, Upsample(2) } MseLoss => [[[f32; 6]; 6]; 2];
    upsample_linear: [2, 3] -> [2, 6] { Scale, Upsample(2, mode = linear) } MseLoss => [[f32; 6]; 2];
    upsample_bilinear: [2, 3, 3] -> [2, 6, 6] { Scale, Upsample(2, mode = bilinear, align_corners = true) } MseLoss => [[[f32; 6]; 6]; 2];
    embedding_bag_mean: [4] -> [6] { EmbeddingBag(10, 6) } MseLoss => [f32; 6];
    rms_norm: [3, 5] -> [3, 5] { RmsNorm } MseLoss => [[f32; 5]; 3];
    group_norm: [6, 5] -> [6, 5] { GroupNorm(3) } MseLoss => [[f32; 5]; 6];
    instance_norm1d: [6, 5] -> [6, 5] { InstanceNorm1d(affine = true) } MseLoss => [[f32; 5]; 6];
    instance_norm2d: [6, 5, 5] -> [6, 5, 5] { InstanceNorm2d } MseLoss => [[[f32; 5]; 5]; 6];
    log_softmax: [3, 5] -> [3, 5] { LogSoftmax, LogSoftmax(dim = 0) } MseLoss => [[f32; 5]; 3];
    scale: [3, 5] -> [3, 5] { Scale, Scale(num_parameters = 3) } MseLoss => [[f32; 5]; 3];
    snake: [3, 5] -> [3, 5] { Snake } MseLoss => [[f32; 5]; 3];
    swi_glu: [4, 8] -> [2, 8] { Scale, SwiGlu(dim = 0) } MseLoss => [[f32; 8]; 2];
}
