use super::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::vec;
use std::vec::Vec;

const FAN_IN: usize = 300;
const FAN_OUT: usize = 200;

fn filled(init: Init) -> Vec<f64> {
    let mut values = vec![f64::NAN; FAN_IN * FAN_OUT];
    init.fill(&mut values, FAN_IN, FAN_OUT, &mut StdRng::seed_from_u64(11));
    values
}

/// Mean and standard deviation within four of their own standard errors, about.
fn check_moments(values: &[f64], mean: f64, std: f64) {
    let n = values.len() as f64;
    let found = values.iter().sum::<f64>() / n;
    assert!(
        (found - mean).abs() < 4.0 * std / n.sqrt(),
        "mean {found}, not {mean}"
    );
    let variance = values
        .iter()
        .map(|x| (x - found) * (x - found))
        .sum::<f64>()
        / n;
    assert!(
        (variance.sqrt() / std - 1.0).abs() < 4.0 / n.sqrt(),
        "{} not {std}",
        variance.sqrt()
    );
}

/// Uniform: the moments, and extremes that come near the bounds without passing them.
fn check_uniform(init: Init, low: f64, high: f64) {
    let values = filled(init);
    let width = high - low;
    check_moments(&values, (low + high) / 2.0, width / 12_f64.sqrt());
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    assert!(
        least >= low && least < low + 1e-3 * width,
        "{least}, not {low}"
    );
    assert!(
        greatest <= high && greatest > high - 1e-3 * width,
        "{greatest}, not {high}"
    );
}

/// Normal: the moments, and the shares within one, two and three standard deviations.
fn check_normal(init: Init, mean: f64, std: f64) {
    let values = filled(init);
    check_moments(&values, mean, std);
    for (deviations, share) in [(1.0, 0.682_69), (2.0, 0.954_50), (3.0, 0.997_30)] {
        let within = values
            .iter()
            .filter(|x| (*x - mean).abs() < deviations * std)
            .count();
        let found = within as f64 / values.len() as f64;
        assert!(
            (found - share).abs() < 0.008,
            "{found} within {deviations} σ"
        );
    }
}

#[test]
fn constants() {
    assert!(filled(Init::Zeros).iter().all(|&x| x == 0.0));
    assert!(filled(Init::Ones).iter().all(|&x| x == 1.0));
    assert!(filled(Init::Constant(-0.5)).iter().all(|&x| x == -0.5));
}

// The bounds and deviations below are those of PyTorch 1.13 for a weight of [200, 300], printed by
// `nn.init.calculate_gain` and the formulas of its documentation.

#[test]
fn uniform() {
    check_uniform(
        Init::Uniform {
            low: -1.0,
            high: 3.0,
        },
        -1.0,
        3.0,
    );
    check_uniform(
        Init::Default,
        -0.057_735_026_918_962_58,
        0.057_735_026_918_962_58,
    );
}

#[test]
fn normal() {
    check_normal(
        Init::Normal {
            mean: 0.5,
            std: 2.0,
        },
        0.5,
        2.0,
    );
}

#[test]
fn kaiming() {
    let bound = 0.141_421_356_237_309_5; // √3 · √2 / √300
    check_uniform(
        Init::KaimingUniform {
            a: 0.0,
            mode: Fan::In,
        },
        -bound,
        bound,
    );
    let bound = 0.169_841_555_121_597_52; // √3 · √(2/1.04) / √200
    check_uniform(
        Init::KaimingUniform {
            a: 0.2,
            mode: Fan::Out,
        },
        -bound,
        bound,
    );
    check_normal(
        Init::KaimingNormal {
            a: 0.0,
            mode: Fan::In,
        },
        0.0,
        0.081_649_658_092_772_6,
    );
    check_normal(
        Init::KaimingNormal {
            a: 0.0,
            mode: Fan::Out,
        },
        0.0,
        0.1,
    );
}

#[test]
fn the_default_is_kaiming_with_a_root_of_five() {
    let kaiming = filled(Init::KaimingUniform {
        a: 5_f64.sqrt(),
        mode: Fan::In,
    });
    for (a, b) in filled(Init::Default).iter().zip(kaiming) {
        assert!((a - b).abs() < 1e-15);
    }
}

#[test]
fn xavier() {
    let bound = 0.109_544_511_501_033_22; // √(6/500)
    check_uniform(Init::XavierUniform { gain: 1.0 }, -bound, bound);
    check_uniform(Init::XavierUniform { gain: 2.0 }, -2.0 * bound, 2.0 * bound);
    check_normal(
        Init::XavierNormal { gain: 1.0 },
        0.0,
        0.063_245_553_203_367_58,
    );
}

/// `WᵀW` or `WWᵀ`, whichever is smaller, is gain² times the identity.
fn check_orthogonal<T: Scalar>(outputs: usize, rest: usize, gain: f64, tolerance: f64) {
    let mut w = vec![T::ZERO; outputs * rest];
    Init::Orthogonal { gain }.fill(&mut w, rest, outputs, &mut StdRng::seed_from_u64(5));
    let at = |row: usize, column: usize| w[column * outputs + row].to_f64();
    let tall = outputs >= rest;
    for i in 0..outputs.min(rest) {
        for j in 0..=i {
            let dot: f64 = if tall {
                (0..outputs).map(|k| at(k, i) * at(k, j)).sum()
            } else {
                (0..rest).map(|k| at(i, k) * at(j, k)).sum()
            };
            let expected = if i == j { gain * gain } else { 0.0 };
            assert!(
                (dot - expected).abs() < tolerance,
                "{outputs}×{rest}: {i}·{j} = {dot}"
            );
        }
    }
}

#[test]
fn orthogonal() {
    for (outputs, rest) in [(1, 1), (7, 7), (64, 64), (90, 40), (40, 90), (1, 5), (5, 1)] {
        check_orthogonal::<f64>(outputs, rest, 1.5, 1e-13);
        check_orthogonal::<f32>(outputs, rest, 1.0, 1e-6);
    }
}

/// A first diagonal element with both signs alike often: Q of a QR with signs left as they come has not.
#[test]
fn orthogonal_is_uniform() {
    let mut rng = StdRng::seed_from_u64(5);
    let (mut sum, mut squares) = (0.0, 0.0);
    for _ in 0..2000 {
        let mut w = [0.0_f64; 9];
        Init::Orthogonal { gain: 1.0 }.fill(&mut w, 3, 3, &mut rng);
        sum += w[0];
        squares += w[0] * w[0];
    }
    // Mean 0 and variance 1/3 of a coordinate of a random direction in space.
    assert!((sum / 2000.0).abs() < 0.05, "{sum}");
    assert!((squares / 2000.0 - 1.0 / 3.0).abs() < 0.03, "{squares}");
}

#[test]
fn orthogonal_bias_is_one_column() {
    let mut bias = [0.0_f64; 10];
    Init::Orthogonal { gain: 3.0 }.fill(&mut bias, 7, 10, &mut StdRng::seed_from_u64(5));
    assert!((bias.iter().map(|b| b * b).sum::<f64>() - 9.0).abs() < 1e-12);
}

#[test]
fn the_same_seed_gives_the_same_values() {
    for init in [
        Init::Default,
        Init::Normal {
            mean: 0.0,
            std: 1.0,
        },
        Init::XavierUniform { gain: 1.0 },
    ] {
        assert_eq!(filled(init), filled(init));
    }
}
