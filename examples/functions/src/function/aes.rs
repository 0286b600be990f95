//! AES: a document encrypted under a key that a passphrase gives.

use aes::Aes128;
use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use ctr::Ctr128BE;
use pbkdf2::pbkdf2_hmac_array;
use rand::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64;
use serde::Serialize;
use sha2::Sha256;

use super::input::number;
use super::{Answer, Function, InputError};

/// What OWASP's password storage cheat sheet asks of PBKDF2 with HMAC-SHA-256.
const KEY_ROUNDS: u32 = 600_000;

const PASSPHRASE: &[u8] = b"correct horse battery staple";

const BLOCK_BYTES: usize = 16;

const KIBIBYTE: usize = 1024;

/// Length of the document, in KiB: it fits a processor's second-level cache. It repeats as often as asked.
const DOCUMENT_KIBIBYTES: usize = 64;

/// The most that a call encrypts, in KiB: a tenth of a second or so.
const MOST_KIBIBYTES: usize = 262_144;

const EXPECTED: &str = "the number of KiB to encrypt, such as `2048`";

/// AES-128 in counter mode over so many KiB. Its initialisation derives the key from a passphrase by
/// PBKDF2.
#[derive(Debug)]
pub struct Aes {
    key: [u8; BLOCK_BYTES],
    counter: [u8; BLOCK_BYTES],
    document: Vec<u8>,
}

#[derive(Serialize)]
struct Reply {
    kibibytes: usize,
    /// In hexadecimal.
    last_block: String,
}

impl Function for Aes {
    fn initialise(seed: u64) -> Self {
        let key =
            pbkdf2_hmac_array::<Sha256, BLOCK_BYTES>(PASSPHRASE, &seed.to_le_bytes(), KEY_ROUNDS);
        let mut chance = Pcg64::seed_from_u64(seed);
        let mut counter = [0; BLOCK_BYTES];
        chance.fill_bytes(&mut counter);
        let mut document = vec![0; DOCUMENT_KIBIBYTES * KIBIBYTE];
        chance.fill_bytes(&mut document);
        Self { key, counter, document }
    }

    fn default_input(&self) -> &'static str {
        "2048"
    }

    fn call(&self, input: &str) -> Result<Answer, InputError> {
        let kibibytes = number("KiB", input, 1..=MOST_KIBIBYTES, EXPECTED)?;
        let last_block = self.encrypted(kibibytes * KIBIBYTE);
        let last_block = last_block.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Answer::json(&Reply { kibibytes, last_block }))
    }
}

impl Aes {
    /// The last block of the encrypted bytes, of which there is at least one block.
    fn encrypted(&self, bytes: usize) -> [u8; BLOCK_BYTES] {
        let mut cipher = Ctr128BE::<Aes128>::new(&self.key.into(), &self.counter.into());
        let mut buffer = self.document.clone();
        let mut last = [0; BLOCK_BYTES];
        let mut left = bytes;
        while left > 0 {
            let chunk = left.min(buffer.len());
            buffer[..chunk].copy_from_slice(&self.document[..chunk]);
            cipher.apply_keystream(&mut buffer[..chunk]);
            last.copy_from_slice(&buffer[chunk - BLOCK_BYTES..chunk]);
            left -= chunk;
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(hexadecimal: &str) -> [u8; N] {
        let byte = |i: usize| u8::from_str_radix(&hexadecimal[2 * i..2 * i + 2], 16).unwrap();
        std::array::from_fn(byte)
    }

    #[test]
    fn encrypts_as_the_standard_says() {
        // NIST SP 800-38A, F.5.1: CTR-AES128.Encrypt.
        let aes = Aes {
            key: bytes("2b7e151628aed2a6abf7158809cf4f3c"),
            counter: bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
            document: bytes::<64>(
                "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                 30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
            )
            .to_vec(),
        };
        assert_eq!(aes.encrypted(16), bytes("874d6191b620e3261bef6864990db6ce"));
        assert_eq!(aes.encrypted(32), bytes("9806f66b7970fdff8617187bb9fffdff"));
        assert_eq!(aes.encrypted(64), bytes("1e031dda2fbe03d1792170a0f3009cee"));
    }

    #[test]
    fn goes_on_counting_from_one_copy_of_the_document_to_the_next() {
        let aes = Aes { key: [1; 16], counter: [2; 16], document: [3; 32].to_vec() };
        let longer = Aes { key: [1; 16], counter: [2; 16], document: [3; 96].to_vec() };
        assert_eq!(aes.encrypted(96), longer.encrypted(96));
        assert_ne!(aes.encrypted(32), aes.encrypted(64));
    }

    #[test]
    fn derives_the_key_as_the_standard_says() {
        // RFC 7914, section 11: PBKDF2-HMAC-SHA-256 of `passwd`, `salt`, one round, cut to 16 bytes.
        let key = pbkdf2_hmac_array::<Sha256, 16>(b"passwd", b"salt", 1);
        assert_eq!(key, bytes("55ac046e56e3089fec1691c22544b605"));
    }
}
