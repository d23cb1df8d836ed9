//! The entry points of a network.

/// Declares networks, each in a module with its entry points, `NAME::forward` and so on. `streams` behind the loss says that
/// it runs as a stream, too.
macro_rules! networks {
    ($($(#[$attribute:meta])* $name:ident: $input:tt -> $output:tt { $($layers:tt)* } $loss:ty => $target:ty $(, $streams:ident)?;)*) => {
        $(pub mod $name {
            use chainrule::losses::*;
            use chainrule::prelude::*;
            use chainrule::Lanes;

            network! { $(#[$attribute])* pub struct Net: $input -> $output { $($layers)* } }

            type Input = <Net as Network>::Input;
            type Output = <Net as Network>::Output;
            type Scalar = <Net as Parameters>::Scalar;
            type Workspace<'a> =
                chainrule::Workspace<Net, &'a mut [Lanes<Scalar>], &'a mut <Net as Network>::Parameters>;

            #[unsafe(export_name = concat!(stringify!($name), "::forward"))]
            pub fn forward(net: &Net, input: &Input, output: &mut Output) {
                *output = net.forward(input);
            }

            // These are parts of others, and with kernels for several instruction sets they take minutes more to compile.
            #[cfg(not(feature = "std"))]
            #[unsafe(export_name = concat!(stringify!($name), "::forward_with"))]
            pub fn forward_with(net: &Net, input: &Input, output: &mut Output, scratch: &mut [Scalar]) -> bool {
                net.forward_with(input, output, scratch).is_ok()
            }

            #[unsafe(export_name = concat!(stringify!($name), "::forward_batch"))]
            pub fn forward_batch(net: &Net, inputs: &[Input], outputs: &mut [Output], workspace: &mut Workspace<'_>) -> bool {
                net.forward_batch(inputs, outputs, workspace).is_ok()
            }

            #[unsafe(export_name = concat!(stringify!($name), "::backpropagate"))]
            pub fn backpropagate(
                net: &mut Net,
                inputs: &[Input],
                targets: &[$target],
                loss: &$loss,
                workspace: &mut Workspace<'_>,
            ) -> Result<Scalar, BackpropagateError> {
                net.backpropagate(inputs, targets, loss, workspace)
            }

            #[cfg(not(feature = "std"))]
            #[unsafe(export_name = concat!(stringify!($name), "::backpropagate_to_inputs"))]
            pub fn backpropagate_to_inputs(
                net: &mut Net,
                inputs: &[Input],
                targets: &[$target],
                loss: &$loss,
                workspace: &mut Workspace<'_>,
                gradients: &mut [Input],
            ) -> Result<Scalar, BackpropagateError> {
                net.backpropagate_to_inputs(inputs, targets, loss, workspace, gradients)
            }

            #[unsafe(export_name = concat!(stringify!($name), "::train_step"))]
            pub fn train_step(
                adam: &mut Adam<Scalar, &'static mut [Scalar]>,
                net: &mut Net,
                inputs: &[Input],
                targets: &[$target],
                loss: &$loss,
                workspace: &mut Workspace<'_>,
            ) -> Result<Scalar, BackpropagateError> {
                adam.train_step(net, inputs, targets, loss, workspace)
            }

            $(entry_of_stream!($streams $name);)?
        })*
    };
}

macro_rules! entry_of_stream {
    (streams $name:ident) => {
        #[unsafe(export_name = concat!(stringify!($name), "::stream_step"))]
        pub fn stream_step(
            stream: &mut Stream<&Net, &mut <Net as Streamable>::StreamState>,
            input: &<Net as Streamable>::StepInput,
            output: &mut <Net as Streamable>::StepOutput,
        ) {
            *output = stream.step(input);
        }

        #[unsafe(export_name = concat!(stringify!($name), "::stream_reset"))]
        pub fn stream_reset(stream: &mut Stream<&Net, &mut <Net as Streamable>::StreamState>) {
            stream.reset();
        }
    };
}
