//! Times our rows: `workloads [--threads N] [NAME …]`, all of them without a name. Prints
//! `chainrule <tab> workload <tab> threads=1 <tab> value <tab> unit`, as every program of the comparison does. On two
//! threads it calls itself `chainrule_2threads`, has the rows of training, and times one thread in turns with two, for a
//! row `_speedup`, and with a copy of the one on each, for a row `_copies`: what the machine has to give in that moment.
//! Each thread of the pool stays on a core of its own.

use chainrule_benches::workloads::{ALL, Call, Threads, Workload};
use chainrule_benches::{allocations, denormals, timing};
use lexopt::prelude::*;
use rayon::ThreadPool;
use std::error::Error;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Of one thread and several: long beside the milliseconds that a pool takes to wake and to have its data in its caches.
const TURN: Duration = Duration::from_millis(50);
const WARM_UP: Duration = Duration::from_millis(10);

fn main() -> Result<(), Box<dyn Error>> {
    denormals::flush_to_zero();
    let (mut threads, mut names) = (1, Vec::new());
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("threads") => threads = parser.value()?.parse::<usize>()?.max(1),
            Value(name) => names.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    for name in &names {
        if ALL.iter().all(|workload| workload.name != name) {
            eprintln!("there is no workload {name}");
        }
    }
    let wanted = ALL
        .iter()
        .filter(|workload| names.is_empty() || names.iter().any(|name| name == workload.name));
    if threads == 1 {
        wanted.for_each(|workload| run(workload, 1, None));
    } else {
        // Else the system may wake two of them on one core, and take its time to notice.
        let cores = core_affinity::get_core_ids().unwrap_or_default();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .start_handler(move |index| {
                denormals::flush_to_zero();
                if let Some(&core) = cores.get(index) {
                    core_affinity::set_for_current(core);
                }
            })
            .build()?;
        let wanted = wanted.filter(|workload| workload.training);
        wanted.for_each(|workload| run(workload, threads, Some(&pool)));
    }
    Ok(())
}

/// Nanoseconds a call, in a block behind some that do not count.
fn warm_block(call: &mut dyn FnMut(), calls: u32) -> f64 {
    let start = Instant::now();
    while start.elapsed() < WARM_UP {
        call();
    }
    timing::block(call, calls)
}

fn run(workload: &Workload, threads: usize, pool: Option<&ThreadPool>) {
    let name = workload.name;
    let row = |row: &str, value: String, unit: &str| match threads {
        1 => println!("chainrule\t{row}\tthreads=1\t{value}\t{unit}"),
        _ => println!("chainrule_{threads}threads\t{row}\tthreads={threads}\t{value}\t{unit}"),
    };
    let mut one = workload.prepare(Threads::One);
    let (ns, count) = match pool {
        None => (
            timing::nanoseconds(timing::FULL, &mut *one),
            allocations::per_call(&mut *one),
        ),
        Some(pool) => {
            let mut call = workload.prepare(Threads::Pool);
            let mut shared = |calls: u32| pool.install(|| warm_block(&mut call, calls));
            let copies: Vec<Mutex<Call>> = (0..threads)
                .map(|_| workload.prepare(Threads::One).into())
                .collect();
            let mut separate = |calls: u32| {
                let times = pool.broadcast(|thread| {
                    let copy = copies.get(thread.index())?;
                    Some(warm_block(&mut *copy.lock().ok()?, calls))
                });
                let mean = times.into_iter().flatten().sum::<f64>() / threads as f64;
                mean / threads as f64
            };
            let [[ns, speedup], [_, copies]] =
                timing::alternating(TURN, &mut one, [&mut shared, &mut separate]);
            row(&format!("{name}_copies"), format!("{copies:.3}"), "x");
            row(&format!("{name}_speedup"), format!("{speedup:.3}"), "x");
            (ns, pool.install(|| allocations::per_call(&mut call)))
        }
    };
    if workload.training {
        let rate = workload.samples as f64 * 1e9 / ns;
        row(name, format!("{rate:.0}"), "samples/s");
        let rate = workload.flops as f64 / ns;
        row(&format!("{name}_gflops"), format!("{rate:.1}"), "GFLOP/s");
    } else {
        row(name, format!("{ns:.1}"), "ns");
    }
    row(&format!("{name}_allocs"), format!("{count:.1}"), "allocs");
}
