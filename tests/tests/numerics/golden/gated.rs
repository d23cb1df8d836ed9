use super::golden;
use chainrule::layers::{Gated, Glu, SwiGlu};

type Image<T, const C: usize, const H: usize, const W: usize> = [[[T; W]; H]; C];

golden! { "gated",
    glu: Gated<Glu, [T; 8], [T; 4]> = Gated::new(Glu, 0);
    glu_wide: Gated<Glu, [T; 38], [T; 19]> = Gated::new(Glu, 0);
    glu_channels: Gated<Glu, Image<T, 4, 3, 2>, Image<T, 2, 3, 2>> = Gated::new(Glu, 0);
    glu_rows: Gated<Glu, Image<T, 3, 4, 2>, Image<T, 3, 2, 2>> = Gated::new(Glu, 1);
    glu_columns: Gated<Glu, [[T; 6]; 3], [[T; 3]; 3]> = Gated::new(Glu, 1);

    swi_glu: Gated<SwiGlu, [T; 8], [T; 4]> = Gated::new(SwiGlu, 0);
    swi_glu_wide: Gated<SwiGlu, [T; 38], [T; 19]> = Gated::new(SwiGlu, 0);
    swi_glu_channels: Gated<SwiGlu, Image<T, 4, 3, 2>, Image<T, 2, 3, 2>> = Gated::new(SwiGlu, 0);
    swi_glu_columns: Gated<SwiGlu, Image<T, 2, 3, 4>, Image<T, 2, 3, 2>> = Gated::new(SwiGlu, 2);
}
