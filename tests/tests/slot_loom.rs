//! The hand-over of a `Slot` in every order that the memory model allows: `loom` goes through them.
//!
//! It runs the protocol itself, compiled here with the atomics of `loom`, over three cells that tell when two threads are
//! in one at a time, or when what one has written is not there for the other.

// Nothing else of the module is here.
#![allow(dead_code)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU8, Ordering};
use loom::thread;

#[path = "../../runtime/src/slot/exchange.rs"]
mod exchange;

/// A slot of numbers with two words each, which are equal unless a reader meets half of what was written.
struct Slot {
    places: [UnsafeCell<[u32; 2]>; 3],
    exchange: exchange::Exchange,
}

impl Slot {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            places: std::array::from_fn(|_| UnsafeCell::new([0, 0])),
            exchange: exchange::Exchange {
                middle: AtomicU8::new(0),
                back: AtomicU8::new(0),
                front: AtomicU8::new(0),
            },
        })
    }

    fn publish(&self, value: u32) {
        self.places[usize::from(self.exchange.back())].with_mut(|place| write(place, value));
        self.exchange.send();
    }

    fn read(&self) -> u32 {
        self.places[usize::from(self.exchange.front())].with(read)
    }
}

#[allow(unsafe_code)] // what is proved here
fn write(place: *mut [u32; 2], value: u32) {
    // SAFETY: `loom` has the model fail before two threads are in one place.
    unsafe { *place = [value; 2] }
}

#[allow(unsafe_code)] // what is proved here
fn read(place: *const [u32; 2]) -> u32 {
    // SAFETY: as above.
    let [first, second] = unsafe { *place };
    assert_eq!(first, second);
    first
}

#[test]
fn slot_hands_over_in_every_order() {
    loom::model(|| {
        let slot = Slot::new();
        let sender = slot.clone();
        let control = thread::spawn(move || {
            for value in 1..=3 {
                sender.publish(value);
            }
        });
        let mut last = 0;
        for _ in 0..3 {
            let new = slot.exchange.receive();
            let value = slot.read();
            // What is new is newer, and what is not is the same.
            assert!(if new { value > last } else { value == last });
            last = value;
        }
        control.join().unwrap();
        let new = slot.exchange.receive();
        assert_eq!(new, last < 3);
        assert_eq!(slot.read(), 3);
    });
}

#[test]
fn slot_tells_the_sender_what_was_received() {
    loom::model(|| {
        let slot = Slot::new();
        let sender = slot.clone();
        let control = thread::spawn(move || {
            sender.publish(1);
            sender.publish(2);
            sender.exchange.is_received()
        });
        let seen = slot.exchange.receive() && slot.read() == 2;
        let received = control.join().unwrap();
        assert!(seen || !received);
    });
}
