"""Steps per second of the Python environments: single, and vectors of 8 and 64 in 1 and 2 threads.

    .toolchain/learning/bin/python tests/proof/python_speed.py [--json FILE]

Actions are drawn beforehand. A step of a vector of N counts as N. Seconds of the best of three rounds.
"""

import argparse
import json
import pathlib
import time

import numpy as np
import regatta

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
ROUND_SECONDS = 2.0
ROUNDS = 3


def rate(step, count):
    """Steps per second, `count` a call."""
    best = 0.0
    for _ in range(ROUNDS):
        calls, start = 0, time.perf_counter()
        while (seconds := time.perf_counter() - start) < ROUND_SECONDS:
            step()
            calls += 1
        best = max(best, calls * count / seconds)
    return best


def single(env):
    """Steps one environment, and begins anew where an episode is over."""
    env.action_space.seed(1)
    actions = [env.action_space.sample() for _ in range(1000)]
    env.reset(seed=1)
    place = 0

    def step():
        nonlocal place
        place = (place + 1) % len(actions)
        if env.step(actions[place])[3]:
            env.reset()

    return rate(step, 1)


def vector(envs):
    """Steps a vector of them."""
    envs.action_space.seed(1)
    actions = [np.asarray(envs.action_space.sample()) for _ in range(100)]
    envs.reset(seed=1)
    place = 0

    def step():
        nonlocal place
        place = (place + 1) % len(actions)
        envs.step(actions[place])

    return rate(step, envs.num_envs)


def main():
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path)
    asked = parser.parse_args()
    scarlet = EXAMPLES / "scarlet.yaml"
    subjects = {
        "mp3": (
            lambda: regatta.Mp3Env(),
            lambda count, threads: regatta.Mp3VectorEnv(count, threads=threads),
        ),
        "scarlet.yaml": (
            lambda: regatta.AutoscalingEnv(scarlet),
            lambda count, threads: regatta.AutoscalingVectorEnv(count, scarlet, threads=threads),
        ),
    }
    found = []
    for name, (one, many) in subjects.items():
        found.append({"world": name, "worlds": 1, "threads": 1, "steps_per_second": single(one())})
        for count in (8, 64):
            for threads in (1, 2):
                speed = vector(many(count, threads))
                found.append(
                    {"world": name, "worlds": count, "threads": threads, "steps_per_second": speed}
                )
    print(f"{'world':14} {'worlds':>6} {'threads':>7} {'steps/s':>10}")
    for row in found:
        print(f"{row['world']:14} {row['worlds']:6} {row['threads']:7} {row['steps_per_second']:10,.0f}")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
