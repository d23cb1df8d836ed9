//! Whole files that do not fit, and states that refuse what is in them.

use chainrule::checkpoint::{
    CheckpointError, Checkpoints, PartMismatch, Progress, Reader, State, Writer, load, save,
};
use chainrule::optimizers::AveragedModel;
use chainrule::prelude::*;
use std::path::{Path, PathBuf};

network! { struct Small: [2] -> [1] { hidden: Linear(4), Tanh, head: Linear(1) } }
network! { struct Large: [2] -> [1] { hidden: Linear(5), Tanh, head: Linear(1) } }
mod renamed {
    use chainrule::prelude::*;
    // The same name of the type, other layers.
    network! { pub(crate) struct Small: [2] -> [1] { hidden1: Linear(4), Tanh, head: Linear(2), Tanh, Linear(1) } }
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

/// A file with a network and Adam.
fn saved(folder: &Path) -> PathBuf {
    let path = folder.join("run.safetensors");
    let net = Small::init(&mut rng());
    save(&path, 12, &[("network", &*net), ("adam", &Adam::new(&net))]).expect("a file");
    path
}

/// What loading `states` from that file says.
#[track_caller]
fn refused(path: &Path, states: &mut [(&str, &mut dyn State)]) -> String {
    load(path, states)
        .expect_err("a file that does not fit")
        .to_string()
}

#[test]
fn a_checkpoint_of_another_network_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let checkpoints = Checkpoints::new(folder.path()).expect("a folder");
    let net = Small::init(&mut rng());
    checkpoints.save(3, &[("network", &*net)]).expect("a file");
    let mut large = Large::init(&mut rng());
    let before = large.parameters().to_vec();
    let error = checkpoints
        .load_newest(&mut [("network", &mut *large)])
        .expect_err("another network");
    assert!(matches!(error, CheckpointError::Other { .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "the checkpoint `{}` is of another run: its `network` is `Small`, but here it is `Large`; load it with the \
             program that saved it, or use another folder",
            checkpoints.path(3).display()
        )
    );
    assert_eq!(large.parameters(), before);
    assert_eq!(checkpoints.steps().expect("the folder"), [3]);
}

#[test]
fn a_checkpoint_of_another_optimizer_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved(folder.path());
    let mut net = Small::init(&mut StdRng::seed_from_u64(8));
    let before = net.parameters().to_vec();
    // Its state has the same names and lengths.
    let mut adam_w = AdamW::new(&net);
    let text = refused(&path, &mut [("network", &mut *net), ("adam", &mut adam_w)]);
    assert!(
        text.contains(" is of another run: its `adam` is `Adam`, but here it is `AdamW`; "),
        "{text}"
    );
    assert_eq!(net.parameters(), before);
}

#[test]
fn every_part_that_does_not_fit_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved(folder.path());
    let mut net = renamed::Small::init(&mut rng());
    let mut ema = AveragedModel::ema(&net, 0.9);
    let text = refused(&path, &mut [("network", &mut *net), ("ema", &mut ema)]);
    assert_eq!(
        text,
        format!(
            "the checkpoint `{}` does not fit, and nothing was loaded:
  `ema.updates` is missing
  `ema.average` is missing
  `network.hidden1.bias` is missing; the file has `network.hidden.bias`
  `network.hidden1.weight` is missing; the file has `network.hidden.weight`
  `network.linear3.bias` is missing; the file has `network.hidden.bias`
  `network.linear3.weight` is missing; the file has `network.hidden.weight`
  `network.head.bias` is F32 [1] in the file, but F32 [2] in the program
  `network.head.weight` is F32 [1, 4] in the file, but F32 [2, 4] in the program
  `network.hidden.bias` is only in the file
  `network.hidden.weight` is only in the file; load it with the declaration and the options that it was saved with",
            path.display()
        )
    );
}

#[test]
fn an_option_that_needs_more_state_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved(folder.path());
    let net = Small::init(&mut rng());
    let mut adam = Adam::new(&net).amsgrad(true);
    let error = load(&path, &mut [("adam", &mut adam)]).expect_err("another option");
    let CheckpointError::Mismatch { parts, .. } = error else {
        panic!("{error}");
    };
    let missing = PartMismatch::Missing {
        name: "adam.max_exp_avg_sq".into(),
        similar: None,
    };
    assert_eq!(parts, [missing]);
}

#[test]
fn what_nobody_asks_for_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved(folder.path());
    let mut net = Small::init(&mut StdRng::seed_from_u64(8));
    let loaded = load(&path, &mut [("network", &mut *net)]).expect("a file that fits");
    assert_eq!(net.parameters(), Small::init(&mut rng()).parameters());
    assert_eq!(loaded.unused, ["adam"]);
    assert_eq!(
        loaded.to_string(),
        format!(
            "loaded step 12 from `{}`, but not its `adam`",
            path.display()
        )
    );
}

/// Refuses every file, when the states before it have been loaded.
struct Picky(u64);

impl State for Picky {
    fn save(&self, to: &mut Writer) {
        to.value("level", &self.0);
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        let level: u64 = from.value("level")?;
        if level == self.0 {
            return Ok(());
        }
        self.0 = level;
        Err(from.invalid("level", "no other level will do"))
    }
}

#[test]
fn a_state_that_refuses_a_value_undoes_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    let mut net = Small::init(&mut rng());
    save(
        &path,
        1,
        &[
            ("network", &*net),
            ("picky", &Picky(1)),
            ("best", &Some(0.5)),
        ],
    )
    .expect("a file");

    net.parameters_mut().fill(9.0);
    let (mut picky, mut best) = (Picky(1), None::<f64>);
    let states: &mut [(&str, &mut dyn State)] = &mut [
        ("network", &mut *net),
        ("best", &mut best),
        ("picky", &mut picky),
    ];
    let _ = load(&path, states).expect("its level");
    assert_eq!(best, Some(0.5));

    net.parameters_mut().fill(9.0);
    (picky.0, best) = (2, None);
    let text = refused(
        &path,
        &mut [
            ("network", &mut *net),
            ("best", &mut best),
            ("picky", &mut picky),
        ],
    );
    assert_eq!(
        text,
        format!(
            "the checkpoint `{}` was not loaded: `picky.level`: no other level will do",
            path.display()
        )
    );
    assert!(net.parameters().iter().all(|&w| w == 9.0));
    assert_eq!(best, None);

    // Another type of value.
    let mut level = String::from("before");
    let text = refused(&path, &mut [("network", &mut *net), ("best", &mut level)]);
    assert!(
        text.ends_with("`best`: 0.5 is no `alloc::string::String`"),
        "{text}"
    );
    assert_eq!(level, "before");
    assert!(net.parameters().iter().all(|&w| w == 9.0));
}

#[test]
fn a_learning_rate_that_is_none_is_refused() {
    /// Has Adam's parts.
    struct Forged<'a>(&'a Adam<f32>);
    impl State for Forged<'_> {
        fn save(&self, to: &mut Writer) {
            to.identity("type", "Adam");
            for (name, values) in self.0.state() {
                to.tensor(name, values);
            }
            to.value("steps", &self.0.steps());
            to.value("learning_rate", &-1.0);
        }
        fn load(&mut self, _: &Reader<'_>) -> Result<(), CheckpointError> {
            unreachable!("it is saved only")
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    let mut adam = Adam::new(&Small::init(&mut rng()));
    save(&path, 1, &[("adam", &Forged(&adam))]).expect("a file");
    let text = refused(&path, &mut [("adam", &mut adam)]);
    assert!(
        text.ends_with("`adam.learning_rate`: -1 is negative or not finite"),
        "{text}"
    );
    assert_eq!(adam.current_learning_rate(), 1e-3);
}

/// A list with another length each time, and a state within.
#[derive(Debug, Default, PartialEq)]
struct History {
    losses: Vec<f64>,
    progress: Progress,
}

impl State for History {
    fn save(&self, to: &mut Writer) {
        to.list("losses", &self.losses);
        to.state("progress", &self.progress);
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        self.losses = from.list("losses")?;
        from.state("progress", &mut self.progress)
    }
}

#[test]
fn lists_have_any_length() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    for losses in [vec![], vec![0.5, f64::NAN.copysign(-1.0)]] {
        let history = History {
            losses,
            progress: Progress::new(5),
        };
        save(&path, 1, &[("history", &history)]).expect("a file");
        let mut loaded = History {
            losses: vec![1.0],
            ..History::default()
        };
        let _ = load(&path, &mut [("history", &mut loaded)]).expect("a file that fits");
        assert_eq!(loaded.progress, history.progress);
        let bits = |history: &History| {
            history
                .losses
                .iter()
                .map(|x| x.to_bits())
                .collect::<Vec<_>>()
        };
        assert_eq!(bits(&loaded), bits(&history));
    }
}

#[test]
fn names_are_checked() {
    /// Gives two parts the same name.
    struct Twice;
    impl State for Twice {
        fn save(&self, to: &mut Writer) {
            to.value("level", &1_u8);
            to.value("level", &2_u8);
        }
        fn load(&mut self, _: &Reader<'_>) -> Result<(), CheckpointError> {
            Ok(())
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    let refused = |states: &[(&str, &dyn State)]| {
        let error = save(&path, 1, states).expect_err("a wrong name");
        assert!(!path.exists());
        error.to_string()
    };
    let text = "cannot be a name in a checkpoint";
    assert_eq!(
        refused(&[("a.b", &1)]),
        format!("`a.b` {text}: a dot stands between a state and its parts")
    );
    assert_eq!(refused(&[("", &1)]), format!("`` {text}: it is empty"));
    assert_eq!(
        refused(&[("a", &1), ("a", &2)]),
        format!("`a` {text}: another state has it too")
    );
    assert_eq!(
        refused(&[("__metadata__", &1)]),
        format!("`__metadata__` {text}: files have a meaning for it")
    );
    assert_eq!(
        refused(&[("a", &Twice)]),
        format!("`a.level` {text}: two parts have it; each needs its own in `State::save`")
    );
}
