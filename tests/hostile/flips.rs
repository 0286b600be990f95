//! Flips: a good policy that was cut or garbled on its way.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::ordeal::{Ordeal, in_words, limits};
use super::template::{component, policy};
use crate::scene::{batch, tick};
use scaling::Policy;

/// Flips in each of the two forms.
const FLIPS: usize = 300;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Refused,
    Ran,
}

/// Loads what may be anything, and asks it if it lets itself be made.
fn fate(ordeal: &Ordeal, bytes: &[u8]) -> Result<Fate, String> {
    let tried = catch_unwind(AssertUnwindSafe(|| match ordeal.start(bytes) {
        Err(error) => in_words(&error.to_string(), "").map(|()| Fate::Refused),
        Ok(mut policy) => {
            let answers = policy.recommend(&batch(&tick(&[1.0, 2.0]), &[0, 1])).answers;
            let held = policy.usage().memory_bytes_peak;
            if answers.len() != 2 || held > limits().memory_bytes {
                return Err(format!("{answers:?}, {held} bytes"));
            }
            Ok(Fate::Ran)
        }
    }));
    tried.unwrap_or_else(|_| Err("it panicked".to_owned()))
}

/// Numbers without a pattern (SplitMix64, Steele et al. 2014).
fn scattered(seed: u64, count: usize) -> impl Iterator<Item = u64> {
    (1..=count as u64).map(move |index| {
        let mut bits = seed.wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    })
}

#[test]
fn a_file_cut_anywhere_is_refused_or_still_whole() {
    let mut ordeal = Ordeal::new();
    let module = policy(&[]);
    for bytes in [component(&module), module] {
        let ran = (0..bytes.len()).filter(|&length| {
            let fate = fate(&ordeal, &bytes[..length]);
            fate.unwrap_or_else(|how| panic!("{length} of {} bytes: {how}", bytes.len()))
                == Fate::Ran
        });
        // Names and producers come last, and nothing is lost with them.
        assert!(ran.count() <= 3, "of {} bytes", bytes.len());
    }
    ordeal.see_neighbour("files that were cut");
}

#[test]
fn a_file_with_a_flipped_bit_is_refused_or_stays_within_its_limits() {
    let mut ordeal = Ordeal::new();
    let module = policy(&[]);
    let mut fates = Vec::new();
    for (form, bytes) in [("component", component(&module)), ("module", module)] {
        for number in scattered(bytes.len() as u64, FLIPS) {
            let bit = (number % (8 * bytes.len() as u64)) as usize;
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fates.push(
                fate(&ordeal, &flipped).map_err(|how| format!("bit {bit} of the {form}: {how}")),
            );
        }
    }
    let broken: Vec<_> = fates.iter().filter_map(|fate| fate.as_ref().err()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    for fate in [Fate::Refused, Fate::Ran] {
        let count = fates.iter().filter(|&other| *other == Ok(fate)).count();
        assert!(count > fates.len() / 20, "{fate:?}: {count} of {}", fates.len());
    }
    ordeal.see_neighbour("flipped bits");
}
