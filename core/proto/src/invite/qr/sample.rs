//! From three finder patterns to the text: how many modules there are, where each of them lies,
//! and which are dark. Bits, error correction and segments are the work of `rqrr`.

use super::bitmap::Bitmap;
use super::finder::{Point, Triple};

/// Attempts to read the code at `triple`, spending one of `budget` for each. The bytes of the
/// first that passes its error correction.
pub(super) fn read(bitmap: &Bitmap, triple: &Triple, budget: &mut u32) -> Option<Vec<u8>> {
    let across = triple.right.minus(triple.corner);
    let along = triple.down.minus(triple.corner);
    let modules = [
        module_size(bitmap, triple.corner, across),
        module_size(bitmap, triple.right, across),
        module_size(bitmap, triple.corner, along),
        module_size(bitmap, triple.down, along),
    ];
    let known = modules.iter().flatten().count();
    if known == 0 {
        return None;
    }
    let module = modules.iter().flatten().sum::<f64>() / known as f64;
    // Seven modules of the code are outside the middles of its finder patterns.
    let estimate = (across.length() + along.length()) / (2.0 * module) + 7.0;
    let nearest = ((estimate - 17.0) / 4.0).round();
    let lean = if estimate < nearest * 4.0 + 17.0 {
        -1.0
    } else {
        1.0
    };
    for off in [0.0, lean, -lean, 2.0 * lean, -2.0 * lean] {
        let version = nearest + off;
        if (1.0..=40.0).contains(&version) {
            let size = version as usize * 4 + 17;
            if let Some(bytes) = read_sized(bitmap, triple, size, budget) {
                return Some(bytes);
            }
        }
    }
    None
}

/// Pixels to a module along `direction`, measured across the finder pattern at `middle`.
fn module_size(bitmap: &Bitmap, middle: Point, direction: Point) -> Option<f64> {
    let step = direction.scaled(0.5 / direction.length());
    let half = |step: Point| {
        let mut at = middle;
        let mut steps = 0u32;
        for color in [true, false, true] {
            let before = steps;
            while bitmap.at(at.x, at.y) == Some(color) {
                at = at.moved(step, 1.0, step, 0.0);
                steps += 1;
            }
            if steps == before {
                return None;
            }
        }
        Some(f64::from(steps) * 0.5)
    };
    Some((half(step)? + half(step.scaled(-1.0))?) / 7.0)
}

fn read_sized(bitmap: &Bitmap, triple: &Triple, size: usize, budget: &mut u32) -> Option<Vec<u8>> {
    let span = (size - 7) as f64;
    let u = triple.right.minus(triple.corner).scaled(1.0 / span);
    let v = triple.down.minus(triple.corner).scaled(1.0 / span);
    let far = span + 3.5;
    let corners = [(3.5, 3.5), (far, 3.5), (3.5, far)];
    let points = [triple.corner, triple.right, triple.down];
    let plain = ((far, far), triple.corner.moved(u, span, v, span));
    let aligned = (size > 21).then(|| {
        let guess = triple.corner.moved(u, span - 3.0, v, span - 3.0);
        [4.0, 10.0]
            .into_iter()
            .find_map(|reach| alignment(bitmap, guess, u, v, reach))
    });
    let aligned = aligned.flatten().map(|point| ((far - 3.0, far - 3.0), point));
    for (corner, point) in [aligned, Some(plain)].into_iter().flatten() {
        *budget = budget.checked_sub(1)?;
        let [a, b, c] = corners;
        let [p, q, r] = points;
        let Some(map) = Projection::new([a, b, c, corner], [p, q, r, point]) else {
            continue;
        };
        let grid = rqrr::SimpleGrid::from_func(size, |x, y| {
            let point = map.apply(x as f64 + 0.5, y as f64 + 0.5);
            bitmap.at(point.x, point.y).unwrap_or(false)
        });
        let mut bytes = Vec::new();
        if rqrr::Grid::new(grid).decode_to(&mut bytes).is_ok() {
            return Some(bytes);
        }
    }
    None
}

/// The middle of the alignment pattern within `reach` modules of `guess`: a dark module in a light
/// ring in a dark ring, where `u` and `v` lead from module to module.
fn alignment(bitmap: &Bitmap, guess: Point, u: Point, v: Point, reach: f64) -> Option<Point> {
    /// Of 25 modules, how many must be as they should.
    const ENOUGH: u32 = 22;
    let fit = |middle: Point, enough: u32| -> u32 {
        let mut wrong_allowed = 25 - enough;
        let mut fit = 0;
        for y in -2..=2i32 {
            for x in -2..=2i32 {
                let dark = x.abs().max(y.abs()) != 1;
                let point = middle.moved(u, f64::from(x), v, f64::from(y));
                if bitmap.at(point.x, point.y) == Some(dark) {
                    fit += 1;
                } else if wrong_allowed == 0 {
                    return 0;
                } else {
                    wrong_allowed -= 1;
                }
            }
        }
        fit
    };
    /// Places tried to a module.
    const FINE: f64 = 4.0;
    let steps = (reach * FINE) as i32;
    let (mut best, mut sum, mut count) = (ENOUGH - 1, Point { x: 0.0, y: 0.0 }, 0u32);
    for y in -steps..=steps {
        for x in -steps..=steps {
            let middle = guess.moved(u, f64::from(x) / FINE, v, f64::from(y) / FINE);
            let fit = fit(middle, best.max(ENOUGH));
            if fit > best {
                (best, sum, count) = (fit, middle, 1);
            } else if fit == best && count > 0 {
                // Many places in the same pattern fit as well: the middle of them is its middle.
                let mean = sum.scaled(1.0 / f64::from(count));
                if middle.minus(mean).length() < 1.5 * u.length().max(v.length()) {
                    sum = sum.moved(middle, 1.0, middle, 0.0);
                    count += 1;
                }
            }
        }
    }
    (count > 0).then(|| sum.scaled(1.0 / f64::from(count)))
}

/// A projective map from modules to pixels.
struct Projection([f64; 8]);

impl Projection {
    /// The map that takes four points to four others; `None` if three of either are in line.
    fn new(from: [(f64, f64); 4], to: [Point; 4]) -> Option<Self> {
        // Two equations for each pair, in the eight coefficients; solved by elimination.
        let mut rows = [[0.0f64; 9]; 8];
        for (index, (&(x, y), point)) in from.iter().zip(&to).enumerate() {
            rows[2 * index] = [x, y, 1.0, 0.0, 0.0, 0.0, -x * point.x, -y * point.x, point.x];
            rows[2 * index + 1] = [0.0, 0.0, 0.0, x, y, 1.0, -x * point.y, -y * point.y, point.y];
        }
        for column in 0..8 {
            let pivot =
                (column..8).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
            rows.swap(column, pivot);
            let lead = rows[column];
            if lead[column].abs() < 1e-9 {
                return None;
            }
            for (index, row) in rows.iter_mut().enumerate() {
                if index != column {
                    let factor = row[column] / lead[column];
                    row.iter_mut()
                        .zip(lead)
                        .for_each(|(cell, of_lead)| *cell -= factor * of_lead);
                }
            }
        }
        let mut index = 0;
        let solution = rows.map(|row| {
            index += 1;
            row[8] / row[index - 1]
        });
        solution
            .iter()
            .all(|value| value.is_finite())
            .then_some(Self(solution))
    }

    fn apply(&self, x: f64, y: f64) -> Point {
        let [a, b, c, d, e, f, g, h] = self.0;
        let depth = g * x + h * y + 1.0;
        Point {
            x: (a * x + b * y + c) / depth,
            y: (d * x + e * y + f) / depth,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_takes_its_corners_where_they_belong() {
        let from = [(3.5, 3.5), (17.5, 3.5), (3.5, 17.5), (14.5, 14.5)];
        let to = [(10.0, 12.0), (90.0, 20.0), (5.0, 95.0), (70.0, 80.0)].map(|(x, y)| Point { x, y });
        let map = Projection::new(from, to).unwrap();
        for ((x, y), point) in from.into_iter().zip(to) {
            assert!(map.apply(x, y).minus(point).length() < 1e-6);
        }
        assert!(Projection::new([(0.0, 0.0); 4], to).is_none());
    }
}
