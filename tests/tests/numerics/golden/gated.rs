use super::golden;
use chainrule::layers::{Gated, Glu, SwiGlu};

golden! { "gated",
    glu: Gated<Glu, [T; 8], [T; 4]> = Gated::new(Glu, 0);
    glu_wide: Gated<Glu, [T; 38], [T; 19]> = Gated::new(Glu, 0);
    glu_channels: Gated<Glu, [[[T; 2]; 3]; 4], [[[T; 2]; 3]; 2]> = Gated::new(Glu, 0);
    glu_rows: Gated<Glu, [[[T; 2]; 4]; 3], [[[T; 2]; 2]; 3]> = Gated::new(Glu, 1);
    glu_columns: Gated<Glu, [[T; 6]; 3], [[T; 3]; 3]> = Gated::new(Glu, 1);

    swi_glu: Gated<SwiGlu, [T; 8], [T; 4]> = Gated::new(SwiGlu, 0);
    swi_glu_wide: Gated<SwiGlu, [T; 38], [T; 19]> = Gated::new(SwiGlu, 0);
    swi_glu_channels: Gated<SwiGlu, [[[T; 2]; 3]; 4], [[[T; 2]; 3]; 2]> = Gated::new(SwiGlu, 0);
    swi_glu_columns: Gated<SwiGlu, [[[T; 4]; 3]; 2], [[[T; 2]; 3]; 2]> = Gated::new(SwiGlu, 2);
}
