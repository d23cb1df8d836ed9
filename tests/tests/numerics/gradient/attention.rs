use super::gradients;
use chainrule::layers::*;

gradients! {
    positional_encoding: PositionalEncoding<4, 3> = PositionalEncoding;
    positional_encoding_learned: LearnedPositionalEncoding<4, 3> = LearnedPositionalEncoding;
    attention: MultiheadAttention<3, 4, 2, 3, 12, 4, 12> = MultiheadAttention::new(false, 0.0);
    attention_causal: MultiheadAttention<3, 4, 2, 3, 12, 4, 12> = MultiheadAttention::new(true, 0.0);
    attention_window: MultiheadAttention<4, 4, 2, 2, 12, 0, 0> = MultiheadAttention::new(true, 0.0);
    attention_with_dropout: MultiheadAttention<3, 4, 2, 3, 12, 4, 12> = MultiheadAttention::new(false, 0.3);
}
