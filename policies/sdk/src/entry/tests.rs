//! Tests of the entry: what the host would read.

use std::ptr::with_exposed_provenance;

use super::*;
use crate::{Advice, recommendation};

/// The list whose pointer and length stand at this word.
fn list<T: Copy>(words: &Words, place: usize) -> Vec<T> {
    let (pointer, count) = (with_exposed_provenance::<T>(words[place]), words[place + 1]);
    assert!(pointer.is_aligned() && !pointer.is_null(), "{words:?}");
    // SAFETY: the words name lists that the answer holds.
    unsafe { std::slice::from_raw_parts(pointer, count) }.to_vec()
}

fn text(words: &Words, place: usize) -> String {
    String::from_utf8(list(words, place)).unwrap()
}

fn advice(replicas: &[Option<f64>], explained: &[&str]) -> Advice {
    let explain =
        |(row, json): (usize, &&str)| Explanation { row: row as u32, json: (*json).into() };
    Advice {
        recommendations: replicas.iter().map(|&replicas| recommendation(replicas, 3)).collect(),
        explanations: explained.iter().enumerate().map(explain).collect(),
    }
}

#[test]
fn an_answer_is_laid_out_over_the_last_one() {
    let mut answer = Answer { words: [7; 15], ..Answer::new() };
    for (replicas, explained) in [
        (&[Some(2.0), None, Some(4.0)][..], &["{}", r#"{"a": 1}"#][..]),
        (&[None], &[]),
        (&[], &["{}"]),
        (&[Some(9.0)], &[]),
    ] {
        answer.take(Ok(advice(replicas, explained)));
        let words = &answer.words;
        assert_eq!(words[0], 0);
        let targets: Vec<u8> = replicas.iter().map(|one| u8::from(one.is_some())).collect();
        assert_eq!(list::<u8>(words, 1), targets);
        assert_eq!(list::<u8>(words, 3), vec![3; replicas.len()]);
        let any = replicas.iter().any(Option::is_some);
        let numbers = replicas.iter().map(|one| one.unwrap_or(0.0)).filter(|_| any);
        assert_eq!(list::<f64>(words, 5), numbers.collect::<Vec<f64>>());
        for place in [7, 9, 11] {
            assert!(list::<f64>(words, place).is_empty());
        }
        let explanations = list::<[usize; 3]>(words, 13);
        assert_eq!(explanations.len(), explained.len());
        for (row, (said, expected)) in explanations.iter().zip(explained).enumerate() {
            let mut words = Words::default();
            words[..2].copy_from_slice(&said[1..]);
            assert_eq!((said[0], text(&words, 0)), (row, (*expected).to_owned()));
        }
    }
}

#[test]
fn a_message_takes_the_place_of_advice_and_the_other_way_round() {
    let mut answer = Answer { words: [7; 15], ..Answer::new() };
    for message in ["no", "", "not this one either"] {
        answer.take(Err(message.to_owned()));
        assert_eq!((answer.words[0], text(&answer.words, 1)), (1, message.to_owned()));
        answer.take(Ok(advice(&[Some(5.0)], &[])));
        assert_eq!((answer.words[0], list::<f64>(&answer.words, 5)), (0, vec![5.0]));
    }
}
