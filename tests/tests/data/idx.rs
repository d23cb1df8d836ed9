use crate::Folder;
use chainrule::data::{Array, DataError, Dataset, Images, Samples};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// An IDX file of `u8`, and what lies in it.
fn idx(dims: &[u32], data: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, dims.len() as u8];
    file.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    file.extend(data);
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("bytes");
    encoder.finish().expect("bytes")
}

const PIXELS: [u8; 12] = [0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6];

#[test]
fn idx_images_are_scalars_from_0_to_1() -> Result<(), DataError> {
    let folder = Folder::new();
    let images = folder.file("images", idx(&[2, 2, 3], &PIXELS));
    let labels = folder.file("labels.gz", gzip(&idx(&[2], &[7, 3])));
    let images = Images::<[[[f32; 3]; 2]; 1]>::idx(images, labels)?;
    assert_eq!((images.len(), images.labels()), (2, &[7, 3][..]));
    let samples = Samples::of(&images);
    assert_eq!(samples.inputs[0], [[[0.0, 0.2, 0.4], [0.6, 0.8, 1.0]]]);
    assert_eq!(samples.inputs[1][0][1][2], 6.0 / 255.0);
    assert_eq!(samples.targets, [7, 3]);
    Ok(())
}

#[test]
fn idx_images_fit_every_shape_of_their_size() -> Result<(), DataError> {
    let folder = Folder::new();
    let array = Array::idx(folder.file("images", gzip(&idx(&[2, 2, 3], &PIXELS))))?;
    assert_eq!(array.dims(), [2, 2, 3]);
    assert_eq!(array.rows::<[f64; 6]>()?[1], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(
        array.rows::<[[f32; 3]; 2]>()?[1],
        [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    );
    assert_eq!(
        folder.words(array.rows::<[[f32; 2]; 3]>()),
        "`images`: expected an array [n, 3, 2], found [2, 2, 3]; give another array, or change the shape"
    );
    Ok(())
}

#[test]
fn idx_of_every_type() -> Result<(), DataError> {
    let folder = Folder::new();
    let read = |code: u8, data: &[u8]| -> Result<Vec<[f64; 1]>, DataError> {
        let mut file = idx(&[2], data);
        file[2] = code;
        Array::idx(folder.file("array", file))?.rows()
    };
    assert_eq!(read(0x08, &[1, 255])?, [[1.0], [255.0]]);
    assert_eq!(read(0x09, &[1, 255])?, [[1.0], [-1.0]]);
    assert_eq!(read(0x0b, &[1, 0, 255, 254])?, [[256.0], [-2.0]]);
    assert_eq!(
        read(0x0c, &[0, 1, 0, 0, 255, 255, 255, 254])?,
        [[65536.0], [-2.0]]
    );
    let floats = [1.5_f32, -2.0].map(f32::to_be_bytes).concat();
    assert_eq!(read(0x0d, &floats)?, [[1.5], [-2.0]]);
    let doubles = [1.5_f64, -2.0].map(f64::to_be_bytes).concat();
    assert_eq!(read(0x0e, &doubles)?, [[1.5], [-2.0]]);
    Ok(())
}

#[test]
fn idx_errors_say_what_is_wrong_with_the_file() {
    let folder = Folder::new();
    let whole = idx(&[2, 2, 3], &PIXELS);
    let words = |content: &[u8]| folder.words(Array::idx(folder.file("images", content)));
    let no_idx = |found: &str| {
        format!(
            "`images`: expected an IDX file, which begins with the bytes 00 00, a type of 08 to 0e and the number of \
             dimensions, found {found}; give a file such as `train-images-idx3-ubyte.gz`"
        )
    };
    assert_eq!(words(b""), no_idx("an empty file"));
    assert_eq!(words(b"\x00\x00\x08"), no_idx("00 00 08"));
    assert_eq!(words(b"\x89PNG\r\n"), no_idx("89 50 4e 47"));
    assert_eq!(words(&[0, 0, 7, 1, 0, 0, 0, 0]), no_idx("00 00 07 01"));
    assert_eq!(
        words(&whole[..11]),
        "`images`: expected 3 sizes of 4 bytes behind the first 4, found 7 bytes; \
         the file is damaged; download or copy it again"
    );
    let damaged = "the file is damaged; download, copy or save it again";
    assert_eq!(
        words(&whole[..whole.len() - 1]),
        format!("`images`: expected 12 bytes of data for [2, 2, 3], found 11; {damaged}")
    );
    assert_eq!(
        words(&[&whole[..], b"more"].concat()),
        format!("`images`: expected 12 bytes of data for [2, 2, 3], found 13 or more; {damaged}")
    );
    // A header that lies takes no memory.
    assert_eq!(
        words(&idx(&[u32::MAX, 28, 28], &PIXELS)),
        format!(
            "`images`: expected 3367254359280 bytes of data for [4294967295, 28, 28], found 12; {damaged}"
        )
    );
    assert_eq!(
        words(&idx(&[u32::MAX; 4], &PIXELS)),
        format!(
            "`images`: expected dimensions of an array that memory holds, \
             found [4294967295, 4294967295, 4294967295, 4294967295]; {damaged}"
        )
    );
    let packed = gzip(&whole);
    assert!(words(&packed[..packed.len() - 9]).starts_with("cannot read `images`: "));
}

#[test]
fn idx_errors_of_images_with_labels() {
    let folder = Folder::new();
    let images = folder.file("images", idx(&[2, 2, 3], &PIXELS));
    let labels = folder.file("labels", idx(&[3], &[0, 1, 2]));
    assert_eq!(
        folder.words(Images::<[[[f32; 3]; 2]; 1]>::idx(&images, &labels)),
        "`labels`: expected 2 labels, one for each image in `images`, found 3; give the labels of these images"
    );
    assert_eq!(
        folder.words(Images::<[[[f32; 3]; 2]; 1]>::idx(&images, &images)),
        "`images`: expected an array [n] of classes, found [2, 2, 3]; give the array of labels"
    );
    assert_eq!(
        folder.words(Images::<[[[f32; 28]; 28]; 1]>::idx(&images, &labels)),
        "`images`: expected an array [n, 1, 28, 28], found [2, 2, 3]; give another array, or change the shape"
    );
    assert!(
        folder
            .words(Images::<[f32; 6]>::mnist(folder.path("nowhere")))
            .starts_with("cannot read `nowhere/train-images-idx3-ubyte`: ")
    );
}

#[test]
fn idx_of_mnist_lies_in_a_folder() -> Result<(), DataError> {
    let folder = Folder::new();
    folder.file(
        "train-images-idx3-ubyte.gz",
        gzip(&idx(&[2, 2, 3], &PIXELS)),
    );
    folder.file("train-labels-idx1-ubyte", idx(&[2], &[9, 1]));
    folder.file("t10k-images-idx3-ubyte", idx(&[1, 2, 3], &PIXELS[6..]));
    folder.file("t10k-labels-idx1-ubyte.gz", gzip(&idx(&[1], &[4])));
    let (training, test) = Images::<[f32; 6]>::mnist(folder.path(""))?;
    assert_eq!((training.labels(), test.labels()), (&[9, 1][..], &[4][..]));
    Ok(())
}
