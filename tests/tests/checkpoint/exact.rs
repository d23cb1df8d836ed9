//! A run that is saved, and goes on in a file's place, ends with the bits of one that was not.

use crate::run::{Image, Net, Run, Train};
use chainrule::HeapWorkspace;
use chainrule::checkpoint::{CheckpointError, Checkpoints, Reader, State, Writer};
use chainrule::data::{Batches, Samples};
use chainrule::optimizers::{
    Adadelta, Adagrad, Adam, AdamW, Adamax, Adan, AveragedModel, Lamb, Lbfgs, Lion, Lookahead,
    Muon, NAdam, RAdam, RmsProp, ScheduleFree, Sgd,
};
use chainrule::prelude::*;

/// Twenty steps; ten, a file, and ten in fresh objects with other initial values and another seed.
#[track_caller]
fn resumes_exactly<O: Train>(optimizer: impl Fn(&Net) -> O) {
    let folder = tempfile::tempdir().expect("a folder");
    let checkpoints = Checkpoints::new(folder.path()).expect("a folder");

    let mut uninterrupted = Run::new(7, &optimizer);
    uninterrupted.steps(20);

    let mut first = Run::new(7, &optimizer);
    first.steps(10);
    checkpoints.save(10, &first.states()).expect("a file");
    let saved = first.bits();
    drop(first);

    let mut second = Run::new(8, &optimizer);
    assert_ne!(second.bits(), saved);
    let loaded = checkpoints.load_newest(&mut second.states_mut());
    let loaded = loaded.expect("a file that fits").expect("a checkpoint");
    assert_eq!((loaded.step, &*loaded.unused), (10, &[][..]));
    assert!(loaded.skipped.is_empty());
    assert_eq!(second.bits(), saved);
    second.steps(10);
    assert!(second.bits() == uninterrupted.bits());
    assert_ne!(second.bits(), saved);
}

macro_rules! resumes {
    ($($name:ident: $optimizer:expr;)+) => {$(
        #[test]
        fn $name() {
            resumes_exactly($optimizer);
        }
    )+};
}

resumes! {
    sgd_resumes_exactly: |net| Sgd::new(net, 0.1);
    sgd_with_momentum_resumes_exactly: |net| Sgd::new(net, 0.1).momentum(0.9).dampening(0.1);
    adam_resumes_exactly: Adam::new;
    adam_with_amsgrad_resumes_exactly: |net| Adam::new(net).amsgrad(true);
    adam_w_resumes_exactly: AdamW::new;
    rms_prop_resumes_exactly: RmsProp::new;
    rms_prop_with_everything_resumes_exactly: |net| RmsProp::new(net).momentum(0.9).centered(true);
    adagrad_resumes_exactly: |net| Adagrad::new(net).learning_rate_decay(0.1);
    adadelta_resumes_exactly: Adadelta::new;
    adamax_resumes_exactly: Adamax::new;
    nadam_resumes_exactly: NAdam::new;
    radam_resumes_exactly: RAdam::new;
    lion_resumes_exactly: Lion::new;
    lamb_resumes_exactly: Lamb::new;
    adan_resumes_exactly: Adan::new;
    schedule_free_resumes_exactly: |net| ScheduleFree::new(net).warmup_steps(15);
    // Both have a `momentum_buffer`, and each a learning rate of its own.
    muon_resumes_exactly: |net| Muon::new(net, Sgd::new(net, 0.05).momentum(0.9)).except(&["head"]);
    lookahead_resumes_exactly: |net| Lookahead::new(Adam::new(net), net).k(4);
    lookahead_around_muon_resumes_exactly: |net| Lookahead::new(Muon::new(net, AdamW::new(net)), net).k(3);
    lbfgs_resumes_exactly: |net| FullBatch(Lbfgs::new(net, 4).max_iter(2));
}

/// `Lbfgs` on its batch without dropout's noise, which no line search can do with: the same draw for each evaluation.
struct FullBatch(Lbfgs<f32>);

impl State for FullBatch {
    fn save(&self, to: &mut Writer) {
        self.0.save(to);
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        self.0.load(from)
    }
}

impl Train for FullBatch {
    fn train(
        &mut self,
        net: &mut Net,
        inputs: &[Image],
        targets: &[u8],
        workspace: &mut HeapWorkspace<Net>,
    ) -> f32 {
        let steps = workspace.steps();
        let loss = self.0.step(net, |net: &mut Net, gradients: &mut [f32]| {
            workspace.set_steps(steps);
            let loss =
                net.backpropagate(inputs, targets, &CrossEntropyLoss::default(), workspace)?;
            gradients.copy_from_slice(workspace.gradients().parameters());
            Ok::<_, BackpropagateError>(loss)
        });
        loss.expect("a finite loss")
    }
}

/// Stochastic weight averaging, and both scalars.
#[test]
fn an_average_in_double_precision_resumes_exactly() {
    network! { struct Small<T>: [2] -> [1] { Linear(5), Tanh, Linear(1) } }

    let start = |seed| {
        let net = Small::<f64>::init(&mut StdRng::seed_from_u64(seed));
        let (swa, adam) = (AveragedModel::swa(&net), Adam::new(&net));
        (net, swa, adam)
    };
    let train = |(net, swa, adam): &mut (Box<Small<f64>>, AveragedModel<f64>, Adam<f64>)| {
        let (inputs, targets) = ([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.5]]);
        let mut workspace = Small::workspace();
        for _ in 0..5 {
            let loss = MseLoss::default();
            adam.train_step(&mut **net, &inputs, &targets, &loss, &mut workspace)
                .expect("a finite loss");
            swa.update(net);
        }
    };
    let mut uninterrupted = start(7);
    train(&mut uninterrupted);
    train(&mut uninterrupted);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("half way.safetensors");
    let mut first = start(7);
    train(&mut first);
    chainrule::checkpoint::save(
        &path,
        5,
        &[("net", &*first.0), ("swa", &first.1), ("adam", &first.2)],
    )
    .expect("a file");

    let (mut net, mut swa, mut adam) = start(8);
    let states: &mut [(&str, &mut dyn State)] =
        &mut [("net", &mut *net), ("swa", &mut swa), ("adam", &mut adam)];
    let loaded = chainrule::checkpoint::load(&path, states).expect("a file that fits");
    assert_eq!(loaded.step, 5);
    let mut second = (net, swa, adam);
    train(&mut second);
    assert!(second.0.parameters() == uninterrupted.0.parameters());
    assert!(second.1.state() == uninterrupted.1.state());
    assert_eq!(second.1.updates(), 10);
}

/// In the middle of an epoch, with another seed in the program; other data are another run.
#[test]
fn batches_go_on_where_they_were() {
    let of = |samples: u16, seed| {
        let inputs = (0..samples).map(|i| [f32::from(i)]).collect();
        let samples = Samples::new(inputs, vec![0_u8; samples.into()]).expect("as many targets");
        Batches::new(samples, 8, seed)
    };
    let folder = tempfile::tempdir().expect("a folder");
    let checkpoints = Checkpoints::new(folder.path()).expect("a folder");
    let mut batches = of(50, 7);
    batches.start_at(2, 0);
    batches.next_batch().expect("the first");
    checkpoints
        .save(15, &[("batches", &batches)])
        .expect("a file");

    let mut resumed = of(50, 8);
    let loaded = checkpoints.load_newest(&mut [("batches", &mut resumed)]);
    assert!(loaded.expect("a file that fits").is_some());
    assert_eq!(
        (resumed.seed(), resumed.epoch(), resumed.position()),
        (7, 2, 8)
    );
    for _ in 0..6 {
        let [expected, found] = [&mut batches, &mut resumed].map(|batches| {
            let batch = batches.next_batch().expect("seven in all");
            batch.inputs().to_vec()
        });
        assert_eq!(found, expected);
    }
    assert!(resumed.next_batch().is_none());

    let error = checkpoints
        .load_newest(&mut [("batches", &mut of(51, 7))])
        .expect_err("other data");
    assert!(
        error
            .to_string()
            .contains("its `batches` is `50 samples`, but here it is `51 samples`; "),
        "{error}"
    );
}
