#!/usr/bin/env python3
"""DQN and PPO on the closed form of the ECE 471 course, whose optimum is known.

    tests/proof/mp3.py REGATTA [--out DIR] [--json FILE] [--steps N] [--seeds N]

Trains examples/train/mp3-{dqn,ppo}.yaml, races what was trained beside threshold policies, and prints the mean reward
of a step over the eight rates (start with one container, the table's mistakes left out). It says that learning is
correct and not that it is better: nearly every policy does well here.
"""

import argparse
import json
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPTIMUM = 0.9264
BAR = 0.9235
# Measured once with Stable-Baselines3's DQN and PPO after as many steps.
STABLE_BASELINES = (0.9236, 0.9264)


def hpa(percent):
    cpu = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "AverageValue", "averageValue": f"{percent}0m"}}}
    settings = {"metrics": [cpu], "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}}}
    return {"name": f"hpa {percent} %", "module": "threshold-hpa", "settings": settings}


def by_rate(results):
    """Mean reward of a step of each entrant at each rate."""
    rewards = {}
    for cell in results["cells"]:
        overall = cell["overall"]
        rate = round(overall["requests"]["arrivals"] / overall["seconds"])
        reward = overall["rewards"][0]
        rewards.setdefault(cell["name"]["entrant"], {})[rate] = reward["return"] / reward["scored"]
    return rewards


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("regatta", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results/proof-mp3")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    regatta, out = arguments.regatta.resolve(), arguments.out.resolve()
    # What an earlier proof left is done again.
    shutil.rmtree(out, ignore_errors=True)
    entrants, speeds = [], {}
    for algorithm in ("dqn", "ppo"):
        folder = out / algorithm
        command = [regatta, "train", ROOT / f"examples/train/mp3-{algorithm}.yaml", "--out", folder, "--json"]
        command += ["--steps", arguments.steps, "--seeds", arguments.seeds, "--threads", 1]
        trained = json.loads(subprocess.run(map(str, command), check=True, capture_output=True).stdout)
        for seed in trained["seeds"]:
            name = f"{algorithm} {seed['seed']}"
            entrants.append({"name": name, "module": seed["checkpoint"]})
            speeds[name] = seed["steps_per_second"]
    race = {
        "name": "proof-mp3",
        # So many that each of the eight rates is drawn.
        "seeds": 40,
        "mp3": {},
        "rewards": [{"module": "balanced", "settings": {"reversal_penalty": 0}}],
        "guard_rails": {"step_up": 1, "step_down": 1},
        "policies": entrants + [hpa(90), hpa(60), {"module": "random"}],
    }
    file = out / "race.json"
    file.write_text(json.dumps(race))
    subprocess.run([regatta, "race", file, "--out", out / "race"], check=True, capture_output=True)
    rewards = by_rate(json.loads((out / "race/results.json").read_text()))
    means = {name: sum(rates.values()) / len(rates) for name, rates in rewards.items()}
    assert all(len(rates) == 8 for rates in rewards.values()), "a rate was not drawn"
    print(f"{'':12} mean reward of a step, eight rates (optimum {OPTIMUM}, bar {BAR})")
    for name, mean in means.items():
        speed = f"{speeds[name]:8.0f} steps/s" if name in speeds else ""
        print(f"{name:12} {mean:.5f} {'≥ bar' if mean >= BAR else '':6}{speed}")
    print(f"Stable-Baselines3, as many steps: {STABLE_BASELINES[0]} to {STABLE_BASELINES[1]}")
    passed = {}
    for algorithm in ("dqn", "ppo"):
        own = [mean for name, mean in means.items() if name.startswith(algorithm)]
        passed[algorithm] = sum(mean >= BAR for mean in own)
        print(f"{algorithm}: {passed[algorithm]} of {len(own)} seeds reach the bar")
    if arguments.json:
        told = {"steps": arguments.steps, "optimum": OPTIMUM, "bar": BAR, "means": means, "steps_per_second": speeds}
        arguments.json.write_text(json.dumps(told, indent=1) + "\n")
    return 0 if all(count >= arguments.seeds - 1 for count in passed.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
