//! The layers of the comparison's networks by themselves, forward and backward, one sample and a lane group, against the
//! last run: `cargo bench -p chainrule-benches --bench layers`. `roofline` has the sizes between and beyond.

use chainrule::layers::activations::{Relu, Tanh};
use chainrule::layers::{Conv2d, Linear, MaxPool2d, Pointwise};
use chainrule::{Element, Lanes, Layer};
use chainrule_benches::denormals;
use chainrule_benches::layers::LayerRun;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;

/// All four ways of running a layer.
fn layer<L: Layer<f32>>(criterion: &mut Criterion, name: &str, layer: L) {
    let mut group = criterion.benchmark_group(name);
    group
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    passes::<L, f32>(&mut group, "1 sample", layer);
    passes::<L, Lanes<f32>>(&mut group, "16 lanes", layer);
    group.finish();
}

fn passes<L: Layer<f32>, E: Element<f32>>(
    group: &mut BenchmarkGroup<WallTime>,
    name: &str,
    layer: L,
) {
    let mut run = LayerRun::<L, E>::new(layer);
    // Multiply-adds, or for a layer without them the bytes that pass through it.
    let bytes = (LayerRun::<L, E>::INPUT_BYTES + LayerRun::<L, E>::OUTPUT_BYTES) as u64;
    let throughput = |passes: u64| match LayerRun::<L, E>::MACS as u64 {
        0 => Throughput::Bytes(bytes),
        macs => Throughput::Elements(passes * macs),
    };
    group.throughput(throughput(1));
    group.bench_function(format!("forward, {name}"), |bencher| {
        bencher.iter(|| run.forward())
    });
    group.throughput(throughput(2));
    group.bench_function(format!("backward, {name}"), |bencher| {
        bencher.iter(|| run.backward())
    });
}

fn layers(criterion: &mut Criterion) {
    denormals::flush_to_zero();
    layer(criterion, "Linear 32 → 32", Linear::<32, 32, 32>::default());
    layer(
        criterion,
        "Linear 784 → 128",
        Linear::<784, 128, 128>::default(),
    );
    layer(
        criterion,
        "Linear 1024 → 1024",
        Linear::<1024, 1024, 1024>::default(),
    );
    let conv1 = Conv2d::<1, 28, 28, 6, 28, 28, 5, 5, 25, 6> {
        padding: [2; 2],
        ..Default::default()
    };
    layer(criterion, "Conv2d 1×28² → 6, kernel 5", conv1);
    let conv2 = Conv2d::<6, 14, 14, 16, 10, 10, 5, 5, 150, 16>::default();
    layer(criterion, "Conv2d 6×14² → 16, kernel 5", conv2);
    let pool = MaxPool2d::<6, 28, 28, 14, 14> {
        kernel: [2; 2],
        stride: [2; 2],
        padding: [0; 2],
        dilation: [1; 2],
    };
    layer(criterion, "MaxPool2d 6×28², kernel 2", pool);
    layer(
        criterion,
        "Relu 1024",
        Pointwise::<Relu, [f32; 1024]>::new(Relu),
    );
    layer(
        criterion,
        "Tanh 1024",
        Pointwise::<Tanh, [f32; 1024]>::new(Tanh),
    );
}

criterion_group!(benches, layers);
criterion_main!(benches);
