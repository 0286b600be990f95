"""The policy's tests: plain Python, no component."""

import math
import unittest
from types import SimpleNamespace

from policy import RATE, Policy

MISSING = math.nan
DEFAULTS = {name: rules["default"] for name, rules in Policy.SETTINGS["properties"].items()}


def policy():
    return Policy(DEFAULTS, 0, print)


def turn(policy, rate):
    """What the policy says when workload 7 has this rate."""
    batch = SimpleNamespace(workloads=[7], columns={RATE: [rate]})
    [answer] = policy.decide(batch)
    return answer.get("replicas"), answer["reason"]


class ByRate(unittest.TestCase):
    def test_follows_a_rise_at_once_and_a_fall_slowly(self):
        one = policy()
        for rate, replicas, reason in [
            (25.0, 3, "rate"),
            (95.0, 10, "rate"),
            # Half of each fall counts: 95, 47.5, 23.75.
            (0.0, 5, "falling"),
            (0.0, 3, "falling"),
            (MISSING, None, "no-rate"),
            (40.0, 4, "rate"),
        ]:
            self.assertEqual(turn(one, rate), (replicas, reason), rate)

    def test_asks_for_one_replica_at_least_and_for_no_absurd_number(self):
        self.assertEqual(turn(policy(), 0.0), (1, "rate"))
        self.assertEqual(turn(policy(), 1e308), (1_000_000, "rate"))

    def test_goes_on_elsewhere_from_a_snapshot(self):
        here, there = policy(), policy()
        turn(here, 95.0)
        there.restore(here.snapshot([7]))
        self.assertEqual(turn(there, 0.0), turn(here, 0.0))
        with self.assertRaisesRegex(ValueError, "version 2"):
            there.restore(b'{"version":2,"rates":[]}')
        there.forget([7])
        self.assertEqual(turn(there, 0.0), (1, "rate"))


if __name__ == "__main__":
    unittest.main()
