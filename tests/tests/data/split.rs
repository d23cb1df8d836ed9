use crate::words;
use chainrule::data::{Adapt, DataError, Dataset, Samples, Split, class_weights};
use std::collections::BTreeSet;

/// 60 of class 0, 30 of class 1, 9 of class 2, one of class 3, mixed.
fn targets() -> Vec<u8> {
    (0..100)
        .map(|i| match i * 37 % 100 {
            0..60 => 0,
            60..90 => 1,
            90..99 => 2,
            _ => 3,
        })
        .collect()
}

fn assert_partition(split: &Split, samples: usize) {
    let all: BTreeSet<usize> = split
        .training
        .iter()
        .chain(&split.validation)
        .copied()
        .collect();
    assert_eq!(split.training.len() + split.validation.len(), samples);
    assert!(all.into_iter().eq(0..samples));
}

#[test]
fn split_holds_out_a_share() -> Result<(), DataError> {
    for (samples, share, expected) in [
        (100, 0.2, 20),
        (7, 0.5, 4),
        (2, 0.01, 1),
        (2, 0.99, 1),
        (1000, 0.333, 333),
    ] {
        let split = Split::random(samples, share, 7)?;
        assert_eq!(split.validation.len(), expected);
        assert_partition(&split, samples);
    }
    let split = Split::random(1000, 0.5, 7)?;
    assert_eq!(split, Split::random(1000, 0.5, 7)?);
    assert_ne!(split, Split::random(1000, 0.5, 8)?);
    assert!(!split.training.is_sorted() && !split.validation.is_sorted());
    Ok(())
}

#[test]
fn split_is_the_same_on_every_machine() -> Result<(), DataError> {
    assert_eq!(Split::random(10, 0.3, 7)?.validation, [9, 1, 8]);
    Ok(())
}

#[test]
fn split_stratified_keeps_the_shares_of_classes() -> Result<(), DataError> {
    let targets = targets();
    for (share, expected) in [
        (0.2, [12, 6, 2, 0]),
        (0.5, [30, 15, 4, 1]),
        (0.33, [20, 10, 3, 0]),
    ] {
        let split = Split::stratified(&targets, share, 7)?;
        assert_partition(&split, 100);
        let mut counts = [0_usize; 4];
        for &index in &split.validation {
            counts[usize::from(targets[index])] += 1;
        }
        assert_eq!(counts.iter().sum::<usize>(), (100.0 * share) as usize);
        for (count, expected) in counts.into_iter().zip(expected) {
            assert!(count.abs_diff(expected) <= 1, "{counts:?}");
        }
        assert_eq!(split, Split::stratified(&targets, share, 7)?);
        assert_ne!(split, Split::stratified(&targets, share, 8)?);
    }
    Ok(())
}

#[test]
fn split_of_a_dataset() -> Result<(), DataError> {
    let inputs: Vec<[f64; 1]> = (0..100).map(|i| [f64::from(i)]).collect();
    let samples = Samples::new(inputs, targets())?;
    let split = Split::random(100, 0.25, 3)?;
    let (training, validation) = split.clone().of(&samples)?;
    assert_eq!((training.len(), validation.len()), (75, 25));
    assert_eq!(validation.indices(), split.validation);
    let held_out = Samples::of(&validation);
    for (input, index) in held_out.inputs.iter().zip(&split.validation) {
        assert_eq!(input[0], *index as f64);
    }
    assert_eq!(training.targets().len(), 75);
    assert_eq!(
        words((&samples).subset(vec![3, 100])),
        "sample 100 of 100; indices count from 0"
    );
    Ok(())
}

#[test]
fn split_errors() {
    for share in [0.0, 1.0, -0.5, f64::NAN] {
        assert_eq!(
            words(Split::random(10, share, 7)),
            format!("a share of {share} for validation; it lies between 0 and 1, such as 0.2")
        );
    }
    let few = "1 samples cannot be divided in two; give at least two";
    assert_eq!(words(Split::random(1, 0.5, 7)), few);
    assert_eq!(words(Split::stratified(&[0_u8], 0.5, 7)), few);
    let inputs = vec![[0.0_f32]; 2];
    assert_eq!(
        words(Samples::new(inputs, vec![0_u8])),
        "2 inputs, but 1 targets or outputs; give one for each input"
    );
}

#[test]
fn split_class_weights_balance() -> Result<(), DataError> {
    let targets = targets();
    let weights: [f64; 4] = class_weights(&targets)?;
    // n / (classes · count)
    assert_eq!(
        weights,
        [100.0 / 240.0, 100.0 / 120.0, 100.0 / 36.0, 100.0 / 4.0]
    );
    // Together the classes weigh what the samples count, and each as much as the others.
    let total: f64 = targets
        .iter()
        .map(|&class| weights[usize::from(class)])
        .sum();
    assert!((total - 100.0).abs() < 1e-12);
    assert_eq!(
        words(class_weights::<f32, _, 3>(&targets)),
        format!(
            "the target of sample {} is class 3, but there are 3 classes, which count from 0",
            targets.iter().position(|&class| class == 3).expect("one")
        )
    );
    assert_eq!(
        words(class_weights::<f32, _, 5>(&targets)),
        "no sample is of class 4, so no weight balances it; ask for fewer classes, or add samples"
    );
    Ok(())
}
