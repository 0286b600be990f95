//! Chance: draws that depend on what they are for and on nothing else.

/// A source of draws, made from words such as seed, tick and workload, so that neither the order of
/// rows nor earlier draws matter.
#[derive(Debug, Clone, Copy)]
pub struct Chance(u64);

/// Increment of SplitMix64 (Steele, Lea and Flood, 2014): 2^64 divided by the golden ratio, made odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Chance {
    /// The source for these words.
    pub fn new(words: &[u64]) -> Self {
        Self(words.iter().fold(0, |state, &word| mixed((state ^ word).wrapping_add(STEP))))
    }

    /// True with this probability.
    pub fn hits(self, probability: f64) -> bool {
        // The top 53 bits are a uniform number in [0, 1) that an f64 holds exactly.
        ((self.draw(1) >> 11) as f64) < probability * (1_u64 << 53) as f64
    }

    /// One member of a set that is not empty, each as likely as the others.
    pub fn pick(self, set: u64) -> usize {
        let count = u128::from(set.count_ones());
        let skipped = (u128::from(self.draw(2)) * count) >> 64;
        let rest = (0..skipped).fold(set, |rest, _| rest & (rest - 1));
        rest.trailing_zeros() as usize
    }

    fn draw(self, number: u64) -> u64 {
        mixed(self.0.wrapping_add(number.wrapping_mul(STEP)))
    }
}

/// SplitMix64's finaliser.
fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finaliser_agrees_with_published_splitmix64() {
        // The first two outputs of SplitMix64 seeded with 0.
        let seeded_with_zero = Chance(0);
        assert_eq!(seeded_with_zero.draw(1), 0xe220_a839_7b1d_cdaf);
        assert_eq!(seeded_with_zero.draw(2), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn hits_as_often_as_asked() {
        for probability in [0.0, 0.05, 0.5, 0.9, 1.0] {
            let hits =
                (0..20_000).filter(|&tick| Chance::new(&[7, tick]).hits(probability)).count();
            let share = hits as f64 / 20_000.0;
            // Three standard deviations are 0.0106 at worst; the ends are exact.
            assert!((share - probability).abs() < 0.011, "{probability}: {share}");
            assert!(probability != 0.0 || hits == 0);
            assert!(probability != 1.0 || hits == 20_000);
        }
    }

    #[test]
    fn picks_each_member_alike_and_no_other() {
        let mut counts = [0; 64];
        for tick in 0..30_000 {
            counts[Chance::new(&[1, tick]).pick(0b1000_0101)] += 1;
        }
        for (action, &count) in counts.iter().enumerate() {
            let wanted = if [0, 2, 7].contains(&action) { 10_000_i32 } else { 0 };
            assert!((count - wanted).abs() < 300, "{action}: {count}");
        }
    }

    #[test]
    fn every_word_matters() {
        let words = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [0, 2, 3], [1, 2, 0]];
        let draws: Vec<_> = words.iter().map(|words| Chance::new(words).draw(1)).collect();
        for (position, draw) in draws.iter().enumerate() {
            assert!(!draws[..position].contains(draw));
        }
    }
}
