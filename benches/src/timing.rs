//! How a call is timed: in the same way as in the yardstick and the peers' programs.

use std::time::{Duration, Instant};

/// A chunk is long beside the clock's resolution and short beside the time over which a shared machine changes speed.
const CHUNK: Duration = Duration::from_millis(20);
const CHUNKS: usize = 15;
const WARM_UP: Duration = Duration::from_millis(200);

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Before anything counts: caches, clocks, page tables.
    pub warm_up: Duration,
    /// Chunks of which the median counts.
    pub chunks: usize,
    /// The least length of a chunk.
    pub chunk: Duration,
}

/// As the yardstick: 0.2 s of warming up, then 15 chunks of at least 20 ms.
pub const FULL: Effort = Effort {
    warm_up: WARM_UP,
    chunks: CHUNKS,
    chunk: CHUNK,
};

/// For grids of hundreds of points: 5 chunks of at least 2 ms.
pub const QUICK: Effort = Effort {
    warm_up: Duration::from_millis(4),
    chunks: 5,
    chunk: Duration::from_millis(2),
};

/// Nanoseconds a call: the median over the chunks of the mean in a chunk.
pub fn nanoseconds(effort: Effort, call: &mut dyn FnMut()) -> f64 {
    let (start, mut calls) = (Instant::now(), 0_u32);
    while start.elapsed() < effort.warm_up || calls == 0 {
        call();
        calls += 1;
    }
    let per_call = start.elapsed().as_secs_f64() / f64::from(calls);
    let calls = (effort.chunk.as_secs_f64() / per_call) as u32 + 1;
    let mut means: Vec<f64> = (0..effort.chunks).map(|_| block(call, calls)).collect();
    median(&mut means)
}

/// The length of a turn where both sides run on one thread.
pub const TURN: Duration = Duration::from_millis(10);

/// A call, and blocks of others, in turns of a length: for each of the others nanoseconds a call, and how many times as
/// fast it is. Medians, that of the ratio over neighbouring blocks: the cores of a shared machine differ and change speed
/// within seconds. Each of the others runs so many calls and returns nanoseconds a call.
pub fn alternating<const N: usize>(
    turn: Duration,
    one: &mut dyn FnMut(),
    mut others: [&mut dyn FnMut(u32) -> f64; N],
) -> [[f64; 2]; N] {
    const ALL: Duration = Duration::from_millis(600);
    let calls = (turn.as_secs_f64() * 1e9 / nanoseconds(QUICK, one)) as u32 + 1;
    let mut times = [const { Vec::new() }; N];
    let mut ratios = times.clone();
    for other in &mut others {
        other(calls);
    }
    one();
    let mut before = block(one, calls);
    for _ in 0..ALL.div_duration_f64(turn) as u32 {
        let now = others.each_mut().map(|other| other(calls));
        one();
        let after = block(one, calls);
        for ((now, times), ratios) in now.into_iter().zip(&mut times).zip(&mut ratios) {
            times.push(now);
            ratios.push((before + after) / 2.0 / now);
        }
        before = after;
    }
    let mut ratios = ratios.iter_mut();
    times.map(|mut times| {
        let ratios = ratios.next().map(|ratios| median(ratios));
        [median(&mut times), ratios.unwrap_or(0.0)]
    })
}

/// Nanoseconds a call, the mean of so many.
pub fn block(call: &mut dyn FnMut(), calls: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        call();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

/// The middle one, or the mean of the middle two; 0 of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values {
        [] => 0.0,
        values if values.len() % 2 == 1 => values[half],
        values => (values[half - 1] + values[half]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_odd_even_and_no_values() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&mut []), 0.0);
    }

    #[test]
    fn a_sleep_takes_as_long_as_it_says() {
        let took = nanoseconds(QUICK, &mut || std::thread::sleep(Duration::from_millis(3)));
        assert!((3e6..30e6).contains(&took), "{took} ns");
    }
}
