use chainrule::data::augment::{Augment, Flip, Noise, Shift};
use chainrule::data::{Adapt, Batches, DataError, Samples};
use chainrule::prelude::*;
use std::collections::BTreeSet;

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

type Image = [[[f32; 3]; 2]; 2];

fn image() -> Image {
    std::array::from_fn(|c| {
        std::array::from_fn(|y| std::array::from_fn(|x| (100 * c + 10 * y + x + 1) as f32))
    })
}

/// The element that many places away, or what moves in.
fn moved(c: isize, y: isize, x: isize) -> f32 {
    match (usize::try_from(c), usize::try_from(y), usize::try_from(x)) {
        (Ok(c), Ok(y), Ok(x)) if c < 2 && y < 2 && x < 3 => image()[c][y][x],
        _ => -1.0,
    }
}

#[test]
fn augment_shift_moves_along_each_dimension() {
    for (shift, axis, most) in [
        (Shift::horizontal(2), 2, 2),
        (Shift::horizontal(5), 2, 5),
        (Shift::vertical(1), 1, 1),
        (Shift::along(0, 1), 0, 1),
        (Shift::along(2, 3), 2, 3),
    ] {
        let mut seen = BTreeSet::new();
        for seed in 0..200 {
            let mut shifted = image();
            shift.fill(-1.0).augment(&mut shifted, &mut rng(seed));
            let by = (-most..=most).find(|by| {
                let step = |dimension| if dimension == axis { *by } else { 0 };
                let expected: Image = std::array::from_fn(|c| {
                    std::array::from_fn(|y| {
                        std::array::from_fn(|x| {
                            moved(
                                c as isize - step(0),
                                y as isize - step(1),
                                x as isize - step(2),
                            )
                        })
                    })
                });
                expected == shifted
            });
            seen.insert(by.unwrap_or_else(|| panic!("no shift: {shifted:?}")));
        }
        // As far as the size or farther, nothing is left, and all shifts look alike.
        let size = [2, 2, 3][axis];
        let different = if most < size { 2 * most + 1 } else { 2 * size };
        assert_eq!(seen.len() as isize, different, "{axis}: {seen:?}");
    }
}

#[test]
fn augment_flip_mirrors_with_its_probability() {
    let mut flipped = image();
    Flip::vertical(1.0).augment(&mut flipped, &mut rng(1));
    assert_eq!(flipped, image().map(|[top, bottom]| [bottom, top]));
    Flip::along(1, 1.0).augment(&mut flipped, &mut rng(1));
    assert_eq!(flipped, image());
    Flip::along(0, 1.0).augment(&mut flipped, &mut rng(1));
    assert_eq!(flipped, [image()[1], image()[0]]);
    let flips = |probability: f64| {
        let flip = |seed| {
            let mut flipped = image();
            Flip::horizontal(probability).augment(&mut flipped, &mut rng(seed));
            flipped != image()
        };
        (0..1000).filter(|&seed| flip(seed)).count()
    };
    assert_eq!((flips(0.0), flips(1.0)), (0, 1000));
    assert!((250..350).contains(&flips(0.3)));
}

#[test]
fn augment_noise_is_normal() {
    let mut series = [[3.0_f64; 5000]; 2];
    Noise { std: 0.5 }.augment(&mut series, &mut rng(1));
    let values = series.as_flattened();
    let mean = values.iter().sum::<f64>() / 1e4;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e4;
    assert!(
        (mean - 3.0).abs() < 0.02 && (variance.sqrt() - 0.5).abs() < 0.01,
        "{mean}, {variance}"
    );
    let inside = values.iter().filter(|&x| (x - 3.0).abs() < 0.5).count();
    assert!((6600..7050).contains(&inside), "{inside}");
}

#[test]
#[should_panic(expected = "an input of shape [3] has no such dimension to augment: Last(1)")]
fn augment_panics_where_there_is_no_such_dimension() {
    Shift::vertical(1).augment(&mut [1.0_f32; 3], &mut rng(1));
}

#[test]
fn augment_random_crop_cuts_out_parts() -> Result<(), DataError> {
    type Small = [[[f32; 2]; 2]; 2];
    let samples = Samples::new(vec![image()], vec![()])?;
    let padded = (&samples).random_crop::<Small>(1);
    let mut seen = BTreeSet::new();
    let mut batches = Batches::new(&padded, 1, 7);
    for epoch in 0..300 {
        batches.start_at(epoch, 0);
        let small = batches.next_batch().expect("a batch").inputs()[0];
        let place = (-1..2_isize)
            .flat_map(|top| (-1..3_isize).map(move |left| (top, left)))
            .find(|&(top, left)| {
                let expected: Small = std::array::from_fn(|c| {
                    std::array::from_fn(|y| {
                        std::array::from_fn(|x| {
                            moved(c as isize, y as isize + top, x as isize + left).max(0.0)
                        })
                    })
                });
                expected == small
            });
        seen.insert(place.unwrap_or_else(|| panic!("no part: {small:?}")));
    }
    assert_eq!(seen.len(), 12);
    Ok(())
}

#[test]
fn augment_center_crop_rounds_as_torchvision() -> Result<(), DataError> {
    let row: [f32; 7] = std::array::from_fn(|i| i as f32);
    let samples = Samples::new(vec![[row; 2]], vec![()])?;
    let crop = |inputs: Vec<[[f32; 4]; 2]>| inputs[0][0];
    // (7 − 4) / 2 = 1.5 becomes 2, (7 − 2) / 2 = 2.5 becomes 2 too: to even.
    assert_eq!(
        crop(Samples::of(&(&samples).center_crop()).inputs),
        [2.0, 3.0, 4.0, 5.0]
    );
    let two: Vec<[[f32; 2]; 2]> = Samples::of(&(&samples).center_crop()).inputs;
    assert_eq!(two[0][1], [2.0, 3.0]);
    Ok(())
}

#[test]
fn augment_mixup_mixes_inputs_and_targets_alike() -> Result<(), DataError> {
    // The input is the one-hot target, so it stays so.
    let inputs: Vec<[f64; 3]> = (0..3)
        .map(|class| std::array::from_fn(|i| f64::from(i == class)))
        .collect();
    let samples = Samples::new(inputs, vec![0_u8, 1, 2])?;
    let mixed = (&samples).mixup::<3>(0.5);
    let mut batches = Batches::new(&mixed, 3, 7);
    let (mut shares, mut others) = (Vec::new(), 0);
    for epoch in 0..2000 {
        batches.start_at(epoch, 0);
        let batch = batches.next_batch().expect("a batch");
        for ((input, target), &index) in batch
            .inputs()
            .iter()
            .zip(batch.targets())
            .zip(batch.indices())
        {
            assert_eq!(input, target);
            assert!((target.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            if target[index] < 1.0 {
                shares.push(target[index]);
                others += 1;
            }
        }
    }
    // Two thirds have another class; Beta(½, ½) has the mean ½ and the variance ⅛.
    assert!((3800..4200).contains(&others), "{others}");
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    let variance = shares.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / shares.len() as f64;
    assert!(
        (mean - 0.5).abs() < 0.02 && (variance - 0.125).abs() < 0.01,
        "{mean}, {variance}"
    );

    let none = Samples::of(&(&samples).mixup::<3>(0.0));
    assert_eq!(none.inputs, samples.inputs);
    assert_eq!(none.targets, samples.inputs);
    // Mixtures of mixtures: soft targets mix too.
    let twice = Samples::of(&(&samples).mixup::<3>(0.5).mixup::<3>(0.5));
    for (input, target) in twice.inputs.iter().zip(&twice.targets) {
        assert!(input.iter().zip(target).all(|(x, t)| (x - t).abs() < 1e-12));
    }
    Ok(())
}

#[test]
fn augment_follows_from_seed_epoch_and_index() -> Result<(), DataError> {
    let samples = Samples::new(vec![[[0.5_f32; 8]; 2]; 20], (0..20_u8).collect())?;
    let augmented = (&samples).augment((
        Shift::horizontal(2),
        Noise { std: 0.1 },
        |x: &mut [[f32; 8]; 2], rng: &mut StdRng| {
            x[0][0] = rng.random();
        },
    ));
    // Each sample by its index, however the batches lie.
    let read = |seed, epoch, batch_size, start| {
        let mut batches = Batches::new(&augmented, batch_size, seed);
        batches.start_at(epoch, start);
        let mut inputs = vec![None; 20];
        while let Some(batch) = batches.next_batch() {
            for (&index, input) in batch.indices().iter().zip(batch.inputs()) {
                inputs[index] = Some(*input);
            }
        }
        inputs
    };
    let all = read(7, 3, 20, 0);
    assert!(all.iter().all(Option::is_some));
    assert_eq!(all, read(7, 3, 3, 0));
    let late = read(7, 3, 4, 9);
    assert_eq!(late.iter().flatten().count(), 11);
    assert!(
        late.iter()
            .zip(&all)
            .all(|(late, all)| late.is_none() || late == all)
    );
    for other in [read(8, 3, 20, 0), read(7, 4, 20, 0)] {
        assert!(other.iter().zip(&all).all(|(a, b)| a != b));
    }
    let distinct: BTreeSet<Vec<u32>> = all
        .iter()
        .flatten()
        .map(|x| x.as_flattened().iter().map(|x| x.to_bits()).collect())
        .collect();
    assert_eq!(distinct.len(), 20);
    Ok(())
}
