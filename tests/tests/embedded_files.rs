//! Writes the files that `embedded` builds in.

#[path = "embedded/networks.rs"]
mod networks;

use chainrule::prelude::*;
use networks::{WIDTH, with_networks};
use std::path::Path;

macro_rules! declare {
    ($($name:ident, $file:literal: { $($declaration:tt)* })*) => {
        $(network! { pub struct $name $($declaration)* })*

        #[test]
        #[ignore = "writes `tests/weights`"]
        fn write_embedded_files() {
            $(
                let mut net = $name::init(&mut StdRng::seed_from_u64(7));
                // Running statistics that are not their initial values.
                let buffers = net.buffers_mut().iter_mut().zip(1_u16..);
                buffers.for_each(|(buffer, i)| *buffer += f32::from(i) / 8.0);
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join($file);
                net.save_safetensors(path).expect("the folder is there");
            )*
        }
    };
}
with_networks!(declare);
