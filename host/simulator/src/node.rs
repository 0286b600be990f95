//! Nodes: what they have, what is set aside on them, and who competes for their cores.

use crate::crowd::Crowd;
use crate::handling::Handling;
use crate::plan::NodePlan;

/// One node.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) has: NodePlan,
    /// CPU requests of the replicas on it, in millicores.
    cpu_requested: u64,
    /// Memory requests of the replicas on it, in bytes.
    memory_requested: u64,
    /// What its replicas could use at this moment, in millicores.
    pub(crate) demand: u64,
    /// Replicas that want CPU, in no particular but always the same order.
    pub(crate) active: Vec<u32>,
    /// How its replicas share its cores, while there may not be enough for all.
    pub(crate) crowd: Option<Crowd>,
    /// What it does for requests besides.
    pub(crate) handling: Handling,
    /// Which workloads' images it holds.
    images: Vec<bool>,
}

/// What a replica sets aside on its node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    pub(crate) cpu_millicores: u64,
    pub(crate) memory_bytes: u64,
}

impl Node {
    pub(crate) fn new(has: NodePlan, images: Vec<bool>) -> Self {
        Self {
            has,
            cpu_requested: 0,
            memory_requested: 0,
            demand: 0,
            active: Vec::new(),
            crowd: None,
            handling: Handling::default(),
            images,
        }
    }

    pub(crate) fn has_image(&self, workload: u32) -> bool {
        self.images[workload as usize]
    }

    pub(crate) fn keep_image(&mut self, workload: u32) {
        self.images[workload as usize] = true;
    }

    pub(crate) fn fits(&self, wanted: Requests) -> bool {
        self.cpu_requested + wanted.cpu_millicores <= self.has.cpu_millicores
            && self.memory_requested + wanted.memory_bytes <= self.has.memory_bytes
    }

    pub(crate) fn reserve(&mut self, wanted: Requests) {
        self.cpu_requested += wanted.cpu_millicores;
        self.memory_requested += wanted.memory_bytes;
    }

    pub(crate) fn release(&mut self, held: Requests) {
        self.cpu_requested -= held.cpu_millicores;
        self.memory_requested -= held.memory_bytes;
    }

    /// Millicores that handling leaves to its replicas.
    pub(crate) fn leaves(&self, now: u64) -> u64 {
        self.handling.leaves(now, self.has.cpu_millicores)
    }

    /// Kubernetes' LeastAllocated: the mean of the shares of CPU and memory that would be left.
    fn score(&self, wanted: Requests) -> f64 {
        let left = |requested: u64, has: u64| (has - requested) as f64 / has as f64;
        left(self.cpu_requested + wanted.cpu_millicores, self.has.cpu_millicores)
            + left(self.memory_requested + wanted.memory_bytes, self.has.memory_bytes)
    }
}

/// The node for a replica: of those that it fits on the least allocated, and of equals the first.
pub(crate) fn place(nodes: &[Node], wanted: Requests) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (index, node) in nodes.iter().enumerate().filter(|(_, node)| node.fits(wanted)) {
        let score = node.score(wanted);
        if best.is_none_or(|(_, most)| score > most) {
            best = Some((index, score));
        }
    }
    best.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_go_to_the_least_allocated_node_that_has_room() {
        let node = |cpu_millicores, memory_bytes| {
            Node::new(NodePlan { cpu_millicores, memory_bytes }, Vec::new())
        };
        let mut nodes = [node(4000, 1000), node(2000, 1000), node(4000, 1000)];
        let wanted = Requests { cpu_millicores: 1500, memory_bytes: 100 };
        for expected in [Some(0), Some(2), Some(1), Some(0), Some(2), None] {
            let placed = place(&nodes, wanted);
            assert_eq!(placed, expected);
            if let Some(node) = placed {
                nodes[node].reserve(wanted);
            }
        }
        nodes[1].release(wanted);
        assert_eq!(place(&nodes, wanted), Some(1));
        let large = Requests { cpu_millicores: 100, memory_bytes: 901 };
        assert_eq!(place(&nodes, large), Some(1));
    }
}
