//! Fuzz: the bodies of the fuzz targets in `tests/fuzz`, run over the cases found so far and some
//! thousand mutations of good input, the same ones every time.

mod border;
mod gate;
mod lowering;

use std::path::Path;

use crate::hostile::template::{component, policy};

/// Numbers without a pattern (SplitMix64, Steele et al. 2014).
struct Scattered(u64);

impl Scattered {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// Bytes with a few places changed, cut, doubled or overwritten by what often breaks something.
    fn mutated(&mut self, bytes: &[u8]) -> Vec<u8> {
        const ODD: [u32; 7] = [0, 1, 0x7fff_ffff, 0x8000_0000, u32::MAX, 0x1_0000, 0x0008_0000];
        let mut bytes = bytes.to_vec();
        for _ in 0..1 + self.below(4) {
            let place = self.below(bytes.len());
            match self.below(5) {
                0 if !bytes.is_empty() => bytes[place] ^= 1 << self.below(8),
                1 if !bytes.is_empty() => bytes[place] = self.next() as u8,
                2 if bytes.len() >= 4 => {
                    let place = place.min(bytes.len() - 4);
                    let odd = ODD[self.below(ODD.len())];
                    bytes[place..place + 4].copy_from_slice(&odd.to_le_bytes());
                }
                3 => bytes.truncate(place),
                _ => {
                    let end = place + self.below(bytes.len() - place);
                    bytes.extend_from_within(place..end);
                }
            }
        }
        bytes
    }
}

/// The cases of one target, in the order of their names.
fn cases(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/cases").join(target);
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn the_gate_takes_or_refuses_whatever_comes() {
    let gate = gate::Gate::new();
    for case in cases("gate") {
        gate.take(&case);
    }
    let good = component(&policy(&[]));
    assert!(gate.take(&good));
    let mut scattered = Scattered(1);
    let passed = (0..400).filter(|_| gate.take(&scattered.mutated(&good))).count();
    assert!(passed > 0, "mutations that do no harm come through");
}

#[test]
fn the_host_reads_or_refuses_whatever_a_guest_answers() {
    let mut mirror = border::Mirror::new(&component(&policy(border::PIECES)));
    for case in cases("border") {
        mirror.show(&case);
    }
    let right = border::right();
    assert!(mirror.show(&right));
    let mut scattered = Scattered(2);
    let answered = (0..4000).filter(|_| mirror.show(&scattered.mutated(&right))).count();
    assert!((100..3900).contains(&answered), "{answered} of 4000");
    assert!(mirror.show(&right), "it is as good as new");
}

#[test]
fn a_guest_reads_whatever_is_observed() {
    let module = |name| assembly::built_in().iter().find(|one| one.name == name).unwrap().bytes;
    let details = r#"{"details": ["pods", "metrics", "buckets", "edges", "faults"]}"#;
    let hpa = r#"{"metrics": [{"type": "Resource", "resource": {"name": "cpu",
        "target": {"type": "Utilization", "averageUtilization": 70}}}]}"#;
    let mut readers = [
        lowering::Reader::new(module("probe"), details),
        lowering::Reader::new(module("threshold-hpa"), hpa),
        lowering::Reader::new(module("knative-kpa"), "{}"),
    ];
    let mut scattered = Scattered(3);
    let scatter = |scattered: &mut Scattered| {
        let length = scattered.below(2000);
        (0..length).map(|_| scattered.next() as u8).collect::<Vec<u8>>()
    };
    let mut inputs = cases("lowering");
    inputs.extend((0..1000).map(|_| scatter(&mut scattered)));
    for input in inputs {
        for reader in &mut readers {
            reader.read(&input);
        }
    }
}
