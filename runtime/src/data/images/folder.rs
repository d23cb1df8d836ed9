//! Folders of images, one for each class.

use super::Images;
use crate::data::{DataError, Place, Unexpected};
use crate::shape::Shape;
use image::imageops::FilterType;
use image::{DynamicImage, ImageError, ImageFormat, ImageReader};
use std::io;
use std::path::{Path, PathBuf};

impl<X: Shape, Y: TryFrom<u64>> Images<X, Y> {
    /// Reads a folder of PNG, JPEG, BMP or PNM files that lie in a folder for each class: `flowers/rose/1.png`. Classes are
    /// numbered by the names of their folders in alphabetical order, as in torchvision's `ImageFolder`. (Feature `image`.)
    ///
    /// With `X` a [C, H, W] every image has the height H and the width W; it becomes grey for one channel, grey with alpha
    /// for 2, red, green and blue for 3, with alpha for 4. Files that do not have the extension of an image, and those whose
    /// name begins with a dot, do not count.
    ///
    /// ```
    /// use chainrule::data::{Dataset, Images};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path();
    /// # for (class, grey) in [("night", 0), ("day", 255)] {
    /// #     std::fs::create_dir(path.join(class))?;
    /// #     image::GrayImage::from_pixel(2, 2, image::Luma([grey])).save(path.join(class).join("1.png"))?;
    /// # }
    /// // day/1.png, night/1.png
    /// let images = Images::<[[[f32; 2]; 2]; 1]>::folder(path)?;
    /// assert_eq!(images.class_names, ["day", "night"]);
    /// assert_eq!(images.labels(), [0, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A file that cannot be read or is damaged, an image of another size, a class without images, a folder without
    /// classes, more classes than `Y` holds.
    pub fn folder(path: impl AsRef<Path>) -> Result<Self, DataError> {
        read(path.as_ref(), None)
    }

    /// As [`folder`](Images::folder), but images of other sizes are resized, by linear interpolation over as many pixels as
    /// become one; their proportions are not kept.
    ///
    /// # Errors
    /// As [`folder`](Images::folder).
    pub fn folder_resized(path: impl AsRef<Path>) -> Result<Self, DataError> {
        read(path.as_ref(), Some(FilterType::Triangle))
    }
}

fn read<X: Shape, Y: TryFrom<u64>>(
    root: &Path,
    resize: Option<FilterType>,
) -> Result<Images<X, Y>, DataError> {
    let &[channels, height, width] = X::DIMS else {
        return Err(unexpected(
            root,
            "an input [C, H, W]",
            format!("{:?}", X::DIMS),
            "read images into arrays such as `[[[f32; 28]; 28]; 1]`",
        ));
    };
    if !(1..=4).contains(&channels) {
        return Err(unexpected(
            root,
            "an input of 1 to 4 channels",
            format!("{:?}", X::DIMS),
            "1 is grey, 2 grey with alpha, 3 red, green and blue, 4 those with alpha",
        ));
    }
    let size = [channels, height, width];
    let folders: Vec<PathBuf> = entries(root)?
        .into_iter()
        .filter(|path| path.is_dir())
        .collect();
    if folders.is_empty() {
        return Err(unexpected(
            root,
            "a folder for each class",
            "none".into(),
            "put the images of each class into a folder with its name",
        ));
    }
    let (mut pixels, mut labels, mut class_names) = (Vec::new(), Vec::new(), Vec::new());
    for (class, folder) in folders.iter().enumerate() {
        let before = labels.len();
        for file in entries(folder)? {
            if ImageFormat::from_path(&file).is_err() {
                continue;
            }
            append(&file, size, resize, &mut pixels)?;
            labels.push(Y::try_from(class as u64).map_err(|_| {
                unexpected(
                    root,
                    &format!("as many classes as `{}` holds", std::any::type_name::<Y>()),
                    format!("{} folders", folders.len()),
                    "take a larger type for the target, `Images::<X, u16>`",
                )
            })?);
        }
        if labels.len() == before {
            return Err(unexpected(
                folder,
                "at least one image of this class",
                "none".into(),
                "add images, or remove the folder",
            ));
        }
        let name = folder.file_name().unwrap_or_default();
        class_names.push(name.to_string_lossy().into_owned());
    }
    Ok(Images::new(pixels, labels, class_names))
}

/// What lies in a folder and does not begin with a dot, in alphabetical order.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let read = || -> io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                paths.push(entry.path());
            }
        }
        paths.sort();
        Ok(paths)
    };
    read().map_err(|error| DataError::Read {
        path: folder.into(),
        error,
    })
}

/// Appends the pixels of a file, channel after channel.
fn append(
    file: &Path,
    [channels, height, width]: [usize; 3],
    resize: Option<FilterType>,
    pixels: &mut Vec<u8>,
) -> Result<(), DataError> {
    let read_error = |error| DataError::Read {
        path: file.into(),
        error,
    };
    let reader = ImageReader::open(file).and_then(ImageReader::with_guessed_format);
    let image = reader
        .map_err(read_error)?
        .decode()
        .map_err(|error| match error {
            ImageError::IoError(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
                read_error(error)
            }
            error => unexpected(
                file,
                "a whole image",
                format!("one that does not decode: {error}"),
                "copy or save it again, or remove it",
            ),
        })?;
    let found = [image.height() as usize, image.width() as usize];
    let image = match resize {
        _ if found == [height, width] => image,
        Some(filter) => image.resize_exact(width as u32, height as u32, filter),
        None => {
            return Err(unexpected(
                file,
                &format!("an image {height} high and {width} wide"),
                format!("one {} high and {} wide", found[0], found[1]),
                "resize it, or read the folder with `folder_resized`",
            ));
        }
    };
    let interleaved = interleaved(image, channels);
    for channel in 0..channels {
        pixels.extend(interleaved.iter().skip(channel).step_by(channels));
    }
    Ok(())
}

fn interleaved(image: DynamicImage, channels: usize) -> Vec<u8> {
    match channels {
        1 => image.into_luma8().into_raw(),
        2 => image.into_luma_alpha8().into_raw(),
        3 => image.into_rgb8().into_raw(),
        _ => image.into_rgba8().into_raw(),
    }
}

fn unexpected(path: &Path, expected: &str, found: String, help: &str) -> DataError {
    DataError::from(Box::new(Unexpected {
        path: path.into(),
        place: Place::Whole,
        expected: expected.into(),
        found,
        help: help.into(),
    }))
}
