use super::{CheckpointError, Reader, Writer};

/// What a checkpoint can hold.
///
/// Networks, workspaces, the optimizers, averages and [`Progress`](super::Progress) are states, and so are numbers, `bool`,
/// `String`, and `Option` and `Vec` of these. A type of one's own names its parts:
///
/// ```
/// use chainrule::checkpoint::{CheckpointError, Reader, State, Writer};
///
/// struct Curriculum { level: u64, losses: Vec<f64> }
///
/// impl State for Curriculum {
///     fn save(&self, to: &mut Writer) {
///         to.value("level", &self.level);
///         to.value("losses", &self.losses);
///     }
///     fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
///         self.level = from.value("level")?;
///         self.losses = from.value("losses")?;
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a checkpoint cannot hold `{Self}`",
    label = "this does not implement `State`",
    note = "where a network lies in a box, give what is in it: `&*net` to save, `&mut *net` to load",
    note = "a type of your own implements `chainrule::checkpoint::State`"
)]
pub trait State {
    /// Hands over every part. Which parts those are, and their shapes, tells also what
    /// [`load`](State::load) will find: a file with others is refused before anything changes.
    fn save(&self, to: &mut Writer);

    /// Takes every part from a file that has those of [`save`](State::save).
    ///
    /// # Errors
    /// Those of `from`, and [`from.invalid`](Reader::invalid) for a value that cannot be. Everything that is being loaded,
    /// this state included, then gets back what it had.
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError>;
}
