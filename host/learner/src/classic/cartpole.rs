//! CartPole-v1: a pole to be balanced on a cart (Barto, Sutton and Anderson 1983), with the numbers of
//! Gymnasium's: Euler steps of 0.02 s in double precision, ended beyond 12° or 2.4, cut short after 500.

use scaling::Ending;

use crate::{Chance, Lessons, Purpose, RowId, Shape, Turn, World, WorldError};

const GRAVITY: f64 = 9.8;
const POLE_MASS: f64 = 0.1;
const TOTAL_MASS: f64 = 1.0 + POLE_MASS;
/// Half the pole's length.
const LENGTH: f64 = 0.5;
const POLE_MASS_LENGTH: f64 = POLE_MASS * LENGTH;
const FORCE: f64 = 10.0;
const STEP_SECONDS: f64 = 0.02;
const ANGLE_LIMIT: f64 = 12.0 * 2.0 * std::f64::consts::PI / 360.0;
const PLACE_LIMIT: f64 = 2.4;
const STEPS_LIMIT: u32 = 500;

/// The pole and its cart; the return of an episode is its length.
#[derive(Debug, Clone)]
pub struct CartPole {
    shape: Shape,
    /// Place, speed, angle, angular speed.
    state: [f64; 4],
    steps: u32,
    turn: Turn,
    lessons: Lessons,
}

impl Default for CartPole {
    fn default() -> Self {
        let shape = Shape { inputs: 4, heads: vec![2], scores: vec!["reward".to_owned()] };
        let turn = Turn {
            ids: vec![RowId { world: 0, row: 0 }],
            inputs: vec![0.0; 4],
            allowed: vec![true; 2],
        };
        Self { shape, state: [0.0; 4], steps: 0, turn, lessons: Lessons::default() }
    }
}

/// The state one step later.
pub(crate) fn next([place, speed, angle, turning]: [f64; 4], is_right: bool) -> [f64; 4] {
    let force = if is_right { FORCE } else { -FORCE };
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    let common = (force + POLE_MASS_LENGTH * turning * turning * sin) / TOTAL_MASS;
    let angular = (GRAVITY * sin - cos * common)
        / (LENGTH * (4.0 / 3.0 - POLE_MASS * cos * cos / TOTAL_MASS));
    let linear = common - POLE_MASS_LENGTH * angular * cos / TOTAL_MASS;
    [
        place + STEP_SECONDS * speed,
        speed + STEP_SECONDS * linear,
        angle + STEP_SECONDS * turning,
        turning + STEP_SECONDS * angular,
    ]
}

impl CartPole {
    fn show(&mut self) {
        for (input, value) in self.turn.inputs.iter_mut().zip(self.state) {
            *input = value as f32;
        }
    }
}

impl World for CartPole {
    fn shape(&self) -> &Shape {
        &self.shape
    }

    fn reset(&mut self, seed: u64) -> Result<(), WorldError> {
        let mut chance = Chance::new(seed, Purpose::Episodes);
        self.state = [(); 4].map(|()| 0.1 * chance.uniform() - 0.05);
        self.steps = 0;
        self.lessons.clear();
        self.show();
        Ok(())
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }

    fn step(&mut self, choices: &[u16]) -> Result<bool, WorldError> {
        self.state = next(self.state, choices[0] == 1);
        self.steps += 1;
        let [place, _, angle, _] = self.state;
        let ending = if place.abs() > PLACE_LIMIT || angle.abs() > ANGLE_LIMIT {
            Ending::Terminated
        } else if self.steps == STEPS_LIMIT {
            Ending::Truncated
        } else {
            Ending::Running
        };
        self.show();
        self.lessons.clear();
        self.lessons.rows.push(0);
        self.lessons.choices.extend_from_slice(&choices[..1]);
        self.lessons.scores.push(1.0);
        self.lessons.after.extend_from_slice(&self.turn.inputs);
        self.lessons.allowed_after.extend_from_slice(&self.turn.allowed);
        self.lessons.endings.push(ending);
        Ok(ending == Ending::Running)
    }

    fn lessons(&self) -> &Lessons {
        &self.lessons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `gymnasium.make("CartPole-v1")`, from this state pushed right, right, left.
    #[test]
    fn it_moves_as_gymnasiums() {
        let mut state = [0.01, -0.02, 0.03, 0.04];
        for (is_right, wanted) in GYMNASIUM {
            state = next(state, is_right);
            for (value, wanted) in state.iter().zip(wanted) {
                assert!((value - wanted).abs() < 1e-14, "{state:?} {wanted:?}");
            }
        }
    }

    const GYMNASIUM: [(bool, [f64; 4]); 3] = [
        (
            true,
            [0.009600000000000001, 0.17467919574755525, 0.030799999999999998, -0.2430687179600081],
        ),
        (
            true,
            [0.013093583914951107, 0.3693479760579556, 0.025938625640799837, -0.5258796280501483],
        ),
        (
            false,
            [0.02048054343611022, 0.17387081260481596, 0.01542103307979687, -0.22513741609237464],
        ),
    ];

    #[test]
    fn an_episode_ends_when_the_pole_falls_and_is_cut_short_at_500() {
        let mut world = CartPole::default();
        world.reset(3).unwrap();
        let mut steps = 1;
        while world.step(&[1]).unwrap() {
            steps += 1;
        }
        assert!((8..12).contains(&steps), "{steps}");
        assert_eq!(world.lessons().endings, [Ending::Terminated]);
        // A hand that knows the angle and its speed holds it.
        world.reset(4).unwrap();
        let mut steps = 1;
        while world.step(&[u16::from(world.state[2] + 0.5 * world.state[3] > 0.0)]).unwrap() {
            steps += 1;
        }
        assert_eq!((steps, world.lessons().endings[0]), (500, Ending::Truncated));
    }
}
