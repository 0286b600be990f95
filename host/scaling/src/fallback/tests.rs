use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::{
    Answer, DetailSet, Experiences, Needs, Observations, PolicyError, Recommendation, Scope,
    Timestamp, WorkloadId,
};

/// Answers with its own number of replicas, but refuses some rows of the observations.
struct Scripted {
    needs: Needs,
    replicas: u32,
    refuses: Vec<usize>,
    /// Answers left out, or given too much.
    surplus: isize,
    asked: Vec<(Vec<usize>, bool)>,
}

impl Scripted {
    fn new(replicas: u32, refuses: &[usize]) -> Self {
        let needs = Needs { period: Duration::ZERO, columns: Vec::new(), details: DetailSet::NONE };
        Self { needs, replicas, refuses: refuses.to_vec(), surplus: 0, asked: Vec::new() }
    }
}

impl Policy for Scripted {
    fn scope(&self) -> Scope {
        Scope::Workload
    }

    fn needs(&self) -> &Needs {
        &self.needs
    }

    fn reasons(&self) -> &[Arc<str>] {
        &[]
    }

    fn recommend(&mut self, batch: &Batch<'_>) -> Advice {
        self.asked.push((batch.rows.to_vec(), batch.explore));
        let answer = |row: &usize| match self.refuses.contains(row) {
            true => Err(refusal(self.replicas)),
            false => Ok(Recommendation::replicas(self.replicas)),
        };
        let mut answers: Vec<Answer> = batch.rows.iter().map(answer).collect();
        let given = answers.len().saturating_add_signed(self.surplus);
        answers.resize(given, Ok(Recommendation::hold()));
        let explanations = (0..batch.rows.len() as u32)
            .filter(|_| batch.explain)
            .map(|row| Explanation { row, json: format!("{{\"by\":{}}}", self.replicas) })
            .collect();
        Advice { answers, explanations }
    }

    fn learn(&mut self, _: &Experiences) -> Result<(), PolicyError> {
        Ok(())
    }

    fn forget(&mut self, _: &[WorkloadId]) -> Result<(), PolicyError> {
        Ok(())
    }

    fn snapshot(&mut self, _: &[WorkloadId]) -> Result<Vec<u8>, PolicyError> {
        Ok(Vec::new())
    }

    fn restore(&mut self, _: &[u8]) -> Result<(), PolicyError> {
        Ok(())
    }
}

fn refusal(by: u32) -> Refusal {
    Refusal::Declined { message: by.to_string() }
}

/// Asks about rows 1, 3, 4 and 6.
fn ask_both(policy: &mut Scripted, fallback: Option<&mut Scripted>) -> Answered {
    let ids = (0..7).map(WorkloadId).collect();
    let observations = Observations::missing(Timestamp::ZERO, 0, ids);
    let batch =
        Batch { observations: &observations, rows: &[1, 3, 4, 6], explore: true, explain: true };
    let fallback = fallback.map(|fallback| fallback as &mut dyn Policy);
    recommend_or_fall_back(policy, fallback, &batch)
}

/// Who answered each row: the policy says 1, the fallback 2; a refusal is nobody, with its author.
fn who(answered: &Answered) -> Vec<Result<u32, Refusal>> {
    let replicas = |recommendation: Recommendation| recommendation.replicas.unwrap_or(0);
    answered.advice.answers.iter().cloned().map(|answer| answer.map(replicas)).collect()
}

#[test]
fn the_fallback_answers_for_the_rows_that_were_refused_and_no_others() {
    // Rows that the policy and the fallback refuse; who answers; which rows the fallback is asked.
    type Case = (&'static [usize], &'static [usize], [Result<u32, Refusal>; 4], Option<Vec<usize>>);
    let cases: Vec<Case> = vec![
        (&[], &[], [Ok(1), Ok(1), Ok(1), Ok(1)], None),
        (&[3, 6], &[], [Ok(1), Ok(2), Ok(1), Ok(2)], Some(vec![3, 6])),
        (&[1, 3, 4, 6], &[], [Ok(2), Ok(2), Ok(2), Ok(2)], Some(vec![1, 3, 4, 6])),
        // Where both refuse, the policy's own refusal stands.
        (&[3, 4], &[4], [Ok(1), Ok(2), Err(refusal(1)), Ok(1)], Some(vec![3, 4])),
    ];
    for (refused, refused_too, expected, asked) in cases {
        let mut policy = Scripted::new(1, refused);
        let mut fallback = Scripted::new(2, refused_too);
        let answered = ask_both(&mut policy, Some(&mut fallback));
        assert_eq!(who(&answered), expected);
        let rows: Vec<usize> =
            answered.refusals.iter().map(|(position, _)| [1, 3, 4, 6][*position]).collect();
        assert_eq!(rows, refused);
        assert!(answered.refusals.iter().all(|(_, reason)| *reason == refusal(1)));
        // The stand-in never explores: nobody learns from what it does.
        let expected: Vec<_> = asked.into_iter().map(|rows| (rows, false)).collect();
        assert_eq!(fallback.asked, expected);
        assert_eq!(policy.asked, [(vec![1, 3, 4, 6], true)]);
    }
}

#[test]
fn without_a_fallback_refusals_stand() {
    let mut policy = Scripted::new(1, &[4]);
    let answered = ask_both(&mut policy, None);
    assert_eq!(who(&answered), [Ok(1), Ok(1), Err(refusal(1)), Ok(1)]);
    assert_eq!(answered.refusals, [(2, refusal(1))]);
}

#[test]
fn answers_that_do_not_match_the_batch_are_all_refused() {
    for (surplus, given) in [(-1, 3), (1, 5), (-4, 0)] {
        let wrong = Refusal::WrongLength { expected: 4, given };
        let mut policy = Scripted { surplus, ..Scripted::new(1, &[]) };
        let answered = ask_both(&mut policy, None);
        assert_eq!(who(&answered), vec![Err(wrong); 4]);

        let mut policy = Scripted::new(1, &[1, 3, 4, 6]);
        let mut fallback = Scripted { surplus, ..Scripted::new(2, &[]) };
        let answered = ask_both(&mut policy, Some(&mut fallback));
        assert_eq!(who(&answered), vec![Err(refusal(1)); 4]);
    }
}

#[test]
fn explanations_of_the_stand_in_name_positions_in_the_whole_batch() {
    let mut policy = Scripted::new(1, &[3, 6]);
    let mut fallback = Scripted::new(2, &[]);
    let answered = ask_both(&mut policy, Some(&mut fallback));
    let by = |author: u32| -> Vec<u32> {
        let json = format!("{{\"by\":{author}}}");
        let all = answered.advice.explanations.iter();
        all.filter(|explanation| explanation.json == json).map(|each| each.row).collect()
    };
    assert_eq!(by(1), [0, 1, 2, 3]);
    assert_eq!(by(2), [1, 3]);
}
