//! Worlds: any number of environments that are stepped in one call, in threads, without the
//! interpreter's lock. Arrays go in as bytes and come out as byte arrays, which NumPy takes over
//! without a copy: numbers in the machine's own order.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use rayon::{ThreadPool, ThreadPoolBuilder};
use scaling::causes;
use simulator::Mp3Spec;

use crate::experiment::{self, Request};
use crate::failure::{Failure, guarded};
use crate::layout::Layout;
use crate::mp3::{self, Mp3Stage};
use crate::stage::Stage;
use crate::state::{Outcomes, State, Views};

/// Environments of one layout.
#[pyclass(module = "regatta._regatta")]
pub(crate) struct Worlds {
    /// Never locked: Python lets in one caller at a time, and this says so to the compiler.
    state: Mutex<State>,
    pool: Option<ThreadPool>,
    layout: Layout,
}

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
                    .map_err(|error| Failure::Argument(format!("mp3: {}", causes(&error))))
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
