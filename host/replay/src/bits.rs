//! Bits: which options are allowed, 32 to a word.

/// The eight booleans of every byte, so that unpacking copies eight at a time.
const SPREAD: [[bool; 8]; 256] = {
    let mut spread = [[false; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            spread[byte][bit] = byte >> bit & 1 == 1;
            bit += 1;
        }
        byte += 1;
    }
    spread
};

/// Words that hold this many bits.
pub(crate) fn words(bits: usize) -> usize {
    bits.div_ceil(32)
}

/// Packs booleans into as many words as they need.
pub(crate) fn pack(flags: &[bool], words: &mut [u32]) {
    for (word, flags) in words.iter_mut().zip(flags.chunks(32)) {
        *word = flags.iter().rev().fold(0, |bits, &flag| bits << 1 | u32::from(flag));
    }
}

/// Unpacks as many booleans as there is room for.
pub(crate) fn unpack(words: &[u32], flags: &mut [bool]) {
    for (word, flags) in words.iter().zip(flags.chunks_mut(32)) {
        for (byte, flags) in word.to_le_bytes().iter().zip(flags.chunks_mut(8)) {
            let spread = &SPREAD[usize::from(*byte)];
            flags.copy_from_slice(&spread[..flags.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacks_what_was_packed() {
        for length in [1, 3, 8, 27, 32, 33, 70] {
            let flags: Vec<bool> = (0..length).map(|flag| flag * flag % 7 < 3).collect();
            let mut packed = vec![0; words(length)];
            pack(&flags, &mut packed);
            let mut unpacked = vec![false; length];
            unpack(&packed, &mut unpacked);
            assert_eq!(unpacked, flags);
        }
    }
}
