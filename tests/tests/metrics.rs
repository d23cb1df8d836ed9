//! Metrics against scikit-learn's (see `goldens/make_metrics.py`), and where there is nothing to measure.

use chainrule::schedules::Mode;
use chainrule::train::metrics::{
    Accuracy, Average, ConfusionMatrix, F1, Mae, MeanOf, Measure, Metric, Perplexity, Precision,
    R2, Recall, Rmse, RocAuc, TopK,
};
use safetensors::SafeTensors;

fn golden(name: &str) -> Vec<f64> {
    let file = SafeTensors::deserialize(include_bytes!("../goldens/metrics.safetensors"))
        .expect("the golden file is whole");
    let tensor = file.tensor(name).expect(name);
    let values = tensor.data().as_chunks().0.iter();
    values.map(|&bytes| f64::from_le_bytes(bytes)).collect()
}

fn rows<const N: usize>(name: &str) -> Vec<[f64; N]> {
    golden(name).as_chunks().0.to_vec()
}

fn labels(case: &str) -> Vec<u8> {
    let labels = golden(&format!("{case}.labels"));
    labels.into_iter().map(|label| label as u8).collect()
}

/// Feeds a metric twice, with a reset between, and compares its value.
#[track_caller]
fn check<O, Y>(name: &str, mut metric: impl Measure<O, Y>, outputs: &[O], targets: &[Y]) {
    assert_eq!(outputs.len(), targets.len());
    let expected = golden(name)[0];
    for _ in 0..2 {
        metric.reset();
        assert!(metric.value().is_nan(), "{name} of nothing");
        for (output, target) in outputs.iter().zip(targets) {
            metric.add(output, target);
        }
        let found = metric.value();
        assert!(
            (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
            "{name}: {found}, scikit-learn {expected}"
        );
    }
}

#[track_caller]
fn check_averages<O, Y>(case: &str, averages: &[(&str, Average)], outputs: &[O], targets: &[Y])
where
    F1: Measure<O, Y>,
    Precision: Measure<O, Y>,
    Recall: Measure<O, Y>,
{
    for &(name, average) in averages {
        let golden = |metric: &str| format!("{case}.{metric}.{name}");
        check(&golden("f1"), F1::new(average), outputs, targets);
        check(
            &golden("precision"),
            Precision::new(average),
            outputs,
            targets,
        );
        check(&golden("recall"), Recall::new(average), outputs, targets);
    }
}

const OF_CLASSES: [(&str, Average); 3] = [
    ("macro", Average::Macro),
    ("micro", Average::Micro),
    ("weighted", Average::Weighted),
];

#[test]
fn metrics_of_classes_match_scikit_learn() {
    for case in ["classes", "ties", "absent"] {
        let scores = rows::<5>(&format!("{case}.scores"));
        let labels = labels(case);
        check(
            &format!("{case}.accuracy"),
            Accuracy::new(),
            &scores,
            &labels,
        );
        for k in 1..=3 {
            check(&format!("{case}.top{k}"), TopK::new(k), &scores, &labels);
        }
        check(
            &format!("{case}.perplexity"),
            Perplexity::new(),
            &scores,
            &labels,
        );
        check_averages(case, &OF_CLASSES, &scores, &labels);

        let mut confusion = ConfusionMatrix::new();
        for (scores, label) in scores.iter().zip(&labels) {
            confusion.add(scores, label);
        }
        let counts: Vec<f64> = confusion.rows().flatten().map(|&n| n as f64).collect();
        assert_eq!(counts, golden(&format!("{case}.confusion")), "{case}");
    }
}

#[test]
fn metrics_of_a_single_logit_match_scikit_learn() {
    let logits = rows::<1>("binary.scores");
    let labels = labels("binary");
    let probabilities: Vec<[f64; 1]> = labels.iter().map(|&label| [f64::from(label)]).collect();
    let averages = [OF_CLASSES.as_slice(), &[("binary", Average::Binary)]].concat();
    check("binary.accuracy", Accuracy::new(), &logits, &labels);
    check("binary.accuracy", Accuracy::new(), &logits, &probabilities);
    check("binary.auc", RocAuc::new(), &logits, &labels);
    check("binary.perplexity", Perplexity::new(), &logits, &labels);
    check_averages("binary", &averages, &logits, &labels);
    check_averages("binary", &averages, &logits, &probabilities);

    // The same as two scores, whose difference is the logit.
    let scores: Vec<[f64; 2]> = logits.iter().map(|[logit]| [1.0, logit + 1.0]).collect();
    check("binary.accuracy", Accuracy::new(), &scores, &labels);
    check("binary.auc", RocAuc::new(), &scores, &labels);
    check_averages("binary", &averages, &scores, &labels);
}

#[test]
fn roc_auc_counts_ties_by_half() {
    check(
        "auc.constant",
        RocAuc::new(),
        &[[0.5_f32]; 4],
        &[0, 1, 1, 0],
    );
    let scores = [[-1.0_f32], [0.0], [-0.0], [2.0]];
    check("auc.reversed", RocAuc::new(), &scores, &[1, 1, 0, 0]);
}

#[test]
fn roc_auc_of_one_class_is_nan() {
    let mut auc = RocAuc::new();
    for score in 0..4 {
        auc.add(&[score as f32], &1_u8);
    }
    assert!(auc.value().is_nan());
    auc.add(&[-1.0_f32], &0_u8);
    assert_eq!(auc.value(), 1.0);
    auc.add(&[f32::NAN], &0_u8);
    assert!(auc.value().is_nan());
}

#[test]
fn metrics_of_regression_match_scikit_learn() {
    let outputs = rows::<3>("regression.outputs");
    let targets = rows::<3>("regression.targets");
    check("regression.mae", Mae::new(), &outputs, &targets);
    check("regression.rmse", Rmse::new(), &outputs, &targets);
    check("regression.r2", R2::new(), &outputs, &targets);
    let outputs = rows::<3>("constant.outputs");
    let targets = rows::<3>("constant.targets");
    check("constant.r2", R2::new(), &outputs, &targets);
}

#[test]
fn r2_of_one_sample_is_nan() {
    let mut r2 = R2::new();
    r2.add(&[1.0_f32], &[1.0]);
    assert!(r2.value().is_nan());
}

#[test]
fn positions_of_a_sequence_count_one_by_one() {
    let mut accuracy = Accuracy::new();
    let scores = [[0.0_f32, 1.0], [2.0, 1.0], [0.0, 1.0], [5.0, 0.0]];
    // The last position is padding.
    accuracy.add(&scores, &[1_i64, 0, 0, -100]);
    assert_eq!(accuracy.value(), 2.0 / 3.0);
}

#[test]
fn targets_that_are_no_class_do_not_count() {
    let mut confusion = ConfusionMatrix::new();
    let (mut perplexity, mut top) = (Perplexity::new(), TopK::new(2));
    for class in [-100_i64, 3, i64::MAX] {
        confusion.add(&[0.0_f32, 1.0, 2.0], &class);
        perplexity.add(&[0.0_f32, 1.0, 2.0], &class);
        top.add(&[0.0_f32, 1.0, 2.0], &class);
    }
    assert_eq!(confusion.rows().flatten().sum::<u64>(), 0);
    assert!(perplexity.value().is_nan());
    assert!(top.value().is_nan());
}

#[test]
fn outputs_that_are_not_numbers_are_never_right_by_chance() {
    let mut top = TopK::new(3);
    top.add(&[f32::NAN; 3], &1_u8);
    assert_eq!(top.value(), 0.0);
    let mut perplexity = Perplexity::new();
    perplexity.add(&[f32::NAN, 0.0], &1_u8);
    assert!(perplexity.value().is_nan());
}

#[test]
fn a_metric_of_ones_own_is_a_mean() {
    let mut error = MeanOf::new("largest error", |y: &[f32; 2], t: &[f32; 2]| {
        f64::from((y[0] - t[0]).abs().max((y[1] - t[1]).abs()))
    })
    .less_is_better();
    assert!(error.value().is_nan());
    error.add(&[1.0, 2.0], &[1.0, 4.0]);
    error.add(&[1.0, 2.0], &[2.0, 2.0]);
    assert_eq!(error.value(), 1.5);
    assert_eq!(
        (error.name().as_str(), error.mode()),
        ("largest error", Mode::Min)
    );
}

#[test]
fn a_metric_takes_one_of_several_heads() {
    struct Heads {
        policy: [f32; 3],
    }
    let mut accuracy = Accuracy::new()
        .on("policy accuracy", |out: &Heads, (label, _): &(u8, f32)| {
            (out.policy, *label)
        });
    accuracy.add(
        &Heads {
            policy: [0.0, 1.0, 0.5],
        },
        &(1, 0.3),
    );
    accuracy.add(
        &Heads {
            policy: [0.0, 1.0, 0.5],
        },
        &(2, 0.3),
    );
    assert_eq!(
        (accuracy.name().as_str(), accuracy.value()),
        ("policy accuracy", 0.5)
    );
    accuracy.reset();
    assert!(accuracy.value().is_nan());
}

#[test]
fn a_confusion_matrix_prints_as_a_table() {
    let mut confusion = ConfusionMatrix::new();
    assert_eq!(confusion.to_string(), " ");
    for (answer, label) in [(0, 0), (0, 0), (1, 0), (1, 1)] {
        let mut scores = [0.0_f32; 2];
        scores[answer] = 1.0;
        confusion.add(&scores, &label);
    }
    assert_eq!(confusion.to_string(), "  0 1\n0 2 1\n1 · 1");
}
