//! The networks of the README and of the examples, for what is stated about each of them.
//!
//! Each stands here as it stands there, which a test compares.

use chainrule::prelude::*;

/// Declares networks, each in a module of its own, with the text of its declaration and that of the file it is from.
macro_rules! declared {
    ($($module:ident $file:literal $([$($constant:ident = $value:literal),*])? { $($declaration:tt)* })*) => {
        $(
            #[doc = concat!("As in `", $file, "`.")]
            pub mod $module {
                use super::*;
                $($(const $constant: usize = $value;)*)?
                network! { $($declaration)* }
            }
        )*
        #[cfg(test)]
        const DECLARED: &[[&str; 2]] =
            &[$([stringify!($($declaration)*), include_str!(concat!("../../", $file))]),*];
    };
}

declared! {
    lenet5 "README.md" {
        #[derive(Clone)]
        pub struct LeNet5: [1, 28, 28] -> [10] {
            conv1: Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
            conv2: Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
            Flatten,
            fc1: Linear(120), Relu,
            fc2: Linear(84), Relu,
            head: Linear(10),
        }
    }
    policy "examples/firmware/src/lib.rs" {
        pub struct Policy: [16] -> [8] {
            Linear(64), Relu,
            Linear(64), Relu,
            Linear(8),
        }
    }
    xor "examples/xor.rs" {
        pub struct Xor: [2] -> [1] {
            hidden: Linear(3), Tanh,
            output: Linear(1),
        }
    }
    iris "examples/backprop_vs_sgd.rs" {
        #[network(scalar = f64)]
        pub struct Iris: [4] -> [3] {
            hidden: Linear(16), Tanh,
            output: Linear(3),
        }
    }
    diabetes "examples/diabetes.rs" {
        pub struct Progression: [10] -> [1] {
            Linear(16), Tanh,
            Linear(1),
        }
    }
    digits "examples/digits.rs" {
        pub struct Digits: [1, 8, 8] -> [10] {
            conv1: Conv2d(16, kernel = 3, padding = 1), Relu,
            conv2: Conv2d(32, kernel = 3, padding = 1), Relu, MaxPool2d(2),
            Flatten,
            Dropout(0.25),
            fc: Linear(64), Relu,
            head: Linear(10),
        }
    }
    resnet_digits "examples/resnet_digits.rs" {
        pub struct ResNet: [1, 8, 8] -> [10] {
            stem: Conv2d(16, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
            stage1: Repeat(2) {
                Residual {
                    Conv2d(16, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
                    Conv2d(16, kernel = 3, padding = 1, bias = false), BatchNorm2d,
                },
                Relu,
            },
            widen: Residual(project = { Conv2d(32, kernel = 1, stride = 2, bias = false), BatchNorm2d }) {
                Conv2d(32, kernel = 3, stride = 2, padding = 1, bias = false), BatchNorm2d, Relu,
                Conv2d(32, kernel = 3, padding = 1, bias = false), BatchNorm2d,
            },
            Relu,
            stage2: Residual {
                Conv2d(32, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
                Conv2d(32, kernel = 3, padding = 1, bias = false), BatchNorm2d,
            },
            Relu,
            GlobalAvgPool,
            head: Linear(10),
        }
    }
    sst_forecast "examples/sst_forecast.rs" {
        pub struct Forecast: [48, 2] -> [2] {
            gru: Gru(32, last = true),
            output: Linear(2),
        }
    }
    char_rnn "examples/char_rnn.rs" [LENGTH = 64, CHARACTERS = 62] {
        pub struct Writer: [LENGTH] -> [LENGTH, CHARACTERS] {
            Embedding(CHARACTERS, 32),
            gru: Gru(128),
            Dropout(0.3),
            head: Linear(CHARACTERS),
        }
    }
    tiny_transformer "examples/tiny_transformer.rs" [LENGTH = 64, CHARACTERS = 62] {
        pub struct Writer: [LENGTH] -> [LENGTH, CHARACTERS] {
            Embedding(CHARACTERS, 64),
            PositionalEncoding,
            Repeat(2) {
                TransformerEncoderLayer(4, feedforward = 192, norm_first = true, activation = gelu, causal = true, window = 32),
            },
            LayerNorm,
            head: Linear(CHARACTERS),
        }
    }
    audio_amp "examples/audio_amp.rs" [LENGTH = 768] {
        pub struct Amp: [LENGTH, 1] -> [LENGTH, 1] {
            Residual { gru: Gru(16), output: Linear(1) },
        }
    }
    actor_critic "examples/actor_critic/main.rs" {
        pub struct Agent: [4] {
            Heads {
                policy: { Linear(32), Tanh, Linear(32), Tanh, Linear(2, init = orthogonal(gain = 0.01)) },
                value: { Linear(32), Tanh, Linear(32), Tanh, Linear(1) },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DECLARED;

    /// Without comments and white space.
    fn bare(text: &str) -> String {
        let code = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default());
        code.collect::<String>().split_whitespace().collect()
    }

    #[test]
    fn networks_are_those_of_the_examples() {
        for [declaration, file] in DECLARED {
            assert!(
                bare(file).contains(&bare(declaration)),
                "another network than\n{declaration}"
            );
        }
    }
}
