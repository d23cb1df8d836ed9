//! Every row of the comparison, ours alone, against the last run: `cargo bench -p chainrule-benches --bench workloads`.

use chainrule_benches::{denormals, workloads};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;

fn rows(criterion: &mut Criterion) {
    denormals::flush_to_zero();
    for workload in workloads::ALL {
        let mut group =
            criterion.benchmark_group(if workload.training { "step" } else { "forward" });
        group
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_secs(2));
        group.throughput(Throughput::Elements(workload.samples as u64));
        let mut call = workload.prepare(workloads::Threads::One);
        group.bench_function(workload.name, |bencher| bencher.iter(&mut call));
        group.finish();
    }
}

criterion_group!(benches, rows);
criterion_main!(benches);
