use chainrule::StaticSizes;
use chainrule::prelude::*;
use std::ops::Add;
use typenum::{Sum, U5};

network! {
    struct A: [4] -> [2] { Linear(2) }
}
network! {
    struct B: [4] -> [1] { Linear(1) }
}

fn five_outputs<M, N>()
where
    M: StaticSizes<OutputLen: Add<N::OutputLen, Output = U5>>,
    N: StaticSizes,
{
}

fn main() {
    let _: Sum<typenum::U2, typenum::U1>;
    five_outputs::<A, B>();
}
