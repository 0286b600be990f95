use scaling::Ending;

use super::super::*;
use super::scene::{Fixed, agent, both, lesson, settings, shape, turn};

/// What a lesson that is spoiled somehow is refused with; the agent stays as it was.
fn check(spoil: impl Fn(&mut Turn, &mut Lessons), wanted: &str) {
    let shape = shape(2, &[2, 3]);
    let normalised = DqnSettings { normalise: Some(5.0), ..settings() };
    let mut agent = agent(&normalised, &shape, 1);
    let turn = turn(&shape, &[1.0, 2.0]);
    let lesson = lesson(&shape, &[1, 2], 1.0, &[1.0, 2.0], Ending::Running);
    (0..30).for_each(|_| agent.learn(&turn, &lesson).unwrap());
    let (mut turn, mut lesson, before) = (turn, lesson, agent.state());
    spoil(&mut turn, &mut lesson);
    let refused = agent.learn(&turn, &lesson).unwrap_err();
    assert_eq!(refused.to_string(), wanted);
    assert_eq!(agent.state(), before);
}

#[test]
fn lessons_that_cannot_be_learned_from_are_named_and_change_nothing() {
    check(
        |_, lessons| lessons.scores[0] = f64::NAN,
        "the score `reward` of world 0, row 0 is NaN: mend the reward that gives it, learning needs finite \
         numbers",
    );
    check(
        |_, lessons| lessons.scores[1] = f64::INFINITY,
        "the score `cost` of world 0, row 0 is inf: mend the reward that gives it, learning needs finite \
         numbers",
    );
    let input = "input 1 of world 0, row 0 is NaN: give its feature a value for what is missing, learning \
                 needs finite numbers";
    check(|turn, _| turn.inputs[1] = f32::NAN, input);
    check(|_, lessons| lessons.after[1] = f32::NAN, input);
    check(
        |_, lessons| lessons.choices[1] = 3,
        "option 3 of head 1 was applied to world 0, row 0, but the head has 3",
    );
    check(
        |_, lessons| lessons.allowed_after[..2].fill(false),
        "no option of head 0 is allowed to world 0, row 0: one must always be, such as to change nothing",
    );
    check(
        |_, lessons| lessons.rows[0] = 1,
        "a lesson is of row 1 in a turn of 1 rows: rows ascend and each has one lesson",
    );
    check(
        |_, lessons| lessons.after.push(0.0),
        "the inputs of lessons hold 3 numbers instead of 2: they are of another world or network",
    );
}

#[test]
fn an_update_that_is_not_finite_is_named_and_leaves_the_weights() {
    for gradients in both() {
        let mut batch = Batch::new();
        batch.before = vec![1.0];
        batch.choices = vec![0];
        batch.reward = vec![f32::INFINITY];
        batch.discount = vec![0.9];
        batch.after = vec![1.0];
        batch.allowed_after = vec![true];
        batch.weights = vec![1.0];
        let memory = Fixed { batch, ..Fixed::default() };
        let settings = DqnSettings { batch: 1, gradients, ..settings() };
        let shape = shape(1, &[1]);
        let mut agent = Dqn::new(settings, shape, 1, Device::Cpu, Box::new(memory)).unwrap();
        let before = agent.state();
        let refused = agent.update().unwrap_err();
        let (component, value) = ("value loss", f64::INFINITY);
        assert_eq!(refused, LearnError::Diverged { component, update: 0, value });
        assert_eq!(agent.state(), before);
    }
}

#[test]
fn a_true_ending_needs_no_mask() {
    let shape = shape(1, &[2]);
    for gradients in both() {
        let mut agent = agent(&DqnSettings { gradients, ..settings() }, &shape, 1);
        let mut lesson = lesson(&shape, &[1], 1.0, &[1.0], Ending::Terminated);
        lesson.allowed_after.fill(false);
        (0..30).for_each(|_| agent.learn(&turn(&shape, &[1.0]), &lesson).unwrap());
        assert!(
            agent.updates() > 0 && agent.network.weights().iter().all(|weight| weight.is_finite())
        );
    }
}

#[test]
fn a_memory_that_does_otherwise_than_the_settings_is_refused() {
    let shape = shape(1, &[2]);
    let memory = Box::new(Fixed { is_prioritised: true, ..Fixed::default() });
    let refused = Dqn::new(settings(), shape, 1, Device::Cpu, memory).err();
    assert!(
        matches!(refused, Some(LearnError::Setting { field: "prioritised", .. })),
        "{refused:?}"
    );
}

#[test]
fn a_state_of_another_network_is_refused_and_changes_nothing() {
    let (small, large) = (shape(1, &[2]), shape(2, &[2]));
    let state = agent(&settings(), &large, 1).state();
    let mut other = agent(&settings(), &small, 2);
    let before = other.state();
    let refused = other.restore(&state).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the weights of a state hold 354 numbers instead of 338: they are of another world or network"
    );
    assert_eq!(other.state(), before);
}
