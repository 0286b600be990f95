//! Cell: one entry of the project's table, in closed form.
//!
//! Each of `n` containers is an M/M/1 queue with an equal share of the rate `λ`. It serves 1.5
//! requests a second on a core of its own, and eight cores serve 12 between them. The form meets the
//! published table exactly in all of its 159 stable cells.

/// The most containers.
pub(super) const CONTAINERS_MAX: u32 = 10;
/// The highest rate, in requests per second.
pub(super) const RATE_MAX: u32 = 8;
/// The latency objective, in seconds.
pub(super) const SLO_SECONDS: f64 = 9.0;
/// What one container serves on a core of its own, in requests per second.
const CONTAINER_RATE: f64 = 1.5;
/// What all cores together serve, in requests per second.
const NODE_RATE: f64 = 12.0;
/// The latency of a saturated cell. The table has noise there, between 44,206 and 78,336 seconds;
/// its middle stands for it, finite so that policies see something.
const SATURATED_SECONDS: f64 = 60_000.0;
/// What the table has for two saturated cells, by mistake.
const QUIRK_SECONDS: f64 = 8.1;
/// Those cells: containers and requests per second.
const QUIRK_CELLS: [(u32, u32); 2] = [(2, 3), (4, 6)];

/// One number of containers at one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// In 1..=10.
    pub(super) replicas: u32,
    /// In 1..=8.
    pub(super) rate_per_second: u32,
    quirk: bool,
}

impl Cell {
    /// The cell; `quirk_cells` says whether the table's mistakes are taken over.
    pub(super) fn new(replicas: u32, rate_per_second: u32, quirk_cells: bool) -> Self {
        let quirk = quirk_cells && QUIRK_CELLS.contains(&(replicas, rate_per_second));
        Self { replicas, rate_per_second, quirk }
    }

    /// `1 / (min(1.5, 12/n) − λ/n)` where that is positive.
    pub(super) fn latency_seconds(&self) -> f64 {
        let replicas = f64::from(self.replicas);
        let spare = CONTAINER_RATE.min(NODE_RATE / replicas) - self.rate() / replicas;
        match () {
            () if self.quirk => QUIRK_SECONDS,
            () if spare > 0.0 => spare.recip(),
            () => SATURATED_SECONDS,
        }
    }

    /// `min(1, λ / (1.5 n))`.
    pub(super) fn utilisation(&self) -> f64 {
        (self.rate() / (CONTAINER_RATE * f64::from(self.replicas))).min(1.0)
    }

    /// `min(1, 9 / latency)`; next to nothing (0.00015) where saturated.
    pub(super) fn slo_preservation(&self) -> f64 {
        (SLO_SECONDS / self.latency_seconds()).min(1.0)
    }

    /// The reward of being here.
    pub(super) fn reward(&self) -> f64 {
        0.3 * self.utilisation() + 0.7 * self.slo_preservation()
    }

    /// What is served: all that arrives, as far as the containers go.
    pub(super) fn throughput_per_second(&self) -> f64 {
        (CONTAINER_RATE * f64::from(self.replicas)).min(NODE_RATE).min(self.rate())
    }

    /// Requests in the system, by Little's law.
    pub(super) fn concurrency(&self) -> f64 {
        self.rate() * self.latency_seconds()
    }

    fn rate(&self) -> f64 {
        self.rate_per_second.into()
    }
}
