use crate::{Folder, example};
use chainrule::data::{Csv, DataError, Samples};

const FLOWERS: &str =
    "length,width,species\n5.1,3.5,setosa\n6.3, 3.3 ,virginica\n\n4.9,3.0,setosa\n";

fn flowers(folder: &Folder, text: &str) -> Result<Samples<[f32; 2], u8>, DataError> {
    Csv::new(folder.file("flowers.csv", text)).classes("species")
}

#[test]
fn csv_columns_have_names_or_numbers() -> Result<(), DataError> {
    let folder = Folder::new();
    let samples = flowers(&folder, FLOWERS)?;
    assert_eq!(samples.inputs, [[5.1, 3.5], [6.3, 3.3], [4.9, 3.0]]);
    assert_eq!(samples.targets, [0, 1, 0]);
    assert_eq!(samples.class_names, ["setosa", "virginica"]);

    let csv = Csv::new(folder.path("flowers.csv")).inputs(["width", "length"]);
    let swapped: Samples<[f64; 2], u16> = csv.classes(2)?;
    assert_eq!(swapped.inputs[1], [3.3, 6.3]);
    let numbers: Samples<[f64; 1], [f64; 1]> = Csv::new(folder.path("flowers.csv"))
        .inputs([1])
        .numbers(["length"])?;
    assert_eq!((numbers.inputs[0], numbers.targets[0]), ([3.5], [5.1]));
    let rows: Vec<[[f32; 1]; 2]> = Csv::new(folder.path("flowers.csv")).inputs(0..2).rows()?;
    assert_eq!(rows[2], [[4.9], [3.0]]);
    Ok(())
}

#[test]
fn csv_of_the_examples() -> Result<(), DataError> {
    let iris: Samples<[f32; 4], u8> = Csv::new(example("iris.csv")).classes(4)?;
    assert_eq!(iris.inputs.len(), 150);
    assert_eq!(iris.inputs[149], [5.9, 3.0, 5.1, 1.8]);
    assert_eq!(
        (iris.targets[0], iris.targets[50], iris.targets[149]),
        (0, 1, 2)
    );
    assert_eq!(iris.class_names, ["0", "1", "2"]);

    let csv = Csv::new(example("diabetes.csv")).no_header();
    let diabetes: Samples<[f32; 10], [f32; 1]> = csv.numbers([10])?;
    assert_eq!(diabetes.inputs.len(), 442);
    assert_eq!(diabetes.targets[0], [151.0]);
    Ok(())
}

#[test]
fn csv_with_other_delimiters_quotes_and_line_ends() -> Result<(), DataError> {
    let folder = Folder::new();
    let path = folder.file("x.csv", "\u{feff}a;\"b;c\"\r\n1;\"2\"\r\n-3e2;.5\r\n");
    let rows: Vec<[f64; 2]> = Csv::new(path).delimiter(b';').inputs(["b;c", "a"]).rows()?;
    assert_eq!(rows, [[2.0, 1.0], [0.5, -300.0]]);
    Ok(())
}

#[test]
fn csv_numbers_are_rounded_once() -> Result<(), DataError> {
    // Just above the middle of two `f32`, on which it lies as an `f64`.
    let text = "1.00000017881393432617187499";
    let folder = Folder::new();
    let rows: Vec<[f32; 1]> = Csv::new(folder.file("x.csv", text)).no_header().rows()?;
    assert_eq!(
        rows[0][0].to_bits(),
        text.parse::<f32>().expect("a number").to_bits()
    );
    assert_ne!(rows[0][0], text.parse::<f64>().expect("a number") as f32);
    Ok(())
}

#[test]
fn csv_whole_numbers_are_classes_and_texts_are_sorted() -> Result<(), DataError> {
    let folder = Folder::new();
    let path = folder.file("x.csv", "1,3\n1,10\n1,0\n");
    let samples: Samples<[f32; 1], i64> = Csv::new(path).no_header().classes(1)?;
    assert_eq!(samples.targets, [3, 10, 0]);
    assert_eq!(samples.class_names.len(), 11);

    let path = folder.file("x.csv", "1,no\n1,yes\n");
    let csv = Csv::new(path)
        .no_header()
        .class_names(["yes", "no", "perhaps"]);
    let samples: Samples<[f32; 1], u8> = csv.classes(1)?;
    assert_eq!(samples.targets, [1, 0]);
    assert_eq!(samples.class_names, ["yes", "no", "perhaps"]);
    Ok(())
}

#[test]
fn csv_errors_name_file_line_and_column() {
    let folder = Folder::new();
    let cases = [
        (
            "length,width,species\n1,2,a\n3,x,b\n",
            "`flowers.csv`, line 3, column `width`: expected a number, found `x`; \
             correct the field, or choose other columns with `inputs`",
        ),
        (
            "length,width,species\n\n1,,a\n",
            "`flowers.csv`, line 3, column `width`: expected a number, found an empty field; \
             correct the field, or choose other columns with `inputs`",
        ),
        (
            "length,width,species\n1,NaN,a\n",
            "`flowers.csv`, line 2, column `width`: expected a finite number that `f32` holds, found `NaN`; \
             replace or remove rows with missing values",
        ),
        (
            "length,width,species\n1e39,2,a\n",
            "`flowers.csv`, line 2, column `length`: expected a finite number that `f32` holds, found `1e39`; \
             replace or remove rows with missing values",
        ),
        (
            "length,width,species\n1,2,a\n1,2\n",
            "`flowers.csv`, line 3: expected 3 fields, found 2; \
             every row has as many as the first; is a delimiter missing, or one too many?",
        ),
        (
            "length,width,species\n1,2,a,4\n",
            "`flowers.csv`, line 2: expected 3 fields, found 4; \
             every row has as many as the first; is a delimiter missing, or one too many?",
        ),
        (
            "length,width,species\n1,2,\n",
            "`flowers.csv`, line 2, column `species`: expected a class, found an empty field; \
             fill in or remove rows with missing values",
        ),
        (
            "length,width,species\n1,2,7\n1,2,300\n",
            "`flowers.csv`, line 3, column `species`: \
             expected a class that `u8` holds, counted from 0 and below 65536, found class 300; \
             take a larger type for the target, or name the classes with `class_names`",
        ),
        (
            "length,width,specis\n1,2,a\n",
            "`flowers.csv`, line 1: expected a column `species`, found `length`, `width`, `specis`; is it `specis`?",
        ),
        (
            "length,species\n1,a\n",
            "`flowers.csv`: expected 2 input columns for the shape [2], found 1 of 2 columns; \
             name the input columns, or change the shape",
        ),
        (
            "length,width,species\n",
            "`flowers.csv`: expected at least one row, found none; see whether it is the right file",
        ),
        (
            "",
            "`flowers.csv`: expected at least one row, found none; see whether it is the right file",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(folder.words(flowers(&folder, text)), expected);
    }
}

#[test]
fn csv_errors_count_lines_as_an_editor_does() {
    let folder = Folder::new();
    for (text, line) in [
        ("\u{feff}a,b\r\n1,2\r\nx,2\r\n", 3),
        ("\n\na,b\n\n\n1,2\n\nx,2", 8),
        ("a,b\n1,2\n\r\n\"1\n\", 2\nx,2\n", 6),
        ("a,\"b\nc\"\n1,2\nx,2\n", 4),
    ] {
        let words = folder.words(Csv::new(folder.file("x.csv", text)).rows::<[f32; 2]>());
        let expected = format!("`x.csv`, line {line}, column `a`: expected a number, found `x`; ");
        assert!(words.starts_with(&expected), "{text:?}: {words}");
    }
}

#[test]
fn csv_errors_without_a_header() {
    let folder = Folder::new();
    let csv = |content: &[u8]| Csv::new(folder.file("x.csv", content)).no_header();
    let words = |csv: Csv| folder.words(csv.classes::<[f32; 1], u8>(1));
    assert_eq!(
        words(csv(b"?,1\n")),
        "`x.csv`, line 1, column 0 (from 0): expected a number, found `?`; \
         correct the field, or choose other columns with `inputs`"
    );
    assert_eq!(
        words(csv(b"1,1\n").inputs(["a"])),
        "`x.csv`, line 1: expected a column `a`, found no names; without a header columns have numbers only"
    );
    assert_eq!(
        words(csv(b"1,1\n").inputs([2])),
        "`x.csv`, line 1: expected a column 2 (from 0), found 2 columns; columns count from 0"
    );
    assert_eq!(
        words(csv(b"1,a\n1,\xe9\n")),
        "`x.csv`, line 2, column 1 (from 0): expected text in UTF-8, found the bytes [e9]; save the file in UTF-8"
    );
    assert_eq!(
        words(csv(b"1,yes\n2,maybe\n").class_names(["no", "yes"])),
        "`x.csv`, line 2, column 1 (from 0): expected a class among `no`, `yes`, found `maybe`; \
         correct it, or add it to `class_names`"
    );
    assert_eq!(
        folder.words(csv(b"1,2\n").numbers::<[f32; 1], [f32; 2]>([1])),
        "`x.csv`: expected 2 target columns for the shape [2], found 1 of 2 columns; \
         name the target columns, or change the shape"
    );
    let missing = Csv::new(folder.path("nowhere.csv")).rows::<[f32; 1]>();
    assert!(
        folder
            .words(missing)
            .starts_with("cannot read `nowhere.csv`: ")
    );
}
