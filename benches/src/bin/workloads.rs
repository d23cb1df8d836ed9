//! Times our rows: `workloads [--threads N] [NAME …]`, all of them without a name. Prints
//! `chainrule <tab> workload <tab> threads=1 <tab> value <tab> unit`, as every program of the comparison does. On two
//! threads it calls itself `chainrule_2threads`, has the rows of training, and times one thread in turns with two, for a
//! row `_speedup`.

use chainrule_benches::workloads::{ALL, Threads, Workload};
use chainrule_benches::{allocations, denormals, timing};
use lexopt::prelude::*;
use rayon::ThreadPool;
use std::error::Error;

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
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .start_handler(|_| denormals::flush_to_zero())
            .build()?;
        let wanted = wanted.filter(|workload| workload.training);
        wanted.for_each(|workload| run(workload, threads, Some(&pool)));
    }
    Ok(())
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
            let mut block = |calls: u32| {
                pool.install(|| {
                    // Wakes the threads, and brings their caches back.
                    call();
                    timing::block(&mut call, calls)
                })
            };
            let [ns, speedup] = timing::alternating(&mut one, &mut block);
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
