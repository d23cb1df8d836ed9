//! Losses, with options that are known at run time alone.

networks! {
    mse_loss: [4] -> [3] { Linear(3) } MseLoss => [f32; 3];
    l1_loss: [4] -> [3] { Linear(3) } L1Loss => [f32; 3];
    smooth_l1_loss: [4] -> [3] { Linear(3) } SmoothL1Loss => [f32; 3];
    huber_loss: [4] -> [3] { Linear(3) } HuberLoss => [f32; 3];
    cross_entropy_loss: [4] -> [3] { Linear(3) } CrossEntropyLoss<'_> => u8;
    cross_entropy_loss_of_wide_indices: [4] -> [3] { Linear(3) } CrossEntropyLoss<'_> => i64;
    cross_entropy_loss_of_probabilities: [4] -> [3] { Linear(3) } CrossEntropyLoss<'_> => [f32; 3];
    cross_entropy_loss_of_positions: [4, 2] -> [4, 3] { Linear(3) } CrossEntropyLoss<'_> => [u8; 4];
    nll_loss: [4] -> [3] { Linear(3), LogSoftmax } NllLoss<'_> => u8;
    bce_loss: [4] -> [3] { Linear(3), Sigmoid } BceLoss => [f32; 3];
    bce_with_logits_loss: [4] -> [3] { Linear(3) } BceWithLogitsLoss<'_> => [f32; 3];
    kl_div_loss: [4] -> [3] { Linear(3), LogSoftmax } KlDivLoss => [f32; 3];
    weighted: [4] -> [3] { Linear(3) } Weighted<MseLoss> => [f32; 3];
}
