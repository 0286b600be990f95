"""Stable-Baselines3 takes the environments, and what it trained becomes an agent. Skipped without it."""

import numpy as np
import pytest
import regatta

sb3 = pytest.importorskip("stable_baselines3")


def environments(solo, trio):
    return {
        "mp3": lambda: regatta.Mp3Env(),
        "solo": lambda: regatta.AutoscalingEnv(solo),
        "factored": lambda: regatta.AutoscalingEnv(trio),
        "joint": lambda: regatta.AutoscalingEnv(trio, arrangement="joint"),
        "per-workload": lambda: regatta.AutoscalingEnv(trio, arrangement="per-workload"),
    }


@pytest.mark.filterwarnings("error")
def test_its_checker_has_nothing_to_say(solo, trio):
    from stable_baselines3.common.env_checker import check_env

    for name, make in environments(solo, trio).items():
        # Of rows it says, rightly, that they are no picture.
        check_env(make(), warn=name != "per-workload")


@pytest.mark.parametrize("algorithm", ["PPO", "A2C", "DQN"])
@pytest.mark.parametrize("normalised", [False, True])
def test_what_it_trained_answers_the_same_as_an_agent(solo, trio, algorithm, normalised):
    from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

    made = environments(solo, trio)["solo" if algorithm == "DQN" else "factored"]
    env = DummyVecEnv([made])
    if normalised:
        env = VecNormalize(env, norm_reward=False)
    model = getattr(sb3, algorithm)("MlpPolicy", env, seed=1, device="cpu")
    model.learn(300)
    agent = regatta.from_stable_baselines3(model, steps="300")
    assert agent.card["facts"] == {"algorithm": algorithm, "steps": "300"}
    seen = made().observation_space
    observations = np.random.default_rng(1).uniform(seen.low, seen.high, (500, *seen.shape))
    observations = observations.astype(np.float32)
    given = env.normalize_obs(observations) if normalised else observations
    chosen, _ = model.predict(given, deterministic=True)
    heads = agent.values(observations).reshape(500, -1, 3)
    margin = np.diff(np.sort(heads, axis=-1), axis=-1)[..., -1] > 1e-4
    assert margin.mean() > 0.9
    assert np.array_equal(heads.argmax(axis=-1)[margin], chosen.reshape(500, -1)[margin])


def test_what_is_no_such_network_is_refused(solo):
    import torch

    model = sb3.PPO(
        "MlpPolicy", regatta.AutoscalingEnv(solo), policy_kwargs={"activation_fn": torch.nn.ELU}, device="cpu"
    )
    with pytest.raises(regatta.AgentError, match="no ELU"):
        regatta.from_stable_baselines3(model)
    with pytest.raises(regatta.AgentError, match="no card"):
        regatta.from_stable_baselines3(sb3.PPO("MlpPolicy", regatta.Mp3Env(), device="cpu"))
