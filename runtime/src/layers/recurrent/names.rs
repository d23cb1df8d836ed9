//! PyTorch's names of the tensors: `weight_ih_l0`, `bias_hh_l1_reverse`.

macro_rules! names {
    ($($level:literal)*) => {
        [$([names!(@direction $level, ""), names!(@direction $level, "_reverse")]),*]
    };
    (@direction $level:literal, $direction:literal) => {
        [
            concat!("weight_ih_l", $level, $direction),
            concat!("weight_hh_l", $level, $direction),
            concat!("bias_ih_l", $level, $direction),
            concat!("bias_hh_l", $level, $direction),
        ]
    };
}

/// How many levels have names.
pub(super) const LEVELS: usize = 8;

/// By level and direction: `W_ih`, `W_hh`, `b_ih`, `b_hh`.
pub(super) const NAMES: [[[&str; 4]; 2]; LEVELS] = names![0 1 2 3 4 5 6 7];
