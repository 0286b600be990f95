"""Vector: many worlds that are stepped in one call, in threads."""

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from regatta.layout import Layout
from regatta.opening import Seeds, open_experiment, open_mp3


class WorldVectorEnv(VectorEnv):
    """Many worlds of one layout, as :class:`regatta.environment.WorldEnv` has one.

    By default an episode that is over begins anew at the next step, whose action is then ignored
    (`AutoresetMode.NEXT_STEP`). With `SAME_STEP` it does so at once: `info` has `final_obs` and
    `final_info`. With `DISABLED` whoever steps resets, by `options={"reset_mask": …}`.
    """

    metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(self, worlds, num_envs, seeds=None, autoreset_mode=AutoresetMode.NEXT_STEP):
        self.layout = Layout(worlds)
        self.num_envs = num_envs
        self.single_observation_space = self.layout.observation_space
        self.single_action_space = self.layout.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self._worlds = worlds
        self._seeds = Seeds(seeds)
        self._generators = [np.random.default_rng() for _ in range(num_envs)]
        self._over = np.zeros(num_envs, dtype=np.bool_)
        self._mask = None

    def reset(self, *, seed=None, options=None):
        """Begins an episode everywhere, or where `options["reset_mask"]` says so."""
        chosen = self._chosen(dict(options or {}))
        seeds = self._given(seed)
        for place in np.flatnonzero(chosen):
            if seeds[place] is not None:
                # As a single environment seeds itself.
                self._generators[place] = np.random.default_rng(seeds[place])
        views = self._worlds.reset(
            [self._next(place, seeds[place]) if chosen[place] else None for place in range(self.num_envs)]
        )
        self._over[chosen] = False
        observations = self._view(views)
        return observations, self._masks()

    def step(self, actions):
        """Decides in all worlds, and lets one period pass in each."""
        seeds = [None] * self.num_envs
        if self.autoreset_mode == AutoresetMode.NEXT_STEP:
            for place in np.flatnonzero(self._over):
                seeds[place] = self._next(place, None)
            stepped = ~self._over
        else:
            stepped = np.ones(self.num_envs, dtype=np.bool_)
        choices = np.ascontiguousarray(actions, dtype=np.int64).tobytes()
        views, (rewards, over, facts, applied) = self._worlds.step(choices, seeds)
        self._over = np.frombuffer(over, dtype=np.bool_)
        observations = self._view(views)
        info = self._info(stepped, np.frombuffer(facts), np.frombuffer(applied, dtype=np.int16))
        truncated = self._over.copy()
        if self._over.any():
            self._total(info)
            if self.autoreset_mode == AutoresetMode.SAME_STEP:
                observations, info = self._begin_anew(observations, info)
        terminated = np.zeros(self.num_envs, dtype=np.bool_)
        return observations, np.frombuffer(rewards), terminated, truncated, info

    def action_masks(self):
        """What may be chosen now in each world: `(num_envs, options)`."""
        return self._mask

    def close_extras(self, **_):
        """Ends the worlds: what they run is stopped."""
        self._worlds.close()

    def _next(self, place, seed):
        return int(seed) if seed is not None else self._seeds.next(self._generators[place])

    def _given(self, seed):
        if seed is None:
            return [None] * self.num_envs
        if np.isscalar(seed):
            self._np_random = np.random.default_rng(seed)
            return [int(seed) + place for place in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"{len(seed)} seeds for {self.num_envs} environments")
        return list(seed)

    def _chosen(self, options):
        mask = options.pop("reset_mask", None)
        if options:
            raise ValueError(f"reset_mask is the only option, and {sorted(options)} were given")
        if mask is None:
            return np.ones(self.num_envs, dtype=np.bool_)
        mask = np.asarray(mask, dtype=np.bool_)
        if mask.shape != (self.num_envs,):
            raise ValueError(f"reset_mask is of shape {mask.shape}, not ({self.num_envs},)")
        return mask

    def _view(self, views):
        observations, mask = views
        self._mask = np.frombuffer(mask, dtype=np.bool_).reshape(self.num_envs, -1)
        shape = (self.num_envs, *self.layout.observation_shape)
        return np.frombuffer(observations, dtype=np.float32).reshape(shape)

    def _masks(self):
        everywhere = np.ones(self.num_envs, dtype=np.bool_)
        return {"action_mask": self._mask.view(np.int8), "_action_mask": everywhere}

    def _info(self, stepped, facts, applied):
        """Gymnasium's form: an array for each key, and a mask of the worlds that have it."""
        facts = facts.reshape(self.num_envs, -1)
        names = self.layout.facts
        values = dict(zip(names, facts.T))
        rewards = dict(zip(self.layout.rewards, facts.T[len(names) :]))
        preservation = values["slo_preservation"]
        info = self._masks()
        info["rewards"] = _masked(rewards, stepped)
        info["slo_preservation"] = preservation
        info["_slo_preservation"] = stepped & ~np.isnan(preservation)
        info["slo_violation"] = values["slo_violation"]
        info["cost"] = _masked(
            {name: values[name] for name in ("replica_seconds", "cpu_core_seconds")}, stepped
        )
        info["applied"] = applied.reshape(self.num_envs, -1)
        info["illegal"] = values["illegal"].astype(np.int64)
        for name in ("rewards", "slo_violation", "cost", "applied", "illegal"):
            info[f"_{name}"] = stepped
        return info

    def _total(self, info):
        """Adds the measures of the episodes that are over."""
        over = self._over
        totals = {}
        for place in np.flatnonzero(over):
            for name, value in self._worlds.totals(int(place)):
                totals.setdefault(name, np.zeros(self.num_envs))[place] = value
        info["totals"] = _masked(totals, over.copy())
        info["_totals"] = over.copy()

    def _begin_anew(self, observations, info):
        """Resets the worlds whose episode is over, and keeps what was last seen of these."""
        over = self._over.copy()
        final = np.full(self.num_envs, None, dtype=object)
        for place in np.flatnonzero(over):
            final[place] = observations[place].copy()
        seeds = [self._next(place, None) if over[place] else None for place in range(self.num_envs)]
        observations = self._view(self._worlds.reset(seeds))
        self._over = np.zeros(self.num_envs, dtype=np.bool_)
        ended = _restricted(info, over)
        info = _restricted(info, ~over)
        info.pop("totals"), info.pop("_totals")
        info.update(self._masks())
        info["final_obs"], info["_final_obs"] = final, over
        info["final_info"], info["_final_info"] = ended, over
        return observations, info


class AutoscalingVectorEnv(WorldVectorEnv):
    """Many clusters: takes what :class:`regatta.AutoscalingEnv` takes.

    `threads` step them; 0 for one a core.
    """

    def __init__(
        self,
        num_envs,
        experiment,
        *,
        threads=0,
        seeds=None,
        autoreset_mode=AutoresetMode.NEXT_STEP,
        **asked,
    ):
        worlds = open_experiment(experiment, count=num_envs, threads=threads, **asked)
        super().__init__(worlds, num_envs, seeds, autoreset_mode)


class Mp3VectorEnv(WorldVectorEnv):
    """Many closed forms: takes what :class:`regatta.Mp3Env` takes.

    `threads` step them; by default one, because a step is too short to share out.
    """

    def __init__(
        self, num_envs, *, threads=1, seeds=None, autoreset_mode=AutoresetMode.NEXT_STEP, **asked
    ):
        worlds = open_mp3(count=num_envs, threads=threads, **asked)
        super().__init__(worlds, num_envs, seeds, autoreset_mode)


def _masked(values, mask):
    return {**values, **{f"_{name}": mask for name in values}}


def _restricted(info, where):
    """The info with the masks of its keys cut to some of the worlds."""
    return {
        name: _restricted(value, where)
        if isinstance(value, dict)
        else (value & where if name.startswith("_") else value)
        for name, value in info.items()
    }
