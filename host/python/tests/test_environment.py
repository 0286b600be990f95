"""A single environment is what Gymnasium and its users expect."""

import gymnasium
import numpy as np
import pytest
import regatta
from gymnasium import spaces
from gymnasium.utils.env_checker import check_env


def make(experiment, **asked):
    return gymnasium.make("regatta/Autoscaling-v0", experiment=experiment, **asked)


def episode(env, seed, choose=None):
    """All that an episode gives; by default actions are drawn from a seed of their own."""
    chance = np.random.default_rng(7)
    draw = choose or (lambda _: chance.integers(env.action_space.nvec))
    observation, info = env.reset(seed=seed)
    steps = []
    while True:
        observation, reward, terminated, truncated, info = env.step(draw(info))
        steps.append((observation, reward, terminated, truncated, info))
        if truncated or terminated:
            return steps


@pytest.mark.parametrize("arrangement", [None, "per-workload", "joint"])
def test_gymnasium_has_nothing_to_say_of_any_arrangement(trio, arrangement):
    check_env(make(trio, arrangement=arrangement).unwrapped, skip_render_check=True)


def test_gymnasium_has_nothing_to_say_of_one_workload(solo):
    env = make(solo)
    check_env(env.unwrapped, skip_render_check=True)
    assert env.observation_space.shape == (7,)
    assert env.action_space == spaces.Discrete(3)
    assert env.unwrapped.action_names == [["shop: -1 replicas", "shop: hold", "shop: +1 replicas"]]


def test_every_arrangement_has_its_spaces(trio):
    for arrangement, shape, actions in [
        ("factored", (21,), spaces.MultiDiscrete([3, 3, 3])),
        ("joint", (21,), spaces.Discrete(27)),
        ("per-workload", (3, 7), spaces.MultiDiscrete([3, 3, 3])),
    ]:
        env = make(trio, arrangement=arrangement)
        assert env.observation_space.shape == shape, arrangement
        assert env.action_space == actions, arrangement
    assert make(trio).action_space == spaces.MultiDiscrete([3, 3, 3])


def test_inputs_have_names_units_and_bounds(trio):
    env = make(trio).unwrapped
    assert env.observation_names[7] == "b: cpu_utilisation_ratio_mean"
    assert env.observation_names[9] == "b: replicas_desired / replicas_max"
    assert env.observation_units[9] == "1"
    assert env.observation_units[10] == "10 1/s"
    assert env.observation_space.low[11] == -2 and env.observation_space.high[11] == 2
    assert np.isfinite(env.observation_space.low).all()


def test_a_feature_without_a_clip_has_wide_finite_bounds(solo):
    card = {"features": [{"column": "arrival_rate_per_second"}], "changes": [{}, {"replicas": 1}]}
    env = make(solo, card=card)
    assert env.observation_space.low[0] == 0
    assert np.isfinite(env.observation_space.high).all()
    check_env(env.unwrapped, skip_render_check=True)


def test_the_same_seed_gives_the_same_episode_and_another_one_another(trio):
    def seen(seed):
        return np.array([step[0] for step in episode(make(trio), seed)])

    assert np.array_equal(seen(1), seen(1))
    assert not np.array_equal(seen(1), seen(2))


def test_episodes_without_a_seed_differ_and_follow_from_the_first(solo):
    def two(env):
        first = [step[0] for step in episode(env, 5, lambda _: 1)]
        second = [step[0] for step in episode(env, None, lambda _: 1)]
        return np.array(first), np.array(second)

    first, second = two(make(solo))
    again_first, again_second = two(make(solo))
    assert not np.array_equal(first, second)
    assert np.array_equal(first, again_first) and np.array_equal(second, again_second)


def test_given_seeds_are_taken_in_turn(solo):
    env = make(solo, seeds=[3, 4])

    def seen(seed):
        return np.array([step[0] for step in episode(env, seed, lambda _: 1)])

    three, four, three_again = seen(None), seen(None), seen(None)
    assert np.array_equal(three, seen(3)) and np.array_equal(four, seen(4))
    assert np.array_equal(three, three_again) and not np.array_equal(three, four)


def test_an_episode_is_truncated_at_its_end_and_starts_after_the_warm_up(trio):
    steps = episode(make(trio), 1)
    # 30 s less 5 s of warm-up, in periods of 1 s.
    assert len(steps) == 25
    assert [step[3] for step in steps] == [False] * 24 + [True]
    assert not any(step[2] for step in steps)


def test_info_tells_rewards_cost_and_violations(trio):
    steps = episode(make(trio), 1)
    for _, reward, _, _, info in steps:
        assert list(info["rewards"]) == ["balanced", "scarlet"]
        assert info["rewards"]["balanced"] == reward
        assert 0 <= info["slo_violation"] <= 1 and 0 < info["slo_preservation"] <= 1
        assert info["cost"]["replica_seconds"] > 0 and info["cost"]["cpu_core_seconds"] > 0
        assert info["applied"].shape == (3,)
    totals = steps[-1][4]["totals"]
    assert all("totals" not in step[4] for step in steps[:-1])
    spent = sum(step[4]["cost"]["replica_seconds"] for step in steps)
    assert totals["replica_seconds"] == pytest.approx(spent)
    assert totals["seconds"] == 25
    mean = np.mean([step[1] for step in steps])
    assert totals["reward_mean/balanced"] == pytest.approx(mean)


def test_another_reward_can_be_learned_from(trio):
    *_, (_, reward, _, _, info) = episode(make(trio, reward="scarlet"), 1)
    assert list(info["rewards"]) == ["scarlet", "balanced"]
    assert info["rewards"]["scarlet"] == reward


def test_what_lies_outside_of_the_bounds_is_masked_illegal_and_not_applied(solo):
    env = make(solo)
    _, info = env.reset(seed=1)
    # One replica is the fewest.
    assert info["action_mask"].tolist() == [0, 1, 1]
    assert env.unwrapped.action_masks().dtype == np.bool_
    _, _, _, _, info = env.step(0)
    assert info["illegal"] == 1 and info["applied"].tolist() == [1]
    _, _, _, _, info = env.step(2)
    assert info["illegal"] == 0 and info["applied"].tolist() == [2]
    assert info["action_mask"].tolist() == [1, 1, 1]


def test_a_mask_serves_to_sample(trio):
    env = make(trio, arrangement="joint")
    _, info = env.reset(seed=1)
    assert info["action_mask"].sum() == 8
    env.step(env.action_space.sample(mask=info["action_mask"]))


def test_a_card_comes_from_a_section_of_a_file(solo, tmp_path):
    path = tmp_path / "training.yaml"
    path.write_text(
        "agent:\n  period_milliseconds: 5000\n  features: [{ column: replicas_desired, scale: 5 }]\n"
        "  changes: [{}, { replicas: 1 }]\nsteps: 100\n"
    )
    env = make(solo, agent=path)
    assert env.unwrapped.card["name"] == "agent"
    assert env.unwrapped.layout.period_seconds == 5
    observation, _ = env.reset(seed=1)
    assert observation.tolist() == [pytest.approx(0.2)]
    assert len(episode(env, 1, lambda _: 0)) == 5


def test_the_race_split_runs_too(solo):
    assert len(episode(make(solo, split="race"), 1, lambda _: 1)) == 25


def test_the_examples_make_environments(examples):
    for name in ["scarlet.yaml", "mp3.yaml", "flash-crowd.yaml", "processes.yaml"]:
        env = make(examples / name)
        observation, _ = env.reset(seed=1)
        assert env.observation_space.contains(observation), name
        env.step(env.action_space.sample())


def test_the_package_says_what_it_has():
    for name in regatta.__all__:
        assert getattr(regatta, name).__doc__, name
