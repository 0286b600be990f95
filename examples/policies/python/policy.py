"""Scales by the arrival rate: up at once, down slowly.

Each workload gets the replicas that its rate needs. A rate that rises counts at once; one that falls
counts bit by bit, so that a short lull does not cost a cold start.

This module knows nothing of components, so that tests can import it; `component.py` exports it.
"""

import json
import math

RATE = "arrival_rate_per_second"
# The most replicas that a host takes for meant.
MOST_REPLICAS = 1_000_000


class Policy:
    """The policy. What the host asks of it is listed in `policy_world.py`."""

    NAME = "by-rate"
    VERSION = "0.1.0"
    STATEFUL = True
    REASONS = ["rate", "falling", "no-rate"]
    # JSON Schema; settings are checked against it before they come here.
    SETTINGS = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "rate_per_replica": {
                "description": "Requests per second that one replica serves, > 0.",
                "type": "number",
                "exclusiveMinimum": 0,
                "default": 10.0,
            },
            "smoothing": {
                "description": "How much of a fall counts at each turn, > 0 and at most 1: 1 follows at once.",
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 1,
                "default": 0.5,
            },
            "period_milliseconds": {
                "description": "Time between two turns in milliseconds; 0 for every tick.",
                "type": "integer",
                "minimum": 0,
                "default": 15000,
            },
        },
    }

    def __init__(self, settings, seed, log):
        self.settings = settings
        # Smoothed arrivals per second, by workload.
        self.rates = {}

    def needs(self):
        return {
            "period_milliseconds": self.settings["period_milliseconds"],
            "columns": [RATE],
            "details": [],
        }

    def decide(self, batch):
        return [self.recommend(*row) for row in zip(batch.workloads, batch.columns[RATE])]

    def recommend(self, workload, seen):
        if math.isnan(seen):
            # Nothing is known, so the workload is left as it is.
            return {"reason": "no-rate"}
        before = self.rates.get(workload, seen)
        if seen < before:
            rate, reason = before + self.settings["smoothing"] * (seen - before), "falling"
        else:
            rate, reason = seen, "rate"
        self.rates[workload] = rate
        # One replica stays, so that the first request after a silence finds somebody.
        needed = min(rate / self.settings["rate_per_replica"], MOST_REPLICAS)
        return {"replicas": max(1, math.ceil(needed)), "reason": reason}

    def learn(self, experiences):
        """A rule has nothing to learn."""

    def forget(self, workloads):
        for workload in workloads:
            self.rates.pop(workload, None)

    def snapshot(self, workloads):
        """JSON: `{"version":1,"rates":[[WORKLOAD,RATE],…]}`."""
        rates = [[workload, self.rates[workload]] for workload in workloads if workload in self.rates]
        return json.dumps({"version": 1, "rates": rates}).encode()

    def restore(self, snapshot):
        taken = json.loads(snapshot)
        # Whoever changes the shape counts the version up and still reads the old one.
        if taken["version"] != 1:
            raise ValueError(f"snapshot: version {taken['version']} is unknown")
        self.rates.update((workload, rate) for workload, rate in taken["rates"])
