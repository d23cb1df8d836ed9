//! Layers of sequences with the kernels of others.

networks! {
    linear_of_sequence: [8, 3] -> [8, 4] { Linear(4) } MseLoss => [[f32; 4]; 8], streams;
    rnn: [8, 3] -> [8, 5] { Rnn(5) } MseLoss => [[f32; 5]; 8], streams;
    rnn_relu: [8, 3] -> [5] { Rnn(5, nonlinearity = relu, last = true) } MseLoss => [f32; 5], streams;
    gru_reset_before: [8, 3] -> [8, 5] { Gru(5, reset_after = false) } MseLoss => [[f32; 5]; 8], streams;
    #[network(scalar = f64)] gru_of_doubles: [8, 3] -> [8, 5] { Gru(5) } MseLoss => [[f64; 5]; 8], streams;
    gru_in_both_directions: [8, 3] -> [8, 10] { Gru(5, layers = 2, bidirectional = true, dropout = 0.1) } MseLoss => [[f32; 10]; 8];
    causal_attention: [8, 12] -> [8, 12] { MultiheadAttention(3, causal = true, window = 4) } MseLoss => [[f32; 12]; 8], streams;
    positional_encoding: [8, 12] -> [8, 12] { Scale, PositionalEncoding } MseLoss => [[f32; 12]; 8], streams;
    learned_positional_encoding: [8, 12] -> [8, 12] { PositionalEncoding(learned = true, dropout = 0.1) } MseLoss => [[f32; 12]; 8];
}
