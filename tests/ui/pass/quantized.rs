//! Names, attributes and privacy of what `quantize = int8` makes.

use chainrule::prelude::*;

const CLASSES: usize = 3;

mod inner {
    use chainrule::prelude::*;

    network! {
        /// Documented.
        #[derive(Debug, PartialEq)]
        pub(super) struct Net: [2 * super::CLASSES] -> [super::CLASSES] {
            range0: Linear(8), Relu,
            r#type: Linear(super::CLASSES),
        }
        quantize = int8
        budget { parameters <= 100 }
    }
}

fn main() {
    let net = inner::Net::boxed();
    let quantized = inner::QNet::calibrate(&net, &[[0.5; 6]]).unwrap();
    let copy: inner::QNet = *quantized;
    let output: [f32; CLASSES] = copy.forward(&[0.5; 6]);
    assert_eq!(output, [0.0; CLASSES]);
    let training: Box<inner::QatNet> = inner::QNet::prepare_qat(&net);
    assert_eq!(training.range0.weight.len(), 48);
}
