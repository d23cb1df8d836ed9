use super::golden;
use chainrule::layers::*;

golden! { "recurrent",
    linear_sequence: LinearSequence<4, 5, 7, 7> = LinearSequence::default();
    linear_sequence_no_bias: LinearSequence<3, 2, 3, 0> = LinearSequence::default();

    rnn: Recurrent<Rnn, [[T; 5]; 4], 3, 5, 4, 5, 5, 0, false> = Recurrent::new(Rnn { relu: false });
    rnn_relu: Recurrent<Rnn, [[T; 5]; 4], 3, 5, 4, 5, 5, 0, false> = Recurrent::new(Rnn { relu: true });
    rnn_last: Recurrent<Rnn, [T; 3], 2, 3, 5, 3, 3, 0, false> = Recurrent::new(Rnn::default());
    rnn_no_bias: Recurrent<Rnn, [[T; 4]; 3], 2, 4, 3, 4, 0, 0, false> = Recurrent::new(Rnn::default());
    rnn_one_step: Recurrent<Rnn, [[T; 2]; 1], 3, 2, 1, 2, 2, 0, false> = Recurrent::new(Rnn::default());
    rnn_one_unit: Recurrent<Rnn, [[T; 1]; 3], 1, 1, 3, 1, 1, 0, false> = Recurrent::new(Rnn::default());
    rnn_wide: Recurrent<Rnn, [[T; 33]; 2], 5, 33, 2, 33, 33, 0, false> = Recurrent::new(Rnn::default());

    gru: Recurrent<Gru, [[T; 5]; 4], 3, 5, 4, 15, 15, 0, false> = Recurrent::new(Gru);
    gru_last: Recurrent<Gru, [T; 3], 2, 3, 5, 9, 9, 0, false> = Recurrent::new(Gru);
    gru_no_bias: Recurrent<Gru, [[T; 4]; 3], 2, 4, 3, 12, 0, 0, false> = Recurrent::new(Gru);
    gru_one_step: Recurrent<Gru, [[T; 2]; 1], 3, 2, 1, 6, 6, 0, false> = Recurrent::new(Gru);
    gru_one_unit: Recurrent<Gru, [[T; 1]; 3], 1, 1, 3, 3, 3, 0, false> = Recurrent::new(Gru);
    gru_wide: Recurrent<Gru, [[T; 33]; 2], 5, 33, 2, 99, 99, 0, false> = Recurrent::new(Gru);

    gru_reset_before: Recurrent<GruResetBefore, [[T; 5]; 4], 3, 5, 4, 15, 15, 0, false> = Recurrent::new(GruResetBefore);
    gru_reset_before_last: Recurrent<GruResetBefore, [T; 3], 2, 3, 5, 9, 9, 0, false> = Recurrent::new(GruResetBefore);
    gru_reset_before_no_bias: Recurrent<GruResetBefore, [[T; 4]; 3], 2, 4, 3, 12, 0, 0, false> = Recurrent::new(GruResetBefore);
    gru_reset_before_wide: Recurrent<GruResetBefore, [[T; 33]; 3], 5, 33, 3, 99, 99, 0, false> = Recurrent::new(GruResetBefore);

    lstm: Recurrent<Lstm, [[T; 5]; 4], 3, 5, 4, 20, 20, 0, false> = Recurrent::new(Lstm);
    lstm_last: Recurrent<Lstm, [T; 3], 2, 3, 5, 12, 12, 0, false> = Recurrent::new(Lstm);
    lstm_no_bias: Recurrent<Lstm, [[T; 4]; 3], 2, 4, 3, 16, 0, 0, false> = Recurrent::new(Lstm);
    lstm_one_step: Recurrent<Lstm, [[T; 2]; 1], 3, 2, 1, 8, 8, 0, false> = Recurrent::new(Lstm);
    lstm_one_unit: Recurrent<Lstm, [[T; 1]; 3], 1, 1, 3, 4, 4, 0, false> = Recurrent::new(Lstm);
    lstm_wide: Recurrent<Lstm, [[T; 33]; 2], 5, 33, 2, 132, 132, 0, false> = Recurrent::new(Lstm);
}
