"""Layout: spaces and names of an environment."""

import json

import numpy as np
from gymnasium import spaces


class Layout:
    """What the observations and actions of a world are like.

    An observation is `(inputs,)` where one row is decided at a turn, and `(rows, inputs)` where there are
    several. An action is one option where there is one head, and one of each head otherwise, row by row.
    """

    def __init__(self, worlds):
        layout = worlds.layout()
        self.name = layout["name"]
        self.rows = layout["rows"]
        self.rewards = layout["rewards"]
        self.facts = layout["facts"]
        self.period_seconds = layout["seconds"]
        self.card = None if layout["card"] is None else json.loads(layout["card"])
        self.action_names = layout["actions"]
        heads = layout["heads"] * self.rows
        inputs = len(layout["names"]) // self.rows
        self.observation_shape = (inputs,) if self.rows == 1 else (self.rows, inputs)
        self.observation_names = np.array(layout["names"]).reshape(self.observation_shape).tolist()
        self.observation_units = np.array(layout["units"]).reshape(self.observation_shape).tolist()
        low, high = np.array(layout["bounds"], dtype=np.float32).T
        self.observation_space = spaces.Box(
            low.reshape(self.observation_shape), high.reshape(self.observation_shape), dtype=np.float32
        )
        if len(heads) == 1:
            self.action_space = spaces.Discrete(heads[0])
        else:
            self.action_space = spaces.MultiDiscrete(heads)
        self.choices = len(heads)
        self.options = sum(heads)
