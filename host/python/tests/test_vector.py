"""A vector environment is many single ones, stepped at once."""

import threading

import gymnasium
import numpy as np
import pytest
import regatta
from gymnasium.utils.env_checker import data_equivalence
from gymnasium.vector import AutoresetMode, SyncVectorEnv

COUNT = 3


def vector(experiment, **asked):
    return regatta.AutoscalingVectorEnv(COUNT, experiment, **asked)


def single(experiment):
    return lambda: regatta.AutoscalingEnv(experiment)


def played(envs, steps=60):
    """What two episodes and a half give."""
    chance = np.random.default_rng(3)
    observations, info = envs.reset(seed=11)
    yield observations.copy(), info["action_mask"]
    for _ in range(steps):
        actions = chance.integers(np.broadcast_to(envs.single_action_space.nvec, (COUNT, 3)))
        observations, rewards, terminated, truncated, info = envs.step(actions)
        yield observations.copy(), rewards.copy(), terminated.copy(), truncated.copy(), info


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_it_gives_what_as_many_single_ones_give(trio, mode):
    ours = played(vector(trio, autoreset_mode=mode, threads=2))
    theirs = played(SyncVectorEnv([single(trio)] * COUNT, autoreset_mode=mode))
    ends = 0
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        for mine, their in zip(one[:4], other[:4]):
            assert np.array_equal(mine, their), number
        if number == 0:
            continue
        mine, their = one[4], other[4]
        assert set(their) <= set(mine), number
        for key in their:
            if key.startswith("_"):
                assert np.array_equal(mine[key], their[key]), (number, key)
        ended = one[3]
        ends += ended.sum()
        if mode == AutoresetMode.SAME_STEP and ended.any():
            assert data_equivalence(mine["final_obs"].tolist(), their["final_obs"].tolist())
            mine, their = mine["final_info"], their["final_info"]
        elif not ended.any():
            # A world that has just begun tells nothing, and either of them fills that in differently.
            stepped = their.get("_rewards", np.zeros(COUNT, bool))
            for name in ["balanced", "scarlet"] if stepped.any() else []:
                assert np.array_equal(
                    mine["rewards"][name][stepped], their["rewards"][name][stepped]
                )
        if ended.any():
            for name in their["totals"]:
                if not name.startswith("_"):
                    assert np.array_equal(
                        mine["totals"][name], their["totals"][name], equal_nan=True
                    ), name
    assert ends == COUNT * 2


def test_threads_change_nothing(trio):
    for one, other in zip(played(vector(trio, threads=1)), played(vector(trio, threads=2))):
        assert data_equivalence(list(one[:4]), list(other[:4]))


def test_a_disabled_autoreset_leaves_the_reset_to_a_mask(trio):
    envs = vector(trio, autoreset_mode=AutoresetMode.DISABLED)
    envs.reset(seed=1)
    for _ in range(25):
        *_, truncated, _ = envs.step(np.ones((COUNT, 3), int))
    assert truncated.all()
    with pytest.raises(ValueError, match="reset it"):
        envs.step(np.ones((COUNT, 3), int))
    before, _ = envs.reset(options={"reset_mask": np.array([True, False, True])})
    with pytest.raises(ValueError, match="environment 1"):
        envs.step(np.ones((COUNT, 3), int))
    after, _ = envs.reset(options={"reset_mask": np.array([False, True, False])})
    assert np.array_equal(before[[0, 2]], after[[0, 2]])
    envs.step(np.ones((COUNT, 3), int))


def test_gymnasium_makes_it(trio):
    for name, asked in [("Autoscaling-v0", {"experiment": trio}), ("Mp3-v0", {})]:
        envs = gymnasium.make_vec(
            f"regatta/{name}", num_envs=4, vectorization_mode="vector_entry_point", **asked
        )
        observations, info = envs.reset(seed=1)
        assert envs.observation_space.contains(observations)
        assert envs.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
        assert envs.unwrapped.action_masks().shape == info["action_mask"].shape
        observations, rewards, *_ = envs.step(envs.action_space.sample())
        assert observations.shape[0] == rewards.shape[0] == 4


def test_gymnasium_records_its_episodes(trio):
    envs = gymnasium.wrappers.vector.RecordEpisodeStatistics(vector(trio))
    envs.reset(seed=1)
    for _ in range(25):
        *_, info = envs.step(np.ones((COUNT, 3), int))
    assert info["episode"]["l"].tolist() == [25] * COUNT


def test_other_threads_of_python_run_while_it_steps(trio):
    envs = regatta.AutoscalingVectorEnv(32, trio, threads=1)
    envs.reset(seed=1)
    stepping, over, seen = threading.Event(), threading.Event(), []

    def watch():
        while not over.is_set():
            if stepping.is_set():
                seen.append(1)

    native = envs._worlds

    class Watched:
        """Tells when the native call is on, and hands everything on to it."""

        def __getattr__(self, name):
            return getattr(native, name)

        def step(self, choices, seeds):
            stepping.set()
            try:
                return native.step(choices, seeds)
            finally:
                stepping.clear()

    envs._worlds = Watched()
    thread = threading.Thread(target=watch)
    thread.start()
    for _ in range(200):
        envs.step(np.ones((32, 3), int))
    over.set()
    thread.join()
    assert len(seen) > 200


def test_wrong_numbers_of_seeds_and_actions_are_told(trio):
    envs = vector(trio)
    with pytest.raises(ValueError, match="2 seeds for 3"):
        envs.reset(seed=[1, 2])
    envs.reset(seed=1)
    with pytest.raises(ValueError, match="are wanted"):
        envs.step(np.ones((2, 3), int))
    with pytest.raises(ValueError, match="action 3 at position 2 of environment 1"):
        envs.step(np.array([[1, 1, 1], [1, 1, 3], [1, 1, 1]]))
    envs.step(np.ones((COUNT, 3), int))
    envs.close()
    with pytest.raises(ValueError, match="closed"):
        envs._worlds.reset([None] * COUNT)
