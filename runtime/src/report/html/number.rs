//! Numbers as people read them.

/// Four significant digits: `0.9154`, `12 340`, `1.2e-5`.
pub(super) fn short(value: f64) -> String {
    if value.is_nan() {
        return "not a number".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.into();
    }
    let size = value.abs();
    if size == 0.0 {
        return "0".into();
    }
    if !(1e-3..1e7).contains(&size) {
        let text = format!("{value:.3e}");
        return match text.split_once('e') {
            Some((digits, power)) => minus(&format!("{}e{power}", without_zeros(digits))),
            None => text,
        };
    }
    if size >= 9999.5 {
        let whole = grouped(size.round() as u64);
        return if value < 0.0 {
            format!("−{whole}")
        } else {
            whole
        };
    }
    let places = (3 - size.log10().floor() as i32).clamp(0, 6) as usize;
    minus(without_zeros(&format!("{value:.places$}")))
}

/// Digits in threes: `61 706`.
pub(super) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            // A narrow space at which no line breaks.
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// `0.8 s`, `3 min 20 s`, `2 h 5 min`
pub(super) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "unknown".into();
    }
    if seconds < 60.0 {
        return format!("{} s", short((seconds * 10.0).round() / 10.0));
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    match (hours, minutes) {
        (0, _) => format!("{minutes} min {seconds} s"),
        _ => format!("{} h {minutes} min", grouped(hours)),
    }
}

/// A label of an axis: `0.05`, `20k`, `1e-5`.
pub(super) fn tick(value: f64) -> String {
    let size = value.abs();
    // What is left of subtracting steps from each other.
    if size < 1e-300 {
        return "0".into();
    }
    if size < 1e-3 {
        return match format!("{value:.1e}").split_once('e') {
            Some((digits, power)) => minus(&format!("{}e{power}", without_zeros(digits))),
            None => String::new(),
        };
    }
    let (unit, letter) = match size {
        1e9.. => (1e9, "G"),
        1e6.. => (1e6, "M"),
        1e4.. => (1e3, "k"),
        _ => (1.0, ""),
    };
    if size >= 1e13 {
        return format!("{value:.0e}");
    }
    minus(&format!(
        "{}{letter}",
        without_zeros(&format!("{:.4}", value / unit))
    ))
}

fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}

/// With a minus sign instead of a hyphen.
fn minus(text: &str) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::{duration, grouped, short, tick};

    #[test]
    fn numbers_have_four_digits() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.91544, "0.9154"),
            (0.0012345, "0.001234"),
            (0.00012345, "1.234e−4"),
            (-3.25, "−3.25"),
            (1234.56, "1235"),
            (61706.0, "61\u{202f}706"),
            (12_345_678.0, "1.235e7"),
            (f64::NAN, "not a number"),
            (f64::INFINITY, "∞"),
        ] {
            assert_eq!(short(value), text, "{value}");
        }
    }

    #[test]
    fn other_forms() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(duration(0.84), "0.8 s");
        assert_eq!(duration(200.4), "3 min 20 s");
        assert_eq!(duration(7530.0), "2 h 5 min");
        assert_eq!(duration(f64::NAN), "unknown");
        for (value, text) in [
            (0.0, "0"),
            (0.05, "0.05"),
            (0.001, "0.001"),
            (0.0002, "2e−4"),
            (5000.0, "5000"),
            (20_000.0, "20k"),
            (1_500_000.0, "1.5M"),
            (-0.25, "−0.25"),
        ] {
            assert_eq!(tick(value), text, "{value}");
        }
    }
}
