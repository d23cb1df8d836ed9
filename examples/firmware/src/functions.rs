//! The elementary functions, whose bits do not depend on a standard library.

use chainrule::Scalar;
use core::fmt::{self, Write};

/// Prints one number for each function, in which every bit of many of its values has a part.
pub(crate) fn run(out: &mut impl Write) -> fmt::Result {
    table::<f32>(out, |x| x.to_bits().into())?;
    table::<f64>(out, f64::to_bits)
}

/// A name, and what it stands for.
type Function<T> = (&'static str, fn(T) -> T);

fn table<T: Scalar>(out: &mut impl Write, bits: impl Fn(T) -> u64 + Copy) -> fmt::Result {
    let functions: [Function<T>; 10] = [
        ("exp", T::exp),
        ("exp_m1", T::exp_m1),
        ("ln", |x| x.abs().ln()),
        ("ln_1p", |x| x.abs().ln_1p()),
        ("tanh", T::tanh),
        ("sigmoid", T::sigmoid),
        ("erf", T::erf),
        ("sin", |x| x.sin_cos().0),
        ("cos", |x| x.sin_cos().1),
        ("sqrt", |x| x.abs().sqrt()),
    ];
    for (name, function) in functions {
        // FNV-1a over the values.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for i in -4000..4000 {
            let x = T::from_f64(f64::from(i) * 0.005_003);
            hash = (hash ^ bits(function(x))).wrapping_mul(0x0100_0000_01b3);
        }
        writeln!(out, "{name} of {}: {hash:016x}", T::NAME)?;
    }
    Ok(())
}
