"""Agent: what was trained elsewhere, as a file and as a policy component."""

import json
import os

import numpy as np

from regatta import _regatta
from regatta._regatta import AgentError


class Agent:
    """Card, normaliser and network, which fit each other.

    card: what the agent looks at and what it can do: `env.unwrapped.card`.
    normaliser: means and variances of its inputs and the clip, if they were normalised in training.
    layers: of its network, from the inputs on: weights `(outputs, inputs)` as torch has them, bias
        `(outputs,)`, and "linear", "relu" or "tanh". It decides for each head by the largest of its outputs.
    """

    def __init__(self, card, normaliser, layers):
        if normaliser is not None:
            mean, variance, clip = normaliser
            normaliser = ([float(one) for one in mean], [float(one) for one in variance], float(clip))
        layers = [
            (_bytes(weights, 2), _bytes(bias, 1), activation) for weights, bias, activation in layers
        ]
        self._native = _regatta.Agent(json.dumps(card), normaliser, layers)

    @classmethod
    def from_bytes(cls, data):
        """The agent in bytes."""
        agent = cls.__new__(cls)
        agent._native = _regatta.Agent.from_bytes(data)
        return agent

    @classmethod
    def load(cls, path):
        """The agent in a file."""
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError as error:
            raise AgentError(f"cannot read the agent {os.fspath(path)}: {error}") from error
        return cls.from_bytes(data)

    def to_bytes(self):
        """The agent as bytes; the same agent gives the same bytes."""
        return self._native.to_bytes()

    def save(self, path):
        """Writes the agent to a file."""
        with open(path, "wb") as file:
            file.write(self.to_bytes())

    @property
    def card(self):
        """What it looks at and what it can do."""
        return json.loads(self._native.card)

    def values(self, observations):
        """What the network says of observations, `(…, inputs)`: `(…, outputs)`."""
        observations = np.ascontiguousarray(observations, dtype=np.float32)
        inputs, outputs = self._native.shape
        if observations.shape[-1:] != (inputs,):
            raise ValueError(f"observations are of shape {observations.shape}, not (…, {inputs})")
        values = np.frombuffer(self._native.values(observations.tobytes()), dtype=np.float32)
        return values.reshape(*observations.shape[:-1], outputs)

    def export(self, path):
        """Writes a policy component that decides as the agent does and needs nothing else."""
        self._native.export(os.fspath(path))


def export(agent, path):
    """Writes a policy component that decides as the agent does: a `module` for race files."""
    agent.export(path)


def _bytes(values, dimensions):
    values = np.ascontiguousarray(values, dtype=np.float32)
    if values.ndim != dimensions:
        raise AgentError(f"a layer has {values.ndim} dimensions where {dimensions} are wanted")
    return values.tobytes()
