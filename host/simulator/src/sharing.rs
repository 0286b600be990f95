//! Sharing: how the replicas on one node divide its cores when they want more than there are.
//!
//! Each gets `cores × weight / Σ weights`, but never more than it can use; what one cannot use is
//! divided among the rest by the same rule, as the kernel's fair scheduler does with `cpu.shares`.

/// What one replica, or several that are alike together, want of their node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Claim {
    /// CPU that it can use now, in whatever unit the node's is in.
    pub(crate) demand: f64,
    /// Its `cpu.shares`.
    pub(crate) weight: f64,
}

/// The level at which the water stands: each claim gets `min(demand, level × weight)`. Infinite if
/// there is enough for all.
///
/// Each round either ends or finds a replica that is satisfied at the level of the round before, and
/// levels only rise, so there are at most as many rounds as claims; two or three are usual.
pub(crate) fn level(cpu: f64, claims: impl Iterator<Item = Claim> + Clone) -> f64 {
    let mut level = 0.0;
    loop {
        let (mut left, mut weights) = (cpu, 0.0);
        for claim in claims.clone() {
            if claim.demand <= level * claim.weight {
                left -= claim.demand;
            } else {
                weights += claim.weight;
            }
        }
        if weights == 0.0 {
            return f64::INFINITY;
        }
        let higher = left / weights;
        if higher <= level {
            return level;
        }
        level = higher;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cores: f64, claims: &[(f64, f64)], expected: &[f64]) {
        let claims: Vec<Claim> =
            claims.iter().map(|&(demand, weight)| Claim { demand, weight }).collect();
        let level = level(cores, claims.iter().copied());
        for (claim, expected) in claims.iter().zip(expected) {
            let given = claim.demand.min(level * claim.weight);
            assert!((given - expected).abs() < 1e-12, "{given} instead of {expected}");
        }
    }

    #[test]
    fn cores_are_divided_by_weight_and_what_one_cannot_use_goes_to_the_rest() {
        // Nobody is satisfied: 4 × 1024/3072 and 4 × 2048/3072.
        check(4.0, &[(4.0, 1024.0), (4.0, 2048.0)], &[4.0 / 3.0, 8.0 / 3.0]);
        // Enough for all.
        check(4.0, &[(1.0, 2.0), (2.5, 1.0)], &[1.0, 2.5]);
        // The first uses less than its share.
        check(4.0, &[(0.5, 1.0), (8.0, 1.0), (8.0, 1.0)], &[0.5, 1.75, 1.75]);
        // A second is satisfied only once the first has left its rest.
        check(6.0, &[(0.5, 1.0), (2.6, 1.0), (9.0, 1.0)], &[0.5, 2.6, 2.9]);
        check(1.0, &[(3.0, 1024.0)], &[1.0]);
    }

    #[test]
    fn nobody_gets_more_than_he_wants_and_no_core_lies_idle() {
        let claims: Vec<Claim> = (1..40)
            .map(|n| Claim { demand: f64::from(n % 7 + 1) * 0.4, weight: f64::from(n % 5 + 1) })
            .collect();
        let wanted: f64 = claims.iter().map(|claim| claim.demand).sum();
        for tenth in 1..20 {
            let cores = wanted * f64::from(tenth) / 10.0;
            let level = level(cores, claims.iter().copied());
            let given: f64 = claims.iter().map(|c| c.demand.min(level * c.weight)).sum();
            assert!((given - cores.min(wanted)).abs() < 1e-9);
        }
    }
}
