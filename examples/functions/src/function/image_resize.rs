//! Pictures: JPEG decoded, resized and encoded again.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::imageops::{FilterType, resize};
use image::{DynamicImage, ImageError, Rgb, RgbImage};
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::input::number;
use super::{Answer, Function, InputError};

/// Pictures in the album.
const PICTURES: usize = 2;

/// Their size in pixels: one megapixel, what a camera's preview has.
const SIZE: (u32, u32) = (1152, 864);

/// The longest side of a result, in pixels.
const LONGEST_SIDE: u32 = 2048;

/// JPEG's quality, of 100: what galleries use.
const QUALITY: u8 = 80;

const EXPECTED: &str = "`WIDTHxHEIGHT` in pixels or `WIDTHxHEIGHT,PICTURE`, such as `320x240,1`";

/// A picture of an album in another size. Its initialisation paints two pictures of a megapixel and
/// encodes them.
#[derive(Debug)]
pub struct ImageResize {
    /// As JPEG.
    album: Vec<Vec<u8>>,
}

#[derive(Serialize)]
struct Reply {
    picture: usize,
    width: u32,
    height: u32,
    jpeg_bytes: usize,
    /// Of the JPEG, the first eight bytes in hexadecimal.
    sha256: String,
}

impl Function for ImageResize {
    fn initialise(seed: u64) -> Self {
        let mut chance = Pcg64::seed_from_u64(seed);
        let painted = (0..PICTURES).map(|_| encoded(&painted(&mut chance)));
        let album: Result<_, _> = painted.collect();
        Self { album: album.expect("a picture of a megapixel fits JPEG and memory") }
    }

    fn default_input(&self) -> &'static str {
        "320x240,1"
    }

    fn call(&self, input: &str) -> Result<Answer, InputError> {
        let (size, picture) = input.split_once(',').unwrap_or((input, "1"));
        let (width, height) =
            size.split_once('x').ok_or_else(|| InputError::form(input, EXPECTED))?;
        let width = number("width", width, 1..=LONGEST_SIDE, EXPECTED)?;
        let height = number("height", height, 1..=LONGEST_SIDE, EXPECTED)?;
        let picture = number("picture", picture, 1..=PICTURES, EXPECTED)?;
        let jpeg = resized(&self.album[picture - 1], width, height)
            .expect("the album was encoded here, and every size that is allowed fits JPEG");
        let sha256 = Sha256::digest(&jpeg)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Answer::json(&Reply { picture, width, height, jpeg_bytes: jpeg.len(), sha256 }))
    }
}

/// Waves of colour with some noise, as costly to compress as a photograph.
fn painted(chance: &mut Pcg64) -> RgbImage {
    let waves: [(f32, f32, f32); 3] = std::array::from_fn(|_| {
        let frequency = 0.002..0.02;
        let across = chance.random_range(frequency.clone());
        (across, chance.random_range(frequency), chance.random_range(0.0..6.0))
    });
    RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
        let noise: f32 = chance.random_range(-12.0..12.0);
        Rgb(waves.map(|(across, down, phase)| {
            let wave = (x as f32 * across + y as f32 * down + phase).sin();
            (128.0 + 100.0 * wave + noise) as u8
        }))
    })
}

fn encoded(picture: &RgbImage) -> Result<Vec<u8>, ImageError> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(picture)?;
    Ok(jpeg)
}

fn resized(jpeg: &[u8], width: u32, height: u32) -> Result<Vec<u8>, ImageError> {
    let picture = DynamicImage::from_decoder(JpegDecoder::new(Cursor::new(jpeg))?)?;
    encoded(&resize(&picture.into_rgb8(), width, height, FilterType::Triangle))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(jpeg: &[u8]) -> RgbImage {
        let decoder = JpegDecoder::new(Cursor::new(jpeg)).unwrap();
        DynamicImage::from_decoder(decoder).unwrap().into_rgb8()
    }

    #[test]
    fn keeps_what_is_where_on_the_picture() {
        let (red, blue) = (Rgb([200, 30, 30]), Rgb([30, 30, 200]));
        let halves = RgbImage::from_fn(400, 200, |x, _| if x < 200 { red } else { blue });
        for (width, height) in [(100, 50), (40, 200), (800, 400)] {
            let small = decoded(&resized(&encoded(&halves).unwrap(), width, height).unwrap());
            assert_eq!(small.dimensions(), (width, height));
            for (x, colour) in [(width / 4, red), (width * 3 / 4, blue)] {
                let seen = small.get_pixel(x, height / 2);
                for (seen, colour) in seen.0.iter().zip(colour.0) {
                    assert!(
                        seen.abs_diff(colour) < 12,
                        "{width}x{height} at {x}: {seen}, {colour}"
                    );
                }
            }
        }
    }

    #[test]
    fn compresses_its_album_as_photographs_are() {
        let function = ImageResize::initialise(1);
        for jpeg in &function.album {
            let ratio = (SIZE.0 * SIZE.1 * 3) as usize / jpeg.len();
            assert!((4..=40).contains(&ratio), "{ratio}");
        }
    }
}
