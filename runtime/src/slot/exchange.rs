//! Who has which of three places: the protocol of a slot, without the places, so that `loom` can go through it.

use super::{AtomicU8, Ordering};

/// What stands beside the place in the middle: the receiver has not seen it.
const FRESH: u8 = 4;

/// Three places, numbered 0 to 2, of which one is the sender's, one the receiver's, and one lies in the middle.
///
/// Sending and receiving exchange one's own place for that in the middle, so each place has one owner at all times. The
/// exchange is an atomic swap: a release for the place that is given away, an acquire for the one that is taken.
///
/// All zeros is the start, since the two that are nobody else's business are kept with some bits turned over: place 0 in
/// the middle, 1 the sender's, 2 the receiver's.
pub(crate) struct Exchange {
    pub(super) middle: AtomicU8,
    pub(super) back: AtomicU8,
    pub(super) front: AtomicU8,
}

impl Exchange {
    /// The sender's place. For the sender alone, as is [`send`](Self::send).
    #[inline]
    pub(super) fn back(&self) -> u8 {
        self.back.load(Ordering::Relaxed) ^ 1
    }

    /// Gives the sender's place away; the receiver takes it next. The sender has another one.
    #[inline]
    pub(super) fn send(&self) {
        let old = self.middle.swap(self.back() | FRESH, Ordering::AcqRel);
        self.back.store((old & !FRESH) ^ 1, Ordering::Relaxed);
    }

    /// Whether the receiver has taken what was sent last.
    #[inline]
    pub(super) fn is_received(&self) -> bool {
        self.middle.load(Ordering::Relaxed) & FRESH == 0
    }

    /// The receiver's place. For the receiver alone, as is [`receive`](Self::receive).
    #[inline]
    pub(super) fn front(&self) -> u8 {
        self.front.load(Ordering::Relaxed) ^ 2
    }

    /// Takes what was sent last, if it is new, in exchange for the receiver's place.
    #[inline]
    pub(super) fn receive(&self) -> bool {
        // Nobody else makes what is fresh stale, so it still is at the swap.
        if self.is_received() {
            return false;
        }
        let fresh = self.middle.swap(self.front(), Ordering::AcqRel);
        self.front.store((fresh & !FRESH) ^ 2, Ordering::Relaxed);
        true
    }
}
