//! Functions that do what the others must not: the proof has to find them.

/// Panics where `index` is too large.
#[unsafe(export_name = "control::panics")]
pub fn panics(values: &[f32], index: usize) -> f32 {
    values[index]
}

/// Panics behind a table of functions.
#[unsafe(export_name = "control::panics_indirectly")]
pub fn panics_indirectly(values: &[f32], index: usize, which: bool) -> f32 {
    let functions: [&dyn Fn(usize) -> f32; 2] = [&|i| values[i], &|i| values[i + 1]];
    functions[usize::from(which)](index)
}

/// Allocates.
#[cfg(feature = "std")]
#[unsafe(export_name = "control::allocates")]
pub fn allocates(len: usize) -> Vec<u8> {
    vec![1; len]
}

/// Waits.
#[cfg(feature = "std")]
#[unsafe(export_name = "control::waits")]
pub fn waits(mutex: &std::sync::Mutex<u8>) -> u8 {
    match mutex.lock() {
        Ok(value) => *value,
        Err(value) => **value.get_ref(),
    }
}
