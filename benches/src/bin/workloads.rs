//! Times our rows: `workloads [NAME …]`, all of them without a name. Prints
//! `chainrule <tab> workload <tab> threads=1 <tab> value <tab> unit`, as every program of the comparison does.

use chainrule_benches::{allocations, denormals, timing, workloads};

fn main() {
    denormals::flush_to_zero();
    let names: Vec<String> = std::env::args().skip(1).collect();
    for name in &names {
        if workloads::ALL.iter().all(|workload| workload.name != name) {
            eprintln!("there is no workload {name}");
        }
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|other| other == name);
    for workload in workloads::ALL
        .iter()
        .filter(|workload| wanted(workload.name))
    {
        let name = workload.name;
        let mut call = workload.prepare();
        let ns = timing::nanoseconds(timing::FULL, &mut call);
        if workload.training {
            row(
                name,
                format!("{:.0}", workload.samples as f64 * 1e9 / ns),
                "samples/s",
            );
            row(
                &format!("{name}_gflops"),
                format!("{:.1}", workload.flops as f64 / ns),
                "GFLOP/s",
            );
        } else {
            row(name, format!("{ns:.1}"), "ns");
        }
        let count = allocations::per_call(&mut call);
        row(&format!("{name}_allocs"), format!("{count:.1}"), "allocs");
    }
}

fn row(workload: &str, value: String, unit: &str) {
    println!("chainrule\t{workload}\tthreads=1\t{value}\t{unit}");
}
