use chainrule::data::{Batches, DataError, Samples};

fn samples(count: u16) -> Result<Samples<[f32; 1], u16>, DataError> {
    Samples::new(
        (0..count).map(|i| [f32::from(i)]).collect(),
        (0..count).collect(),
    )
}

/// The indices of each batch of an epoch, from a position on.
fn read(
    batches: &mut Batches<&Samples<[f32; 1], u16>>,
    epoch: u64,
    position: usize,
) -> Vec<Vec<usize>> {
    batches.start_at(epoch, position);
    let mut all = Vec::new();
    while let Some(batch) = batches.next_batch() {
        for ((&[input], &target), &index) in batch
            .inputs()
            .iter()
            .zip(batch.targets())
            .zip(batch.indices())
        {
            assert_eq!((input, usize::from(target)), (f32::from(target), index));
        }
        assert_eq!(batch.inputs().len(), batch.len());
        all.push(batch.indices().to_vec());
    }
    all
}

#[test]
fn batches_have_every_sample_once_an_epoch() -> Result<(), DataError> {
    let samples = samples(10)?;
    for (size, count) in [(1, 10), (3, 4), (5, 2), (10, 1), (64, 1)] {
        let mut batches = Batches::new(&samples, size, 7);
        assert_eq!(batches.per_epoch(), count);
        for epoch in 0..3 {
            let read = read(&mut batches, epoch, 0);
            assert_eq!(read.len(), count);
            let mut indices = read.concat();
            assert!(!indices.is_sorted());
            indices.sort_unstable();
            assert!(indices.into_iter().eq(0..10));
        }
    }
    Ok(())
}

#[test]
fn batches_are_a_function_of_seed_and_epoch() -> Result<(), DataError> {
    let samples = samples(100)?;
    let order = |seed, epoch| read(&mut Batches::new(&samples, 32, seed), epoch, 0);
    assert_eq!(order(7, 1), order(7, 1));
    assert_ne!(order(7, 1), order(7, 2));
    assert_ne!(order(7, 1), order(8, 1));
    let mut batches = Batches::new(&samples, 32, 7);
    read(&mut batches, 0, 0);
    assert_eq!(read(&mut batches, 1, 0), order(7, 1));
    Ok(())
}

#[test]
fn batches_go_on_from_any_position() -> Result<(), DataError> {
    let samples = samples(100)?;
    let whole = read(&mut Batches::new(&samples, 32, 7), 5, 0);
    let mut batches = Batches::new(&samples, 32, 7);
    batches.start_at(5, 0);
    batches.next_batch().expect("a batch");
    let position = batches.next_batch().expect("a batch").position();
    assert_eq!((position, batches.position(), batches.epoch()), (64, 64, 5));
    assert_eq!(
        read(&mut Batches::new(&samples, 32, 7), 5, position),
        whole[2..]
    );
    assert!(read(&mut Batches::new(&samples, 32, 7), 5, 100).is_empty());
    assert!(read(&mut Batches::new(&samples, 32, 7), 5, usize::MAX).is_empty());
    Ok(())
}

#[test]
fn batches_in_order_and_without_the_last() -> Result<(), DataError> {
    let samples = samples(10)?;
    let mut batches = Batches::new(&samples, 4, 7).in_order().drop_last();
    assert_eq!(batches.per_epoch(), 2);
    assert_eq!(read(&mut batches, 0, 0), [[0, 1, 2, 3], [4, 5, 6, 7]]);
    assert_eq!(read(&mut batches, 9, 3), [[3, 4, 5, 6]]);
    Ok(())
}

#[test]
fn batches_of_nothing() -> Result<(), DataError> {
    let samples = samples(0)?;
    assert!(Batches::new(&samples, 4, 7).next_batch().is_none());
    Ok(())
}

#[test]
#[should_panic(expected = "a batch has at least one sample")]
fn batches_have_at_least_one_sample() {
    let samples = samples(4).expect("samples");
    Batches::new(&samples, 0, 7);
}
