//! What becomes of a layer where a network runs one time step at a time.

use super::{Arguments, Kind, find};
use crate::size::Size;

/// Where time is among the dimensions of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Time {
    /// This one, of a sequence.
    Along(usize),
    /// There is none: the value belongs to the last step.
    Now,
}

/// A layer that takes a sequence.
pub(crate) struct Moment<'a> {
    pub(crate) arguments: &'a Arguments,
    /// Which of the input's dimensions is time.
    pub(crate) time: usize,
    /// How many the input has.
    pub(crate) rank: usize,
    /// The steps of the sequence.
    pub(crate) length: &'a Size,
}

/// What the layer is in one step.
pub(crate) struct Step {
    pub(crate) kind: Option<&'static Kind>,
    pub(crate) arguments: Arguments,
    /// Where time is in what it puts out.
    pub(crate) time: Time,
}

/// Why it is nothing: what stands behind its name in the error, and what to type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) text: &'static str,
    pub(crate) help: Option<&'static str>,
}

/// How a row says which of the two.
pub(crate) type Streaming = fn(&Moment<'_>) -> Result<Step, Refusal>;

impl Moment<'_> {
    /// The same layer at one step.
    pub(super) fn same(&self) -> Step {
        Step {
            kind: None,
            arguments: self.arguments.clone(),
            time: Time::Along(self.time),
        }
    }

    /// Another one, with the same arguments.
    pub(super) fn becomes(&self, kind: &'static Kind) -> Step {
        Step {
            kind: Some(kind),
            ..self.same()
        }
    }

    /// Nothing to do: a step is the same in any order of its dimensions.
    pub(super) fn nothing(&self, time: usize) -> Step {
        Step {
            kind: find("Flatten"),
            arguments: Arguments::default(),
            time: Time::Along(time),
        }
    }
}

/// Without a word of their own, layers need the whole sequence.
pub(super) fn never(_: &Moment<'_>) -> Result<Step, Refusal> {
    refuse("needs the whole sequence at once")
}

/// Works element by element, or on whatever dimensions there are.
pub(super) fn each(moment: &Moment<'_>) -> Result<Step, Refusal> {
    Ok(moment.same())
}

/// Works along the last dimension.
pub(super) fn along_the_last(moment: &Moment<'_>) -> Result<Step, Refusal> {
    if moment.time + 1 == moment.rank {
        return mixes();
    }
    Ok(moment.same())
}

/// Has something of its own for each index of the first dimension.
pub(super) fn by_the_first(moment: &Moment<'_>) -> Result<Step, Refusal> {
    if moment.time == 0 {
        return refuse("treats the steps differently: time is its first dimension");
    }
    Ok(moment.same())
}

/// Works along the dimension `dim`, by default the last.
pub(super) fn along_dim(moment: &Moment<'_>) -> Result<Step, Refusal> {
    let dim = match moment
        .arguments
        .get("dim")
        .map(|_| moment.arguments.size("dim"))
    {
        None => moment.rank.saturating_sub(1),
        Some(Size::Known(dim)) => dim as usize,
        Some(_) => return refuse("works along a dimension that only the compiler knows"),
    };
    if dim == moment.time {
        return mixes();
    }
    let mut step = moment.same();
    let dim = without(dim, moment.time) as u64;
    step.arguments.set_size("dim", Size::Known(dim));
    Ok(step)
}

/// The number of a dimension when that of time is gone.
pub(crate) fn without(dim: usize, time: usize) -> usize {
    dim - usize::from(dim > time)
}

pub(super) fn refuse<T>(text: &'static str) -> Result<T, Refusal> {
    Err(Refusal { text, help: None })
}

pub(super) fn refuse_with<T>(text: &'static str, help: &'static str) -> Result<T, Refusal> {
    Err(Refusal {
        text,
        help: Some(help),
    })
}

fn mixes<T>() -> Result<T, Refusal> {
    refuse("mixes the steps: time is the dimension that it works along")
}
