use crate::words;
use chainrule::data::{DataError, Split};

fn assert_folds(folds: &[Split], samples: usize) {
    let mut held_out = vec![0; samples];
    for fold in folds {
        for &index in &fold.validation {
            held_out[index] += 1;
        }
        let mut all = [&fold.training[..], &fold.validation].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..samples));
    }
    assert!(held_out.iter().all(|&count| count == 1), "{held_out:?}");
    let sizes: Vec<usize> = folds.iter().map(|fold| fold.validation.len()).collect();
    let (least, most) = (sizes.iter().min(), sizes.iter().max());
    assert!(
        most.zip(least)
            .is_some_and(|(most, least)| most - least <= 1),
        "{sizes:?}"
    );
}

#[test]
fn folds_hold_every_sample_out_once() -> Result<(), DataError> {
    for (samples, count) in [(10, 5), (11, 3), (100, 7), (4, 4), (2, 2)] {
        let folds = Split::folds(samples, count, 7)?;
        assert_eq!(folds.len(), count);
        assert_folds(&folds, samples);
        assert_eq!(folds, Split::folds(samples, count, 7)?);
    }
    assert_ne!(Split::folds(100, 5, 7)?, Split::folds(100, 5, 8)?);
    Ok(())
}

#[test]
fn folds_stratified_spread_every_class() -> Result<(), DataError> {
    let targets: Vec<i32> = (0..97).map(|i| [0, 0, 0, 1, 1, 5][i % 6]).collect();
    for count in [2, 3, 5, 10] {
        let folds = Split::stratified_folds(&targets, count, 7)?;
        assert_folds(&folds, 97);
        for class in [0, 1, 5] {
            let in_fold = |fold: &Split| {
                fold.validation
                    .iter()
                    .filter(|&&index| targets[index] == class)
                    .count()
            };
            let counts: Vec<usize> = folds.iter().map(in_fold).collect();
            let (least, most) = (counts.iter().min(), counts.iter().max());
            assert!(
                most.zip(least)
                    .is_some_and(|(most, least)| most - least <= 1),
                "{class}: {counts:?}"
            );
        }
        assert_eq!(folds, Split::stratified_folds(&targets, count, 7)?);
    }
    Ok(())
}

#[test]
fn folds_errors() {
    assert_eq!(
        words(Split::folds(10, 1, 7)),
        "1 folds; cross-validation needs at least two"
    );
    assert_eq!(
        words(Split::folds(3, 4, 7)),
        "4 folds, but 3 samples; ask for fewer folds"
    );
    assert_eq!(
        words(Split::stratified_folds(&[0_u8, 0, 1, 1, 2], 3, 7)),
        "3 folds, but no class has more than 2 samples; ask for fewer folds"
    );
    assert_eq!(
        words(Split::stratified_folds(&[0_u8; 0], 0, 7)),
        "0 folds; cross-validation needs at least two"
    );
}
