"""The reward's tests: plain Python, no component."""

import math
import unittest
from types import SimpleNamespace

from reward import MOST_REPLICAS, PRESERVATION, REPLICAS, Reward

MISSING = math.nan
DEFAULTS = {name: rules["default"] for name, rules in Reward.SETTINGS["properties"].items()}


def reward(kept, replicas, most, illegal=False):
    """The reward of one row: objective kept, replicas, and the most allowed."""
    after = {PRESERVATION: [kept], REPLICAS: [replicas], MOST_REPLICAS: [most]}
    transitions = SimpleNamespace(after=after, actions=[SimpleNamespace(illegal=illegal)])
    [scored] = Reward(DEFAULTS, print).score(transitions)
    return scored


class SloAndCost(unittest.TestCase):
    def test_misses_and_replicas_cost(self):
        for after, expected in [
            ((1, 0, 10), 0),
            ((1, 5, 10), -0.125),
            ((0.5, 0, 10), -0.5),
            ((0, 10, 10), -1.25),
            # No objective is none missed; replicas that cannot be counted are all that there may be.
            ((MISSING, 5, 10), -0.125),
            ((1, MISSING, 10), -0.25),
            ((1, 5, MISSING), -0.25),
        ]:
            self.assertEqual(reward(*after), expected, after)

    def test_an_illegal_action_costs_all_that_there_is_to_pay(self):
        terms = Reward(DEFAULTS, print).terms()
        self.assertEqual(reward(1, 0, 10, illegal=True), terms["minimum"])
        self.assertEqual((terms["minimum"], terms["maximum"]), (-1.25, 0))


if __name__ == "__main__":
    unittest.main()
