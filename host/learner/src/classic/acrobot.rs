//! Acrobot-v1: two links, of which only the joint between them is driven (Sutton 1996), with the dynamics of
//! Gymnasium: those of Sutton and Barto's book, integrated by one Runge-Kutta step of fourth order.

use std::f64::consts::PI;

use scaling::Ending;

use super::{Classic, Problem};
use crate::Chance;

const STEP_SECONDS: f64 = 0.2;
const GRAVITY: f64 = 9.8;
/// Of either link.
const MASS: f64 = 1.0;
const LENGTH: f64 = 1.0;
/// From a link's joint to its centre of mass.
const CENTRE: f64 = 0.5;
/// Moment of inertia of either link.
const INERTIA: f64 = 1.0;
/// Largest angular speeds of the two links.
const SPEED_LIMITS: [f64; 2] = [4.0 * PI, 9.0 * PI];
const STEP_LIMIT: u32 = 500;

/// Both angles, both angular speeds, and the steps so far.
#[derive(Debug, Clone, Default)]
pub struct Acrobot {
    state: [f64; 4],
    steps: u32,
}

/// Its world.
pub fn acrobot() -> Classic<Acrobot> {
    Classic::new(Acrobot::default())
}

/// The state's derivative by time under a torque.
fn slope([first, second, first_speed, second_speed]: [f64; 4], torque: f64) -> [f64; 4] {
    let (coupling, weight) = (MASS * LENGTH * CENTRE, MASS * CENTRE * GRAVITY);
    let cosine = second.cos();
    let whole = MASS * CENTRE * CENTRE
        + MASS * (LENGTH * LENGTH + CENTRE * CENTRE + 2.0 * LENGTH * CENTRE * cosine)
        + 2.0 * INERTIA;
    let part = MASS * (CENTRE * CENTRE + LENGTH * CENTRE * cosine) + INERTIA;
    let second_pull = weight * (first + second - PI / 2.0).cos();
    let first_pull = -coupling * second_speed * second_speed * second.sin()
        - 2.0 * coupling * second_speed * first_speed * second.sin()
        + (MASS * CENTRE + MASS * LENGTH) * GRAVITY * (first - PI / 2.0).cos()
        + second_pull;
    let second_push = (torque + part / whole * first_pull
        - coupling * first_speed * first_speed * second.sin()
        - second_pull)
        / (MASS * CENTRE * CENTRE + INERTIA - part * part / whole);
    let first_push = -(part * second_push + first_pull) / whole;
    [first_speed, second_speed, first_push, second_push]
}

fn advance(state: [f64; 4], torque: f64) -> [f64; 4] {
    let along = |slope: [f64; 4], seconds: f64| {
        std::array::from_fn(|place| state[place] + seconds * slope[place])
    };
    let start = slope(state, torque);
    let middle = slope(along(start, STEP_SECONDS / 2.0), torque);
    let better = slope(along(middle, STEP_SECONDS / 2.0), torque);
    let end = slope(along(better, STEP_SECONDS), torque);
    let mean = std::array::from_fn(|place| {
        (start[place] + 2.0 * middle[place] + 2.0 * better[place] + end[place]) / 6.0
    });
    along(mean, STEP_SECONDS)
}

/// An angle brought within ± π.
fn wrap(mut angle: f64) -> f64 {
    while angle > PI {
        angle -= 2.0 * PI;
    }
    while angle < -PI {
        angle += 2.0 * PI;
    }
    angle
}

impl Problem for Acrobot {
    fn inputs(&self) -> usize {
        6
    }

    fn options(&self) -> usize {
        3
    }

    fn begin(&mut self, chance: &mut Chance) {
        self.state = [(); 4].map(|()| chance.uniform() * 0.2 - 0.1);
        self.steps = 0;
    }

    fn see(&self, inputs: &mut [f32]) {
        let [first, second, first_speed, second_speed] = self.state;
        let seen =
            [first.cos(), first.sin(), second.cos(), second.sin(), first_speed, second_speed];
        for (input, value) in inputs.iter_mut().zip(seen) {
            *input = value as f32;
        }
    }

    fn step(&mut self, choice: usize, _: &mut Chance) -> (f64, Ending) {
        let [first, second, first_speed, second_speed] = advance(self.state, choice as f64 - 1.0);
        let limited = |speed: f64, limit: f64| speed.clamp(-limit, limit);
        self.state = [
            wrap(first),
            wrap(second),
            limited(first_speed, SPEED_LIMITS[0]),
            limited(second_speed, SPEED_LIMITS[1]),
        ];
        self.steps += 1;
        let [first, second, ..] = self.state;
        if -first.cos() - (second + first).cos() > 1.0 {
            (0.0, Ending::Terminated)
        } else if self.steps >= STEP_LIMIT {
            (-1.0, Ending::Truncated)
        } else {
            (-1.0, Ending::Running)
        }
    }
}

#[cfg(test)]
mod tests;
