use super::gradients;
use chainrule::layers::*;

gradients! {
    linear_sequence: LinearSequence<4, 3, 2, 2> = LinearSequence::default();
    rnn: Recurrent<Rnn, [[f64; 3]; 4], 2, 3, 4, 3, 3, 0, false> = Recurrent::new(Rnn::default());
    rnn_relu: Recurrent<Rnn, [[f64; 3]; 4], 2, 3, 4, 3, 3, 0, false> = Recurrent::new(Rnn { relu: true });
    rnn_last: Recurrent<Rnn, [f64; 3], 2, 3, 4, 3, 0, 0, false> = Recurrent::new(Rnn::default());
    rnn_reverse: Recurrent<Rnn, [[f64; 3]; 4], 2, 3, 4, 3, 3, 0, true> = Recurrent::new(Rnn::default());
    gru: Recurrent<Gru, [[f64; 3]; 4], 2, 3, 4, 9, 9, 0, false> = Recurrent::new(Gru);
    gru_last: Recurrent<Gru, [f64; 3], 2, 3, 4, 9, 0, 0, false> = Recurrent::new(Gru);
    gru_reverse: Recurrent<Gru, [[f64; 3]; 4], 2, 3, 4, 9, 9, 0, true> = Recurrent::new(Gru);
    gru_reverse_last: Recurrent<Gru, [f64; 3], 2, 3, 4, 9, 9, 0, true> = Recurrent::new(Gru);
    gru_reset_before: Recurrent<GruResetBefore, [[f64; 3]; 4], 2, 3, 4, 9, 9, 0, false> = Recurrent::new(GruResetBefore);
    gru_reset_before_last: Recurrent<GruResetBefore, [f64; 3], 2, 3, 4, 9, 0, 0, false> = Recurrent::new(GruResetBefore);
    gru_reset_before_reverse: Recurrent<GruResetBefore, [[f64; 3]; 4], 2, 3, 4, 9, 9, 0, true> = Recurrent::new(GruResetBefore);
    lstm: Recurrent<Lstm, [[f64; 3]; 4], 2, 3, 4, 12, 12, 0, false> = Recurrent::new(Lstm);
    lstm_last: Recurrent<Lstm, [f64; 3], 2, 3, 4, 12, 0, 0, false> = Recurrent::new(Lstm);
    lstm_reverse: Recurrent<Lstm, [[f64; 3]; 4], 2, 3, 4, 12, 12, 0, true> = Recurrent::new(Lstm);
    lstm_reverse_last: Recurrent<Lstm, [f64; 3], 2, 3, 4, 12, 12, 0, true> = Recurrent::new(Lstm);
}
