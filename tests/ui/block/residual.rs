use chainrule::network;

network! {
    pub struct Net: [1, 8, 8] -> [10] {
        stem: Conv2d(8, 3, padding = 1), Relu,
        stage1: Residual { Conv2d(16, 3, padding = 1), Relu },
        stage2: Residual(project = Conv2d(16, 1)) { Conv2d(16, 3, padding = 1), Linear(10) },
        Flatten,
        head: Linear(10),
    }
}

fn main() {}
