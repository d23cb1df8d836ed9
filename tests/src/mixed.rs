//! The network of the file tests.

use chainrule::prelude::*;

network! {
    /// Every kind of tensor that files meet: weights with their outputs innermost, plain vectors, a bias that is not
    /// there, and buffers.
    #[derive(Debug)]
    pub struct Mixed<T>: [2, 2, 2] -> [3] {
        conv: Conv2d(5, kernel = 2), norm: BatchNorm2d, Tanh, Flatten,
        head: Linear(3, bias = false),
    }
}
