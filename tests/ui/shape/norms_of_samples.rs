use chainrule::prelude::*;

const CHANNELS: usize = 6;

network! {
    struct Known: [6, 8] {
        LayerNorm(dims = 3),
        InstanceNorm2d,
        GroupNorm(4),
    }
}

network! {
    struct Constant: [CHANNELS, 8] {
        GroupNorm(4),
    }
}

network! {
    struct Outside: [3] {
        Identity,
        LayerNorm(dims = 2),
    }
}

#[derive(Clone, Copy, Default)]
struct Identity;

impl Layer<f32> for Identity {
    type Input = [f32; 3];
    type Output = [f32; 3];
    type Parameters = ();
    type Buffers = ();

    fn forward<E: Element<f32>>(&self, _: Forward<f32, Self, E>, x: &[E; 3], y: &mut [E; 3]) {
        *y = *x;
    }
    fn backward<E: Element<f32>>(
        &self,
        _: Backward<f32, Self, E>,
        _: &[E; 3],
        _: &[E; 3],
        dy: &[E; 3],
        dx: &mut [E; 3],
    ) {
        *dx = *dy;
    }
}

fn main() {}
