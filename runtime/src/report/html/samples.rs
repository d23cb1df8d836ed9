//! The samples on which the network does worst.

use super::escape::Escaped;
use super::number::{grouped, short};
use crate::train::WorstSample;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Larger images lose rows and columns.
const LONGEST_SIDE: usize = 160;
const MOST_CHANNELS: usize = 6;
const MOST_POINTS: usize = 240;

pub(super) fn worst(samples: &[WorstSample], shape: &[usize]) -> String {
    let cards: String = samples
        .iter()
        .map(|sample| {
            format!(
                "<figure class=\"sample\">{}<figcaption>said <b>{}</b>, is <b>{}</b><small>loss {} · sample {}</small>\
                 </figcaption></figure>",
                picture(&sample.input, shape),
                Escaped(&sample.answer),
                Escaped(&sample.target),
                short(sample.loss),
                grouped(sample.index as u64),
            )
        })
        .collect();
    format!("<div class=\"samples\">{cards}</div>\n")
}

/// An input as it can be seen: an image of one or three channels, of others the first channel; else lines.
fn picture(input: &[f32], shape: &[usize]) -> String {
    if input.is_empty() || shape.iter().product::<usize>() != input.len() {
        return String::new();
    }
    match *shape {
        [channels, height, width] => {
            let image = Image::of(input, if channels == 3 { 3 } else { 1 }, height, width);
            image.map_or_else(String::new, |image| image.html())
        }
        [channels, length] => lines(input, channels, length),
        _ => lines(input, 1, input.len()),
    }
}

struct Image {
    /// Row-major, channels innermost.
    bytes: Vec<u8>,
    colour: png::ColorType,
    width: usize,
    height: usize,
}

impl Image {
    /// The first channels of an image `[channels, height, width]`, from its darkest to its brightest value.
    fn of(input: &[f32], channels: usize, height: usize, width: usize) -> Option<Self> {
        let plane = height * width;
        let shown = input.get(..channels * plane)?;
        let (low, high) = range(shown);
        let every = height.max(width).div_ceil(LONGEST_SIDE).max(1);
        let mut bytes = Vec::new();
        for row in (0..height).step_by(every) {
            for column in (0..width).step_by(every) {
                for channel in 0..channels {
                    let value = shown.get(channel * plane + row * width + column)?;
                    // Values that are none become black.
                    bytes.push(((value - low) / (high - low) * 255.0).round() as u8);
                }
            }
        }
        Some(Self {
            bytes,
            colour: if channels == 3 {
                png::ColorType::Rgb
            } else {
                png::ColorType::Grayscale
            },
            width: width.div_ceil(every),
            height: height.div_ceil(every),
        })
    }

    fn html(&self) -> String {
        let Ok(png) = self.png() else {
            return String::new();
        };
        format!(
            "<img alt=\"input\" width=\"{}\" height=\"{}\" src=\"data:image/png;base64,{}\">",
            self.width,
            self.height,
            BASE64_STANDARD.encode(png)
        )
    }

    fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width as u32, self.height as u32);
        encoder.set_color(self.colour);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.bytes)?;
        writer.finish()?;
        Ok(file)
    }
}

/// Channels of a series, one below the other.
fn lines(input: &[f32], channels: usize, length: usize) -> String {
    const WIDTH: f32 = 240.0;
    let shown = channels.min(MOST_CHANNELS);
    let height = if shown == 1 { 70.0 } else { 34.0 };
    let mut drawing = String::new();
    for (channel, values) in input.chunks_exact(length.max(1)).take(shown).enumerate() {
        let (low, high) = range(values);
        let every = length.div_ceil(MOST_POINTS).max(1);
        let mut path = String::new();
        let mut pen = 'M';
        for (index, value) in values.iter().enumerate().step_by(every) {
            if !value.is_finite() {
                pen = 'M';
                continue;
            }
            let x = 2.0 + (WIDTH - 4.0) * index as f32 / (length.max(2) - 1) as f32;
            let y = height * (channel as f32 + 1.0)
                - 4.0
                - (height - 8.0) * (value - low) / (high - low);
            path += &format!("{pen}{x:.1} {y:.1}");
            pen = 'L';
        }
        drawing += &format!(
            "<path class=\"line\" style=\"stroke:var(--c{})\" d=\"{path}\"><title>channel {channel}: {} to {}</title></path>",
            channel % 8,
            short(low.into()),
            short(high.into()),
        );
    }
    let tall = height * shown as f32;
    let more = if channels > shown {
        format!(
            "<small>{shown} of {} channels</small>",
            grouped(channels as u64)
        )
    } else {
        String::new()
    };
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {tall}\" role=\"img\" aria-label=\"input\">{drawing}</svg>{more}"
    )
}

/// The lowest and the highest finite value; never the same.
fn range(values: &[f32]) -> (f32, f32) {
    let finite = values.iter().filter(|value| value.is_finite());
    let (low, high) = finite.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
        (low.min(*value), high.max(*value))
    });
    if low < high {
        (low, high)
    } else if low.is_finite() {
        (low, low + 1.0)
    } else {
        (0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Image, picture};

    #[test]
    fn images_are_scaled_to_their_range() {
        let image = Image::of(&[-1.0, 0.0, 0.5, 1.0, f32::NAN, -1.0], 1, 2, 3).expect("an image");
        assert_eq!(image.bytes, [0, 128, 191, 255, 0, 0]);
        assert_eq!((image.width, image.height), (3, 2));
        let file = image.png().expect("a file");
        let mut reader = png::Decoder::new(std::io::Cursor::new(file))
            .read_info()
            .expect("a header");
        let mut bytes = [0; 6];
        reader.next_frame(&mut bytes).expect("the pixels");
        assert_eq!(&bytes[..], image.bytes);
    }

    #[test]
    fn channels_lie_innermost() {
        let image = Image::of(&[0.0, 1.0, 0.2, 0.4, 0.6, 0.8], 3, 1, 2).expect("an image");
        assert_eq!(image.bytes, [0, 51, 153, 255, 102, 204]);
    }

    #[test]
    fn large_images_are_made_smaller() {
        let image = Image::of(&vec![0.5; 1000 * 400], 1, 1000, 400).expect("an image");
        assert!(image.width.max(image.height) <= super::LONGEST_SIDE);
        assert_eq!(image.bytes.len(), image.width * image.height);
    }

    #[test]
    fn inputs_of_every_rank_have_a_picture() {
        for (shape, start) in [
            (&[2, 3][..], "<svg"),
            (&[6], "<svg"),
            (&[1, 2, 3], "<img"),
            (&[2, 1, 3], "<img"),
            (&[3, 1, 2], "<img"),
            (&[1, 1, 2, 3], "<svg"),
        ] {
            let html = picture(&[1.0, 2.0, f32::NAN, 4.0, 4.0, 4.0], shape);
            assert!(html.starts_with(start), "{shape:?}: {html}");
        }
        // What the run says of the input's shape may be wrong.
        assert_eq!(picture(&[1.0], &[2]), "");
    }
}
