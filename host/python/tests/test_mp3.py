"""The closed form is the course's."""

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

HOLD, MORE, FEWER, MORE_SHARES, FEWER_SHARES = range(5)


def make(**asked):
    return gymnasium.make("regatta/Mp3-v0", **asked)


def published(containers, rate):
    """Utilisation and SLO preservation of a cell."""
    spare = min(1.5, 12 / containers) - rate / containers
    latency = 1 / spare if spare > 0 else 60_000
    return min(1, rate / (1.5 * containers)), min(1, 9 / latency)


def test_gymnasium_has_nothing_to_say_of_it():
    check_env(make().unwrapped, skip_render_check=True)


def test_states_and_rewards_are_the_published_ones():
    for rate in range(1, 9):
        env = make(rate=rate)
        observation, _ = env.reset(seed=1)
        for containers in range(1, 11):
            used, kept = published(containers, rate)
            state = [used, kept, containers * 1024 / 20480, 0, containers / 20, rate / 10]
            assert observation == pytest.approx(state), (containers, rate)
            observation, reward, _, _, info = env.step(HOLD)
            assert reward == pytest.approx(0.3 * used + 0.7 * kept)
            assert sum(info["rewards"].values()) == pytest.approx(reward)
            observation, *_ = env.step(MORE)


def test_illegal_moves_cost_one_and_change_nothing():
    env = make(rate=3)
    before, info = env.reset(seed=1)
    assert info["action_mask"].tolist() == [1, 1, 0, 1, 1]
    after, reward, _, _, info = env.step(FEWER)
    assert reward == -1 and info["illegal"] == 1 and info["applied"].tolist() == [HOLD]
    assert np.array_equal(before, after)
    for legal in [MORE_SHARES, FEWER_SHARES]:
        after, reward, _, _, info = env.step(legal)
        assert reward > 0 and info["illegal"] == 0 and info["applied"].tolist() == [legal]
        assert np.array_equal(before, after)
    env = make(rate=3, replicas_initial=10)
    _, info = env.reset(seed=1)
    assert info["action_mask"].tolist() == [1, 0, 1, 1, 1]
    assert env.step(MORE)[1] == -1


def test_an_episode_has_200_steps_and_knows_the_optimum():
    env = make()
    env.reset(seed=3)
    steps = [env.step(HOLD) for _ in range(200)]
    assert [step[3] for step in steps] == [False] * 199 + [True]
    totals = steps[-1][4]["totals"]
    assert totals["reward_mean"] == pytest.approx(np.mean([step[1] for step in steps]))
    assert totals["reward_mean"] <= totals["optimum"] <= 1


def test_seeds_draw_all_rates():
    env = make()
    rates = {round(float(env.reset(seed=seed)[0][5]) * 10) for seed in range(100)}
    assert rates == set(range(1, 9))


def test_quirk_cells_are_taken_over_on_demand():
    for quirk, kept in [(False, 9 / 60_000), (True, 1)]:
        env = make(rate=3, replicas_initial=2, quirk_cells=quirk)
        assert env.reset(seed=1)[0][1] == pytest.approx(kept)


def test_what_does_not_exist_is_refused():
    for wrong in [{"rate": 9}, {"replicas_initial": 0}, {"steps": 0}]:
        with pytest.raises(ValueError, match="must lie in"):
            make(**wrong)
