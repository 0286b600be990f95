//! Worlds: any number of environments that are stepped in one call, in threads, without the
//! interpreter's lock. Arrays go in as bytes and come out as byte arrays, which NumPy takes over
//! without a copy: numbers in the machine's own order.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use simulator::Mp3Spec;
use worlds::WorldError;

use crate::experiment::{self, Request};
use crate::failure::{Failure, chain, guarded};
use crate::layout::Layout;
use crate::mp3::{self, Mp3Stage};
use crate::stage::{FACTS, Stage};

/// Environments of one layout.
#[pyclass(module = "regatta._regatta")]
pub(crate) struct Worlds {
    /// Never locked: Python lets in one caller at a time, and this says so to the compiler.
    state: Mutex<State>,
    pool: Option<ThreadPool>,
    layout: Layout,
}

/// The worlds, and which of them have an episode that goes on.
struct State {
    stages: Vec<Box<dyn Stage>>,
    going: Vec<bool>,
}

/// What a call gives: observations (f32, `[worlds, rows, inputs]`) and masks (bool, `[worlds, rows,
/// options]`).
type Views<'py> = (Bound<'py, PyByteArray>, Bound<'py, PyByteArray>);

/// What a step gives beside the views: rewards (f64, `[worlds]`), whether an episode is over (bool,
/// `[worlds]`), facts with the components of the reward (f64, `[worlds, facts + rewards]`), and what was
/// applied (i16, `[worlds, rows, heads]`).
type Outcomes<'py> = (
    Bound<'py, PyByteArray>,
    Bound<'py, PyByteArray>,
    Bound<'py, PyByteArray>,
    Bound<'py, PyByteArray>,
);

#[pymethods]
impl Worlds {
    /// Worlds of an experiment.
    #[staticmethod]
    #[pyo3(signature = (file, count, threads, *, trace, card, arrangement, reward, processes, race_split))]
    #[expect(clippy::too_many_arguments, reason = "they are named in Python")]
    fn of_experiment(
        py: Python<'_>,
        file: PathBuf,
        count: usize,
        threads: usize,
        trace: Option<PathBuf>,
        card: Option<(String, String)>,
        arrangement: Option<String>,
        reward: Option<String>,
        processes: bool,
        race_split: bool,
    ) -> Result<Self, Failure> {
        let request = Request { file, trace, card, arrangement, reward, processes, race_split };
        guarded(py, || {
            let (stages, layout) = experiment::open(&request, count)?;
            let stages = stages.into_iter().map(|stage| Box::new(stage) as Box<dyn Stage>);
            Self::new(stages.collect(), layout, threads)
        })
    }

    /// Worlds of the closed form.
    #[staticmethod]
    #[pyo3(signature = (count, threads, *, steps, rate, replicas_initial, quirk_cells))]
    fn of_mp3(
        py: Python<'_>,
        count: usize,
        threads: usize,
        steps: u32,
        rate: Option<u32>,
        replicas_initial: u32,
        quirk_cells: bool,
    ) -> Result<Self, Failure> {
        let rest = Mp3Spec::default();
        let spec = Mp3Spec { steps, rate_per_second: rate, replicas_initial, quirk_cells, ..rest };
        guarded(py, || {
            let stage = || {
                Mp3Stage::new(spec)
                    .map(|stage| Box::new(stage) as Box<dyn Stage>)
                    .map_err(|error| Failure::Argument(format!("mp3: {}", chain(&error))))
            };
            let stages = (0..count).map(|_| stage()).collect::<Result<_, _>>()?;
            Self::new(stages, mp3::layout(&spec), threads)
        })
    }

    /// What the environments are like.
    fn layout<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.layout.to_dict(py)
    }

    /// Begins an episode in each world that is given a seed.
    fn reset<'py>(&mut self, py: Python<'py>, seeds: Vec<Option<u64>>) -> PyResult<Views<'py>> {
        let (state, pool, layout) = self.parts();
        state.fit("seeds", seeds.len(), state.stages.len())?;
        guarded(py, || {
            state.each(pool, |position, stage, going| {
                let Some(seed) = seeds[position] else { return Ok(()) };
                *going = false;
                stage.begin(seed)?;
                *going = true;
                Ok(())
            })
        })?;
        state.views(py, layout)
    }

    /// Carries out choices (i64, `[worlds, rows, heads]`). A world that is given a seed begins an
    /// episode instead, and its choices are not looked at.
    fn step<'py>(
        &mut self,
        py: Python<'py>,
        choices: &[u8],
        seeds: Vec<Option<u64>>,
    ) -> PyResult<(Views<'py>, Outcomes<'py>)> {
        let (state, pool, layout) = self.parts();
        state.fit("seeds", seeds.len(), state.stages.len())?;
        let choices = state.choices(layout, choices, &seeds)?;
        let width = layout.choices();
        guarded(py, || {
            state.each(pool, |position, stage, going| {
                // Whatever fails leaves it as one that must be reset.
                *going = false;
                match seeds[position] {
                    Some(seed) => {
                        stage.begin(seed)?;
                        *going = true;
                    }
                    None => *going = stage.step(&choices[position * width..][..width])?,
                }
                Ok(())
            })
        })?;
        Ok((state.views(py, layout)?, state.outcomes(py, layout, &seeds)?))
    }

    /// What the episode of a world has cost and given so far, by name.
    fn totals(&mut self, py: Python<'_>, world: usize) -> PyResult<Vec<(String, f64)>> {
        let (state, ..) = self.parts();
        let stage = state.stages.get_mut(world);
        let stage = stage.ok_or_else(|| Failure::Argument(format!("there is no world {world}")))?;
        Ok(guarded(py, || Ok(stage.totals()))?)
    }

    /// Ends all worlds: what they run is stopped.
    fn close(&mut self, py: Python<'_>) -> PyResult<()> {
        let (state, ..) = self.parts();
        state.going.clear();
        Ok(guarded(py, || {
            state.stages.clear();
            Ok(())
        })?)
    }
}

impl Worlds {
    fn new(stages: Vec<Box<dyn Stage>>, layout: Layout, threads: usize) -> Result<Self, Failure> {
        if stages.is_empty() {
            return Err(Failure::Argument("there must be at least one environment".to_owned()));
        }
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let threads = threads.min(stages.len());
        let pool = (threads > 1)
            .then(|| ThreadPoolBuilder::new().num_threads(threads).build())
            .transpose()
            .map_err(|error| {
                Failure::Internal(format!("cannot start {threads} threads: {error}"))
            })?;
        let going = vec![false; stages.len()];
        Ok(Self { state: Mutex::new(State { stages, going }), pool, layout })
    }

    fn parts(&mut self) -> (&mut State, Option<&ThreadPool>, &Layout) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        (state, self.pool.as_ref(), &self.layout)
    }
}

impl State {
    fn fit(&self, what: &str, given: usize, wanted: usize) -> Result<(), Failure> {
        if self.stages.is_empty() {
            return Err(Failure::Argument("the environment is closed".to_owned()));
        }
        match given == wanted {
            true => Ok(()),
            false => Err(Failure::Argument(format!("{given} {what}, where {wanted} are wanted"))),
        }
    }

    /// The choices, once all of them are seen to be options: nothing is stepped otherwise.
    fn choices(
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
    fn each(
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

    fn views<'py>(&self, py: Python<'py>, layout: &Layout) -> PyResult<Views<'py>> {
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
    fn outcomes<'py>(
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
