//! k nearest neighbours: a point gets the label that most of the points around it have.

use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use serde::Serialize;

use super::input::number;
use super::{Answer, Function, InputError};

/// Points that have labels.
const POINTS: u32 = 45_000;

/// Numbers of a point.
const FEATURES: usize = 32;

/// Labels, each around a centre of its own.
const LABELS: usize = 10;

/// How far the points of a label lie apart, where the centres fill the unit cube: they mix a little.
const SPREAD: f32 = 0.52;

const EXPECTED: &str = "`QUERY` or `QUERY,K`, such as `1,10`: which point to draw, and among how many \
                        neighbours to count";

type Point = [f32; FEATURES];

/// The label of a point by its k nearest of forty-five thousand labelled ones in 32 dimensions, each of
/// which is looked at. Its initialisation draws them and scales every feature to mean 0 and variance 1.
#[derive(Debug)]
pub struct Knn {
    points: Vec<Point>,
    labels: Vec<usize>,
    centres: Vec<Point>,
    scale: Scale,
    seed: u64,
}

#[derive(Debug)]
struct Scale {
    mean: Point,
    deviation: Point,
}

#[derive(Serialize)]
struct Reply {
    query: u64,
    label: usize,
    votes: usize,
    neighbours: Vec<Neighbour>,
}

#[derive(Serialize)]
struct Neighbour {
    point: usize,
    distance: f32,
}

impl Function for Knn {
    fn initialise(seed: u64) -> Self {
        let mut chance = Pcg64::seed_from_u64(seed);
        let centres: Vec<Point> =
            (0..LABELS).map(|_| std::array::from_fn(|_| chance.random_range(0.0..1.0))).collect();
        let labels: Vec<usize> = (0..POINTS).map(|_| chance.random_range(0..LABELS)).collect();
        let mut points: Vec<Point> =
            labels.iter().map(|&label| around(&centres[label], &mut chance)).collect();
        let scale = Scale::of(&points);
        points.iter_mut().for_each(|point| scale.apply(point));
        Self { points, labels, centres, scale, seed }
    }

    fn default_input(&self) -> &'static str {
        "1,10"
    }

    fn call(&self, input: &str) -> Result<Answer, InputError> {
        let (query, k) = input.split_once(',').unwrap_or((input, "10"));
        let query = number("query", query, 0..=u64::from(u32::MAX), EXPECTED)?;
        let k = number("k", k, 1..=1000, EXPECTED)?;
        let nearest = self.nearest(&self.drawn(query), k);
        let mut votes = [0; LABELS];
        for &(_, point) in &nearest {
            votes[self.labels[point]] += 1;
        }
        // Of labels with as many votes the first.
        let label = (0..LABELS).max_by_key(|&label| (votes[label], LABELS - label)).unwrap_or(0);
        let neighbours = nearest
            .iter()
            .map(|&(square, point)| Neighbour { point, distance: square.sqrt() })
            .collect();
        Ok(Answer::json(&Reply { query, label, votes: votes[label], neighbours }))
    }
}

impl Knn {
    /// The point of a query, scaled: near the centre of one of the labels.
    fn drawn(&self, query: u64) -> Point {
        // Beside the seed's own stream, which drew the points.
        let mut chance = Pcg64::seed_from_u64(self.seed.rotate_left(32) ^ (query + 1));
        let mut point = around(&self.centres[chance.random_range(0..LABELS)], &mut chance);
        self.scale.apply(&mut point);
        point
    }

    /// The k nearest points with the squares of their distances, the nearest first.
    fn nearest(&self, query: &Point, k: usize) -> Vec<(f32, usize)> {
        let square = |point: &Point| -> f32 {
            point.iter().zip(query).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let mut all: Vec<(f32, usize)> =
            self.points.iter().enumerate().map(|(index, point)| (square(point), index)).collect();
        let order = |a: &(f32, usize), b: &(f32, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if k < all.len() {
            all.select_nth_unstable_by(k, order);
            all.truncate(k);
        }
        all.sort_unstable_by(order);
        all
    }
}

/// A point around a centre, each feature by the sum of twelve uniform draws: a bell of variance 1.
fn around(centre: &Point, chance: &mut Pcg64) -> Point {
    std::array::from_fn(|feature| {
        let bell: f32 = (0..12).map(|_| chance.random_range(-0.5..0.5_f32)).sum();
        centre[feature] + SPREAD * bell
    })
}

impl Scale {
    fn of(points: &[Point]) -> Self {
        let count = points.len() as f64;
        let column = |feature: usize| points.iter().map(move |point| f64::from(point[feature]));
        let mean: [f64; FEATURES] = std::array::from_fn(|i| column(i).sum::<f64>() / count);
        let variance =
            |i: usize| column(i).map(|value| (value - mean[i]).powi(2)).sum::<f64>() / count;
        Self {
            mean: mean.map(|mean| mean as f32),
            deviation: std::array::from_fn(|i| variance(i).sqrt() as f32),
        }
    }

    fn apply(&self, point: &mut Point) {
        for ((value, mean), deviation) in point.iter_mut().zip(self.mean).zip(self.deviation) {
            *value = (*value - mean) / deviation;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_sorting_all_points_finds() {
        let knn = Knn::initialise(5);
        for (query, k) in [(0, 1), (1, 10), (4_000_000_000, 1000)] {
            let query = knn.drawn(query);
            let mut all: Vec<(f64, usize)> = (knn.points.iter().enumerate())
                .map(|(index, point)| {
                    let gaps = point.iter().zip(query).map(|(a, b)| f64::from(*a) - f64::from(b));
                    (gaps.map(|gap| gap * gap).sum(), index)
                })
                .collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            let found = knn.nearest(&query, k);
            assert_eq!(found.len(), k);
            for ((square, _), (expected, _)) in found.iter().zip(&all) {
                assert!((f64::from(*square) - expected).abs() < 1e-3, "{square} and {expected}");
            }
        }
    }

    #[test]
    fn mostly_finds_the_label_that_a_query_was_drawn_for() {
        let knn = Knn::initialise(5);
        let right = (0..50).filter(|&query| {
            let mut chance = Pcg64::seed_from_u64(knn.seed.rotate_left(32) ^ (query + 1));
            let label = chance.random_range(0..LABELS);
            let answer = knn.call(&format!("{query},25")).unwrap().body;
            answer.contains(&format!("\"label\":{label},"))
        });
        let right = right.count();
        assert!(right >= 40, "{right} of 50");
    }
}
