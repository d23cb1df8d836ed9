//! Text from outside in HTML.

use std::fmt;

/// Displays text so that HTML shows it as it is, between tags and in quoted attributes.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        self.0.chars().try_for_each(|letter| match letter {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            // HTML allows no other control characters.
            '\n' | '\t' => f.write_char(letter),
            _ if letter.is_control() => f.write_char('\u{fffd}'),
            _ => f.write_char(letter),
        })
    }
}

/// JSON that cannot end the `<script>` it stands in.
pub(super) fn script_safe(json: &str) -> String {
    json.replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn markup_is_shown_not_obeyed() {
        let text = "<script>alert(\"a\" & 'b')</script>\u{0}\r";
        assert_eq!(
            Escaped(text).to_string(),
            "&lt;script&gt;alert(&quot;a&quot; &amp; &#39;b&#39;)&lt;/script&gt;\u{fffd}\u{fffd}"
        );
    }
}
