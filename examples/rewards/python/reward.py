"""Charges for missed objectives and for replicas: nothing missed with nothing running costs nothing,
and everything else costs something, so that the best policy misses little with few replicas.

This module knows nothing of components, so that tests can import it; `component.py` exports it.
"""

import math

PRESERVATION = "slo_preservation_ratio"
REPLICAS = "replicas_current"
MOST_REPLICAS = "replicas_max"


class Reward:
    """The reward function. What the host asks of it is listed in `reward_world.py`."""

    NAME = "slo-and-cost"
    VERSION = "0.1.0"
    STATEFUL = False
    # JSON Schema; settings are checked against it before they come here.
    SETTINGS = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "slo_weight": {
                "description": "Charged when the latency objective is missed wholly, 0 to 1000.",
                "type": "number",
                "minimum": 0,
                "maximum": 1000,
                "default": 1.0,
            },
            "replicas_weight": {
                "description": "Charged when as many replicas run as are allowed, 0 to 1000.",
                "type": "number",
                "minimum": 0,
                "maximum": 1000,
                "default": 0.25,
            },
        },
    }

    def __init__(self, settings, log):
        self.settings = settings

    def terms(self):
        return {
            "columns": [PRESERVATION, REPLICAS, MOST_REPLICAS],
            "minimum": self.value(1, 1),
            "maximum": self.value(0, 0),
        }

    def score(self, transitions):
        after = transitions.after
        rows = zip(transitions.actions, after[PRESERVATION], after[REPLICAS], after[MOST_REPLICAS])
        return [self.row(*row) for row in rows]

    def row(self, action, kept, replicas, most):
        # What the bounds do not allow was not applied; it costs as much as the worst that could be.
        if action.illegal:
            return self.value(1, 1)
        # Where there is no objective, none is missed.
        missed = 0 if math.isnan(kept) else min(max(1 - kept, 0), 1)
        # Replicas that cannot be counted are taken for as many as there may be.
        running = replicas / most if replicas < most else 1
        return self.value(missed, running)

    def value(self, missed, running):
        """The reward for these shares, 0 to 1 each, of the objective missed and of replicas running."""
        return 0 - self.settings["slo_weight"] * missed - self.settings["replicas_weight"] * running

    def forget(self, workloads):
        """Nothing is kept."""

    def snapshot(self, workloads):
        return b""

    def restore(self, snapshot):
        """Nothing is kept."""
