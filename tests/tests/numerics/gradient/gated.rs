use super::gradients;
use chainrule::layers::{Gated, Glu, SwiGlu};

type Image<T, const C: usize, const H: usize, const W: usize> = [[[T; W]; H]; C];

gradients! {
    glu: Gated<Glu, [f64; 8], [f64; 4]> = Gated::new(Glu, 0);
    glu_channels: Gated<Glu, Image<f64, 4, 3, 2>, Image<f64, 2, 3, 2>> = Gated::new(Glu, 0);
    glu_rows: Gated<Glu, Image<f64, 2, 4, 2>, Image<f64, 2, 2, 2>> = Gated::new(Glu, 1);

    swi_glu: Gated<SwiGlu, [f64; 8], [f64; 4]> = Gated::new(SwiGlu, 0);
    swi_glu_columns: Gated<SwiGlu, [[f64; 6]; 3], [[f64; 3]; 3]> = Gated::new(SwiGlu, 1);
}
