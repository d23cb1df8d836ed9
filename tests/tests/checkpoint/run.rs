//! A training run with everything that has a state.

use chainrule::HeapWorkspace;
use chainrule::checkpoint::{Progress, State};
use chainrule::optimizers::AveragedModel;
use chainrule::prelude::*;
use chainrule::schedules::{CosineAnnealingLr, LinearLr, ReduceLrOnPlateau, SequentialLr};

network! {
    /// Dropout and batch norm, whose state is not in the parameters.
    pub(crate) struct Net: [1, 4, 4] -> [3] {
        conv: Conv2d(4, kernel = 3), BatchNorm2d, Relu, Flatten, Dropout(0.3),
        fc: Linear(6), Tanh, head: Linear(3),
    }
}

pub(crate) type Image = [[[f32; 4]; 4]; 1];

const SAMPLES: usize = 50;
const BATCH: usize = 16;

/// One update of the weights; gives the loss.
pub(crate) trait Train: State {
    fn train(
        &mut self,
        net: &mut Net,
        inputs: &[Image],
        targets: &[u8],
        workspace: &mut HeapWorkspace<Net>,
    ) -> f32;

    /// How a schedule sets the learning rate; `Lbfgs` has none to set.
    fn set(&mut self, _: f64) {}
}

impl<O: Optimizer<f32> + State> Train for O {
    fn train(
        &mut self,
        net: &mut Net,
        inputs: &[Image],
        targets: &[u8],
        workspace: &mut HeapWorkspace<Net>,
    ) -> f32 {
        let loss = CrossEntropyLoss::default();
        self.train_step(net, inputs, targets, &loss, workspace)
            .expect("a finite loss")
    }
    fn set(&mut self, learning_rate: f64) {
        self.set_learning_rate(learning_rate);
    }
}

pub(crate) struct Run<O> {
    pub(crate) net: Box<Net>,
    pub(crate) optimizer: O,
    pub(crate) workspace: HeapWorkspace<Net>,
    pub(crate) ema: AveragedModel<f32>,
    pub(crate) plateau: ReduceLrOnPlateau,
    pub(crate) progress: Progress,
    pub(crate) best_loss: Option<f32>,
    data: (Vec<Image>, Vec<u8>),
}

impl<O: Train> Run<O> {
    /// A new run whose initial values depend on `seed`, on the same data.
    pub(crate) fn new(seed: u64, optimizer: impl FnOnce(&Net) -> O) -> Self {
        let net = Net::init(&mut StdRng::seed_from_u64(seed));
        let mut rng = StdRng::seed_from_u64(1);
        let mut workspace = Net::workspace_with_capacity(BATCH);
        workspace.set_seed(seed);
        Self {
            optimizer: optimizer(&net),
            workspace,
            ema: AveragedModel::ema(&net, 0.9),
            // Impatient, so that it does something in twenty steps.
            plateau: ReduceLrOnPlateau {
                patience: 0,
                cooldown: 1,
                factor: 0.9,
                // So that it does not come to nothing in thousands.
                min_learning_rate: 2e-3,
                ..ReduceLrOnPlateau::new(1e-2)
            },
            progress: Progress::new(seed),
            best_loss: None,
            data: (0..SAMPLES)
                .map(|_| (rng.random::<Image>(), rng.random_range(0..3_u8)))
                .unzip(),
            net,
        }
    }

    pub(crate) fn steps(&mut self, steps: usize) {
        const WARM_UP: SequentialLr<LinearLr, CosineAnnealingLr> = SequentialLr {
            first: LinearLr::new(1.0, 4),
            milestone: 4,
            next: CosineAnnealingLr::new(1.0, 40),
        };
        for _ in 0..steps {
            let mut order: Vec<usize> = (0..SAMPLES).collect();
            order.shuffle(&mut self.progress.rng());
            let rest = order
                .get(self.progress.position..)
                .expect("the epoch goes on");
            let batch = &rest[..rest.len().min(BATCH)];
            let (inputs, targets) = &self.data;
            let x: Vec<Image> = batch.iter().map(|&i| inputs[i]).collect();
            let y: Vec<u8> = batch.iter().map(|&i| targets[i]).collect();

            let factor = WARM_UP.learning_rate(self.progress.step);
            self.optimizer.set(factor * self.plateau.learning_rate);
            let loss = self
                .optimizer
                .train(&mut self.net, &x, &y, &mut self.workspace);
            self.ema.update(&self.net);
            self.plateau.update(f64::from(loss));
            if self.best_loss.is_none_or(|best| loss < best) {
                self.best_loss = Some(loss);
            }
            self.progress.advance(batch.len());
            if self.progress.position == SAMPLES {
                self.progress.next_epoch();
            }
        }
    }

    pub(crate) fn states(&self) -> [(&'static str, &dyn State); 7] {
        [
            ("network", &*self.net),
            ("optimizer", &self.optimizer),
            ("workspace", &self.workspace),
            ("ema", &self.ema),
            ("plateau", &self.plateau),
            ("progress", &self.progress),
            ("best_loss", &self.best_loss),
        ]
    }

    pub(crate) fn states_mut(&mut self) -> [(&'static str, &mut dyn State); 7] {
        [
            ("network", &mut *self.net),
            ("optimizer", &mut self.optimizer),
            ("workspace", &mut self.workspace),
            ("ema", &mut self.ema),
            ("plateau", &mut self.plateau),
            ("progress", &mut self.progress),
            ("best_loss", &mut self.best_loss),
        ]
    }

    /// The bits of all that training changes but the optimizer's state, which shows in the steps that follow.
    pub(crate) fn bits(&self) -> Vec<u64> {
        let weights = self.net.parameters().iter().chain(self.net.buffers());
        let weights = weights.chain(self.ema.state());
        let mut bits: Vec<u64> = weights.map(|w| u64::from(w.to_bits())).collect();
        bits.extend([
            self.workspace.steps(),
            self.progress.epoch,
            self.progress.step,
            self.progress.position as u64,
            self.plateau.learning_rate.to_bits(),
            self.plateau.num_bad_epochs,
            self.ema.updates(),
            u64::from(self.best_loss.unwrap_or_default().to_bits()),
        ]);
        bits
    }
}
