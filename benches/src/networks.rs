//! The networks of the README and of the examples, for what is stated about each of them.
//!
//! Each stands here as it stands there, which a test compares.

use chainrule::prelude::*;

const CHARACTERS: usize = 59;

/// Declares networks, each in a module of its own with the text of its declaration and where that text is from.
macro_rules! declared {
    ($($(#[$meta:meta])* $module:ident $file:literal { $($declaration:tt)* })*) => {
        $(
            $(#[$meta])*
            pub mod $module {
                #[allow(unused_imports)]
                use super::*;
                network! { $($declaration)* }
            }
        )*
        #[cfg(test)]
        const DECLARED: &[[&str; 3]] =
            &[$([stringify!($module), stringify!($($declaration)*), include_str!(concat!("../../", $file))]),*];
    };
}

declared! {
    /// The README's tour.
    lenet5 "README.md" {
        /// LeNet-5 for 28×28 grey images.
        #[derive(Clone)]
        pub struct LeNet5: [1, 28, 28] -> [10] {
            conv1: Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
            conv2: Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
            Flatten,
            fc1: Linear(120), Relu,
            fc2: Linear(84), Relu,
            head: Linear(10),
        }
        budget { parameters <= 62_000, macs <= 420_000, inference_bytes <= 32 KiB }
    }
}
