//! One picture made small.

use std::path::Path;

use image::{ImageFormat, ImageResult, RgbImage};

/// The sides of the square into which a thumbnail fits, in pixels.
pub const SIDE: u32 = 64;

/// Writes a thumbnail of `picture` to `part` as PNG; returns its width and height.
///
/// # Errors
///
/// If the picture cannot be read or is none, or if the file cannot be written; then something may
/// have been written already.
pub fn thumbnail(picture: &Path, part: &Path) -> ImageResult<(u32, u32)> {
    let small = image::open(picture)?.thumbnail(SIDE, SIDE);
    small.save_with_format(part, ImageFormat::Png)?;
    Ok((small.width(), small.height()))
}

/// Paints a picture to try this on, a square of `side` pixels.
///
/// # Errors
///
/// If it cannot be written.
pub fn paint(picture: &Path, side: u32) -> ImageResult<()> {
    let color =
        |x: u32, y: u32| [x ^ y, x.wrapping_mul(y) >> 4, x + y].map(|it| it.to_le_bytes()[0]);
    RgbImage::from_fn(side, side, |x, y| color(x, y).into()).save(picture)
}
