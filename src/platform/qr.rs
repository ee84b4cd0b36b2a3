//! A text as a QR picture.

use qrcode::{Color, QrCode};

/// Blank modules around the code, as its standard asks.
const MARGIN: usize = 4;
/// About so many pixels wide: sharp on a telephone, small enough to send.
const WIDTH: usize = 600;

#[derive(Debug, thiserror::Error)]
pub enum QrError {
    #[error("the text does not fit into a QR code")]
    Text(#[from] qrcode::types::QrError),
    #[error("the picture cannot be written")]
    Picture(#[from] png::EncodingError),
    #[error("the picture is too large")]
    Size,
}

/// Rows of `0` and `1`, without a margin: for those who draw it themselves.
pub fn rows(text: &str) -> Result<Vec<String>, QrError> {
    let code = QrCode::new(text)?;
    let sign = |colour: &Color| if *colour == Color::Dark { '1' } else { '0' };
    Ok(code.to_colors().chunks(code.width()).map(|row| row.iter().map(sign).collect()).collect())
}

/// A PNG in black and white, one byte per pixel.
pub fn png(text: &str) -> Result<Vec<u8>, QrError> {
    let code = QrCode::new(text)?;
    let side = code.width().saturating_add(2 * MARGIN);
    let scale = (WIDTH / side).max(1);
    let colours = code.to_colors();
    let row = |y: usize| -> Vec<u8> {
        let inside = y.checked_sub(MARGIN).filter(|y| *y < code.width());
        let pixel = |x: usize| {
            let x = x.checked_sub(MARGIN).filter(|x| *x < code.width())?;
            colours.get(inside?.checked_mul(code.width())?.checked_add(x)?)
        };
        let colour = |x: usize| if pixel(x) == Some(&Color::Dark) { 0_u8 } else { 255 };
        (0..side).flat_map(|x| std::iter::repeat_n(colour(x), scale)).collect()
    };
    let pixels: Vec<u8> =
        (0..side).flat_map(|y| std::iter::repeat_n(row(y), scale)).flatten().collect();
    encode(&pixels, side.saturating_mul(scale))
}

fn encode(pixels: &[u8], side: usize) -> Result<Vec<u8>, QrError> {
    let side = u32::try_from(side).map_err(|_too_large| QrError::Size)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_square_picture_with_a_white_margin() {
        let bytes = png("weixin://wxpay/bizpayurl?pr=abc").unwrap();
        let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.width, info.height);
        assert!((400..=600).contains(&info.width), "{}", info.width);
        let side = usize::try_from(info.width).unwrap();
        assert!(pixels[..side].iter().all(|pixel| *pixel == 255));
        assert!(pixels.contains(&0));
    }

    #[test]
    fn rows_are_a_square_with_the_marks_of_its_corners() {
        let rows = rows("https://t.me/x?start=aff_1").unwrap();
        assert!(rows.iter().all(|row| row.len() == rows.len()));
        assert!(rows[0].starts_with("1111111") && rows[1].starts_with("1000001"), "{rows:?}");
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(matches!(png(&"x".repeat(5_000)), Err(QrError::Text(_))));
    }
}
