use super::golden;
use chainrule::layers::*;

golden! { "attention",
    positional_encoding: PositionalEncoding<4, 6> = PositionalEncoding;
    positional_encoding_long: PositionalEncoding<70, 5> = PositionalEncoding;
    positional_encoding_one_feature: PositionalEncoding<3, 1> = PositionalEncoding;
    positional_encoding_learned: LearnedPositionalEncoding<4, 6> = LearnedPositionalEncoding;
    positional_encoding_learned_wide: LearnedPositionalEncoding<2, 19> = LearnedPositionalEncoding;
}
