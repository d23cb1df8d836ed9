//! What the kernels for lane groups share: how a large matrix is cut into blocks that fit a first-level cache.

use crate::Scalar;
use crate::element::LANES;

/// Products that are summed up in registers before the sums go to memory.
pub(super) const COUNT: usize = 64;

/// Calls `function::<T, FMA, N, G>(group, feature, …)` for `width` features, `N` at a time, and all lane groups, `G` at
/// a time: four where there are thirty-two registers (a tile of 12), so that each weight meets four vectors. Features of
/// the last tile that are not there are the function's to leave out.
///
/// More groups and not more features fill the registers, as the compiler takes 12 features for a vector.
macro_rules! group_tiles {
    ($tile:ident, $width:expr, $groups:expr => $function:ident<$T:ident, $FMA:ident> ($($argument:expr),* $(,)?)) => {{
        let (width, groups) = ($width, $groups);
        if $tile == 12 {
            for feature in (0..width).step_by(6) {
                let mut group = 0;
                while groups - group >= 4 {
                    $function::<$T, $FMA, 6, 4>(group, feature, $($argument),*);
                    group += 4;
                }
                if groups - group >= 2 {
                    $function::<$T, $FMA, 6, 2>(group, feature, $($argument),*);
                    group += 2;
                }
                if group < groups {
                    $function::<$T, $FMA, 6, 1>(group, feature, $($argument),*);
                }
            }
        } else {
            for feature in (0..width).step_by($tile) {
                for group in 0..groups {
                    $function::<$T, $FMA, $tile, 1>(group, feature, $($argument),*);
                }
            }
        }
    }};
}
pub(super) use group_tiles;

/// Adds the sums of `N` features from `feature` on, as far as there are so many, in `G` groups from `group` on.
#[inline(always)]
pub(super) fn add<T: Scalar, const N: usize, const G: usize>(
    sums: [[[T; LANES]; N]; G],
    [group, feature]: [usize; 2],
    features: usize,
    y: &mut [[T; LANES]],
) {
    // Through memory once: else the compiler takes the places in `y` into account when it chooses vectors for the sums.
    let sums = core::hint::black_box(sums);
    for g in 0..G {
        let start = (group + g) * features;
        let Some(y) = y.get_mut(start + feature..start + features) else {
            return;
        };
        for n in 0..N {
            if let Some(y) = y.get_mut(n) {
                for l in 0..LANES {
                    y[l] += sums[g][n][l];
                }
            }
        }
    }
}
