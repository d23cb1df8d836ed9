use crate::Folder;
use chainrule::data::{DataError, Dataset, Images, Samples};
use image::{GrayImage, Luma, Rgb, RgbImage};
use std::fs;

type Grey = [[[f32; 3]; 2]; 1];
type Color = [[[f64; 3]; 2]; 3];

/// `day/a.png`, `day/b.bmp`, `night/c.jpg`, and what does not count.
fn pictures() -> Folder {
    let folder = Folder::new();
    for class in ["night", "day"] {
        fs::create_dir(folder.path(class)).expect("a folder");
    }
    let color = RgbImage::from_fn(3, 2, |x, y| Rgb([x as u8, y as u8, 255]));
    color.save(folder.path("day/a.png")).expect("an image");
    let grey = GrayImage::from_fn(3, 2, |x, y| Luma([10 * y as u8 + x as u8]));
    grey.save(folder.path("day/b.bmp")).expect("an image");
    let white = GrayImage::from_pixel(3, 2, Luma([255]));
    white.save(folder.path("night/c.jpg")).expect("an image");
    folder.file("day/.hidden.png", "no image");
    folder.file("day/notes.txt", "no image");
    folder.file("notes.txt", "no folder");
    folder
}

#[test]
fn image_folders_are_classes() -> Result<(), DataError> {
    let folder = pictures();
    let images = Images::<Color>::folder(folder.path(""))?;
    assert_eq!(images.class_names, ["day", "night"]);
    assert_eq!(images.labels(), [0, 0, 1]);
    let samples = Samples::of(&images);
    let row = |y: f64| [[0.0, 1.0, 2.0], [y; 3], [255.0; 3]].map(|row| row.map(|x| x / 255.0));
    let [top, bottom] = [row(0.0), row(1.0)];
    let expected: Color = std::array::from_fn(|channel| [top[channel], bottom[channel]]);
    assert_eq!(samples.inputs[0], expected);
    assert_eq!(samples.inputs[2], [[[1.0; 3]; 2]; 3]);

    let images = Images::<Grey, u16>::folder(folder.path(""))?;
    let grey = Samples::of(&images).inputs[1];
    assert_eq!(
        grey,
        [[[0.0, 1.0, 2.0], [10.0, 11.0, 12.0]].map(|row| row.map(|x| x / 255.0))]
    );
    Ok(())
}

#[test]
fn image_sizes_are_checked_or_changed() -> Result<(), DataError> {
    let folder = pictures();
    assert_eq!(
        folder.words(Images::<[[[f32; 4]; 4]; 1]>::folder(folder.path(""))),
        "`day/a.png`: expected an image 4 high and 4 wide, found one 2 high and 3 wide; \
         resize it, or read the folder with `folder_resized`"
    );
    let images = Images::<[[[f32; 4]; 4]; 1]>::folder_resized(folder.path(""))?;
    assert_eq!(images.len(), 3);
    assert_eq!(Samples::of(&images).inputs[2], [[[1.0; 4]; 4]; 1]);
    Ok(())
}

#[test]
fn image_errors_name_file_or_folder() {
    let folder = pictures();
    let words = || folder.words(Images::<Grey>::folder(folder.path("")));
    let whole = fs::read(folder.path("day/a.png")).expect("a file");
    folder.file("day/a.png", &whole[..whole.len() - 20]);
    let cut = words();
    assert!(
        cut.starts_with("`day/a.png`: expected a whole image, found one that does not decode: "),
        "{cut}"
    );
    folder.file("day/a.png", "no image");
    let none = words();
    assert!(
        none.starts_with("`day/a.png`: expected a whole image, found one that does not decode: "),
        "{none}"
    );
    folder.file("day/a.png", whole);

    fs::create_dir(folder.path("dusk")).expect("a folder");
    assert_eq!(
        words(),
        "`dusk`: expected at least one image of this class, found none; add images, or remove the folder"
    );
    let root = folder.path("dusk");
    assert_eq!(
        folder.words(Images::<Grey>::folder(&root)),
        "`dusk`: expected a folder for each class, found none; put the images of each class into a folder with its name"
    );
    assert_eq!(
        folder.words(Images::<[f32; 6]>::folder(&root)),
        "`dusk`: expected an input [C, H, W], found [6]; read images into arrays such as `[[[f32; 28]; 28]; 1]`"
    );
    assert_eq!(
        folder.words(Images::<[[[f32; 2]; 2]; 5]>::folder(&root)),
        "`dusk`: expected an input of 1 to 4 channels, found [5, 2, 2]; \
         1 is grey, 2 grey with alpha, 3 red, green and blue, 4 those with alpha"
    );
    assert!(
        folder
            .words(Images::<Grey>::folder(folder.path("nowhere")))
            .starts_with("cannot read `nowhere`: ")
    );
}
