//! Every layer without an integer form is an error at the layer, and what the setting makes is there all the same.

use chainrule::prelude::*;

network! {
    pub struct Speech: [20, 8] -> [4] {
        lstm: Lstm(16, last = true),
        norm: LayerNorm,
        head: Linear(4),
    }
    quantize = int8
}

fn main() {
    let net = Speech::boxed();
    let samples = [[[0.5; 8]; 20]];
    let quantized = QSpeech::calibrate(&net, &samples).unwrap();
    let _: [f32; 4] = quantized.forward(&samples[0]);
    let _ = QatSpeech::workspace();
}
