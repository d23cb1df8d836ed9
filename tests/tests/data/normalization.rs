use crate::{Folder, golden, words};
use chainrule::data::{Adapt, Arrays, DataError, Dataset, Normalization, Per, Samples};
use chainrule::prelude::*;

network! {
    struct Net: [10] -> [1] { Linear(4), Tanh, Linear(1) }
}
network! {
    struct Wide: [2, 3] -> [1] { Flatten, Linear(1) }
}

fn assert_near(found: &[f64], expected: &[[f64; 1]]) {
    assert_eq!(found.len(), expected.len());
    for (found, [expected]) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() <= 1e-12 * expected.abs(),
            "{found} is not {expected}"
        );
    }
}

type Patients = Samples<[f32; 10], [f32; 1]>;

fn diabetes() -> Result<(Patients, Arrays), DataError> {
    let arrays = Arrays::npz(golden("diabetes.npz"))?;
    let (inputs, targets) = (
        arrays.get("inputs")?.rows()?,
        arrays.get("targets")?.rows()?,
    );
    Ok((Samples::new(inputs, targets)?, arrays))
}

#[test]
fn normalization_has_the_moments_of_numpy() -> Result<(), DataError> {
    let (samples, numpy) = diabetes()?;
    let expected = |name: &str| numpy.get(name)?.rows::<[f64; 1]>();
    let standard = Normalization::standardize(&samples, Per::Feature)?;
    assert_near(standard.offset(), &expected("mean")?);
    assert_near(standard.scale(), &expected("std")?);
    let range = Normalization::min_max(&samples, Per::Feature)?;
    assert_near(range.offset(), &expected("minimum")?);
    assert_near(range.scale(), &expected("range")?);
    let all = Normalization::standardize(&samples, Per::Input)?;
    assert_near(all.offset(), &expected("mean_of_all")?);
    assert_near(all.scale(), &expected("std_of_all")?);
    Ok(())
}

#[test]
fn normalization_of_a_dataset_and_of_one_input_are_the_same() -> Result<(), DataError> {
    let (samples, _) = diabetes()?;
    let normalization = Normalization::standardize(&samples, Per::Feature)?;
    let normalized = Samples::of(&(&samples).normalize(&normalization));
    for column in 0..10 {
        let values = || {
            normalized
                .inputs
                .iter()
                .map(|input| f64::from(input[column]))
        };
        let mean = values().sum::<f64>() / 442.0;
        let variance = values().map(|x| x * x).sum::<f64>() / 442.0 - mean * mean;
        assert!(
            mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-5,
            "{column}: {mean}, {variance}"
        );
    }
    for (input, normalized) in samples.inputs.iter().zip(normalized.inputs) {
        assert_eq!(normalization.normalized(input), normalized);
        let mut restored = normalized;
        normalization.restore(&mut restored);
        for (restored, input) in restored.iter().zip(input) {
            assert!((restored - input).abs() <= 1e-5 * input.abs());
        }
    }
    Ok(())
}

#[test]
fn normalization_of_groups() -> Result<(), DataError> {
    let inputs = vec![
        [[1.0_f64, 2.0, 3.0], [10.0, 10.0, 10.0]],
        [[3.0, 4.0, 5.0], [10.0, 10.0, 10.0]],
    ];
    let samples = Samples::new(inputs, vec![(); 2])?;
    let fit = |per| -> Result<_, DataError> {
        let range = Normalization::min_max(&samples, per)?;
        Ok((
            range.offset().to_vec(),
            range.scale().to_vec(),
            range.normalized(&samples.inputs[1]),
        ))
    };
    let constant = [0.0; 3];
    assert_eq!(
        fit(Per::Channel)?,
        (
            vec![1.0, 10.0],
            vec![4.0, 1.0],
            [[0.5, 0.75, 1.0], constant]
        )
    );
    assert_eq!(
        fit(Per::Feature)?,
        (
            vec![1.0, 2.0, 3.0, 10.0, 10.0, 10.0],
            vec![2.0, 2.0, 2.0, 1.0, 1.0, 1.0],
            [[1.0; 3], constant]
        )
    );
    let (offset, scale, _) = fit(Per::Last)?;
    assert_eq!((offset, scale), (vec![1.0, 2.0, 3.0], vec![9.0, 8.0, 7.0]));
    let (offset, scale, _) = fit(Per::Input)?;
    assert_eq!((offset, scale), (vec![1.0], vec![9.0]));
    // 0.1 has no exact mean, but is constant all the same.
    let constant = Samples::new(vec![[0.1_f64]; 7], vec![(); 7])?;
    let standard = Normalization::standardize(&constant, Per::Feature)?;
    assert_eq!(standard.scale(), [1.0]);
    assert!(standard.normalized(&[0.1])[0].abs() < 1e-16);
    Ok(())
}

#[test]
fn normalization_is_saved_with_the_network() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Folder::new();
    let path = folder.path("net.safetensors");
    let (samples, _) = diabetes()?;
    let net = Net::init(&mut StdRng::seed_from_u64(7));
    let mut loaded = Net::boxed();
    for normalization in [
        Normalization::standardize(&samples, Per::Feature)?,
        Normalization::min_max(&samples, Per::Input)?,
        Normalization::standardize(&samples, Per::Channel)?,
        Normalization::standardize(&samples, Per::Last)?,
    ] {
        net.save_safetensors_with(&path, &normalization)?;
        assert_eq!(Normalization::<[f32; 10]>::load(&path)?, normalization);
        loaded.load_safetensors(&path)?;
        assert_eq!(loaded.parameters(), net.parameters());
    }

    assert_eq!(
        folder.words(Normalization::<[[f32; 3]; 2]>::load(&path)),
        "`net.safetensors`: expected a normalization of inputs [2, 3], found one of inputs [10]; \
         load it as `Normalization` of the network's own input"
    );
    net.save_safetensors(&path)?;
    assert_eq!(
        folder.words(Normalization::<[f32; 10]>::load(&path)),
        "`net.safetensors`: expected a normalization of inputs [10], found none; \
         save the network with `save_safetensors_with(path, &normalization)`"
    );
    folder.file("net.safetensors", "no file");
    assert_eq!(
        folder.words(Normalization::<[f32; 10]>::load(&path)),
        "`net.safetensors` is not a whole safetensors file: it ends after 7 bytes; download, copy or save it again"
    );
    Ok(())
}

#[test]
fn normalization_of_several_dimensions_is_saved() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Folder::new();
    let path = folder.path("wide.safetensors");
    let samples = Samples::new(
        vec![[[0.1_f32, 0.2, 0.3], [1e-30, 1e30, 7.0]], [[0.5; 3]; 2]],
        vec![(); 2],
    )?;
    let normalization = Normalization::standardize(&samples, Per::Feature)?;
    let net = Wide::init(&mut StdRng::seed_from_u64(7));
    net.save_safetensors_with(&path, &normalization)?;
    let loaded = Normalization::load(&path)?;
    assert_eq!(loaded, normalization);
    let input = loaded.normalized(&samples.inputs[0]);
    let _: [f32; 1] = net.forward(&input);
    Ok(())
}

#[test]
fn normalization_errors() -> Result<(), DataError> {
    let samples = Samples::new(vec![[0.0_f32, 1.0], [2.0, f32::NAN]], vec![(); 2])?;
    assert_eq!(
        words(Normalization::standardize(&samples, Per::Feature)),
        "element 1 of sample 1 is NaN; remove or replace such values before fitting a normalization"
    );
    let none = (&samples).subset(Vec::new())?;
    assert!(none.is_empty());
    assert_eq!(
        words(Normalization::min_max(&none, Per::Feature)),
        "there are no samples to fit a normalization on"
    );
    Ok(())
}
