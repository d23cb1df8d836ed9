use super::{CheckpointError, Reader, State, Writer};
use serde_json::Value as Json;

mod sealed {
    pub trait Sealed {}
}
use sealed::Sealed;

/// A small value: a number, `bool`, `String`, or an `Option` or `Vec` of these. It comes back with the same bits.
///
/// Each is a [`State`] of its own too: `("best_loss", &best_loss)`.
pub trait Value: Sealed + Sized {
    #[doc(hidden)]
    fn to_json(&self) -> Json;
    #[doc(hidden)]
    fn from_json(json: &Json) -> Option<Self>;
}

/// A value as a state: one part without a name.
macro_rules! state {
    ([$($generics:tt)*] $value:ty) => {
        impl<$($generics)*> Sealed for $value {}

        impl<$($generics)*> State for $value {
            fn save(&self, to: &mut Writer) {
                to.value("", self);
            }
            fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
                *self = from.value("")?;
                Ok(())
            }
        }
    };
}

macro_rules! value {
    ($as:ident: $($value:ty),+) => {$(
        state! { [] $value }

        impl Value for $value {
            fn to_json(&self) -> Json {
                Json::from(self.clone())
            }
            fn from_json(json: &Json) -> Option<Self> {
                json.$as()?.try_into().ok()
            }
        }
    )+};
}
value! { as_bool: bool }
value! { as_u64: u8, u16, u32, u64, usize }
value! { as_i64: i8, i16, i32, i64, isize }
value! { as_str: String }

macro_rules! float {
    ($($value:ident: $bits:ident)+) => {$(
        state! { [] $value }

        /// JSON has no infinities and NaNs: there the bits stand, as `"0x7ff0000000000000"`.
        impl Value for $value {
            fn to_json(&self) -> Json {
                if self.is_finite() {
                    Json::from(*self)
                } else {
                    Json::from(format!("{:#x}", self.to_bits()))
                }
            }
            fn from_json(json: &Json) -> Option<Self> {
                let Some(bits) = json.as_str() else {
                    return json.as_f64().map(|value| value as Self);
                };
                let bits = $bits::from_str_radix(bits.strip_prefix("0x")?, 16);
                bits.ok().map(Self::from_bits)
            }
        }
    )+};
}
float! { f32: u32 f64: u64 }

state! { [V: Value] Option<V> }

impl<V: Value> Value for Option<V> {
    fn to_json(&self) -> Json {
        self.as_ref().map_or(Json::Null, V::to_json)
    }
    fn from_json(json: &Json) -> Option<Self> {
        if json.is_null() {
            Some(None)
        } else {
            V::from_json(json).map(Some)
        }
    }
}

state! { [V: Value] Vec<V> }

impl<V: Value> Value for Vec<V> {
    fn to_json(&self) -> Json {
        self.iter().map(V::to_json).collect()
    }
    fn from_json(json: &Json) -> Option<Self> {
        json.as_array()?.iter().map(V::from_json).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Through the text of a file.
    fn back<V: Value>(value: V) -> V {
        let text = value.to_json().to_string();
        let json = serde_json::from_str(&text).expect("JSON");
        V::from_json(&json).expect(&text)
    }

    #[test]
    fn floats_come_back_with_the_same_bits() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..100_000 {
            bits = bits.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            assert_eq!(back(f64::from_bits(bits)).to_bits(), bits);
            let bits = (bits >> 32) as u32;
            assert_eq!(back(f32::from_bits(bits)).to_bits(), bits);
        }
        for value in [
            0.0,
            -0.0,
            1.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -f64::NAN,
            f64::MIN_POSITIVE,
            5e-324,
            f64::MAX,
        ] {
            assert_eq!(back(value).to_bits(), value.to_bits());
            assert_eq!(back(value as f32).to_bits(), (value as f32).to_bits());
        }
    }

    #[test]
    fn other_values_come_back() {
        assert_eq!(back(u64::MAX), u64::MAX);
        assert_eq!(back(i64::MIN), i64::MIN);
        assert_eq!(back(usize::MAX), usize::MAX);
        assert!(back(true));
        assert_eq!(back(String::from("größe \"x\"\n")), "größe \"x\"\n");
        assert_eq!(back(vec![Some(1.5), None]), [Some(1.5), None]);
        assert_eq!(back(Some(vec![String::new()])), Some(vec![String::new()]));
    }

    #[test]
    fn a_value_of_another_kind_is_none() {
        assert_eq!(u8::from_json(&Json::from(256)), None);
        assert_eq!(u64::from_json(&Json::from(-1)), None);
        assert_eq!(u64::from_json(&Json::from(1.5)), None);
        assert_eq!(f64::from_json(&Json::from("7ff0000000000000")), None);
        assert_eq!(f32::from_json(&Json::from("0x7ff0000000000000")), None);
        assert_eq!(bool::from_json(&Json::from(1)), None);
        assert_eq!(Vec::<u64>::from_json(&Json::from(vec![1, -1])), None);
    }
}
