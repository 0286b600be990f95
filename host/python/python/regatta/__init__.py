"""Autoscaling as Gymnasium environments, over simulated clusters and real processes.

>>> import gymnasium, regatta
>>> env = gymnasium.make("regatta/Autoscaling-v0", experiment="examples/scarlet.yaml")
>>> env = gymnasium.make("regatta/Mp3-v0")

What was trained elsewhere becomes an :class:`Agent`, and :func:`export` makes a policy component of it,
which races like any other.
"""

from importlib.metadata import version

from regatta._regatta import (
    AgentError,
    CardError,
    ExperimentError,
    InternalError,
    RegattaError,
    WorldError,
)
from regatta.agent import Agent, export
from regatta.environment import AutoscalingEnv, Mp3Env
from regatta.registration import register_envs
from regatta.stable_baselines3 import from_stable_baselines3
from regatta.vector import AutoscalingVectorEnv, Mp3VectorEnv

__version__ = version("regatta")

__all__ = [
    "Agent",
    "AgentError",
    "AutoscalingEnv",
    "AutoscalingVectorEnv",
    "CardError",
    "ExperimentError",
    "InternalError",
    "Mp3Env",
    "Mp3VectorEnv",
    "RegattaError",
    "WorldError",
    "export",
    "from_stable_baselines3",
    "register_envs",
]

register_envs()
