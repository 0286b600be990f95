//! CartPole-v1: a pole on a cart (Barto, Sutton and Anderson 1983), with the dynamics of Gymnasium.

use scaling::Ending;

use super::{Classic, Problem};
use crate::Chance;

const GRAVITY: f64 = 9.8;
const POLE_MASS: f64 = 0.1;
const TOTAL_MASS: f64 = 1.1;
/// Half the pole's length.
const LENGTH: f64 = 0.5;
const FORCE: f64 = 10.0;
const STEP_SECONDS: f64 = 0.02;
const ANGLE_LIMIT: f64 = 12.0 * 2.0 * std::f64::consts::PI / 360.0;
const POSITION_LIMIT: f64 = 2.4;
const STEP_LIMIT: u32 = 500;

/// Position, speed, angle and angular speed, and the steps so far.
#[derive(Debug, Clone, Default)]
pub struct CartPole {
    state: [f64; 4],
    steps: u32,
}

/// Its world.
pub fn cart_pole() -> Classic<CartPole> {
    Classic::new(CartPole::default())
}

impl Problem for CartPole {
    fn inputs(&self) -> usize {
        4
    }

    fn options(&self) -> usize {
        2
    }

    fn begin(&mut self, chance: &mut Chance) {
        self.state = [(); 4].map(|()| chance.uniform() * 0.1 - 0.05);
        self.steps = 0;
    }

    fn see(&self, inputs: &mut [f32]) {
        for (input, value) in inputs.iter_mut().zip(self.state) {
            *input = value as f32;
        }
    }

    fn step(&mut self, choice: usize, _: &mut Chance) -> (f64, Ending) {
        let [position, speed, angle, turning] = self.state;
        let force = if choice == 1 { FORCE } else { -FORCE };
        let (sine, cosine) = angle.sin_cos();
        let push = (force + POLE_MASS * LENGTH * turning * turning * sine) / TOTAL_MASS;
        let angular = (GRAVITY * sine - cosine * push)
            / (LENGTH * (4.0 / 3.0 - POLE_MASS * cosine * cosine / TOTAL_MASS));
        let linear = push - POLE_MASS * LENGTH * angular * cosine / TOTAL_MASS;
        // Euler's explicit steps: places move by the speeds from before.
        self.state = [
            position + STEP_SECONDS * speed,
            speed + STEP_SECONDS * linear,
            angle + STEP_SECONDS * turning,
            turning + STEP_SECONDS * angular,
        ];
        self.steps += 1;
        let has_fallen = self.state[0].abs() > POSITION_LIMIT || self.state[2].abs() > ANGLE_LIMIT;
        let ending = match (has_fallen, self.steps >= STEP_LIMIT) {
            (true, _) => Ending::Terminated,
            (false, true) => Ending::Truncated,
            (false, false) => Ending::Running,
        };
        (1.0, ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Purpose;

    #[test]
    fn it_falls_as_gymnasiums_does() {
        let mut chance = Chance::new(1, Purpose::Episodes);
        let mut pole = CartPole { state: [0.01, -0.02, 0.03, 0.04], steps: 0 };
        let mut endings = Vec::new();
        while endings.last() != Some(&Ending::Terminated) {
            let step = endings.len();
            endings.push(pole.step(step * step % 2, &mut chance).1);
        }
        assert_eq!(endings.len(), 23);
        let wanted = [-0.046_728_051_794, -0.244_973_802_440, 0.215_689_424_943, 1.012_645_098_481];
        for (found, wanted) in pole.state.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-9, "{found} instead of {wanted}");
        }
    }
}
