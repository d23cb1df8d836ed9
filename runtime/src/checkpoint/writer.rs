use super::file::{Contents, Entry};
use super::{CheckpointError, State, Value};
use crate::io::scalars::{dtype, to_bytes};
use crate::optimizers::Optimizer;
use crate::scalar::Scalar;
use std::collections::BTreeSet;

/// Takes the parts of a [`State`], each under a name of its own.
#[derive(Debug, Default)]
pub struct Writer {
    /// The full name of the state whose parts come next.
    prefix: String,
    collected: Collected,
}

/// The parts of several states.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) contents: Contents,
    /// Values that a file must have as they are here.
    pub(super) identities: Vec<String>,
    /// Tensors whose length may differ.
    pub(super) lists: BTreeSet<String>,
    /// A name that two parts have.
    twice: Option<String>,
}

impl Collected {
    /// # Errors
    /// When a name cannot be one, or names two things.
    pub(super) fn new<'a>(
        states: impl IntoIterator<Item = (&'a str, &'a dyn State)>,
    ) -> Result<Self, CheckpointError> {
        let (mut writer, mut names) = (Writer::default(), BTreeSet::new());
        for (name, state) in states {
            let problem = if name.is_empty() {
                "it is empty"
            } else if name.contains('.') {
                "a dot stands between a state and its parts"
            } else if name == "__metadata__" {
                "files have a meaning for it"
            } else if !names.insert(name) {
                "another state has it too"
            } else {
                writer.state(name, state);
                continue;
            };
            return Err(CheckpointError::Name {
                name: name.into(),
                problem: problem.into(),
            });
        }
        match writer.collected.twice {
            None => Ok(writer.collected),
            Some(name) => Err(CheckpointError::Name {
                name,
                problem: "two parts have it; each needs its own in `State::save`".into(),
            }),
        }
    }
}

impl Writer {
    /// A number, text, or a list of these.
    pub fn value(&mut self, name: &str, value: &impl Value) {
        let name = full_name(&self.prefix, name);
        let values = &mut self.collected.contents.values;
        if values.insert(name.clone(), value.to_json()).is_some() {
            self.collected.twice = Some(name);
        }
    }

    /// What this state is: a file in which it is something else is one of another network, optimizer, ….
    pub fn identity(&mut self, name: &str, what: &str) {
        self.value(name, &what.to_owned());
        let name = full_name(&self.prefix, name);
        self.collected.identities.push(name);
    }

    /// Scalars of which there are always as many.
    pub fn tensor<T: Scalar>(&mut self, name: &str, values: &[T]) {
        self.shaped(name, &[values.len()], values.iter().copied());
    }

    /// Scalars of which a file may have more or fewer.
    pub fn list<T: Scalar>(&mut self, name: &str, values: &[T]) {
        self.tensor(name, values);
        let name = full_name(&self.prefix, name);
        self.collected.lists.insert(name);
    }

    /// Scalars in a shape, row-major.
    pub(super) fn shaped<T: Scalar>(
        &mut self,
        name: &str,
        dims: &[usize],
        values: impl ExactSizeIterator<Item = T>,
    ) {
        let name = full_name(&self.prefix, name);
        let entry = Entry {
            dtype: dtype::<T>(),
            dims: dims.to_vec(),
            bytes: to_bytes(values),
        };
        let tensors = &mut self.collected.contents.tensors;
        if tensors.insert(name.clone(), entry).is_some() {
            self.collected.twice = Some(name);
        }
    }

    /// A state within this one: its parts get names behind `name`.
    pub fn state(&mut self, name: &str, state: &(impl State + ?Sized)) {
        let inner = full_name(&self.prefix, name);
        let outer = std::mem::replace(&mut self.prefix, inner);
        state.save(self);
        self.prefix = outer;
    }

    /// Everything that the trait tells about an optimizer, for one of your own: its slices and scalars, the number of
    /// steps, and the learning rate.
    pub fn optimizer<T: Scalar>(&mut self, optimizer: &impl Optimizer<T>) {
        for (name, values) in optimizer.state() {
            self.tensor(name, values);
        }
        for (name, value) in optimizer.scalar_state() {
            self.value(name, &value);
        }
        self.value("steps", &optimizer.steps());
        self.value("learning_rate", &optimizer.current_learning_rate());
    }
}

/// `state.part`; a state with a single part has no name for it.
pub(super) fn full_name(prefix: &str, name: &str) -> String {
    match (prefix, name) {
        ("", name) => name.into(),
        (prefix, "") => prefix.into(),
        (prefix, name) => format!("{prefix}.{name}"),
    }
}
