use crate::Folder;
use chainrule::data::{Arrays, DataError};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use std::path::PathBuf;

fn file(folder: &Folder, tensors: &[(&str, Dtype, &[usize], &[u8])]) -> PathBuf {
    let views = tensors.iter().map(|(name, dtype, dims, data)| {
        (
            *name,
            TensorView::new(*dtype, dims.to_vec(), data).expect("a tensor"),
        )
    });
    let bytes = safetensors::serialize(views, None).expect("a file");
    folder.file("x.safetensors", bytes)
}

#[test]
fn safetensors_of_several_types() -> Result<(), DataError> {
    let folder = Folder::new();
    let images = [1.0_f32, -2.0, 0.5, 4.0].map(f32::to_le_bytes).concat();
    let halves = [0x3c00_u16, 0xc000].map(u16::to_le_bytes).concat();
    let labels = [3_i64, 0].map(i64::to_le_bytes).concat();
    let path = file(
        &folder,
        &[
            ("halves", Dtype::F16, &[2, 1], &halves),
            ("brains", Dtype::BF16, &[2, 1], &[0x80, 0x3f, 0x00, 0xc0]),
            ("images", Dtype::F32, &[2, 2], &images),
            ("labels", Dtype::I64, &[2], &labels),
        ],
    );
    let arrays = Arrays::safetensors(path)?;
    assert_eq!(
        arrays.get("images")?.rows::<[f32; 2]>()?,
        [[1.0, -2.0], [0.5, 4.0]]
    );
    assert_eq!(arrays.get("halves")?.rows::<[f64; 1]>()?, [[1.0], [-2.0]]);
    assert_eq!(arrays.get("brains")?.rows::<[f64; 1]>()?, [[1.0], [-2.0]]);
    assert_eq!(arrays.get("labels")?.classes::<u8>()?, [3, 0]);
    assert_eq!(
        folder.words(arrays.get("image")),
        "`x.safetensors`: expected an array `image`, found `brains`, `halves`, `images`, `labels`; is it `images`?"
    );
    assert_eq!(
        folder.words(arrays.get("images")?.rows::<[f32; 3]>()),
        "`x.safetensors`, array `images`: expected an array [n, 3], found [2, 2]; give another array, or change the shape"
    );
    assert_eq!(
        folder.words(arrays.get("halves")?.classes::<u8>()),
        "`x.safetensors`, array `halves`, row 1 (from 0): expected a class that `u8` holds, counted from 0, found -2; \
         give the array of labels, or take a larger type for the target"
    );
    Ok(())
}

#[test]
fn safetensors_errors_name_the_file() {
    let folder = Folder::new();
    let path = file(&folder, &[("x", Dtype::F8_E4M3, &[2], &[0, 0])]);
    assert_eq!(
        folder.words(Arrays::safetensors(&path)),
        "`x.safetensors`, array `x`: expected numbers, found elements of type F8_E4M3; \
         convert the tensor to `F32` before it is saved"
    );
    let whole = std::fs::read(path).expect("a file");
    let cut = folder.file("x.safetensors", &whole[..whole.len() - 1]);
    assert_eq!(
        folder.words(Arrays::safetensors(cut)),
        "`x.safetensors` is not a whole safetensors file: its tensors take 2 bytes, but it has 1; \
         download, copy or save it again"
    );
}
