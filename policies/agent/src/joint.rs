//! Joint options: every combination of one change a workload, numbered.
//!
//! The number of a combination has a digit for each workload, to the base of the number of changes. The
//! first workload's digit is the most significant: with three changes and two workloads, option 5 is
//! change 1 of the first workload and change 2 of the second.

/// The joint option of one change a workload.
pub fn joint_index(parts: &[usize], changes: usize) -> usize {
    parts.iter().fold(0, |index, &part| index * changes + part)
}

/// Writes the change of each workload that a joint option stands for.
pub fn parts(index: usize, changes: usize, parts: &mut [usize]) {
    let mut left = index;
    for part in parts.iter_mut().rev() {
        *part = left % changes;
        left /= changes;
    }
}

/// Writes the mask of the joint options from the masks of the workloads, one after the other: an option
/// is allowed if all its parts are.
pub fn joint_allowed(workloads: &[bool], changes: usize, options: &mut [bool]) {
    // Once the masks of the first k workloads are combined, they are repeated for each change of the
    // next one, from the back, so that nothing is overwritten before it was read.
    let mut combined = 1;
    options[0] = true;
    for workload in workloads.chunks_exact(changes) {
        for before in (0..combined).rev() {
            let all = options[before];
            for (change, &one) in workload.iter().enumerate().rev() {
                options[before * changes + change] = all && one;
            }
        }
        combined *= changes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_combinations_lead_to_each_other() {
        let mut found = [0; 3];
        for index in 0..4_usize.pow(3) {
            parts(index, 4, &mut found);
            assert_eq!(joint_index(&found, 4), index);
        }
        parts(5, 3, &mut found[..2]);
        assert_eq!(found[..2], [1, 2], "the first workload is the most significant");
    }

    #[test]
    fn a_joint_option_is_allowed_if_all_its_parts_are() {
        let workloads = [true, false, true, false, true, true, true, true, false];
        let mut options = [false; 27];
        joint_allowed(&workloads, 3, &mut options);
        let mut found = [0; 3];
        for (index, &option) in options.iter().enumerate() {
            parts(index, 3, &mut found);
            let all = (0..3).all(|workload| workloads[workload * 3 + found[workload]]);
            assert_eq!(option, all, "{index}");
        }
    }
}
