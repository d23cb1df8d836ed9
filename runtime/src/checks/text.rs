//! Messages of checks.

/// A message in the making: `const` code cannot format.
pub(super) struct Text {
    bytes: [u8; 4096],
    len: usize,
}

impl Text {
    pub(super) const fn new() -> Self {
        Self {
            bytes: [0; 4096],
            len: 0,
        }
    }

    /// Appends; what does not fit is cut off between characters, so that the text stays UTF-8.
    pub(super) const fn put(&mut self, text: &str) -> &mut Self {
        let text = text.as_bytes();
        let mut end = text.len();
        if end > self.bytes.len() - self.len {
            end = self.bytes.len() - self.len;
            while end > 0 && text[end] & 0xc0 == 0x80 {
                end -= 1;
            }
        }
        let mut i = 0;
        while i < end {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    pub(super) const fn number(&mut self, number: usize) -> &mut Self {
        let mut digits = [0; 20];
        let (mut rest, mut first) = (number, digits.len());
        loop {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        match str::from_utf8(digits.split_at(first).1) {
            Ok(text) => self.put(text),
            Err(_) => self,
        }
    }

    /// `[16, 5, 5]`
    pub(super) const fn dims(&mut self, dims: &[usize]) -> &mut Self {
        self.put("[");
        let mut i = 0;
        while i < dims.len() {
            if i > 0 {
                self.put(", ");
            }
            self.number(dims[i]);
            i += 1;
        }
        self.put("]")
    }

    pub(super) const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_hold_numbers_and_stay_utf8() {
        let mut text = Text::new();
        text.put("→ ")
            .number(0)
            .put(" ")
            .number(61_706)
            .dims(&[16, 5]);
        assert_eq!(text.as_str(), "→ 0 61706[16, 5]");
        for _ in 0..3000 {
            text.put("→");
        }
        assert!(text.as_str().ends_with('→'));
    }
}
