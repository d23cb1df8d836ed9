//! Values from the file's scalars to the network's, from PyTorch's order to that in memory.
//!
//! A user's build compiles this without optimisation, where a call for a value takes as long as ten for a block; so the
//! loops over all values are plain.

use super::half;

/// A type of floating-point numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    F16,
    Bf16,
    F32,
    F64,
}

impl Scalar {
    /// As safetensors spells it.
    pub(super) fn of(dtype: &str) -> Option<Self> {
        let all = [Self::F16, Self::Bf16, Self::F32, Self::F64];
        all.into_iter().find(|scalar| scalar.name() == dtype)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
            Self::F32 => "F32",
            Self::F64 => "F64",
        }
    }

    /// As Rust, or a declaration, spells it.
    fn type_name(self) -> String {
        self.name().to_lowercase()
    }
}

/// Appends the values of a tensor, little-endian, its first dimension of `outputs` innermost.
pub(super) fn append(
    out: &mut Vec<u8>,
    values: &[u8],
    from: Scalar,
    to: Scalar,
    outputs: usize,
) -> Result<(), String> {
    match (from, to) {
        // The same bits, whatever they mean.
        (Scalar::F32, Scalar::F32) => permute(out, values.as_chunks::<4>().0, outputs),
        (Scalar::F64, Scalar::F64) => permute(out, values.as_chunks::<8>().0, outputs),
        (Scalar::F16, Scalar::F16) | (Scalar::Bf16, Scalar::Bf16) => {
            permute(out, values.as_chunks::<2>().0, outputs);
        }
        (_, Scalar::F64) => {
            let wide = widen(values, from).into_iter();
            let wide: Vec<[u8; 8]> = wide.map(|value| f64::from(value).to_le_bytes()).collect();
            permute(out, &wide, outputs);
        }
        (_, Scalar::F32) => {
            let wide = convert(values, from, to, f32::to_le_bytes, |value| value)?;
            permute(out, &wide, outputs);
        }
        (_, Scalar::Bf16) => {
            let narrow = convert(
                values,
                from,
                to,
                |value| half::to_bf16(value).to_le_bytes(),
                |value| half::from_bf16(half::to_bf16(value)),
            )?;
            permute(out, &narrow, outputs);
        }
        (_, Scalar::F16) => {
            let narrow = convert(
                values,
                from,
                to,
                |value| half::to_f16(value).to_le_bytes(),
                |value| half::from_f16(half::to_f16(value)),
            )?;
            permute(out, &narrow, outputs);
        }
    }
    Ok(())
}

/// Each value by way of `f32`, as PyTorch does; one that is finite stays so, or is an error. `back` is what is left.
fn convert<const WIDTH: usize>(
    values: &[u8],
    from: Scalar,
    to: Scalar,
    narrow: impl Fn(f32) -> [u8; WIDTH],
    back: impl Fn(f32) -> f32,
) -> Result<Vec<[u8; WIDTH]>, String> {
    let wide = widen(values, from);
    let mut narrowed = Vec::with_capacity(wide.len());
    for (index, value) in wide.into_iter().enumerate() {
        if !back(value).is_finite() {
            let wider = match from {
                Scalar::F64 => values.as_chunks().0.get(index),
                _ => None,
            };
            let wider = wider.map(|bytes| f64::from_le_bytes(*bytes));
            if wider.map_or(value.is_finite(), f64::is_finite) {
                let before =
                    wider.map_or_else(|| format!("{value:e}"), |wider| format!("{wider:e}"));
                let help = if to == Scalar::F16 {
                    "; `bf16` has the range of `f32`"
                } else {
                    ""
                };
                return Err(format!(
                    "holds {before}, more than `{}` can{help}",
                    to.type_name()
                ));
            }
        }
        narrowed.push(narrow(value));
    }
    Ok(narrowed)
}

/// The values as `f32`, which is exact but for `F64`.
fn widen(values: &[u8], from: Scalar) -> Vec<f32> {
    match from {
        Scalar::F16 => {
            let values = values.as_chunks().0.iter();
            values
                .map(|bytes| half::from_f16(u16::from_le_bytes(*bytes)))
                .collect()
        }
        Scalar::Bf16 => {
            let values = values.as_chunks().0.iter();
            values
                .map(|bytes| half::from_bf16(u16::from_le_bytes(*bytes)))
                .collect()
        }
        Scalar::F32 => values
            .as_chunks()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect(),
        Scalar::F64 => {
            let values = values.as_chunks().0.iter();
            values
                .map(|bytes| f64::from_le_bytes(*bytes) as f32)
                .collect()
        }
    }
}

/// Appends values of a matrix of `outputs` rows column by column.
fn permute<const WIDTH: usize>(out: &mut Vec<u8>, values: &[[u8; WIDTH]], outputs: usize) {
    let start = out.len();
    out.resize(start + WIDTH * values.len(), 0);
    let to = out
        .get_mut(start..)
        .unwrap_or_default()
        .as_chunks_mut::<WIDTH>()
        .0;
    if outputs <= 1 {
        to.copy_from_slice(values);
        return;
    }
    let columns = values.len() / outputs;
    let (mut next, mut column) = (0, 0);
    while column < columns {
        let mut at = column;
        while at < values.len() {
            to[next] = values[at];
            next += 1;
            at += columns;
        }
        column += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_become_innermost() {
        let mut out = vec![7];
        append(
            &mut out,
            &[1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0],
            Scalar::F16,
            Scalar::F16,
            2,
        )
        .unwrap();
        assert_eq!(out, [7, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6, 0]);
    }

    #[test]
    fn values_travel_between_types() {
        let all = [Scalar::F16, Scalar::Bf16, Scalar::F32, Scalar::F64];
        let exact = [0.0_f64, -0.0, 1.0, -1.5, 0.15625, 96.0, f64::INFINITY];
        let bytes = |scalar| -> Vec<u8> {
            let values = exact.into_iter().map(|value| match scalar {
                Scalar::F16 => half::to_f16(value as f32).to_le_bytes().to_vec(),
                Scalar::Bf16 => half::to_bf16(value as f32).to_le_bytes().to_vec(),
                Scalar::F32 => (value as f32).to_le_bytes().to_vec(),
                Scalar::F64 => value.to_le_bytes().to_vec(),
            });
            values.flatten().collect()
        };
        for (from, to) in all.into_iter().flat_map(|from| all.map(|to| (from, to))) {
            let mut out = Vec::new();
            append(&mut out, &bytes(from), from, to, 1).unwrap();
            assert_eq!(out, bytes(to), "{from:?} {to:?}");
        }
    }

    #[test]
    fn finite_values_that_would_become_infinite_are_errors() {
        let mut out = Vec::new();
        let error = append(
            &mut out,
            &1e300_f64.to_le_bytes(),
            Scalar::F64,
            Scalar::F32,
            1,
        );
        assert_eq!(error, Err("holds 1e300, more than `f32` can".into()));
        let error = append(
            &mut out,
            &70000_f32.to_le_bytes(),
            Scalar::F32,
            Scalar::F16,
            1,
        );
        assert_eq!(
            error,
            Err("holds 7e4, more than `f16` can; `bf16` has the range of `f32`".into())
        );
        assert_eq!(
            append(
                &mut out,
                &65519_f32.to_le_bytes(),
                Scalar::F32,
                Scalar::F16,
                1
            ),
            Ok(())
        );
        assert_eq!(
            append(
                &mut out,
                &f32::NAN.to_le_bytes(),
                Scalar::F32,
                Scalar::F16,
                1
            ),
            Ok(())
        );
    }
}
