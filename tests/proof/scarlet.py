#!/usr/bin/env python3
"""SCARLET's DQN from scratch on its three functions, on real processes: 600 steps, then 100 greedy ones.

    tests/proof/scarlet.py REGATTA [--cluster processes|simulator] [--out DIR] [--json FILE] [--seed N]

Trains examples/train/scarlet-dqn.yaml and races threshold-hpa, one replica of each and chance on the same load, then
prints in how many of the ticks the 90th percentile of all three functions was below its SLA. The plots by step
(SCARLET's figures 2 and 3) lie in the training's folder.
"""

import argparse
import csv
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
GREEDY = 100
# Share of the greedy ticks in which all three promises are to be kept.
BAR = 0.95


def watched(table):
    """Values of each series by step."""
    series = {}
    with open(table, newline="") as lines:
        for row in csv.DictReader(lines):
            series.setdefault(row["name"], {})[int(row["step"])] = float(row["value"])
    return series


def kept(tails, promised):
    """Share of the ticks in which each function, and all of them, stayed below; a tick without requests keeps."""
    ticks = range(len(next(iter(tails.values()))))
    below = {name: [tail is None or tail <= promised[name] for tail in values] for name, values in tails.items()}
    shares = {name: sum(values) / len(values) for name, values in below.items()}
    shares["all"] = sum(all(values[tick] for values in below.values()) for tick in ticks) / len(ticks)
    return shares


def trained(folder):
    series = watched(folder / "curves.csv")
    names = [name.split(" ", 1)[1] for name in series if name.startswith("step/latency_slo_seconds ")]
    last = max(series["step/reward"])
    steps = range(last - GREEDY + 1, last + 1)
    tails = {name: [series[f"step/latency_seconds_tail {name}"].get(step) for step in steps] for name in names}
    promised = {name: next(iter(series[f"step/latency_slo_seconds {name}"].values())) for name in names}
    replicas = {name: [series[f"step/replicas {name}"][step] for step in steps] for name in names}
    rewards = [series["step/reward"][step] for step in steps if step in series["step/reward"]]
    return tails, promised, replicas, rewards


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("regatta", type=pathlib.Path)
    parser.add_argument("--cluster", default="processes", choices=["processes", "simulator"])
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results/proof-scarlet")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    regatta, out = arguments.regatta.resolve(), arguments.out.resolve()
    training = ROOT / "examples/train/scarlet-dqn.yaml"
    command = [regatta, "train", training, "--cluster", arguments.cluster, "--out", out / "dqn", "--json"]
    seed = json.loads(subprocess.run(map(str, command), check=True, stdout=subprocess.PIPE).stdout)["seeds"][0]
    tails, promised, replicas, rewards = trained(pathlib.Path(seed["folder"]))
    rows = {"dqn, 100 greedy ticks": (kept(tails, promised), sum(map(sum, replicas.values())) / GREEDY, rewards)}

    race = [regatta, "race", ROOT / "examples/scarlet.yaml", "--cluster", arguments.cluster, "--seeds", 3]
    subprocess.run(map(str, race + ["--out", out / "race"]), check=True, stdout=subprocess.DEVNULL)
    results = json.loads((out / "race/results.json").read_text())
    for entrant in ("hpa", "minimum", "random", "static-5", "q-table"):
        cells = [cell for cell in results["cells"] if cell["name"]["entrant"] == entrant]
        tails, counts, rewards = {}, [], []
        for cell in cells:
            for series in cell["series"]:
                tails.setdefault(series["workload"], []).extend(series["latency_seconds_tail"])
                counts.append([count for count in series["replicas_desired"] if count is not None])
                if series is cell["series"][0]:
                    rewards += [reward for reward in series["reward"] if reward is not None]
        mean = sum(sum(count) / len(count) for count in counts) / len(cells)
        rows[entrant] = (kept(tails, promised), mean, rewards)

    names = list(promised)
    print(f"{'':24}" + "".join(f"{name:>16}" for name in names) + f"{'all three':>12}{'replicas':>10}{'reward':>9}")
    told = {}
    for name, (shares, count, reward) in rows.items():
        mean = sum(reward) / len(reward) if reward else float("nan")
        print(
            f"{name:24}" + "".join(f"{shares[one]:16.1%}" for one in names)
            + f"{shares['all']:12.1%}{count:10.1f}{mean:9.3f}"
        )
        told[name] = {"below_sla": shares, "replicas_mean": count, "reward_mean": mean}
    if arguments.json:
        arguments.json.write_text(json.dumps({"cluster": arguments.cluster, "sla_seconds": promised, "rows": told}, indent=1) + "\n")
    return 0 if rows["dqn, 100 greedy ticks"][0]["all"] >= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main())
