use super::golden;
use chainrule::layers::*;

golden! { "attention",
    positional_encoding: PositionalEncoding<4, 6> = PositionalEncoding;
    positional_encoding_long: PositionalEncoding<70, 5> = PositionalEncoding;
    positional_encoding_one_feature: PositionalEncoding<3, 1> = PositionalEncoding;
    positional_encoding_learned: LearnedPositionalEncoding<4, 6> = LearnedPositionalEncoding;
    positional_encoding_learned_wide: LearnedPositionalEncoding<2, 19> = LearnedPositionalEncoding;

    attention: MultiheadAttention<4, 6, 2, 4, 18, 6, 18> = MultiheadAttention::new(false, 0.0);
    attention_causal: MultiheadAttention<5, 6, 3, 5, 18, 6, 18> = MultiheadAttention::new(true, 0.0);
    attention_window: MultiheadAttention<6, 4, 2, 3, 12, 4, 12> = MultiheadAttention::new(true, 0.0);
    attention_of_itself: MultiheadAttention<3, 4, 2, 1, 12, 4, 12> = MultiheadAttention::new(true, 0.0);
    attention_no_bias: MultiheadAttention<4, 4, 1, 4, 12, 0, 0> = MultiheadAttention::new(false, 0.0);
    attention_one_position: MultiheadAttention<1, 3, 3, 1, 9, 3, 9> = MultiheadAttention::new(false, 0.0);
    attention_wide: MultiheadAttention<18, 40, 2, 18, 120, 40, 120> = MultiheadAttention::new(true, 0.0);
}
