//! Blocks, several inputs and outputs, and networks within networks.

networks! {
    residual: [6] -> [6] { Residual { Linear(6), Tanh } } MseLoss => [f32; 6];
    residual_projected: [6] -> [4] { Residual(project = Linear(4)) { Linear(8), Tanh, Linear(4) } } MseLoss => [f32; 4];
    repeat: [6] -> [6] { Repeat(3) { Linear(6), Tanh } } MseLoss => [f32; 6];
    add: [6] -> [4] { Add { { Linear(4) } { Linear(4), Tanh } } } MseLoss => [f32; 4];
    multiply: [6] -> [4] { Multiply { { Linear(4) } { Linear(4), Sigmoid } } } MseLoss => [f32; 4];
    concat: [6] -> [7] { Concat { { Linear(4) } { Linear(3), Tanh } } } MseLoss => [f32; 7];
    concat_of_images: [2, 4, 4] -> [2, 4, 8] { Concat(dim = 2) { { Scale } { Snake } } } MseLoss => [[[f32; 8]; 4]; 2];
    frozen: [6] -> [4] { Linear(6, freeze), BatchNorm1d(freeze), Tanh, Linear(5), Residual(freeze) { Linear(5), Dropout(0.5) }, Linear(4, freeze) } MseLoss => [f32; 4];
    tied: [4] -> [4, 10] { words: Embedding(10, 6), tied(words, transposed = true) } CrossEntropyLoss<'_> => [u8; 4];
    inputs: { state: [6], action: [2] } -> [1] { Concat { { state, Linear(8), Relu } { action } }, Linear(1) } MseLoss => [f32; 1];
}

pub mod heads {
    use chainrule::Lanes;
    use chainrule::prelude::*;

    network! { pub struct Net: [6] { Linear(8), Tanh, Heads { policy: { Linear(3) }, value: { Linear(1) } } } }
    network! { pub struct Outer: [6] -> [2] { inner: super::add::Net, Linear(2) } }

    type Workspace<'a, N> =
        chainrule::Workspace<N, &'a mut [Lanes<f32>], &'a mut <N as Network>::Parameters>;
    type Losses<'a> = (CrossEntropyLoss<'a>, Weighted<MseLoss>);

    #[unsafe(export_name = "heads::forward")]
    pub fn forward(net: &Net, input: &[f32; 6], output: &mut NetOutput<f32>) {
        *output = net.forward(input);
    }

    #[unsafe(export_name = "heads::backpropagate")]
    pub fn backpropagate(
        net: &mut Net,
        inputs: &[[f32; 6]],
        targets: &[(u8, [f32; 1])],
        losses: &Losses<'_>,
        workspace: &mut Workspace<'_, Net>,
    ) -> Result<f32, BackpropagateError> {
        net.backpropagate(inputs, targets, losses, workspace)
    }

    #[unsafe(export_name = "nested::forward")]
    pub fn forward_nested(net: &Outer, input: &[f32; 6], output: &mut [f32; 2]) {
        *output = net.forward(input);
    }

    #[unsafe(export_name = "nested::backpropagate")]
    pub fn backpropagate_nested(
        net: &mut Outer,
        inputs: &[[f32; 6]],
        targets: &[[f32; 2]],
        workspace: &mut Workspace<'_, Outer>,
    ) -> Result<f32, BackpropagateError> {
        net.backpropagate(inputs, targets, &MseLoss::default(), workspace)
    }
}
