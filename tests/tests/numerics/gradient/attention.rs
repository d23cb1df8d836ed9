use super::gradients;
use chainrule::layers::*;

gradients! {
    positional_encoding: PositionalEncoding<4, 3> = PositionalEncoding;
    positional_encoding_learned: LearnedPositionalEncoding<4, 3> = LearnedPositionalEncoding;
}
