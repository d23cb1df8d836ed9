use super::file::{Contents, Entry};
use super::writer::full_name;
use super::{CheckpointError, State, Value};
use crate::io::scalars::{dtype, from_bytes};
use crate::optimizers::Optimizer;
use crate::scalar::Scalar;
use std::path::Path;

/// Gives the parts of a [`State`] by their names.
#[derive(Debug)]
pub struct Reader<'a> {
    prefix: String,
    contents: &'a Contents,
    path: &'a Path,
}

impl<'a> Reader<'a> {
    pub(super) fn new(contents: &'a Contents, path: &'a Path) -> Self {
        Self {
            prefix: String::new(),
            contents,
            path,
        }
    }

    /// A value.
    ///
    /// # Errors
    /// When the file has none of that name, or of another type.
    pub fn value<V: Value>(&self, name: &str) -> Result<V, CheckpointError> {
        let values = &self.contents.values;
        let Some(json) = values.get(&full_name(&self.prefix, name)) else {
            return Err(self.invalid(name, "the file has no such value"));
        };
        V::from_json(json).ok_or_else(|| {
            let wanted = std::any::type_name::<V>();
            self.invalid(name, format!("{json} is no `{wanted}`"))
        })
    }

    /// Scalars, as many as there is room for.
    ///
    /// # Errors
    /// When the file has none of that name, or of another type or number.
    pub fn tensor<T: Scalar>(&self, name: &str, into: &mut [T]) -> Result<(), CheckpointError> {
        let bytes = self.bytes::<T>(name)?;
        let scalars = bytes.chunks_exact(size_of::<T>());
        if scalars.len() != into.len() {
            let (found, expected) = (scalars.len(), into.len());
            return Err(self.invalid(
                name,
                format!("the file has {found} scalars, not {expected}"),
            ));
        }
        for (value, bytes) in into.iter_mut().zip(scalars) {
            *value = from_bytes(bytes);
        }
        Ok(())
    }

    /// Scalars, all there are.
    ///
    /// # Errors
    /// When the file has none of that name, or of another type.
    pub fn list<T: Scalar>(&self, name: &str) -> Result<Vec<T>, CheckpointError> {
        let bytes = self.bytes::<T>(name)?;
        Ok(bytes.chunks_exact(size_of::<T>()).map(from_bytes).collect())
    }

    pub(super) fn bytes<T: Scalar>(&self, name: &str) -> Result<&'a [u8], CheckpointError> {
        let tensors = &self.contents.tensors;
        match tensors.get(&full_name(&self.prefix, name)) {
            Some(Entry {
                dtype: found,
                bytes,
                ..
            }) if *found == dtype::<T>() => Ok(bytes),
            Some(_) => Err(self.invalid(name, format!("its scalars are no `{}`", T::NAME))),
            None => Err(self.invalid(name, "the file has no such tensor")),
        }
    }

    /// A state within this one.
    ///
    /// # Errors
    /// Those of the state.
    pub fn state(
        &self,
        name: &str,
        state: &mut (impl State + ?Sized),
    ) -> Result<(), CheckpointError> {
        state.load(&Reader {
            prefix: full_name(&self.prefix, name),
            ..*self
        })
    }

    /// What [`Writer::optimizer`](super::Writer::optimizer) has saved.
    ///
    /// # Errors
    /// When something is missing or cannot be.
    pub fn optimizer<T: Scalar>(
        &self,
        optimizer: &mut impl Optimizer<T>,
    ) -> Result<(), CheckpointError> {
        for (name, values) in optimizer.state_mut() {
            self.tensor(name, values)?;
        }
        for (name, value) in optimizer.scalar_state_mut() {
            *value = self.value(name)?;
        }
        optimizer.set_steps(self.value("steps")?);
        optimizer.set_learning_rate(self.learning_rate()?);
        Ok(())
    }

    /// The value `learning_rate`, which an optimizer panics about if it is none.
    pub(super) fn learning_rate(&self) -> Result<f64, CheckpointError> {
        let learning_rate: f64 = self.value("learning_rate")?;
        if learning_rate >= 0.0 && learning_rate.is_finite() {
            Ok(learning_rate)
        } else {
            let reason = format!("{learning_rate} is negative or not finite");
            Err(self.invalid("learning_rate", reason))
        }
    }

    /// The error that a part of the file cannot be taken, and why.
    pub fn invalid(&self, name: &str, reason: impl Into<String>) -> CheckpointError {
        CheckpointError::Invalid {
            path: self.path.into(),
            name: full_name(&self.prefix, name),
            reason: reason.into(),
        }
    }
}
