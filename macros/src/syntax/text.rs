//! Tokens as a reader writes them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// The source text of some tokens, with the usual spaces: `Conv2d(6, kernel = 5)`.
///
/// `Span::source_text` would need one span over all of them, and says nothing inside other macros.
pub(crate) fn text_of(tokens: &impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.to_token_stream(), &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    // Whether the token before wants a space behind it.
    let mut space = false;
    // Whether the token before ends an operand, so that an operator after it is binary.
    let mut operand = false;
    // Depth of generic brackets, which are written without spaces.
    let mut generics = 0_usize;
    let mut joint = false;
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                if space || (operand && group.delimiter() == Delimiter::Brace) {
                    text.push(' ');
                }
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
                (space, operand) = (false, true);
            }
            TokenTree::Punct(punct) => {
                let character = punct.as_char();
                let path = character == ':'
                    && (joint
                        || (punct.spacing() == Spacing::Joint
                            && matches!(tokens.get(index + 1), Some(TokenTree::Punct(next)) if next.as_char() == ':')));
                if path {
                    if space && !joint && !text.ends_with([':', '<']) {
                        text.push(' ');
                    }
                    text.push(':');
                    (space, operand) = (false, false);
                } else if character == ',' || character == ':' {
                    text.push(character);
                    (space, operand) = (true, false);
                } else if character == '<' && opens_generics(&tokens, index) {
                    generics += 1;
                    text.push('<');
                    (space, operand) = (false, false);
                } else if character == '>' && generics > 0 {
                    generics -= 1;
                    text.push('>');
                    (space, operand) = (false, true);
                } else if joint {
                    text.push(character);
                    space = punct.spacing() == Spacing::Alone;
                    operand = false;
                } else if operand && !matches!(character, '.' | '?' | '!' | ';') {
                    text.push(' ');
                    text.push(character);
                    space = punct.spacing() == Spacing::Alone;
                    operand = false;
                } else {
                    if space {
                        text.push(' ');
                    }
                    text.push(character);
                    (space, operand) = (false, false);
                }
                joint = punct.spacing() == Spacing::Joint && character != '\'';
                continue;
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                let word = |c: char| c.is_alphanumeric() || c == '_' || c == '}';
                if space || (operand && text.ends_with(word)) {
                    text.push(' ');
                }
                text.push_str(&token.to_string());
                (space, operand) = (false, true);
            }
        }
        joint = false;
    }
}

/// Whether a `<` after a name that starts with a capital, or after `::`, opens generic arguments.
fn opens_generics(tokens: &[TokenTree], index: usize) -> bool {
    match index.checked_sub(1).and_then(|before| tokens.get(before)) {
        Some(TokenTree::Ident(name)) => {
            let name = name.to_string();
            name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
        }
        Some(TokenTree::Punct(punct)) => punct.as_char() == ':',
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_read_as_they_were_written() {
        for text in [
            "Conv2d(6, kernel = 5, padding = (2, 2))",
            "Linear(2 * WIDTH + 1, bias = false)",
            "my::Warp<8, f32>(gain = -2.0)",
            "Reshape([1, 28, 28])",
            "Linear(layout::SIZES[0])",
            "kaiming_uniform(a = 0.0)",
            "Gain<{ N + 1 }>",
            "Linear(if A < B { A } else { B })",
            "Linear(size_of::<f32>())",
        ] {
            let tokens: TokenStream = text.parse().expect("valid tokens");
            assert_eq!(text_of(&tokens), text);
        }
    }
}
