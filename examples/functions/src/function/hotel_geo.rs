//! Hotels by place: the nearest neighbours of a point on the globe.

use std::f64::consts::TAU;

use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use rstar::RTree;
use rstar::primitives::GeomWithData;
use serde::Serialize;

use super::input::number;
use super::{Answer, Function, InputError};

/// Hotels in the index.
const PLACES: u32 = 100_000;

/// Towns that the hotels stand around.
const TOWNS: usize = 500;

/// How far from its town a hotel stands at most, in degrees.
const TOWN_DEGREES: f64 = 2.0;

/// Mean radius of the earth, in metres (IUGG).
const EARTH_METRES: f64 = 6_371_008.8;

/// How many of the hotels that were found a reply lists: a page.
const PAGE: usize = 20;

const EXPECTED: &str = "`LATITUDE,LONGITUDE` in degrees or `LATITUDE,LONGITUDE,COUNT`, such as \
                        `37.79,-122.41,4000`";

type Place = GeomWithData<[f64; 3], u32>;

/// The hotels nearest to a point, out of a hundred thousand around five hundred towns: as many as asked
/// are found, and the first page of them is listed. Its initialisation draws them and builds an R*-tree.
#[derive(Debug)]
pub struct HotelGeo {
    /// By their points on the unit sphere, where the straight line orders as the great circle does.
    places: RTree<Place>,
}

#[derive(Serialize)]
struct Reply {
    latitude: f64,
    longitude: f64,
    found: usize,
    /// Distance of the farthest that was found, in metres.
    radius_metres: f64,
    /// The first page.
    hotels: Vec<Hotel>,
}

#[derive(Serialize)]
struct Hotel {
    id: u32,
    metres: f64,
}

impl Function for HotelGeo {
    fn initialise(seed: u64) -> Self {
        Self { places: RTree::bulk_load(drawn(seed)) }
    }

    fn default_input(&self) -> &'static str {
        "37.79,-122.41,4000"
    }

    fn call(&self, input: &str) -> Result<Answer, InputError> {
        let parts: Vec<&str> = input.split(',').collect();
        let (latitude, longitude, count) = match parts[..] {
            [latitude, longitude] => (latitude, longitude, "5"),
            [latitude, longitude, count] => (latitude, longitude, count),
            _ => return Err(InputError::form(input, EXPECTED)),
        };
        let latitude = number("latitude", latitude, -90.0..=90.0, EXPECTED)?;
        let longitude = number("longitude", longitude, -180.0..=180.0, EXPECTED)?;
        let count = number("count", count, 1..=PLACES as usize, EXPECTED)?;
        let nearest = self.places.nearest_neighbor_iter_with_distance_2(point(latitude, longitude));
        let mut hotels: Vec<Hotel> = nearest
            .take(count)
            .map(|(place, square)| Hotel { id: place.data, metres: metres(square) })
            .collect();
        let (found, farthest) = (hotels.len(), hotels.last());
        let radius_metres = farthest.map_or(0.0, |hotel| hotel.metres);
        hotels.truncate(PAGE);
        Ok(Answer::json(&Reply { latitude, longitude, found, radius_metres, hotels }))
    }
}

fn drawn(seed: u64) -> Vec<Place> {
    let mut chance = Pcg64::seed_from_u64(seed);
    let towns: Vec<(f64, f64)> = (0..TOWNS)
        .map(|_| (chance.random_range(-58.0..68.0), chance.random_range(-178.0..178.0)))
        .collect();
    (1..=PLACES)
        .map(|id| {
            let (latitude, longitude) = towns[chance.random_range(0..TOWNS)];
            // The square draws them towards the middle of the town.
            let distance = TOWN_DEGREES * chance.random_range(0.0..1.0_f64).powi(2);
            let angle = chance.random_range(0.0..TAU);
            let place =
                point(latitude + distance * angle.sin(), longitude + distance * angle.cos());
            Place::new(place, id)
        })
        .collect()
}

/// The point on the unit sphere.
fn point(latitude_degrees: f64, longitude_degrees: f64) -> [f64; 3] {
    let (latitude, longitude) = (latitude_degrees.to_radians(), longitude_degrees.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

/// The great circle's length in metres, from the square of the chord on the unit sphere.
fn metres(chord_squared: f64) -> f64 {
    2.0 * EARTH_METRES * (chord_squared.sqrt() / 2.0).min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn answered(geo: &HotelGeo, input: &str) -> (Vec<(u64, f64)>, f64) {
        let answer: Value = serde_json::from_str(&geo.call(input).unwrap().body).unwrap();
        let hotels = answer["hotels"].as_array().unwrap();
        let pair =
            |hotel: &Value| (hotel["id"].as_u64().unwrap(), hotel["metres"].as_f64().unwrap());
        (hotels.iter().map(pair).collect(), answer["radius_metres"].as_f64().unwrap())
    }

    #[test]
    fn finds_what_looking_at_every_place_finds() {
        let geo = HotelGeo::initialise(7);
        for (latitude, longitude) in [(37.79, -122.41), (-33.9, 151.2), (89.0, 0.0), (10.0, 179.9)]
        {
            let here = point(latitude, longitude);
            let mut all: Vec<(f64, u64)> = drawn(7)
                .iter()
                .map(|place| {
                    let cosine: f64 = place.geom().iter().zip(here).map(|(a, b)| a * b).sum();
                    (EARTH_METRES * cosine.clamp(-1.0, 1.0).acos(), place.data.into())
                })
                .collect();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (found, radius) = answered(&geo, &format!("{latitude},{longitude},600"));
            assert_eq!(found.len(), PAGE);
            assert!((radius - all[599].0).abs() < 1.0, "{radius} and {}", all[599].0);
            for ((id, metres), (expected_metres, expected)) in found.iter().zip(&all) {
                assert_eq!(id, expected, "near {latitude}, {longitude}");
                assert!((metres - expected_metres).abs() < 1.0, "{metres} and {expected_metres}");
            }
        }
    }

    #[test]
    fn measures_as_maps_do() {
        let square = |a: [f64; 3], b: [f64; 3]| (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>();
        // Paris to London is 344 km, a quarter of the meridian 10,008 km.
        let london = metres(square(point(48.8566, 2.3522), point(51.5074, -0.1278)));
        assert!((london - 343_600.0).abs() < 500.0, "{london}");
        let quarter = metres(square(point(0.0, 0.0), point(90.0, 0.0)));
        assert!((quarter - 10_007_557.0).abs() < 5.0, "{quarter}");
    }
}
