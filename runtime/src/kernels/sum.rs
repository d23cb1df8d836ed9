use crate::element::LANES;
use crate::simd::apart;

apart! {
    /// The sum of all vectors, in four chains that do not wait for each other.
    pub(super) fn sum<T, V, FMA>(x: &[T]) -> V {
        let mut sums = [V::zero(); 4];
        let (fours, rest) = x.as_chunks::<{ 4 * LANES }>();
        for four in fours {
            for (i, x) in four.as_chunks().0.iter().take(4).enumerate() {
                sums[i] = sums[i].add(V::load(x));
            }
        }
        let (ones, rest) = rest.as_chunks();
        for x in ones {
            sums[0] = sums[0].add(V::load(x));
        }
        let [a, b, c, d] = sums;
        let sum = a.add(b).add(c.add(d));
        if rest.is_empty() {
            sum
        } else {
            sum.add(V::load_partial(rest))
        }
    }
}
