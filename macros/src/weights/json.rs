//! JSON, as much as the header of a safetensors file needs.

/// A value. What a header never needs keeps no content.
#[derive(Debug, PartialEq)]
pub(super) enum Value {
    Object(Vec<(String, Value)>),
    Array(Vec<Value>),
    String(String),
    /// A number that is no negative and has no fraction.
    Natural(u64),
    /// Any other number, `true`, `false` or `null`.
    Other,
}

/// How deeply values may nest: the parser recurses.
const DEPTH: usize = 64;

/// The value that these bytes are; or what is wrong, and where.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("it is no UTF-8 text from byte {} on", error.valid_up_to()))?;
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(DEPTH)?;
    parser.space();
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.expected("the end")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expected(&self, what: &str) -> String {
        match self.peek() {
            None => format!("it ends where {what} should be"),
            Some(_) => format!("byte {} is not {what}", self.at),
        }
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8, what: &str) -> Result<(), String> {
        self.space();
        if self.peek() != Some(byte) {
            return Err(self.expected(what));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(format!("brackets nest more than {DEPTH} deep"));
        };
        self.space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let rest = self.text.get(self.at..).unwrap_or_default();
                let word = ["true", "false", "null"]
                    .into_iter()
                    .find(|word| rest.starts_with(word));
                let word = word.ok_or_else(|| self.expected("a value"))?;
                self.at += word.len();
                Ok(Value::Other)
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        let mut members: Vec<(String, Value)> = Vec::new();
        self.items(b'{', b'}', |parser| {
            parser.space();
            let name = parser.string()?;
            parser.take(b':', "`:`")?;
            members.push((name, parser.value(depth)?));
            Ok(())
        })?;
        Ok(Value::Object(members))
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        let mut values = Vec::new();
        self.items(b'[', b']', |parser| {
            values.push(parser.value(depth)?);
            Ok(())
        })?;
        Ok(Value::Array(values))
    }

    /// What stands between brackets, with commas.
    fn items(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        self.take(open, "a bracket")?;
        self.space();
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.expected("a comma or the closing bracket")),
            }
        }
    }

    fn string(&mut self) -> Result<String, String> {
        self.take(b'"', "a name in quotes")?;
        let mut string = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(character) = rest.chars().next() else {
                return Err(self.expected("the end of a string"));
            };
            self.at += character.len_utf8();
            match character {
                '"' => return Ok(string),
                '\\' => string.push(self.escape()?),
                '\0'..='\x1f' => {
                    self.at -= 1;
                    return Err(self.expected("a character of a string"));
                }
                _ => string.push(character),
            }
        }
    }

    fn escape(&mut self) -> Result<char, String> {
        let wrong = |parser: &Self| parser.expected("an escape of a string");
        Ok(match self.next() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte.into(),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.unit()?;
                let mut units = vec![first];
                if (0xd800..0xdc00).contains(&first) {
                    if (self.next(), self.next()) != (Some(b'\\'), Some(b'u')) {
                        return Err(wrong(self));
                    }
                    units.push(self.unit()?);
                }
                match char::decode_utf16(units).next() {
                    Some(Ok(character)) => character,
                    _ => return Err(wrong(self)),
                }
            }
            _ => return Err(wrong(self)),
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u16, String> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.next().and_then(|byte| char::from(byte).to_digit(16));
            let digit = digit.ok_or_else(|| self.expected("a hexadecimal digit"))?;
            unit = unit << 4 | digit as u16;
        }
        Ok(unit)
    }

    fn digits(&mut self) -> Result<&str, String> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        match self.text.get(start..self.at) {
            Some(digits) if !digits.is_empty() => Ok(digits),
            _ => Err(self.expected("a digit")),
        }
    }

    fn number(&mut self) -> Result<Value, String> {
        let mut natural = true;
        if self.peek() == Some(b'-') {
            (self.at, natural) = (self.at + 1, false);
        }
        let start = self.at;
        let digits = self.digits()?;
        if digits.len() > 1 && digits.starts_with('0') {
            self.at = start + 1;
            return Err(self.expected("a number"));
        }
        let value = digits.parse().ok();
        if self.peek() == Some(b'.') {
            (self.at, natural) = (self.at + 1, false);
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            (self.at, natural) = (self.at + 1, false);
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(value
            .filter(|_| natural)
            .map_or(Value::Other, Value::Natural))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_damage_is_found() {
        let parsed = parse(br#" {"a\u00e9\ud83d\ude00\n": [1, -2, 3.5e+1, true, null, 18446744073709551615, 18446744073709551616], "": {}} "#);
        let numbers = [1, u64::MAX].map(Value::Natural);
        let [one, most] = numbers;
        let values = vec![
            one,
            Value::Other,
            Value::Other,
            Value::Other,
            Value::Other,
            most,
            Value::Other,
        ];
        let expected = vec![
            ("aé😀\n".to_owned(), Value::Array(values)),
            (String::new(), Value::Object(vec![])),
        ];
        assert_eq!(parsed, Ok(Value::Object(expected)));
        for damaged in [
            "",
            "{",
            "[1,]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "01",
            "1.",
            "1e",
            "-",
            "\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\n\"",
            "\"\\u12\"",
            "\"\n\"",
            "tru",
            "1 1",
            "nul",
            "[1}",
            "+1",
            ".5",
        ] {
            assert!(parse(damaged.as_bytes()).is_err(), "{damaged}");
        }
        assert!(parse(b"\"\xff\"").is_err());
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
    }
}
