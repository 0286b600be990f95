//! Digest: names for things by what they are made of, and seeds derived from them.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// SHA-256 of a value's JSON, in hexadecimal.
pub(crate) fn digest(value: &impl Serialize) -> String {
    let json =
        serde_json::to_vec(value).expect("identities are strings, numbers and lists of them");
    hexadecimal(&Sha256::digest(json))
}

/// A seed for one purpose: the first eight bytes, little-endian, of the SHA-256 of the seed's eight
/// bytes, little-endian, followed by the purpose. Neighbouring seeds and purposes give seeds that
/// have nothing in common, on every machine the same.
pub(crate) fn derived_seed(seed: u64, purpose: &str) -> u64 {
    let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(purpose).finalize();
    let first: [u8; 8] = std::array::from_fn(|position| digest[position]);
    u64::from_le_bytes(first)
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

/// The bytes again; none if the text is no hexadecimal.
pub(crate) fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_seed_never_changes() {
        // printf '\x01\x00\x00\x00\x00\x00\x00\x00policy/a' | sha256sum
        assert_eq!(derived_seed(1, "policy/a"), 0xed73_588c_e372_1a91);
        assert_ne!(derived_seed(1, "policy/a"), derived_seed(2, "policy/a"));
        assert_ne!(derived_seed(1, "policy/a"), derived_seed(1, "policy/b"));
    }

    #[test]
    fn hexadecimal_leads_back_to_its_bytes() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(from_hexadecimal(&hexadecimal(&bytes)), Some(bytes));
        assert_eq!(from_hexadecimal("abc"), None);
        assert_eq!(from_hexadecimal("zz"), None);
    }
}
