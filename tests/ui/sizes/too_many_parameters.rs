use chainrule::StaticSizes;
use chainrule::prelude::*;
use typenum::{IsLessOrEqual, True, U1024};

network! {
    struct Large: [64] -> [64] { Linear(64) }
}

fn fits<N: StaticSizes<ParameterCount: IsLessOrEqual<U1024, Output = True>>>() {}

fn main() {
    fits::<Large>();
}
