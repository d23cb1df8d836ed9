//! Optimizers, averages of weights, and the one schedule with a state.
//!
//! Of an optimizer its state, the number of steps and the learning rate are saved, not the other options: those stand in
//! the program.

use super::{CheckpointError, Reader, State, Writer};
use crate::optimizers::{
    Adadelta, Adagrad, Adam, AdamW, Adamax, Adan, AveragedModel, Lamb, Lbfgs, LbfgsProgress, Lion,
    Lookahead, Muon, NAdam, Optimizer, Piecewise, RAdam, RmsProp, ScheduleFree, Sgd, Storage,
};
use crate::scalar::Scalar;
use crate::schedules::ReduceLrOnPlateau;

macro_rules! optimizers {
    ($($name:ident)+) => {$(
        impl<T: Scalar, S: Storage<T>> State for $name<T, S> {
            fn save(&self, to: &mut Writer) {
                to.identity("type", stringify!($name));
                to.optimizer(self);
            }
            fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
                from.optimizer(self)
            }
        }
    )+};
}
optimizers! { Adadelta Adagrad Adam AdamW Adamax Adan Lamb Lion NAdam RAdam RmsProp ScheduleFree Sgd }

/// The other optimizer is the state `rest` within: both may have parts of the same name.
impl<O, T, S> State for Muon<O, T, S>
where
    O: Piecewise<T> + State,
    T: Scalar,
    S: Storage<T>,
{
    fn save(&self, to: &mut Writer) {
        to.identity("type", "Muon");
        // The first is Muon's own.
        for (name, values) in self.state().take(1) {
            to.tensor(name, values);
        }
        to.value("learning_rate", &self.current_learning_rate());
        to.state("rest", self.rest());
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        for (name, values) in self.state_mut().take(1) {
            from.tensor(name, values)?;
        }
        self.set_learning_rate(from.learning_rate()?);
        from.state("rest", self.rest_mut())
    }
}

/// The optimizer inside is the state `inside` within.
impl<O, T, S> State for Lookahead<O, T, S>
where
    O: Optimizer<T> + State,
    T: Scalar,
    S: Storage<T>,
{
    fn save(&self, to: &mut Writer) {
        to.identity("type", "Lookahead");
        to.tensor("slow", self.slow());
        to.state("inside", self.inside());
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        from.tensor("slow", self.slow_mut())?;
        from.state("inside", self.inside_mut())
    }
}

impl<T: Scalar, S: Storage<T>> State for Lbfgs<T, S> {
    fn save(&self, to: &mut Writer) {
        let (memory, progress) = self.state();
        let LbfgsProgress {
            n_iter,
            func_evals,
            changes,
            oldest,
            t,
            h_diag,
        } = progress;
        to.identity("type", "Lbfgs");
        to.tensor("memory", memory);
        to.value("n_iter", &n_iter);
        to.value("func_evals", &func_evals);
        to.value("changes", &changes);
        to.value("oldest", &oldest);
        to.value("t", &t);
        to.value("h_diag", &h_diag);
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        let (memory, progress) = self.state_mut();
        from.tensor("memory", memory)?;
        *progress = LbfgsProgress {
            n_iter: from.value("n_iter")?,
            func_evals: from.value("func_evals")?,
            changes: from.value("changes")?,
            oldest: from.value("oldest")?,
            t: from.value("t")?,
            h_diag: from.value("h_diag")?,
        };
        Ok(())
    }
}

impl<T: Scalar, S: Storage<T>> State for AveragedModel<T, S> {
    fn save(&self, to: &mut Writer) {
        to.tensor("average", self.state());
        to.value("updates", &self.updates());
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        from.tensor("average", self.state_mut())?;
        self.set_updates(from.value("updates")?);
        Ok(())
    }
}

/// What it remembers; its options stand in the program.
impl State for ReduceLrOnPlateau {
    fn save(&self, to: &mut Writer) {
        to.value("learning_rate", &self.learning_rate);
        to.value("best", &self.best);
        to.value("num_bad_epochs", &self.num_bad_epochs);
        to.value("cooldown_counter", &self.cooldown_counter);
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        self.learning_rate = from.learning_rate()?;
        self.best = from.value("best")?;
        self.num_bad_epochs = from.value("num_bad_epochs")?;
        self.cooldown_counter = from.value("cooldown_counter")?;
        Ok(())
    }
}
