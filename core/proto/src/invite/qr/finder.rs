//! Finding where codes could be: the three finder patterns in their corners.
//!
//! A finder pattern is concentric squares, so every line through its middle crosses dark and light
//! in the ratio 1:1:3:1:1, however the code is turned. Whatever a picture shows, at most
//! [`MAX_PATTERNS`] patterns and [`MAX_TRIPLES`] groups of them are looked at.

use super::bitmap::Bitmap;

/// The most finder patterns that are told apart in one picture.
const MAX_PATTERNS: usize = 96;
/// The most that groups are made of: those seen on most lines.
const MAX_GROUPED: usize = 24;
/// The most groups that are worth an attempt.
const MAX_TRIPLES: usize = 32;

/// A point or a direction in a picture, in pixels; pixel 0 reaches from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Point {
    pub(super) fn minus(self, other: Self) -> Self {
        Self {
            x: self.x - other.x,
            y: self.y - other.y,
        }
    }

    /// This point moved by `u` times `times_u` and `v` times `times_v`.
    pub(super) fn moved(self, u: Self, times_u: f64, v: Self, times_v: f64) -> Self {
        Self {
            x: self.x + u.x * times_u + v.x * times_v,
            y: self.y + u.y * times_u + v.y * times_v,
        }
    }

    pub(super) fn length(self) -> f64 {
        self.x.hypot(self.y)
    }

    pub(super) fn scaled(self, by: f64) -> Self {
        Self {
            x: self.x * by,
            y: self.y * by,
        }
    }
}

/// The middle of a finder pattern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pattern {
    pub(super) middle: Point,
    /// Pixels to a module, measured along rows: up to √2 too much in a turned code.
    module: f64,
    /// On how many lines it was seen.
    seen: u32,
}

/// Three patterns that could be the corners of one code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Triple {
    /// Their places in the list of patterns.
    pub(super) members: [usize; 3],
    /// The corner where the two others meet at a right angle.
    pub(super) corner: Point,
    /// The end of the code's first row.
    pub(super) right: Point,
    /// The end of its first column.
    pub(super) down: Point,
}

/// Everything that looks like a finder pattern, most often seen first.
pub(super) fn patterns(bitmap: &Bitmap) -> Vec<Pattern> {
    let mut found: Vec<Pattern> = Vec::new();
    for y in 0..bitmap.height {
        let mut runs = [0usize; 5];
        let mut color = false;
        let row = bitmap.row(y);
        for x in 0..=row.len() {
            let dark = row.get(x).copied().unwrap_or(false);
            if dark == color {
                runs[4] += 1;
                continue;
            }
            // A dark run has ended: five runs that begin and end dark are complete.
            if color && is_finder(&runs) {
                let middle = Point {
                    x: (x - runs[4] - runs[3]) as f64 - runs[2] as f64 / 2.0,
                    y: y as f64 + 0.5,
                };
                if let Some(pattern) = confirm(bitmap, middle) {
                    add(&mut found, pattern);
                }
            }
            runs.rotate_left(1);
            runs[4] = 1;
            color = dark;
        }
    }
    found.sort_by_key(|pattern| std::cmp::Reverse(pattern.seen));
    found.truncate(MAX_GROUPED);
    found
}

fn add(found: &mut Vec<Pattern>, new: Pattern) {
    let has_room = found.len() < MAX_PATTERNS;
    let same = found.iter_mut().find(|old| {
        let apart = old.middle.minus(new.middle).length();
        apart < old.module * 1.5 && (old.module / new.module - 1.0).abs() < 0.5
    });
    match same {
        Some(old) => {
            let weight = 1.0 / f64::from(old.seen + 1);
            let step = new.middle.minus(old.middle).scaled(weight);
            old.middle = old.middle.moved(step, 1.0, step, 0.0);
            old.module += (new.module - old.module) * weight;
            old.seen += 1;
        }
        None if has_room => found.push(new),
        None => {}
    }
}

/// Whether five runs are as 1:1:3:1:1, give or take.
fn is_finder(runs: &[usize; 5]) -> bool {
    let total: usize = runs.iter().sum();
    if total < 7 || runs.contains(&0) {
        return false;
    }
    let module = total as f64 / 7.0;
    let slack = module * 0.5 + 0.25;
    runs.iter().zip([1.0, 1.0, 3.0, 1.0, 1.0]).all(|(run, share)| {
        let share: f64 = share;
        (*run as f64 - share * module).abs() < slack * share.sqrt()
    })
}

/// Crosses a candidate up and down, sideways and along a diagonal, and centres it.
fn confirm(bitmap: &Bitmap, start: Point) -> Option<Pattern> {
    let (right, down) = (Point { x: 1.0, y: 0.0 }, Point { x: 0.0, y: 1.0 });
    let mut middle = start;
    let (mut wide, mut tall) = (0.0, 0.0);
    for _ in 0..2 {
        (middle, tall) = cross(bitmap, middle, down)?;
        (middle, wide) = cross(bitmap, middle, right)?;
    }
    let ratio: f64 = wide / tall;
    if !(0.5..2.0).contains(&ratio) {
        return None;
    }
    let diagonals = [Point { x: 1.0, y: 1.0 }, Point { x: 1.0, y: -1.0 }];
    diagonals
        .iter()
        .find_map(|diagonal| cross(bitmap, middle, *diagonal))?;
    Some(Pattern {
        middle,
        module: (wide + tall) / 14.0,
        seen: 1,
    })
}

/// The middle and length of the finder pattern on the line through `start` in steps of `step`.
fn cross(bitmap: &Bitmap, start: Point, step: Point) -> Option<(Point, f64)> {
    let back = Point {
        x: -step.x,
        y: -step.y,
    };
    let ahead = three_runs(bitmap, start, step)?;
    let behind = three_runs(bitmap, start, back)?;
    // The pixel under `start` is in both middle runs.
    let runs = [behind[2], behind[1], behind[0] + ahead[0] - 1, ahead[1], ahead[2]];
    if !is_finder(&runs) {
        return None;
    }
    let shift = (ahead[0] as f64 - behind[0] as f64) / 2.0;
    let total: usize = runs.iter().sum();
    // Pixels are counted, so a start off the middle of its pixel is put there first.
    let grid = Point {
        x: start.x.floor() + 0.5,
        y: start.y.floor() + 0.5,
    };
    let start = Point {
        x: if step.x == 0.0 { start.x } else { grid.x },
        y: if step.y == 0.0 { start.y } else { grid.y },
    };
    Some((start.moved(step, shift, step, 0.0), total as f64))
}

/// Lengths of the dark, light and dark runs from `start` on, in steps.
fn three_runs(bitmap: &Bitmap, start: Point, step: Point) -> Option<[usize; 3]> {
    let mut runs = [0; 3];
    let mut at = start;
    for (run, color) in runs.iter_mut().zip([true, false, true]) {
        while bitmap.at(at.x, at.y) == Some(color) {
            *run += 1;
            at = at.moved(step, 1.0, step, 0.0);
        }
        if *run == 0 {
            return None;
        }
    }
    Some(runs)
}

/// Groups of three patterns that stand like the corners of a code, most regular first.
pub(super) fn triples(patterns: &[Pattern]) -> Vec<Triple> {
    let mut ranked = Vec::new();
    for a in 0..patterns.len() {
        for b in a + 1..patterns.len() {
            for c in b + 1..patterns.len() {
                ranked.extend(triple(patterns, [a, b, c]));
            }
        }
    }
    ranked.sort_by(|(one, _), (other, _)| f64::total_cmp(one, other));
    ranked.truncate(MAX_TRIPLES);
    ranked.into_iter().map(|(_, triple)| triple).collect()
}

/// The triple with its irregularity, unless it cannot be one.
fn triple(patterns: &[Pattern], members: [usize; 3]) -> Option<(f64, Triple)> {
    let three = members.map(|index| patterns[index]);
    let modules = three.map(|pattern| pattern.module);
    let largest = modules.iter().copied().fold(0.0, f64::max);
    let smallest = modules.iter().copied().fold(f64::INFINITY, f64::min);
    // The corner is opposite to the longest side.
    let (corner, one, other) = (0..3)
        .map(|at| {
            (
                three[at].middle,
                three[(at + 1) % 3].middle,
                three[(at + 2) % 3].middle,
            )
        })
        .max_by(|(_, a, b), (_, c, d)| f64::total_cmp(&a.minus(*b).length(), &c.minus(*d).length()))?;
    let (u, v) = (one.minus(corner), other.minus(corner));
    let (short, long) = (u.length().min(v.length()), u.length().max(v.length()));
    let cosine = (u.x * v.x + u.y * v.y) / (short * long);
    // Perspective is allowed for: sides 3:5, corners of 65° to 115°.
    let fits = largest < smallest * 1.6
        && short > largest * 8.0
        && long < smallest * 260.0
        && short > long * 0.6
        && cosine.abs() < 0.42;
    if !fits {
        return None;
    }
    // In a picture, where y points down, columns are clockwise of rows.
    let clockwise = u.x * v.y - u.y * v.x > 0.0;
    let (right, down) = if clockwise { (one, other) } else { (other, one) };
    let irregular = cosine.abs() + (1.0 - short / long) + (largest / smallest - 1.0);
    Some((
        irregular,
        Triple {
            members,
            corner,
            right,
            down,
        },
    ))
}
