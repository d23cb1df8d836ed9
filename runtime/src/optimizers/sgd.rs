use super::Optimizer;
use crate::scalar::Scalar;

/// Stochastic gradient descent: `w ← w − η·∂L/∂w`.
#[derive(Clone, Debug)]
pub struct Sgd<T> {
    learning_rate: T,
}

impl<T: Scalar> Sgd<T> {
    /// Plain gradient descent.
    pub fn new(learning_rate: T) -> Self {
        Self { learning_rate }
    }
}

impl<T: Scalar> Optimizer<T> for Sgd<T> {
    fn step_slices(&mut self, parameters: &mut [T], gradients: &[T]) {
        for (w, &g) in parameters.iter_mut().zip(gradients) {
            *w -= self.learning_rate * g;
        }
    }
    fn learning_rate(&self) -> T {
        self.learning_rate
    }
    fn set_learning_rate(&mut self, learning_rate: T) {
        self.learning_rate = learning_rate;
    }
}
