//! A layer of one's own inside `network!`: Swish with a trained slope, and the proof that its gradients are right.

use chainrule::prelude::*;

/// `y = x·σ(βx)` with a trained `β` for every feature (Ramachandran, Zoph & Le 2017, arXiv:1710.05941).
#[derive(Clone, Copy, Default)]
pub struct Swish<const N: usize>;

impl<const N: usize> Layer<f64> for Swish<N> {
    type Input = [f64; N];
    type Output = [f64; N];
    type Parameters = [f64; N];
    type Buffers = ();
    const PARAMETERS: &'static [Tensor] = &[Tensor::new("beta", &[N])];

    fn init<R: Rng + ?Sized>(&self, beta: &mut [f64; N], _: &mut (), _: &mut R) {
        beta.fill(1.0);
    }

    fn forward<E: Element<f64>>(&self, cx: Forward<f64, Self, E>, x: &[E; N], y: &mut [E; N]) {
        for i in 0..N {
            y[i] = x[i] * (x[i] * cx.parameters[i]).map(f64::sigmoid);
        }
    }

    #[rustfmt::skip]
    fn backward<E: Element<f64>>(
        &self, cx: Backward<f64, Self, E>, x: &[E; N], y: &[E; N], dy: &[E; N], dx: &mut [E; N],
    ) {
        for i in 0..N {
            let beta = cx.parameters[i];
            let sigmoid = (x[i] * beta).map(f64::sigmoid);
            let slope = y[i] - y[i] * sigmoid; // ∂y/∂(βx)
            dx[i] = dy[i] * (sigmoid + slope * beta);
            cx.gradients[i] += (dy[i] * slope * x[i]).sum();
        }
    }
}

network! {
    /// Learns a function of one number.
    #[network(scalar = f64)]
    pub struct Curve: [1] -> [1] {
        widen: Linear(12),
        swish: Swish<12>,
        narrow: Linear(1),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let inputs: Vec<[f64; 1]> = (-32..=32).map(|i| [f64::from(i) / 16.0]).collect();
    let targets: Vec<[f64; 1]> = inputs.iter().map(|[x]| [(3.0 * x).sin()]).collect();
    let loss = MseLoss::default();

    let mut net = Curve::init(&mut StdRng::seed_from_u64(3));
    let mut workspace = Curve::workspace();
    println!("{}\n", Curve::summary());

    // Every parameter moved a little to both sides must change the loss as its gradient says.
    net.backpropagate(&inputs, &targets, &loss, &mut workspace)?;
    let gradients = workspace.gradients().parameters().to_vec();
    let mut worst = 0.0_f64;
    for (i, gradient) in gradients.iter().enumerate() {
        let h = 1e-5;
        let mut loss_at = |offset: f64| {
            net.parameters_mut()[i] += offset;
            let loss = net.backpropagate(&inputs, &targets, &loss, &mut workspace);
            net.parameters_mut()[i] -= offset;
            loss
        };
        let difference = (loss_at(h)? - loss_at(-h)?) / (2.0 * h);
        worst = worst.max((difference - gradient).abs());
    }
    println!("largest difference between gradient and finite difference: {worst:.1e}");

    let mut adam = Adam::new(&net).learning_rate(0.01);
    let mut last = f64::INFINITY;
    for _ in 0..2_000 {
        last = net.backpropagate(&inputs, &targets, &loss, &mut workspace)?;
        adam.step(&mut net, workspace.gradients());
    }
    println!("trained slopes β: {:.2?}", net.swish);
    println!("gradients agree: {}", worst < 1e-8);
    println!("final loss: {last:.6}");
    Ok(())
}
