"""Environment: one world, as Gymnasium has it."""

import gymnasium
import numpy as np

from regatta.layout import Layout
from regatta.opening import Seeds, open_experiment, open_mp3


class WorldEnv(gymnasium.Env):
    """One world. Its episodes end by time alone: they are truncated and never terminated.

    The same seed gives the same episode (on the simulator), and `reset(seed=s)` the one that a race with
    seed s has; an episode without a seed takes the next of `seeds`, or is drawn from `np_random`.

    `info` has `action_mask`; after a step also `rewards` (the reward's components by name, of which
    the first is learned from, or which add up to it), `slo_preservation` (now; absent where there is no
    objective), `slo_violation` (share of the step's requests), `cost` (`replica_seconds`,
    `cpu_core_seconds`), `applied` (the choices that guard rails and cluster made of the action; −1 where
    none of the options was) and `illegal` (for how many workloads something outside of their bounds was
    asked); at the end `totals`, the episode's measures.
    """

    metadata = {"render_modes": []}

    def __init__(self, worlds, seeds=None):
        self.layout = Layout(worlds)
        self.observation_space = self.layout.observation_space
        self.action_space = self.layout.action_space
        self._worlds = worlds
        self._seeds = Seeds(seeds)
        self._mask = None

    @property
    def observation_names(self):
        """What each input is called, in the observation's shape."""
        return self.layout.observation_names

    @property
    def observation_units(self):
        """What each input is counted in, in the observation's shape."""
        return self.layout.observation_units

    @property
    def action_names(self):
        """What the options of each head are called."""
        return self.layout.action_names

    @property
    def card(self):
        """What is seen and what can be done, as agents' files have it; None for mp3."""
        return self.layout.card

    def reset(self, *, seed=None, options=None):
        """Begins an episode. There are no options."""
        super().reset(seed=seed)
        if options:
            raise ValueError(f"there are no options to reset with, and {sorted(options)} were given")
        seed = self._seeds.next(self.np_random) if seed is None else seed
        observation, mask = self._worlds.reset([seed])
        self._mask = np.frombuffer(mask, dtype=np.bool_)
        return self._observation(observation), {"action_mask": self._mask.view(np.int8)}

    def step(self, action):
        """Decides, and lets one period pass."""
        choices = np.asarray(action, dtype=np.int64).tobytes()
        (observation, mask), (reward, over, facts, applied) = self._worlds.step(choices, [None])
        self._mask = np.frombuffer(mask, dtype=np.bool_)
        truncated = bool(over[0])
        info = self._info(np.frombuffer(facts).tolist(), np.frombuffer(applied, dtype=np.int16))
        if truncated:
            info["totals"] = dict(self._worlds.totals(0))
        return self._observation(observation), float(np.frombuffer(reward)[0]), False, truncated, info

    def action_masks(self):
        """What may be chosen now, option by option and head after head, as MaskablePPO asks for it."""
        if self._mask is None:
            raise gymnasium.error.ResetNeeded("there is no mask before the first reset")
        return self._mask

    def close(self):
        """Ends the world: what it runs is stopped."""
        self._worlds.close()

    def _observation(self, data):
        return np.frombuffer(data, dtype=np.float32).reshape(self.layout.observation_shape)

    def _info(self, facts, applied):
        preservation, violation, replica_seconds, cpu_core_seconds, illegal, *rewards = facts
        info = {
            "action_mask": self._mask.view(np.int8),
            "rewards": dict(zip(self.layout.rewards, rewards)),
            "slo_violation": violation,
            "cost": {"replica_seconds": replica_seconds, "cpu_core_seconds": cpu_core_seconds},
            "applied": applied,
            "illegal": int(illegal),
        }
        # What nobody promised is not kept either.
        if preservation == preservation:
            info["slo_preservation"] = preservation
        return info


class AutoscalingEnv(WorldEnv):
    """A cluster under guard rails: `regatta/Autoscaling-v0`.

    Takes what :func:`regatta.opening.open_experiment` takes, and `seeds`, those of the episodes that are
    begun without one (a number or several, in turn; drawn without).
    """

    def __init__(self, experiment, *, seeds=None, render_mode=None, **asked):
        _no_rendering(render_mode)
        super().__init__(open_experiment(experiment, **asked), seeds)


class Mp3Env(WorldEnv):
    """The closed form of the ECE 471 course: `regatta/Mp3-v0`.

    Six numbers (CPU utilisation, SLO preservation, CPU shares ÷ 20480, others' shares ÷ 92160, containers
    ÷ 20, rate ÷ 10), five actions (nothing, a container more or fewer, 128 CPU shares more or fewer), a
    reward of 0.3 utilisation + 0.7 SLO preservation, and −1 for what is illegal. Takes what
    :func:`regatta.opening.open_mp3` takes, and `seeds`.
    """

    def __init__(self, *, seeds=None, render_mode=None, **asked):
        _no_rendering(render_mode)
        super().__init__(open_mp3(**asked), seeds)


def _no_rendering(render_mode):
    if render_mode is not None:
        raise ValueError(f"render_mode is {render_mode!r}; there is nothing to render")
