use crate::{Folder, golden};
use chainrule::data::{Array, Arrays, DataError};
use std::fs;

type Shape = [[f64; 3]; 2];

#[test]
fn npy_of_every_type_and_order() -> Result<(), DataError> {
    for name in [
        "le_f2", "le_f4", "le_f8", "be_f4", "be_f8", "b_u1", "b_i1", "le_u2", "be_i2", "le_u4",
        "le_i4", "le_u8", "be_i8", "fortran", "version3",
    ] {
        let array = Array::npy(golden(&format!("{name}.npy")))?;
        assert_eq!(array.dims(), [4, 2, 3], "{name}");
        let rows: Vec<Shape> = array.rows()?;
        let whole = name.contains("_i") || name.contains("_u");
        for (i, &number) in rows.as_flattened().as_flattened().iter().enumerate() {
            let expected = if whole {
                i as f64
            } else {
                i as f64 / 2.0 - 3.0
            };
            assert_eq!(number, expected, "{name}, element {i}");
        }
        let singles: Vec<[f32; 6]> = array.rows()?;
        assert_eq!(f64::from(singles[3][5]), rows[3][1][2], "{name}");
    }
    let truths: Vec<Shape> = Array::npy(golden("b_b1.npy"))?.rows()?;
    assert_eq!((truths[0][0], truths[3][1]), ([0.0, 1.0, 1.0], [1.0; 3]));
    Ok(())
}

#[test]
fn npy_errors_say_what_is_wrong_with_the_file() {
    let folder = Folder::new();
    let whole = fs::read(golden("le_f4.npy")).expect("a file");
    let words = |content: &[u8]| folder.words(Array::npy(folder.file("x.npy", content)));
    let no_array = |bytes: usize| {
        format!(
            "`x.npy`: expected an array as `numpy.save` writes it, which begins with `\\x93NUMPY` and a header, \
             found {bytes} bytes of something else, or cut short; save it with `numpy.save` or `numpy.savez`"
        )
    };
    for cut in [0, 6, 7, 9, 127] {
        assert_eq!(words(&whole[..cut]), no_array(cut));
    }
    assert_eq!(words(b"length,width\n"), no_array(13));
    let mut lying = whole.clone();
    lying[6] = 2;
    lying[8..12].fill(255);
    assert_eq!(words(&lying), no_array(lying.len()));
    let damaged = "the file is damaged; download, copy or save it again";
    assert_eq!(
        words(&whole[..whole.len() - 1]),
        format!("`x.npy`: expected 96 bytes of data for [4, 2, 3], found 95; {damaged}")
    );
    let text =
        String::from_utf8_lossy(&whole[10..128]).replace("(4, 2, 3)", "(4, 2, 99999999999999999)");
    let many = [&whole[..10], &text.as_bytes()[..118], &whole[128..]].concat();
    assert_eq!(
        words(&many),
        format!(
            "`x.npy`: expected 3199999999999999968 bytes of data for [4, 2, 99999999999999999], found 96; {damaged}"
        )
    );
}

#[test]
fn npy_errors_say_what_is_wrong_with_the_array() -> Result<(), DataError> {
    let folder = Folder::new();
    let words = |name: &str| {
        let copy = fs::read(golden(name)).expect("a file");
        folder.words(Array::npy(folder.file(name, copy)).and_then(|array| array.rows::<[f32; 6]>()))
    };
    assert_eq!(
        words("text.npy"),
        "`text.npy`: expected numbers, found elements of NumPy's type `<U1`; \
         convert the array with `astype(\"float32\")` before it is saved"
    );
    assert_eq!(
        words("records.npy"),
        "`records.npy`: expected a header with the type, order and shape of an array of numbers, found \
         `{'descr': [('x', '<f4'), ('y', '<i4')], 'fortran_order': False, 'shape': (2,), }`; \
         save an array of numbers, not of records or objects"
    );
    assert_eq!(
        words("scalar.npy"),
        "`scalar.npy`: expected an array [n, 6], found []; give another array, or change the shape"
    );
    let mut file = fs::read(golden("le_f4.npy")).expect("a file");
    file[128 + 4 * 13..][..4].copy_from_slice(&f32::NAN.to_le_bytes());
    let array = Array::npy(folder.file("x.npy", file))?;
    assert_eq!(
        folder.words(array.rows::<[f32; 6]>()),
        "`x.npy`, row 2 (from 0): expected finite numbers that `f32` holds, found NaN at element 1; \
         replace or remove rows with missing values"
    );
    assert_eq!(
        folder.words(array.rows::<[f32; 7]>()),
        "`x.npy`: expected an array [n, 7], found [4, 2, 3]; give another array, or change the shape"
    );
    Ok(())
}

#[test]
fn npz_plain_and_compressed() -> Result<(), DataError> {
    for name in ["plain.npz", "compressed.npz"] {
        let arrays = Arrays::npz(golden(name))?;
        assert_eq!(arrays.names().collect::<Vec<_>>(), ["x", "y"]);
        let rows: Vec<Shape> = arrays.get("x")?.rows()?;
        assert_eq!(rows[3], [[6.0, 6.5, 7.0], [7.5, 8.0, 8.5]]);
        assert_eq!(arrays.get("y")?.classes::<u16>()?, [2, 0, 1, 300]);
    }
    Ok(())
}

#[test]
fn npz_errors_name_the_array() -> Result<(), DataError> {
    let folder = Folder::new();
    let whole = fs::read(golden("plain.npz")).expect("a file");
    let path = folder.file("x.npz", &whole);
    let arrays = Arrays::npz(&path)?;
    assert_eq!(
        folder.words(arrays.get("z")),
        "`x.npz`: expected an array `z`, found `x`, `y`; ask for one that is there"
    );
    assert_eq!(
        folder.words(arrays.get("y")?.classes::<u8>()),
        "`x.npz`, array `y`, row 3 (from 0): expected a class that `u8` holds, counted from 0, found 300; \
         give the array of labels, or take a larger type for the target"
    );
    assert_eq!(
        folder.words(arrays.get("x")?.classes::<u8>()),
        "`x.npz`, array `x`: expected an array [n] of classes, found [4, 2, 3]; give the array of labels"
    );
    // Cut short, and with a byte of the array changed, which its checksum finds.
    let cut = folder.file("x.npz", &whole[..whole.len() / 2]);
    assert!(
        folder
            .words(Arrays::npz(cut))
            .starts_with("cannot read `x.npz`: ")
    );
    let mut changed = whole;
    changed[200] ^= 1;
    let changed = folder.file("x.npz", changed);
    assert!(
        folder
            .words(Arrays::npz(changed))
            .starts_with("cannot read `x.npz`: ")
    );
    Ok(())
}
