//! Ziggurat: exponential and normal draws for the price of one multiplication.
//!
//! The density is covered by 256 layers of equal area, the lowest with the tail (Marsaglia and
//! Tsang 2000, in the variant of Doornik 2005). A draw picks a layer and a place in it; 98.9 % of
//! the draws fall where the layer lies wholly under the density and are done.

use std::sync::LazyLock;

use rand::Rng;

const LAYERS: usize = 256;
/// Where the exponential's tail begins, for 256 layers (Marsaglia and Tsang 2000).
const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_487;
/// Where the normal's tail begins, for 256 layers.
const NORMAL_TAIL: f64 = 3.654_152_885_361_009;

/// The right edges of the layers, falling from the virtual edge of the lowest one to 0, with the
/// density there.
#[derive(Debug)]
struct Table {
    edges: [f64; LAYERS + 1],
    densities: [f64; LAYERS + 1],
}

/// Both tables, 8 KiB, computed once from their tails so that no digit is copied from anywhere.
#[derive(Debug)]
pub(crate) struct Tables {
    exponential: Table,
    normal: Table,
}

/// The tables of this process.
pub(crate) fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
        exponential: Table::new(
            EXPONENTIAL_TAIL,
            libm::exp(-EXPONENTIAL_TAIL),
            exponential_density,
            |density| -libm::log(density),
        ),
        normal: Table::new(
            NORMAL_TAIL,
            std::f64::consts::FRAC_PI_2.sqrt()
                * libm::erfc(NORMAL_TAIL * std::f64::consts::FRAC_1_SQRT_2),
            normal_density,
            |density| (-2.0 * libm::log(density)).sqrt(),
        ),
    });
    &TABLES
}

impl Table {
    fn new(
        tail: f64,
        tail_area: f64,
        density: impl Fn(f64) -> f64,
        inverse: impl Fn(f64) -> f64,
    ) -> Self {
        let area = tail * density(tail) + tail_area;
        let mut edges = [0.0; LAYERS + 1];
        edges[0] = area / density(tail);
        edges[1] = tail;
        for layer in 2..LAYERS {
            let below: f64 = edges[layer - 1];
            edges[layer] = inverse(area / below + density(below));
        }
        Self { edges, densities: edges.map(density) }
    }
}

/// `exp(-x)`.
fn exponential_density(x: f64) -> f64 {
    libm::exp(-x)
}

/// `exp(-x²/2)`, unnormalised.
fn normal_density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}

/// Uniform in `[0, 1)` from the upper 53 bits.
#[inline]
fn fraction(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A draw from the exponential distribution with mean 1.
#[inline]
pub(crate) fn exponential(tables: &Tables, generator: &mut impl Rng) -> f64 {
    let table = &tables.exponential;
    let bits = generator.next_u64();
    // Eight bits choose the layer and fifty-three others the place: no bit serves twice.
    let layer = (bits & 0xFF) as usize;
    let x = fraction(bits) * table.edges[layer];
    if x < table.edges[layer + 1] {
        return x;
    }
    exponential_edge(table, generator, layer, x)
}

#[cold]
#[inline(never)]
fn exponential_edge(table: &Table, generator: &mut impl Rng, mut layer: usize, mut x: f64) -> f64 {
    // The tail of an exponential is an exponential: what is drawn again only moves along.
    let mut moved = 0.0;
    loop {
        if layer == 0 {
            moved += EXPONENTIAL_TAIL;
        } else if under(table, generator, layer, exponential_density(x)) {
            return moved + x;
        }
        let bits = generator.next_u64();
        layer = (bits & 0xFF) as usize;
        x = fraction(bits) * table.edges[layer];
        if x < table.edges[layer + 1] {
            return moved + x;
        }
    }
}

/// A draw from the normal distribution with mean 0 and variance 1.
#[inline]
pub(crate) fn normal(tables: &Tables, generator: &mut impl Rng) -> f64 {
    let table = &tables.normal;
    loop {
        let bits = generator.next_u64();
        let layer = (bits & 0xFF) as usize;
        let x = signed_fraction(bits) * table.edges[layer];
        if x.abs() < table.edges[layer + 1] {
            return x;
        }
        if layer == 0 {
            return normal_tail(generator).copysign(x);
        }
        if under(table, generator, layer, normal_density(x)) {
            return x;
        }
    }
}

/// Uniform in `[-1, 1)` from the upper 53 bits.
#[inline]
fn signed_fraction(bits: u64) -> f64 {
    (bits.cast_signed() >> 11) as f64 * (1.0 / (1u64 << 52) as f64)
}

/// A normal draw beyond where the tail begins (Marsaglia 1964).
#[cold]
#[inline(never)]
fn normal_tail(generator: &mut impl Rng) -> f64 {
    loop {
        let x = -libm::log(1.0 - fraction(generator.next_u64())) / NORMAL_TAIL;
        let y = -libm::log(1.0 - fraction(generator.next_u64()));
        if y + y >= x * x {
            return NORMAL_TAIL + x;
        }
    }
}

/// Whether a uniform height in the layer lies under the density.
#[inline]
fn under(table: &Table, generator: &mut impl Rng, layer: usize, density: f64) -> bool {
    let (low, high) = (table.densities[layer], table.densities[layer + 1]);
    low + (high - low) * fraction(generator.next_u64()) < density
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_have_equal_areas_up_to_the_top() {
        for table in [&tables().exponential, &tables().normal] {
            let area = |layer: usize| {
                table.edges[layer] * (table.densities[layer + 1] - table.densities[layer])
            };
            for layer in 1..LAYERS {
                assert!((area(layer) / area(1) - 1.0).abs() < 1e-9, "layer {layer}");
            }
            assert!(table.edges.is_sorted_by(|wide, narrow| wide > narrow));
        }
    }
}
