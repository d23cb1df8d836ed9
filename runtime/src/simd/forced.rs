//! For tests: the environment variable `CHAINRULE_ISA` instead of detection, so that one build runs every path.

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
use super::InstructionSet;
use super::Isa;
use std::sync::OnceLock;

/// The environment variable.
const VARIABLE: &str = "CHAINRULE_ISA";

/// The instruction set that is forced, if one is.
#[inline]
pub(super) fn isa() -> Option<Isa> {
    static FORCED: OnceLock<Option<Isa>> = OnceLock::new();
    *FORCED.get_or_init(|| std::env::var_os(VARIABLE).map(|name| named(&name.to_string_lossy())))
}

/// What this build and this machine have, from narrow to wide.
fn had() -> impl Iterator<Item = (&'static str, Isa)> {
    #[cfg(all(feature = "simd", target_arch = "x86_64"))]
    let best = Isa::best();
    let sets = [
        ("baseline", Some(Isa::BASELINE)),
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        (
            "avx2",
            (best != Isa::BASELINE).then_some(Isa::of(InstructionSet::Avx2)),
        ),
        #[cfg(all(feature = "simd", target_arch = "x86_64"))]
        (
            "avx512",
            Some(Isa::of(InstructionSet::Avx512)).filter(|&widest| widest == best),
        ),
    ];
    sets.into_iter()
        .filter_map(|(name, isa)| Some((name, isa?)))
}

fn named(name: &str) -> Isa {
    let found = had().find(|&(had, _)| had == name);
    match found {
        Some((_, isa)) => isa,
        None => {
            let names: std::vec::Vec<_> = had().map(|(name, _)| name).collect();
            panic!("{VARIABLE} is `{name}`; this machine and build have {names:?}")
        }
    }
}

impl Isa {
    /// The instruction sets for a test to run on: all that this machine has, or the forced one alone.
    #[doc(hidden)]
    pub fn for_tests() -> impl Iterator<Item = Self> {
        let forced = isa();
        had()
            .map(|(_, isa)| isa)
            .filter(move |&isa| forced.is_none_or(|forced| forced == isa))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_decides() {
        let all: std::vec::Vec<_> = had().collect();
        assert_eq!(all.last().map(|&(_, isa)| isa), Some(Isa::best()));
        match std::env::var(VARIABLE) {
            Ok(name) => assert!(all.contains(&(name.as_str(), Isa::detect()))),
            Err(_) => assert_eq!(Isa::detect(), Isa::best()),
        }
        for (name, isa) in all {
            assert_eq!(named(name), isa);
        }
    }

    #[test]
    #[should_panic(expected = "CHAINRULE_ISA is `avx1`; this machine and build have [\"baseline\"")]
    fn another_name_is_refused() {
        named("avx1");
    }
}
