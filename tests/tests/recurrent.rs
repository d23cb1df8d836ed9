//! Recurrent layers with several levels and both directions, as declared, against PyTorch (`goldens/make_recurrent.py`).

use chainrule::prelude::*;
use chainrule_tests::check_network;

/// A table of declarations with the cases that they are.
macro_rules! networks {
    ($($case:ident: [$($input:tt)*] -> [$($output:tt)*] $kind:ident($($arguments:tt)*);)*) => {$(
        mod $case {
            use super::*;

            network! { struct Net<T>: [$($input)*] -> [$($output)*] { rnn: $kind($($arguments)*) } }

            #[test]
            fn f32() {
                check_network::<f32, Net<f32>>("recurrent", stringify!($case), 1e-5);
            }
            #[test]
            fn f64() {
                check_network::<f64, Net<f64>>("recurrent", stringify!($case), 1e-12);
            }
        }
    )*};
}

networks! {
    rnn: [4, 3] -> [4, 5] Rnn(5);
    rnn_relu: [4, 3] -> [4, 5] Rnn(5, nonlinearity = relu);
    rnn_last: [5, 2] -> [3] Rnn(3, last = true);
    rnn_no_bias: [3, 2] -> [3, 4] Rnn(4, bias = false);
    rnn_stack: [4, 3] -> [4, 5] Rnn(5, layers = 2);
    rnn_bidirectional: [4, 3] -> [4, 4] Rnn(2, bidirectional = true);
    rnn_bidirectional_stack_last: [3, 2] -> [6] Rnn(3, layers = 3, bidirectional = true, last = true);

    gru: [4, 3] -> [4, 5] Gru(5);
    gru_stack: [4, 3] -> [4, 5] Gru(5, layers = 2);
    gru_bidirectional: [4, 3] -> [4, 4] Gru(2, bidirectional = true);
    gru_bidirectional_stack_last: [3, 2] -> [6] Gru(3, layers = 3, bidirectional = true, last = true);
    gru_reset_before: [4, 3] -> [4, 5] Gru(5, reset_after = false);
    gru_reset_before_bidirectional_stack: [3, 2] -> [3, 6] Gru(3, reset_after = false, layers = 2, bidirectional = true);

    lstm: [4, 3] -> [4, 5] Lstm(5);
    lstm_stack: [4, 3] -> [4, 5] Lstm(5, layers = 2);
    lstm_bidirectional: [4, 3] -> [4, 4] Lstm(2, bidirectional = true);
    lstm_bidirectional_stack_last: [3, 2] -> [6] Lstm(3, layers = 3, bidirectional = true, last = true);
}
