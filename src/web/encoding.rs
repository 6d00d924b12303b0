//! Content coding: what a client accepts (RFC 9110, section 12.5.3) and how bytes are made smaller.

use std::io;
use std::io::Write;

use super::headers;

/// How a body is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
}

impl Encoding {
    /// Its name in `Content-Encoding`, if it has one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }
}

/// The coding to answer with: the one the client prefers, Brotli before gzip where it does not mind.
pub fn choose(accept: Option<&str>) -> Encoding {
    let Some(accept) = accept else {
        return Encoding::Identity;
    };
    let quality = |encoding: Encoding| {
        let name = encoding.name().unwrap_or("identity");
        let mut any = None;
        for item in accept.split(',') {
            let (coding, weight) = weighted(item);
            if coding.eq_ignore_ascii_case(name) || (name == "gzip" && coding.eq_ignore_ascii_case("x-gzip"))
            {
                return weight;
            }
            if coding == "*" {
                any = Some(weight);
            }
        }
        any.unwrap_or(0)
    };
    let (brotli, gzip) = (quality(Encoding::Brotli), quality(Encoding::Gzip));
    if brotli > 0 && brotli >= gzip {
        Encoding::Brotli
    } else if gzip > 0 {
        Encoding::Gzip
    } else {
        Encoding::Identity
    }
}

/// A coding and its weight in thousandths.
fn weighted(item: &str) -> (&str, u32) {
    let mut parts = item.split(';');
    let coding = parts.next().unwrap_or_default().trim();
    let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.trim().parse::<f32>().ok());
    // Clamped to the grammar's 0..=1 first, so the product is a small positive number.
    (coding, (weight.unwrap_or(1.0).clamp(0.0, 1.0) * 1000.0).round() as u32)
}

/// True if the bytes of a file of that name shrink when they are coded.
pub fn is_text(path: &str) -> bool {
    headers::compressible(&headers::content_type(path))
}

/// The bytes in that coding, for what is coded once and sent often: Brotli at quality 7 of 11, within a few per cent of the best at a
/// small part of its time.
pub fn compress(encoding: Encoding, bytes: &[u8]) -> io::Result<Vec<u8>> {
    coded(encoding, bytes, 7)
}

/// The same for an answer that is sent once: at quality 7 Brotli makes and clears eight megabytes of tables before the first byte, which
/// takes longer than to code a few kilobytes; at 5 it is one, and the answer two per cent longer.
pub fn compress_once(encoding: Encoding, bytes: &[u8]) -> io::Result<Vec<u8>> {
    coded(encoding, bytes, 5)
}

fn coded(encoding: Encoding, bytes: &[u8], quality: i32) -> io::Result<Vec<u8>> {
    match encoding {
        Encoding::Identity => Ok(bytes.to_vec()),
        Encoding::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(bytes)?;
            encoder.finish()
        }
        Encoding::Brotli => {
            let lgwin = window(bytes.len());
            let parameters = brotli::enc::BrotliEncoderParams {
                quality,
                lgwin,
                size_hint: bytes.len(),
                ..Default::default()
            };
            let mut coded = Vec::new();
            brotli::BrotliCompress(&mut &bytes[..], &mut coded, &parameters)?;
            Ok(coded)
        }
    }
}

/// The binary logarithm of a window that holds so many bytes, as far as Brotli has one (RFC 7932, section 9.1) and the usual 22 goes:
/// a wider one than the text is memory that is made and cleared for nothing. For those below 17 the library falls back to its
/// largest tables.
fn window(bytes: usize) -> i32 {
    (17..22).find(|bits| 1 << bits >= bytes + 16).unwrap_or(22)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_of_brotli_is_as_wide_as_the_text_and_no_wider() {
        for (bytes, bits) in
            [(0, 17), (131_056, 17), (131_057, 18), (2_097_136, 21), (2_097_137, 22), (1 << 30, 22)]
        {
            assert_eq!(window(bytes), bits, "{bytes}");
        }
    }

    #[test]
    fn what_is_coded_is_the_same_once_decoded() {
        for bytes in [0, 1, 131_056, 131_057, 300_000] {
            let mut seed = 1_u64;
            let noise = std::iter::repeat_with(|| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 56) as u8
            });
            let text: Vec<u8> = noise.take(bytes).collect();
            for coded in [compress(Encoding::Brotli, &text), compress_once(Encoding::Brotli, &text)] {
                let mut whole = Vec::new();
                brotli::BrotliDecompress(&mut coded.unwrap().as_slice(), &mut whole).unwrap();
                assert!(whole == text, "{bytes} bytes");
            }
        }
    }
}
