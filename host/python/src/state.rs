//! State: the worlds that are stepped together, and which of them have an episode that goes on.

use pyo3::prelude::*;
use pyo3::types::PyByteArray;
use rayon::ThreadPool;
use rayon::prelude::*;
use worlds::WorldError;

use crate::failure::Failure;
use crate::layout::Layout;
use crate::stage::{FACTS, Stage};

/// The worlds, and which of them have an episode that goes on.
pub(crate) struct State {
    pub(crate) stages: Vec<Box<dyn Stage>>,
    pub(crate) going: Vec<bool>,
}

/// What a call gives: observations (f32, `[worlds, rows, inputs]`) and masks (bool, `[worlds, rows,
/// options]`).
pub(crate) type Views<'py> = (Bound<'py, PyByteArray>, Bound<'py, PyByteArray>);

/// What a step gives beside the views: rewards (f64, `[worlds]`), whether an episode is over (bool,
/// `[worlds]`), facts with the components of the reward (f64, `[worlds, facts + rewards]`), and what was
/// applied (i16, `[worlds, rows, heads]`).
pub(crate) type Outcomes<'py> = (
    Bound<'py, PyByteArray>,
    Bound<'py, PyByteArray>,
    Bound<'py, PyByteArray>,
    Bound<'py, PyByteArray>,
);

impl State {
    pub(crate) fn fit(&self, what: &str, given: usize, wanted: usize) -> Result<(), Failure> {
        if self.stages.is_empty() {
            return Err(Failure::Argument("the environment is closed".to_owned()));
        }
        match given == wanted {
            true => Ok(()),
            false => Err(Failure::Argument(format!("{given} {what}, where {wanted} are wanted"))),
        }
    }

    /// The choices, once all of them are seen to be options: nothing is stepped otherwise.
    pub(crate) fn choices(
        &self,
        layout: &Layout,
        bytes: &[u8],
        seeds: &[Option<u64>],
    ) -> Result<Vec<u16>, Failure> {
        let (width, heads) = (layout.choices(), &layout.heads);
        self.fit("bytes of choices", bytes.len(), self.stages.len() * width * size_of::<i64>())?;
        let numbers = bytes.as_chunks().0.iter().map(|bytes| i64::from_ne_bytes(*bytes));
        let mut choices = Vec::with_capacity(self.stages.len() * width);
        for (place, choice) in numbers.enumerate() {
            let (world, options) = (place / width, heads[place % heads.len()]);
            let known = u16::try_from(choice).ok().filter(|&choice| usize::from(choice) < options);
            match known {
                _ if seeds[world].is_some() => choices.push(0),
                _ if !self.going[world] => {
                    return Err(Failure::Argument(format!(
                        "the episode of environment {world} is over or has not begun: reset it"
                    )));
                }
                Some(choice) => choices.push(choice),
                None => {
                    return Err(Failure::Argument(format!(
                        "action {choice} at position {} of environment {world} is none of the \
                         {options} options",
                        place % width
                    )));
                }
            }
        }
        Ok(choices)
    }

    /// Does something with each world, in threads where there are some. All are done whatever fails;
    /// the first failure counts.
    pub(crate) fn each(
        &mut self,
        pool: Option<&ThreadPool>,
        work: impl Fn(usize, &mut dyn Stage, &mut bool) -> Result<(), WorldError> + Sync,
    ) -> Result<(), Failure> {
        let Self { stages, going } = self;
        let count = stages.len();
        let results: Vec<Result<(), WorldError>> = match pool {
            Some(pool) => pool.install(|| {
                let stages = stages.par_iter_mut().zip(going.par_iter_mut()).enumerate();
                stages.map(|(place, (stage, going))| work(place, stage.as_mut(), going)).collect()
            }),
            None => {
                let stages = stages.iter_mut().zip(going).enumerate();
                stages.map(|(place, (stage, going))| work(place, stage.as_mut(), going)).collect()
            }
        };
        for (place, result) in results.into_iter().enumerate() {
            result.map_err(|error| match count {
                1 => Failure::World(error.to_string()),
                _ => Failure::World(format!("environment {place}: {error}")),
            })?;
        }
        Ok(())
    }

    pub(crate) fn views<'py>(&self, py: Python<'py>, layout: &Layout) -> PyResult<Views<'py>> {
        let (inputs, options) = (layout.inputs(), layout.options());
        let observations =
            array(py, self.stages.len(), inputs * size_of::<f32>(), |world, row| {
                let inputs = self.stages[world].inputs();
                for (place, input) in row.as_chunks_mut().0.iter_mut().zip(inputs) {
                    *place = input.to_ne_bytes();
                }
            })?;
        let masks = array(py, self.stages.len(), options, |world, row| {
            for (place, &allowed) in row.iter_mut().zip(self.stages[world].allowed()) {
                *place = u8::from(allowed);
            }
        })?;
        Ok((observations, masks))
    }

    /// What came of a step; of a world that began anew, nothing.
    pub(crate) fn outcomes<'py>(
        &self,
        py: Python<'py>,
        layout: &Layout,
        seeds: &[Option<u64>],
    ) -> PyResult<Outcomes<'py>> {
        let count = self.stages.len();
        let stepped = |world: usize| seeds[world].is_none().then(|| self.stages[world].outcome());
        let rewards = array(py, count, size_of::<f64>(), |world, row| {
            let reward = stepped(world).map_or(0.0, |outcome| outcome.reward);
            row.copy_from_slice(&reward.to_ne_bytes());
        })?;
        let over = array(py, count, 1, |world, row| row[0] = u8::from(!self.going[world]))?;
        let facts = FACTS.len() + layout.rewards.len();
        let facts = array(py, count, facts * size_of::<f64>(), |world, row| {
            let Some(outcome) = stepped(world) else { return };
            let values = outcome.facts.iter().chain(&outcome.rewards);
            for (place, value) in row.as_chunks_mut().0.iter_mut().zip(values) {
                *place = value.to_ne_bytes();
            }
        })?;
        let applied = array(py, count, layout.choices() * size_of::<i16>(), |world, row| {
            let Some(outcome) = stepped(world) else { return };
            for (place, applied) in row.as_chunks_mut().0.iter_mut().zip(&outcome.applied) {
                *place = applied.to_ne_bytes();
            }
        })?;
        Ok((rewards, over, facts, applied))
    }
}

/// An array of `rows` rows of `width` bytes each, all 0 before they are written.
fn array<'py>(
    py: Python<'py>,
    rows: usize,
    width: usize,
    write: impl Fn(usize, &mut [u8]),
) -> PyResult<Bound<'py, PyByteArray>> {
    PyByteArray::new_with(py, rows * width, |bytes| {
        for (row, bytes) in bytes.chunks_exact_mut(width.max(1)).enumerate() {
            write(row, bytes);
        }
        Ok(())
    })
}
