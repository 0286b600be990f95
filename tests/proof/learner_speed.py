#!/usr/bin/env python3
"""How fast DQN and PPO learn and decide, beside Stable-Baselines3 on the same machine in the same minutes.

    make proof-speed
    tests/proof/learner_speed.py [--json FILE]

Runs the learner's benches and, at the same hyperparameters, Stable-Baselines3 on CartPole and on the closed-form
environment (whose own steps are in Rust here and there); one thread each. Most figures are in the processor's time, of
the fastest of many stretches, because what else runs on a machine only ever adds. Trainings through the program, with
their durable replay, curves and checkpoints, are in wall time.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import gymnasium
import regatta  # noqa: F401  registers the environments
import stable_baselines3
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

ROOT = pathlib.Path(__file__).resolve().parents[2]
# As long as the benches' stretches: short, so that some pass undisturbed.
STRETCH, STEPS = 50, 4000
WORLDS = {"cartpole": "CartPole-v1", "mp3": "regatta/Mp3-v0"}


class Clock(BaseCallback):
    """How much of the processor's time had been spent at each step."""

    def _init_callback(self):
        self.times = []

    def _on_step(self):
        self.times.append(time.process_time())
        return True

    def fastest(self, skip):
        """Steps per second of the fastest stretch after the first `skip` steps."""
        times = self.times[skip:]
        return STRETCH / min(end - start for start, end in zip(times, times[STRETCH:]))


def fastest(work, count):
    """Seconds of the fastest of so many calls."""
    times = []
    for _ in range(count):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def dqn(world):
    """128-128, batch 128, one update a step, soft target: SCARLET's, but for its clipped gradients."""
    model = stable_baselines3.DQN(
        "MlpPolicy", gymnasium.make(WORLDS[world]), learning_rate=1e-4, buffer_size=1_000_000, learning_starts=200,
        batch_size=128, tau=0.005, gamma=0.99, train_freq=1, gradient_steps=1, target_update_interval=1,
        policy_kwargs={"net_arch": [128, 128]}, seed=1, device="cpu",
    )
    clock = Clock()
    model.learn(STEPS, callback=clock)
    observation = model.get_env().reset()
    return {
        "steps_per_second": clock.fastest(1000),
        "update_microseconds": fastest(lambda: model.train(gradient_steps=1, batch_size=128), 200) * 1e6,
        "decision_microseconds": fastest(lambda: model.predict(observation, deterministic=True), 500) * 1e6,
    }


def ppo(world):
    """64-64 tanh, 8 worlds, 128 turns, batch 256, 4 epochs: its defaults but for the turns and the batch."""
    worlds, turns, updates = 8, 128, 12
    env = make_vec_env(WORLDS[world], n_envs=worlds, seed=1)
    model = stable_baselines3.PPO("MlpPolicy", env, n_steps=turns, batch_size=256, n_epochs=4, seed=1, device="cpu")
    # A stretch is a rollout with the update after it, in the processor time of the thread, as in the bench.
    times, learn = [], model.train
    model.train = lambda: (learn(), times.append(time.thread_time()))
    model.learn(worlds * turns * updates)
    observation = env.reset()[:1]
    return {
        "steps_per_second": worlds * turns / min(end - start for start, end in zip(times, times[1:])),
        "decision_microseconds": fastest(lambda: model.predict(observation, deterministic=True), 500) * 1e6,
    }


def bench(name):
    """What the bench prints."""
    command = ["cargo", "bench", "--workspace", "--profile", "dev", "--bench", name]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def number(pattern, text):
    return float(re.search(pattern, text).group(1))


def own():
    """The benches' figures."""
    text = bench("dqn")
    print(text)
    of_dqn = {
        "by hand": {
            "steps_per_second": number(r"by hand +(\d+) steps/s", text),
            "update_microseconds": number(r"update, by hand +([\d.]+)", text),
            "decision_microseconds": number(r"decision of one row, by hand +([\d.]+)", text),
        },
        "through the graph": {
            "steps_per_second": number(r"through the graph +(\d+) steps/s", text),
            "update_microseconds": number(r"update, libtorch's graph, our optimiser +([\d.]+)", text),
            "decision_microseconds": number(r"decision of one row, libtorch +([\d.]+)", text),
        },
    }
    text = bench("ppo")
    print(text)
    of_ppo = {
        "by hand": {
            "steps_per_second": number(r"by hand +(\d+) steps/s", text),
            "decision_microseconds": number(r"the best choice of one row: ([\d.]+)", text),
        },
        "through the graph": {"steps_per_second": number(r"autograd +(\d+) steps/s", text)},
    }
    return {"dqn": of_dqn, "ppo": of_ppo}


# The same hyperparameters as above, on the closed-form environment.
TRAINING = """
name: speed
experiment: {race}
steps: {steps}
seeds: 1
worlds: {worlds}
algorithm: {algorithm}
evaluate: {{ every_steps: 1000000, episodes: 0 }}
checkpoint: {{ every_steps: 1000000 }}
"""
DQN = "{ dqn: { batch: 128, learning_starts: 200 } }"
PPO = (
    "{ ppo: { activation: tanh, learning_rate: 3.0e-4, turns: 128, minibatch: 256, epochs: 4, clip_values: false, "
    "value_coefficient: 1.0, entropy_coefficient: 0.0 } }"
)


def program(algorithm, steps, worlds):
    """Steps per second of wall time of a training through the program, the start of the program left out."""
    regatta_program = ROOT / "target/debug/regatta"
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "training.yaml"
        race = ROOT / "examples/mp3.yaml"
        file.write_text(TRAINING.format(race=race, steps=steps, worlds=worlds, algorithm=algorithm))
        command = [regatta_program, "train", file, "--out", pathlib.Path(folder) / "out", "--json"]
        told = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout
    return {"steps_per_second": json.loads(told)["seeds"][0]["steps_per_second"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    versions = {"stable_baselines3": stable_baselines3.__version__, "torch": torch.__version__}
    ours = own()
    ours["dqn"]["mp3, the whole program"] = program(DQN, 20_000, 1)
    ours["ppo"]["mp3, the whole program"] = program(PPO, 400_000, 8)
    theirs = {"dqn": {world: dqn(world) for world in WORLDS}, "ppo": {world: ppo(world) for world in WORLDS}}
    print(f"stable-baselines3 {versions['stable_baselines3']}, torch {versions['torch']}, one thread")
    for algorithm, rows in theirs.items():
        for name, row in [(f"Stable-Baselines3, {world}", row) for world, row in rows.items()] + [*ours[algorithm].items()]:
            peer = rows["mp3" if "mp3" in name else "cartpole"]["steps_per_second"]
            cells = "".join(
                f"{row[key]:12.1f} µs" if key in row else f"{'':15}"
                for key in ("update_microseconds", "decision_microseconds")
            )
            rate = row["steps_per_second"]
            print(f"{algorithm} {name:34}{rate:12.0f} steps/s {rate / peer:6.1f} x{cells}")
    if arguments.json:
        arguments.json.write_text(json.dumps({**versions, "ours": ours, "stable_baselines3_by_world": theirs}, indent=1) + "\n")


if __name__ == "__main__":
    main()
