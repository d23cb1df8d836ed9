/// How numbers of several classes become one, scikit-learn's `average`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// Class 1 alone, for two classes; scikit-learn's default.
    Binary,
    /// The mean over the classes.
    Macro,
    /// Of all classes counted together. Where every output has one class this is the accuracy.
    Micro,
    /// The mean over the classes, each with the number of its samples as its weight.
    Weighted,
}

impl Average {
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Average::Binary => "",
            Average::Macro => "macro ",
            Average::Micro => "micro ",
            Average::Weighted => "weighted ",
        }
    }
}
