#!/usr/bin/env python3
"""DQN and PPO on CartPole-v1 and Acrobot-v1 at CleanRL's settings, beside CleanRL's published returns.

    tests/proof/classic.py EXAMPLE [--steps N] [--seeds N] [--json FILE]

EXAMPLE is what `cargo build -p learner --examples` makes of host/learner/examples/classic.rs. Two trainings run at a
time, one thread each. An agent passes whose interquartile mean over seeds, of the last hundred episodes of training or
of twenty greedy ones, is not below the published interval.
"""

import argparse
import concurrent.futures
import json
import re
import statistics
import subprocess

# Mean return after 500,000 steps, and how far it may be off.
PUBLISHED = {
    ("dqn", "cartpole"): (488.7, 16.0),
    ("dqn", "acrobot"): (-91.5, 7.0),
    ("ppo", "cartpole"): (490.0, 6.0),
    ("ppo", "acrobot"): (-86.4, 1.3),
}


def interquartile_mean(values):
    """The mean of the middle half, whose ends count in part."""
    values, count = sorted(values), len(values)
    start, end = count / 4, count * 3 / 4
    weights = [max(0.0, min(place + 1, end) - max(place, start)) for place in range(count)]
    return sum(weight * value for weight, value in zip(weights, values)) / (end - start)


def train(example, agent, world, seed, steps):
    command = [example, "--agent", agent, "--world", world, "--first-seed", seed, "--seeds", 1, "--steps", steps]
    told = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout
    last, greedy = re.search(r"seed \d+: +(\S+) in the last 100 episodes, +(\S+) in 20 greedy", told).groups()
    return float(last), float(greedy)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("example")
    parser.add_argument("--steps", type=int, default=500_000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    told, passed = [], True
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        seeds = range(1, arguments.seeds + 1)
        runs = {
            case: [pool.submit(train, arguments.example, *case, seed, arguments.steps) for seed in seeds]
            for case in PUBLISHED
        }
        print(f"{'':14}{'last 100':>20}{'20 greedy':>20}{'CleanRL':>18}")
        for (agent, world), futures in runs.items():
            pairs = [future.result() for future in futures]
            last, greedy = ([pair[place] for pair in pairs] for place in (0, 1))
            means = interquartile_mean(last), interquartile_mean(greedy)
            mean, margin = PUBLISHED[agent, world]
            holds = max(means) >= mean - margin
            passed &= holds
            print(
                f"{agent} {world:10}{means[0]:20.1f}{means[1]:20.1f}{mean:12.1f} ± {margin}"
                f"{'' if holds else '  below'}", flush=True
            )
            told.append(
                {"agent": agent, "world": world, "iqm_last_100": means[0], "iqm_greedy": means[1], "published": mean,
                 "margin": margin, "last_100": last, "greedy": greedy, "spread_greedy": statistics.pstdev(greedy)}
            )
    if arguments.json:
        with open(arguments.json, "w") as file:
            file.write(json.dumps({"steps": arguments.steps, "cases": told}, indent=1) + "\n")
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
