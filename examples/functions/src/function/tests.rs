use super::*;

/// Inputs that are nonsense for every function.
const NONSENSE: [&str; 8] =
    ["", "-1", "one", "1e3", "99999999999999999999", "1,2,3,4,x", "\u{0}", "NaN,NaN,NaN"];

#[test]
fn refuses_nonsense_and_says_what_it_reads() {
    for &name in Name::value_variants() {
        let function = name.initialise(0);
        for input in NONSENSE {
            let error = function.call(input).expect_err(input).to_string();
            assert!(!error.contains('\u{0}'), "{name:?}: {error}");
        }
        let long = "x".repeat(100_000);
        let error = function.call(&long).expect_err("nonsense").to_string();
        assert!(error.len() < 250 && error.contains("such as"), "{name:?}: {error}");
    }
}

#[test]
fn answers_the_same_for_the_same_seed_and_input() {
    for &name in Name::value_variants() {
        let (one, other) = (name.initialise(11), name.initialise(11));
        let input = one.default_input();
        let answer = one.call(input).expect("a default");
        assert_eq!(answer, one.call(input).expect("a default"), "{name:?}, called again");
        assert_eq!(answer, other.call(input).expect("a default"), "{name:?}, initialised again");
    }
}

#[test]
fn answers_differently_for_another_seed_where_there_is_data() {
    for &name in Name::value_variants() {
        if matches!(name, Name::Fibonacci | Name::Sleep) {
            continue;
        }
        let (one, other) = (name.initialise(1), name.initialise(2));
        let input = one.default_input();
        assert_ne!(one.call(input), other.call(input), "{name:?}");
    }
}
