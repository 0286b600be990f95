"""The component: exports the reward of `reward.py`."""

from reward import Reward
from reward_world import world

WitWorld = world(Reward)
