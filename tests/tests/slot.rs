//! A network is swapped while another thread runs it. The orders of single instructions are the matter of `slot_loom.rs`.

use chainrule::prelude::*;
use chainrule::slot::Slot;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

network! {
    struct Net: [48, 3] -> [48, 2] { gru: Gru(5), norm: LayerNorm, head: Linear(2) }
}

const WIDTH: usize = 3600;

network! {
    /// 52 MB.
    struct Wide: [WIDTH] -> [WIDTH] { fc: Linear(WIDTH) }
}

fn network(seed: u64) -> Box<Net> {
    Net::init(&mut StdRng::seed_from_u64(seed))
}

/// Every scalar is the number of the network.
fn numbered(number: usize) -> Box<Net> {
    let mut net = Net::boxed();
    net.parameters_mut().fill(number as f32);
    net
}

/// The number of a network that is whole.
#[track_caller]
fn number(net: &Net) -> usize {
    let [first, rest @ ..] = net.parameters() else {
        panic!("no parameters");
    };
    let torn = rest.iter().position(|x| x != first);
    assert_eq!(torn, None, "half of a network");
    *first as usize
}

#[test]
fn slot_holds_the_first_network_until_another_comes() {
    let (mut sender, mut receiver) = numbered(1).slot();
    assert_eq!(number(&receiver), 1);
    assert!(sender.is_received() && !receiver.update());
    sender.publish(&numbered(2));
    assert!(!sender.is_received());
    assert_eq!(
        number(&receiver),
        1,
        "nothing changes before it is asked for"
    );
    assert_eq!(number(receiver.current()), 2);
    assert!(sender.is_received() && !receiver.update());
}

#[test]
fn slot_skips_networks_that_nobody_received() {
    let mut slot = numbered(0).boxed_slot();
    let (mut sender, mut receiver) = slot.split();
    for round in 0..50 {
        for sent in 0..round % 4 {
            sender.publish(&numbered(10 * round + sent));
        }
        assert_eq!(receiver.update(), round % 4 != 0);
        if round % 4 != 0 {
            assert_eq!(number(&receiver), 10 * round + round % 4 - 1);
        }
    }
    // Split again, the receiver has what it had.
    let (_, receiver) = slot.split();
    assert_eq!(number(&receiver), 490);
}

#[test]
fn slot_in_a_static_is_taken_once() {
    static SLOT: Slot<Net> = Slot::zeros();
    let (mut sender, mut receiver) = SLOT.take().unwrap();
    assert!(SLOT.take().is_none());
    sender.publish(&numbered(7));
    thread::spawn(move || assert_eq!(number(receiver.current()), 7))
        .join()
        .unwrap();
}

/// Networks come as fast as they can be copied, and the receiver is never without one, whole, and newer than the last.
#[test]
fn slot_under_two_threads_hands_over_whole_networks_in_order() {
    const LAST: usize = 5_000;
    let mut slot = numbered(0).boxed_slot();
    let (mut sender, mut receiver) = slot.split();
    thread::scope(|scope| {
        scope.spawn(move || {
            for value in 1..=LAST {
                // In place and as a copy.
                if value % 2 == 0 {
                    sender.network_mut().parameters_mut().fill(value as f32);
                    sender.send();
                } else {
                    sender.publish(&numbered(value));
                }
            }
        });
        let (mut last, mut swaps) = (0, 0);
        while last < LAST {
            let new = receiver.update();
            let now = number(&receiver);
            assert!(if new { now > last } else { now == last });
            swaps += usize::from(new);
            last = now;
        }
        assert!((1..=LAST).contains(&swaps), "{swaps} swaps");
    });
}

/// Both threads wait for each other, so that every network is received.
#[test]
fn slot_loses_no_network_that_the_sender_waits_for() {
    const LAST: usize = 2_000;
    let (mut sender, mut receiver) = numbered(0).slot();
    let done = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let receiving = scope.spawn(|| {
            let mut seen = Vec::new();
            while !done.load(Ordering::Acquire) {
                if receiver.update() {
                    seen.push(number(&receiver));
                }
                thread::yield_now();
            }
            seen
        });
        for value in 1..=LAST {
            sender.publish(&numbered(value));
            while !sender.is_received() {
                thread::yield_now();
            }
        }
        done.store(true, Ordering::Release);
        receiving.join().unwrap()
    });
    assert_eq!(seen, (1..=LAST).collect::<Vec<_>>());
}

/// A stream over a slot is a stream of the first network up to the swap, and of the second with that state from there on.
#[test]
fn slot_swaps_the_network_of_a_stream_that_keeps_its_state() {
    let (first, second) = (network(1), network(2));
    let input = |t: usize| [0.1 * t as f32, (t as f32).sin(), 1.0];
    let mut expected = Vec::new();
    let mut state = {
        let mut stream = first.stream();
        expected.extend((0..10).map(|t| stream.step(&input(t))));
        stream.into_state()
    };
    let mut rest = Stream::with_state(&*second, &mut state);
    expected.extend((10..30).map(|t| rest.step(&input(t))));

    let (mut sender, receiver) = first.slot();
    let mut stream = Stream::new(receiver);
    let got: Vec<_> = (0..30)
        .map(|t| {
            if t == 10 {
                sender.publish(&second);
            }
            stream.network_mut().update();
            stream.step(&input(t))
        })
        .collect();
    assert_eq!(got, expected);
    assert_ne!(
        got[10],
        second.stream().step(&input(10)),
        "the state counts"
    );
}

#[test]
fn slot_of_three_large_networks_needs_no_stack() {
    thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(|| {
            assert!(size_of::<Wide>() > 50_000_000);
            let mut net = Wide::boxed();
            let (mut sender, mut receiver) = net.slot();
            net.parameters_mut().fill(0.5);
            sender.publish(&net);
            assert!(receiver.current().parameters() == net.parameters());
        })
        .unwrap()
        .join()
        .unwrap();
}
