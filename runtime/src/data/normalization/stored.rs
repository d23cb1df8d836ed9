//! Normalisations in the metadata of safetensors files.

use super::{Normalization, Per};
use crate::data::{DataError, Place, Unexpected};
use crate::io::{SafetensorsError, parse};
use crate::shape::Shape;
use std::collections::HashMap;
use std::fmt::Display;
use std::marker::PhantomData;
use std::path::Path;

const KINDS: [(Per, &str); 4] = [
    (Per::Feature, "feature"),
    (Per::Channel, "channel"),
    (Per::Last, "last"),
    (Per::Input, "input"),
];

impl<S: Shape> Normalization<S> {
    /// What a file stores: texts with names, numbers in decimal that come back bit for bit.
    pub(crate) fn metadata(&self) -> [(String, String); 4] {
        let per = KINDS.iter().find(|(per, _)| *per == self.per);
        [
            (
                "per",
                per.map_or_else(String::new, |(_, name)| (*name).into()),
            ),
            ("shape", list(S::DIMS)),
            ("offset", list(&self.offset)),
            ("scale", list(&self.scale)),
        ]
        .map(|(name, text)| (format!("normalization.{name}"), text))
    }

    /// Loads the normalisation from a file that
    /// [`save_safetensors_with`](crate::io::Safetensors::save_safetensors_with) has saved.
    ///
    /// In Python its numbers are in `safetensors.safe_open(path, "pt").metadata()`: `"normalization.offset"` and
    /// `"normalization.scale"`, separated by blanks.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, has no normalisation, or one for inputs of another shape.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| DataError::Read {
            path: path.into(),
            error,
        })?;
        let (metadata, _) = parse(&bytes).map_err(|reason| SafetensorsError::Malformed {
            file: Some(path.into()),
            reason,
        })?;
        let metadata = metadata.metadata().as_ref();
        let unexpected = |found: String, help: &str| {
            DataError::from(Box::new(Unexpected {
                path: path.into(),
                place: Place::Whole,
                expected: format!("a normalization of inputs {:?}", S::DIMS),
                found,
                help: help.into(),
            }))
        };
        let Some(metadata) = metadata.filter(|texts| texts.contains_key("normalization.per"))
        else {
            return Err(unexpected(
                "none".into(),
                "save the network with `save_safetensors_with(path, &normalization)`",
            ));
        };
        let shape = text(metadata, "shape");
        if shape != list(S::DIMS) {
            return Err(unexpected(
                format!("one of inputs [{}]", shape.replace(' ', ", ")),
                "load it as `Normalization` of the network's own input",
            ));
        }
        let per = KINDS
            .iter()
            .find(|(_, name)| *name == text(metadata, "per"));
        let numbers = |name| -> Option<Vec<f64>> {
            let words = text(metadata, name).split(' ');
            words
                .map(|word| word.parse().ok().filter(|x: &f64| x.is_finite()))
                .collect()
        };
        match (per, numbers("offset"), numbers("scale")) {
            (Some(&(per, _)), Some(offset), Some(scale))
                if offset.len() == per.groups(S::DIMS)
                    && scale.len() == offset.len()
                    && scale.iter().all(|&scale| scale != 0.0) =>
            {
                Ok(Self {
                    per,
                    offset,
                    scale,
                    input: PhantomData,
                })
            }
            _ => Err(unexpected(
                "numbers that are missing or are none".into(),
                "save the network with its normalization again",
            )),
        }
    }
}

fn list(values: &[impl Display]) -> String {
    let words: Vec<String> = values.iter().map(ToString::to_string).collect();
    words.join(" ")
}

fn text<'a>(metadata: &'a HashMap<String, String>, name: &str) -> &'a str {
    let name = format!("normalization.{name}");
    metadata.get(&name).map_or("", String::as_str)
}
