//! Live swap: a control thread hands a new network to a real-time thread, which neither waits nor allocates nor frees.
//!
//! A [`Slot`] holds three networks in place: one that the receiver runs, one that the sender writes, and one between
//! them. Sending and receiving exchange places, so what goes from thread to thread is a number of two bits. Networks are
//! plain data, so there is nothing to drop when an old one is overwritten. One thread sends and one receives; more of these
//! have a slot each.
//!
//! ```
//! use chainrule::prelude::*;
//!
//! network! {
//!     struct Filter: [64, 1] -> [64, 1] { gru: Gru(4), Linear(1) }
//! }
//!
//! let mut rng = StdRng::seed_from_u64(7);
//! let net = Filter::init(&mut rng);
//! let (mut sender, receiver) = net.slot();
//!
//! // The real-time thread: a stream over the receiver keeps what it remembers while networks come and go.
//! let audio = std::thread::spawn(move || {
//!     let mut stream = Stream::new(receiver);
//!     let mut swaps = 0;
//!     while swaps == 0 {
//!         // Between two blocks of samples.
//!         swaps += usize::from(stream.network_mut().update());
//!         for _ in 0..64 {
//!             let [_y] = stream.step(&[0.5]);
//!         }
//!     }
//! });
//!
//! // The control thread: copy a network in, or write it in place, as `load_safetensors` does.
//! sender.network_mut().reset(&mut rng);
//! sender.send();
//! audio.join().unwrap();
//! # assert!(sender.is_received());
//! ```

mod exchange;

use crate::network::Network;
use bytemuck::Zeroable;
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ops::Deref;
use core::slice;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use exchange::Exchange;

/// A place where a network is swapped while it runs.
///
/// It holds three networks, wherever it lies itself: on the heap ([`Network::slot`], [`Network::boxed_slot`]), built
/// in place, or in a `static` ([`take`](Slot::take)), where a program without a heap has it. Its bytes are all it ever needs.
///
/// | | sender | receiver |
/// |---|---|---|
/// | look for a new network | | one load |
/// | hand over, take over | one swap | one swap |
///
/// Both sides are wait-free: whatever the other thread does, also if it is suspended in the middle of a call, these
/// instructions are all. (Where a processor has no swap of its own, it is a loop of a load and a conditional store, which
/// goes round again only if the other side has just exchanged.) A network that was sent and not received before the next
/// one is skipped: the receiver always finds the newest.
pub struct Slot<N> {
    networks: [UnsafeCell<N>; 3],
    exchange: Exchange,
    taken: AtomicBool,
}

#[allow(unsafe_code)] // two threads
// SAFETY: a shared slot gives access to the networks through its two handles alone, of which there is one each (see
// `split`, `take` and `shared`). At any time `Exchange` gives each of them a place that the other has not, and what was
// written before a place was given away happens before what is done with it then. So a network is used by one handle at
// a time, which needs `Send`; the receiver's may be read through references by several threads, which needs `Sync`.
unsafe impl<N: Send + Sync> Sync for Slot<N> {}

#[allow(unsafe_code)] // layout
// SAFETY: zeros are a value of each field, and of `Exchange` one that gives every place one owner.
unsafe impl<N: Zeroable> Zeroable for Slot<N> {}

impl<N: Network> Slot<N> {
    /// A slot that holds a network, for a `static`: three copies of it are evaluated while compiling.
    pub const fn new(network: N) -> Self {
        Self {
            networks: [
                UnsafeCell::new(network),
                UnsafeCell::new(network),
                UnsafeCell::new(network),
            ],
            exchange: Exchange {
                middle: AtomicU8::new(0),
                back: AtomicU8::new(0),
                front: AtomicU8::new(0),
            },
            taken: AtomicBool::new(false),
        }
    }

    /// Three networks of zeros, for a `static`: the first one is then sent before the receiver runs.
    pub const fn zeros() -> Self {
        #[allow(unsafe_code)] // layout
        // SAFETY: `Slot<N>` is `Zeroable`.
        unsafe {
            MaybeUninit::zeroed().assume_init()
        }
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn boxed(network: &N) -> alloc::boxed::Box<Self> {
        let mut slot: alloc::boxed::Box<Self> = bytemuck::zeroed_box();
        for place in &mut slot.networks {
            copy(network, place.get_mut());
        }
        slot
    }

    #[cfg(feature = "alloc")]
    pub(crate) fn shared(network: &N) -> (Sender<Shared<N>>, Receiver<Shared<N>>) {
        let slot = alloc::sync::Arc::new(Self::boxed(network));
        (
            Sender {
                slot: Shared(slot.clone()),
            },
            Receiver { slot: Shared(slot) },
        )
    }

    /// The two handles, which borrow the slot: for scoped threads, or for `Box::leak`.
    pub fn split(&mut self) -> (Sender<&Self>, Receiver<&Self>) {
        (Sender { slot: self }, Receiver { slot: self })
    }

    /// The two handles of a slot in a `static`, for whoever asks first; nothing for all others.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::slot::Slot;
    ///
    /// network! { struct Controller: [3] -> [1] { Linear(8), Tanh, Linear(1) } }
    ///
    /// static SLOT: Slot<Controller> = Slot::zeros();
    ///
    /// let (mut sender, mut receiver) = SLOT.take().expect("nobody else takes it");
    /// sender.network_mut().reset(&mut StdRng::seed_from_u64(7));
    /// sender.send();
    /// assert!(receiver.current().forward(&[0.1, 0.2, 0.3]) != [0.0]);
    /// assert!(SLOT.take().is_none());
    /// ```
    pub fn take(&'static self) -> Option<(Sender<&'static Self>, Receiver<&'static Self>)> {
        if self.taken.swap(true, Ordering::Relaxed) {
            return None;
        }
        Some((Sender { slot: self }, Receiver { slot: self }))
    }

    /// No index, so no panic.
    #[inline]
    fn place(&self, number: u8) -> *mut N {
        let [first, second, third] = &self.networks;
        match number {
            0 => first.get(),
            1 => second.get(),
            _ => third.get(),
        }
    }
}

/// From memory to memory: an assignment may go by way of the stack.
fn copy<N: Copy>(from: &N, to: &mut N) {
    slice::from_mut(to).copy_from_slice(slice::from_ref(from));
}

/// The memory of [`Network::slot`].
#[cfg(feature = "alloc")]
#[allow(clippy::redundant_allocation)] // an `Arc` of the slot itself would be built on the stack
pub struct Shared<N>(alloc::sync::Arc<alloc::boxed::Box<Slot<N>>>);

#[cfg(feature = "alloc")]
impl<N> Deref for Shared<N> {
    type Target = Slot<N>;
    #[inline]
    fn deref(&self) -> &Slot<N> {
        &self.0
    }
}

/// The control side of a [`Slot`].
pub struct Sender<R> {
    slot: R,
}

impl<N: Network, R: Deref<Target = Slot<N>>> Sender<R> {
    /// Copies a network in and hands it over. No heap; the old network at that place is overwritten.
    pub fn publish(&mut self, network: &N) {
        copy(network, self.network_mut());
        self.send();
    }

    /// The network that goes out with the next [`send`](Sender::send), to be written in place. Until then it is one of
    /// those before, not always the last.
    pub fn network_mut(&mut self) -> &mut N {
        let place = self.slot.place(self.slot.exchange.back());
        #[allow(unsafe_code)] // two threads
        // SAFETY: the place is the sender's until `send`, which needs this sender, exclusively borrowed here, and there
        // is no other.
        unsafe {
            &mut *place
        }
    }

    /// Hands over what was written to [`network_mut`](Sender::network_mut).
    pub fn send(&mut self) {
        self.slot.exchange.send();
    }

    /// Whether the receiver has taken what was handed over last.
    pub fn is_received(&self) -> bool {
        self.slot.exchange.is_received()
    }
}

/// The real-time side of a [`Slot`]: it dereferences to the network that it holds, and changes that only when asked to.
pub struct Receiver<R> {
    slot: R,
}

impl<N: Network, R: Deref<Target = Slot<N>>> Receiver<R> {
    /// The newest network. No lock, no heap, no panic, nothing dropped.
    #[inline]
    pub fn current(&mut self) -> &N {
        self.update();
        self
    }

    /// Takes the newest network, if there is one that it does not hold yet, and says so. No lock, no heap, no panic,
    /// nothing dropped.
    #[inline]
    pub fn update(&mut self) -> bool {
        self.slot.exchange.receive()
    }
}

impl<N: Network, R: Deref<Target = Slot<N>>> Deref for Receiver<R> {
    type Target = N;
    #[inline]
    fn deref(&self) -> &N {
        let place = self.slot.place(self.slot.exchange.front());
        #[allow(unsafe_code)] // two threads
        // SAFETY: the place is the receiver's until `update`, which needs this receiver exclusively, and there is no
        // other; so while the reference lives nobody writes there.
        unsafe {
            &*place
        }
    }
}
