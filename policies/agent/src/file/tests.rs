use super::*;
use crate::{Activation, Arrangement, Card, Change, Dense, Feature, Network, Normaliser, Steps};

fn agent() -> Agent {
    let card = Card {
        name: "dqn".to_owned(),
        version: "0.1.0".to_owned(),
        period_milliseconds: 1_000,
        arrangement: Arrangement::PerWorkload,
        features: vec![Feature::of("replicas_desired", 10.0), Feature::of("success_ratio", 1.0)],
        changes: [-1, 0, 1].map(Change::replicas).to_vec(),
        cpu_millicores: None,
        memory_bytes: None,
        steps: Steps::default(),
        facts: [("seed".to_owned(), "7".to_owned())].into(),
    };
    let normaliser = Normaliser { mean: vec![0.5, 0.9], variance: vec![1.0, 0.1], clip: 10.0 };
    let layers = [
        Dense { weights: vec![0.25; 8], bias: vec![-0.5; 4], activation: Activation::Relu },
        Dense { weights: vec![1.5; 12], bias: vec![0.0; 3], activation: Activation::Linear },
    ];
    Agent::new(card, Some(normaliser), Network::new(2, &layers).unwrap()).unwrap()
}

/// The bytes with this body in place of theirs, and a checksum that is right.
fn with_body(body: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(body);
    bytes.extend_from_slice(&checksum(&bytes).to_le_bytes());
    bytes
}

#[test]
fn agents_are_read_back_as_they_were_written() {
    let (card, _, network) = agent().into_parts();
    for agent in [agent(), Agent::new(card, None, network).unwrap()] {
        let bytes = agent.to_bytes();
        assert!(is_agent(&bytes));
        assert_eq!(Agent::from_bytes(&bytes).unwrap(), agent);
        assert_eq!(agent.to_bytes(), bytes, "the same agent gives the same bytes");
    }
}

#[test]
fn bytes_that_are_cut_off_anywhere_are_told_so() {
    let bytes = agent().to_bytes();
    assert_eq!(Agent::from_bytes(&[]).unwrap_err(), ReadError::Foreign);
    for length in 1..bytes.len() {
        let error = Agent::from_bytes(&bytes[..length]).unwrap_err();
        assert!(matches!(error, ReadError::Truncated { have, .. } if have == length), "{error}");
    }
}

#[test]
fn a_flipped_bit_anywhere_is_found() {
    let bytes = agent().to_bytes();
    for place in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        assert!(Agent::from_bytes(&flipped).is_err(), "byte {place}");
    }
    let mut flipped = bytes.clone();
    flipped[100] ^= 1;
    assert!(matches!(Agent::from_bytes(&flipped), Err(ReadError::Damaged { .. })));
}

#[test]
fn foreign_newer_and_longer_bytes_are_named() {
    let error = |bytes: &[u8]| Agent::from_bytes(bytes).unwrap_err();
    assert_eq!(error(b"\0asm\x01\0\0\0"), ReadError::Foreign);
    assert_eq!(error(b"REGATTA-OTHER\0 and more"), ReadError::Foreign);
    let mut newer = agent().to_bytes();
    newer[MAGIC.len()] = 2;
    assert_eq!(error(&newer), ReadError::Version { found: 2 });
    let mut longer = agent().to_bytes();
    longer.push(0);
    assert!(error(&longer).to_string().contains("1 bytes follow"), "{}", error(&longer));
}

#[test]
fn a_body_that_does_not_fit_is_told_what_does_not() {
    let whole = agent().to_bytes();
    let body = &whole[HEAD_BYTES..whole.len() - 4];
    let check = |body: Vec<u8>, words: &str| {
        let error = Agent::from_bytes(&with_body(&body)).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    };
    assert_eq!(Agent::from_bytes(&with_body(body)).unwrap(), agent());
    check(body[..body.len() - 1].to_vec(), "ends within the weights");
    check([body, &[0]].concat(), "1 bytes follow its last layer");
    let replaced = |old: &str, new: &str| {
        assert_eq!(old.len(), new.len());
        let place = body.windows(old.len()).position(|window| window == old.as_bytes()).unwrap();
        [&body[..place], new.as_bytes(), &body[place + old.len()..]].concat()
    };
    check(replaced("\"features\"", "\"futures!\""), "its card does not parse");
    check(replaced("\"dqn\"", "\"DQN\""), "`name` must be");
    check(replaced("{\"replicas\":1}", "{\"replicas\":0}"), "is the same as change 1");
    let mut weight = body.to_vec();
    let last = weight.len() - 4;
    weight[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    check(weight, "layer 1 has a weight that is no finite number");
    let mut activation = body.to_vec();
    // Before the last layer's twelve weights and three biases.
    activation[body.len() - 61] = 9;
    check(activation, "layer 1 has the activation 9");
}

#[test]
fn networks_of_other_sizes_than_the_card_are_refused() {
    let (card, normaliser, network) = agent().into_parts();
    let fewer = Card { features: card.features[..1].to_vec(), ..card.clone() };
    let error = Agent::new(fewer, None, network.clone()).unwrap_err();
    assert!(error.to_string().contains("takes 2 inputs and its card describes 1"), "{error}");
    let more = Card { changes: [-1, 0, 1, 2].map(Change::replicas).to_vec(), ..card.clone() };
    let error = Agent::new(more, None, network.clone()).unwrap_err();
    assert_eq!(error, AgentError::Outputs { network: 3, card: 4 });
    let shorter = normaliser.map(|one| Normaliser { mean: vec![0.0], ..one });
    let error = Agent::new(card, shorter, network).unwrap_err();
    assert_eq!(error, AgentError::Normaliser { inputs: 2 });
}
