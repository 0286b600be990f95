"""The component: exports the policy of `policy.py`."""

from policy import Policy
from policy_world import world

WitWorld = world(Policy)
