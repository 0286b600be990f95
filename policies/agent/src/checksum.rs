//! A checksum: CRC-32 as in IEEE 802.3, which finds damage and not malice.

/// Bytes that are taken at once: guests pay by the instruction.
const STRIDE: usize = 8;

/// What a byte becomes that so many bytes follow.
const TABLES: [[u32; 256]; STRIDE] = {
    let mut tables = [[0; 256]; STRIDE];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            // The polynomial, with its bits in reverse.
            let subtracted = if remainder & 1 == 1 { 0xedb8_8320 } else { 0 };
            remainder = (remainder >> 1) ^ subtracted;
            bit += 1;
        }
        tables[0][byte] = remainder;
        byte += 1;
    }
    let mut following = 1;
    while following < STRIDE {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[following - 1][byte];
            tables[following][byte] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        following += 1;
    }
    tables
};

/// The checksum of bytes.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    let (strides, rest) = bytes.as_chunks::<STRIDE>();
    let mut sum = u32::MAX;
    for stride in strides {
        let taken = u64::from_le_bytes(*stride) ^ u64::from(sum);
        let look = |byte: usize| TABLES[STRIDE - 1 - byte][(taken >> (8 * byte)) as usize & 0xff];
        sum = look(0) ^ look(1) ^ look(2) ^ look(3) ^ look(4) ^ look(5) ^ look(6) ^ look(7);
    }
    for byte in rest {
        sum = (sum >> 8) ^ TABLES[0][((sum ^ u32::from(*byte)) & 0xff) as usize];
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        for (bytes, sum) in [
            (&b"123456789"[..], 0xcbf4_3926),
            (b"", 0),
            (b"a", 0xe8b7_be43),
            (b"The quick brown fox jumps over the lazy dog", 0x414f_a339),
        ] {
            assert_eq!(checksum(bytes), sum, "{bytes:?}");
        }
    }
}
