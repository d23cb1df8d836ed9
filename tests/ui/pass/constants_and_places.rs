//! Sizes from constants, labels that are keywords, a declaration inside a function and a module.
use chainrule::prelude::*;

const WIDTH: usize = 6;

mod inner {
    use chainrule::prelude::*;
    pub const IMAGE: usize = 10;
    network! {
        /// Public in a private module.
        pub struct Vision: [1, IMAGE, IMAGE] -> [2] {
            Conv2d(super::WIDTH, kernel = 3, stride = 2), Relu,
            AvgPool2d(2), Flatten,
            r#type: Linear(2),
        }
    }
}

fn main() {
    network! {
        struct Local: [WIDTH] -> [2 * WIDTH] {
            pass: Linear(2 * WIDTH), Relu,
            x0: Linear(WIDTH), Tanh,
            parameters: Linear(2 * WIDTH),
        }
    }
    let mut rng = StdRng::seed_from_u64(1);
    assert_eq!(Local::init(&mut rng).forward(&[1.0; 6]).len(), 12);
    let vision = inner::Vision::init(&mut rng);
    assert_eq!(vision.r#type.weight.shape(), (2, WIDTH * 2 * 2));
    let names: Vec<String> = vision.named_parameters().map(|tensor| tensor.name().to_string()).collect();
    assert_eq!(names, ["conv2d1.weight", "conv2d1.bias", "type.weight", "type.bias"]);
}
