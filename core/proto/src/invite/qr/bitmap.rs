//! Grey pictures, and the black and white ones that codes are looked for in.

use super::picture::Luma;

/// A grey picture without gaps between its rows.
pub(super) struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Grey {
    /// Copies a frame whose bounds were checked, shrunk by a whole number so that neither side is
    /// longer than `longest` pixels: each pixel is the mean of a square.
    pub(super) fn shrunk(luma: &Luma<'_>, longest: usize) -> Self {
        let (width, height) = (luma.width as usize, luma.height as usize);
        let factor = width.max(height).div_ceil(longest).max(1);
        let (small_width, small_height) = (width / factor, height / factor);
        let mut pixels = Vec::with_capacity(small_width * small_height);
        let mut sums = vec![0u32; small_width];
        for rows in (0..small_height * factor).collect::<Vec<_>>().chunks(factor) {
            sums.fill(0);
            for y in rows {
                let row = &luma.data[y * luma.stride as usize..][..small_width * factor];
                for (sum, square) in sums.iter_mut().zip(row.chunks(factor)) {
                    *sum += square.iter().map(|pixel| u32::from(*pixel)).sum::<u32>();
                }
            }
            let area = (factor * factor) as u32;
            pixels.extend(sums.iter().map(|sum| (sum / area) as u8));
        }
        Self {
            width: small_width,
            height: small_height,
            pixels,
        }
    }

    /// Makes light what was dark.
    pub(super) fn invert(&mut self) {
        self.pixels.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    }

    /// One threshold for the whole picture (Otsu 1979): right for clean pictures of any size.
    pub(super) fn global(&self) -> Bitmap {
        let mut histogram = [0u64; 256];
        for pixel in &self.pixels {
            histogram[usize::from(*pixel)] += 1;
        }
        let total = self.pixels.len() as u64;
        let sum: u64 = histogram
            .iter()
            .zip(0u64..)
            .map(|(count, value)| count * value)
            .sum();
        let (mut below, mut below_sum, mut best, mut threshold) = (0u64, 0u64, 0f64, 128u8);
        for value in 0..=254u8 {
            below += histogram[usize::from(value)];
            below_sum += histogram[usize::from(value)] * u64::from(value);
            let above = total - below;
            if below == 0 || above == 0 {
                continue;
            }
            let gap = below_sum as f64 / below as f64 - (sum - below_sum) as f64 / above as f64;
            let between = below as f64 * above as f64 * gap * gap;
            if between > best {
                (best, threshold) = (between, value + 1);
            }
        }
        self.bitmap(self.pixels.iter().map(|pixel| *pixel < threshold).collect())
    }

    /// A threshold for each pixel from the mean around it: right for photographs with shadows.
    pub(super) fn local(&self) -> Bitmap {
        let radius = (self.width.max(self.height) / 16).max(8);
        // Sums of everything above and to the left. At most 255 times the largest picture, which
        // 32 bits hold.
        let line = self.width + 1;
        let mut sums = vec![0u32; line * (self.height + 1)];
        for y in 0..self.height {
            let mut row = 0;
            for x in 0..self.width {
                row += u32::from(self.pixels[y * self.width + x]);
                sums[(y + 1) * line + x + 1] = sums[y * line + x + 1] + row;
            }
        }
        let mut dark = Vec::with_capacity(self.pixels.len());
        for y in 0..self.height {
            let (top, bottom) = (y.saturating_sub(radius), (y + radius + 1).min(self.height));
            for x in 0..self.width {
                let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(self.width));
                let sum = u64::from(sums[bottom * line + right]) + u64::from(sums[top * line + left])
                    - u64::from(sums[top * line + right])
                    - u64::from(sums[bottom * line + left]);
                let area = ((bottom - top) * (right - left)) as u64;
                let pixel = u64::from(self.pixels[y * self.width + x]);
                // Darker than the mean by a twelfth: flat areas count as light.
                dark.push(pixel * area * 12 < sum * 11);
            }
        }
        self.bitmap(dark)
    }

    fn bitmap(&self, dark: Vec<bool>) -> Bitmap {
        Bitmap {
            width: self.width,
            height: self.height,
            dark,
        }
    }
}

/// A black and white picture.
pub(super) struct Bitmap {
    pub(super) width: usize,
    pub(super) height: usize,
    dark: Vec<bool>,
}

impl Bitmap {
    /// Row `y`, `true` for dark.
    pub(super) fn row(&self, y: usize) -> &[bool] {
        &self.dark[y * self.width..][..self.width]
    }

    /// Whether the pixel under a point is dark; `None` outside the picture.
    pub(super) fn at(&self, x: f64, y: f64) -> Option<bool> {
        let inside = x >= 0.0 && y >= 0.0 && x < self.width as f64 && y < self.height as f64;
        inside.then(|| self.dark[y as usize * self.width + x as usize])
    }
}
