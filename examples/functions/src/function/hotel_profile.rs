//! Hotels by number: records looked up and written as JSON.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64;
use serde::{Deserialize, Serialize};

use super::input::number;
use super::{Answer, Function, InputError};

/// Hotels on record.
const HOTELS: u32 = 20_000;

/// The most hotels of a call.
const MOST_ASKED: usize = 500;

const EXPECTED: &str = "numbers and ranges of hotels, at most 500 of them, such as `7,20-29`";

const STREETS: [&str; 6] = ["Howard St", "Mission St", "Post St", "Bush St", "Sutter St", "3rd St"];

const WORDS: [&str; 12] = [
    "a", "quiet", "house", "with", "rooms", "above", "the", "harbour", "near", "parks", "and",
    "theatres",
];

/// What a page of results shows of some hotels, out of twenty thousand. Records lie in a store as JSON
/// text, and each that is asked for is decoded. Its initialisation draws the records, writes them into
/// the store and reads every one once.
#[derive(Debug)]
pub struct HotelProfile {
    /// Profiles by number, as JSON.
    store: BTreeMap<u32, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Profile {
    id: u32,
    name: String,
    phone: String,
    description: String,
    address: Address,
    images: Vec<Image>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Address {
    number: String,
    street: String,
    city: String,
    postal_code: String,
    latitude: f64,
    longitude: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Image {
    url: String,
    default: bool,
}

#[derive(Serialize)]
struct Reply {
    hotels: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    id: u32,
    name: String,
    phone: String,
    postal_code: String,
    image: Option<String>,
}

impl Function for HotelProfile {
    fn initialise(seed: u64) -> Self {
        let mut chance = Pcg64::seed_from_u64(seed);
        let record = |id| (id, written(&Profile::drawn(id, &mut chance)));
        let store: BTreeMap<u32, String> = (1..=HOTELS).map(record).collect();
        for (id, record) in &store {
            assert_eq!(*id, read(record).id, "the store is not in order");
        }
        Self { store }
    }

    fn default_input(&self) -> &'static str {
        "1001-1100"
    }

    fn call(&self, input: &str) -> Result<Answer, InputError> {
        let mut hotels = Vec::new();
        for part in input.split(',') {
            let ids = asked(part)?;
            hotels.extend(ids.filter_map(|id| self.store.get(&id)).take(MOST_ASKED + 1));
            if hotels.len() > MOST_ASKED {
                return Err(InputError::form(input, EXPECTED));
            }
        }
        let hotels = hotels.into_iter().map(|record| Shown::of(read(record))).collect();
        Ok(Answer::json(&Reply { hotels }))
    }
}

/// The hotels of a number or a range, all of which exist.
fn asked(part: &str) -> Result<RangeInclusive<u32>, InputError> {
    let id = |text| number("hotel", text, 1..=HOTELS, EXPECTED);
    match part.split_once('-') {
        None => id(part).map(|id| id..=id),
        Some((first, last)) => {
            let ids = id(first)?..=id(last)?;
            if ids.is_empty() { Err(InputError::form(part, EXPECTED)) } else { Ok(ids) }
        }
    }
}

fn written(profile: &Profile) -> String {
    serde_json::to_string(profile).expect("structs with fields by name become JSON")
}

fn read(record: &str) -> Profile {
    serde_json::from_str(record).expect("the store was written by the same structs")
}

impl Shown {
    fn of(profile: Profile) -> Self {
        let image = profile.images.into_iter().find(|image| image.default);
        Self {
            id: profile.id,
            name: profile.name,
            phone: profile.phone,
            postal_code: profile.address.postal_code,
            image: image.map(|image| image.url),
        }
    }
}

impl Profile {
    fn drawn(id: u32, chance: &mut Pcg64) -> Self {
        let description: Vec<&str> =
            (0..24).map(|_| WORDS[chance.random_range(0..WORDS.len())]).collect();
        let images = (0..3).map(|number| Image {
            url: format!("https://images.example/{id}/{number}.jpg"),
            default: number == 0,
        });
        Self {
            id,
            name: format!("Hotel {} {id}", WORDS[chance.random_range(0..WORDS.len())]),
            phone: format!("(415) 555-{:04}", chance.random_range(0..10_000)),
            description: description.join(" "),
            address: Address {
                number: chance.random_range(1..1_000).to_string(),
                street: STREETS[chance.random_range(0..STREETS.len())].to_owned(),
                city: "San Francisco".to_owned(),
                postal_code: format!("941{:02}", chance.random_range(0..100)),
                latitude: surveyed(chance.random_range(37.70..37.81)),
                longitude: surveyed(chance.random_range(-122.51..-122.38)),
            },
            images: images.collect(),
        }
    }
}

/// Degrees to a metre, as maps have them; so few digits are also read back to the bit.
fn surveyed(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn ids(function: &HotelProfile, input: &str) -> Vec<u64> {
        let answer: Value = serde_json::from_str(&function.call(input).unwrap().body).unwrap();
        let hotels = answer["hotels"].as_array().unwrap();
        hotels.iter().map(|hotel| hotel["id"].as_u64().unwrap()).collect()
    }

    #[test]
    fn gives_the_hotels_that_were_asked_for_in_that_order() {
        let function = HotelProfile::initialise(3);
        assert_eq!(ids(&function, "7"), [7]);
        assert_eq!(ids(&function, "20000, 5-7,5"), [20_000, 5, 6, 7, 5]);
        assert_eq!(ids(&function, "1-500").len(), 500);
    }

    #[test]
    fn reads_every_record_as_it_was_written() {
        let function = HotelProfile::initialise(3);
        let mut chance = Pcg64::seed_from_u64(3);
        for id in 1..=HOTELS {
            assert_eq!(read(&function.store[&id]), Profile::drawn(id, &mut chance));
        }
    }

    #[test]
    fn refuses_hotels_that_are_none_and_too_many() {
        let function = HotelProfile::initialise(3);
        for input in ["", "0", "20001", "7-", "9-8", "1-501", "1-400,1-400", "x", "1-4294967295"] {
            assert!(function.call(input).is_err(), "{input}");
        }
    }
}
