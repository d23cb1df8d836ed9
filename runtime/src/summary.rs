//! The table of a network's layers.

use crate::layer_info::LayerInfo;
use crate::network::Network;
use core::fmt;

/// What [`Network::summary`] returns; prints as a table.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    name: &'static str,
    scalar: &'static str,
    input: &'static [usize],
    layers: &'static [LayerInfo],
    inference_bytes: usize,
    training_bytes: usize,
    scalar_bytes: usize,
}

impl Summary {
    pub(crate) const fn of<N: Network>() -> Self {
        Self {
            name: N::NAME,
            scalar: <N::Scalar as crate::Scalar>::NAME,
            input: <N::Input as crate::Shape>::DIMS,
            layers: N::LAYERS,
            inference_bytes: N::INFERENCE_BYTES,
            training_bytes: N::TRAINING_BYTES,
            scalar_bytes: size_of::<N::Scalar>(),
        }
    }

    fn total(&self, count: impl Fn(&LayerInfo) -> usize) -> usize {
        self.layers.iter().map(count).sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = |text: &str| text.chars().count();
        let label_width = self
            .layers
            .iter()
            .map(|layer| wide(layer.label))
            .max()
            .unwrap_or(0)
            .max(5);
        let layer_width = self
            .layers
            .iter()
            .map(|layer| wide(layer.declaration))
            .max()
            .unwrap_or(0)
            .max(5);
        let width = label_width + layer_width + 2 + 2 + 16 + 2 + 12 + 2 + 14;
        writeln!(f, "{}: {} {}", self.name, Dims(self.input), self.scalar)?;
        writeln!(
            f,
            "{:label_width$}  {:layer_width$}  {:<16}  {:>12}  {:>14}",
            "label", "layer", "output", "parameters", "multiply-adds"
        )?;
        rule(f, width)?;
        for layer in self.layers {
            writeln!(
                f,
                "{:label_width$}  {:layer_width$}  {:<16}  {:>12}  {:>14}",
                layer.label,
                layer.declaration,
                Text(Dims(layer.output)),
                Text(Grouped(layer.parameter_count())),
                Text(Grouped(layer.macs)),
            )?;
        }
        rule(f, width)?;
        let parameters = self.total(LayerInfo::parameter_count);
        writeln!(
            f,
            "{} parameters ({} bytes), {} multiply-adds",
            Grouped(parameters),
            Grouped(parameters * self.scalar_bytes),
            Grouped(self.total(|layer| layer.macs)),
        )?;
        let frozen = self.total(LayerInfo::frozen_count);
        if frozen > 0 {
            writeln!(f, "{} of the parameters are frozen", Grouped(frozen))?;
        }
        write!(
            f,
            "activations: {} bytes for inference; workspace: {} bytes for training",
            Grouped(self.inference_bytes),
            Grouped(self.training_bytes),
        )
    }
}

fn rule(f: &mut fmt::Formatter<'_>, width: usize) -> fmt::Result {
    for _ in 0..width {
        f.write_str("─")?;
    }
    f.write_str("\n")
}

/// `[1, 28, 28]`
struct Dims(&'static [usize]);

impl fmt::Display for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// `61_706`
struct Grouped(usize);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut unit = 1;
        while self.0 / unit >= 1000 {
            unit *= 1000;
        }
        write!(f, "{}", self.0 / unit)?;
        while unit > 1 {
            unit /= 1000;
            write!(f, "_{:03}", self.0 / unit % 1000)?;
        }
        Ok(())
    }
}

/// Pads what another type displays, as strings are padded, without an allocation.
struct Text<D>(D);

impl<D: fmt::Display> fmt::Display for Text<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Buffer {
            bytes: [u8; 64],
            len: usize,
        }
        impl fmt::Write for Buffer {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                let end = self.len + text.len();
                self.bytes
                    .get_mut(self.len..end)
                    .ok_or(fmt::Error)?
                    .copy_from_slice(text.as_bytes());
                self.len = end;
                Ok(())
            }
        }
        let mut buffer = Buffer {
            bytes: [0; 64],
            len: 0,
        };
        fmt::write(&mut buffer, format_args!("{}", self.0))?;
        f.pad(str::from_utf8(&buffer.bytes[..buffer.len]).map_err(|_| fmt::Error)?)
    }
}
