//! Layers of sequences, and streams.

networks! {
    gru: [8, 3] -> [8, 5] { Gru(5) } MseLoss => [[f32; 5]; 8], streams;
    gru_of_many: [8, 20] -> [8, 90] { Gru(90) } MseLoss => [[f32; 90]; 8], streams;
    lstm: [8, 3] -> [8, 5] { Lstm(5) } MseLoss => [[f32; 5]; 8], streams;
    causal_conv1d: [2, 12] -> [3, 12] { Conv1d(3, kernel = 3, dilation = 2, causal = true), Snake } MseLoss => [[f32; 12]; 3], streams;
    attention: [8, 12] -> [8, 12] { MultiheadAttention(3, dropout = 0.1) } MseLoss => [[f32; 12]; 8];
    transformer: [8] -> [8, 20] {
        Embedding(20, 12), PositionalEncoding,
        TransformerEncoderLayer(3, feedforward = 24, activation = gelu, causal = true, norm_first = true),
        RmsNorm, Linear(20), Softmax,
    } CrossEntropyLoss<'_> => [u16; 8], streams;
}
