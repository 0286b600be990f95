#!/usr/bin/env python3
"""SCARLET's DQN from scratch on its three functions, on real processes: 600 steps, then 100 greedy ones.

    tests/proof/scarlet.py REGATTA [--cluster processes|simulator] [--out DIR] [--json FILE]

Trains examples/train/scarlet-dqn.yaml and races threshold-hpa, one replica of each and chance on the same load, then
prints in how many of the ticks the 90th percentile of all three functions was below its SLA. The plots by step
(SCARLET's figures 2 and 3) lie in the training's folder. Then the same training is simulated with eight seeds each, for
the joint arrangement of SCARLET and the factored one, with the paper's one update a step and discount of 0.99, and with
32 and 0.9.
"""

import argparse
import csv
import json
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
GREEDY = 100
TRAINING = ROOT / "examples/train/scarlet-dqn.yaml"
# Share of the greedy ticks in which all three promises are to be kept.
BAR = 0.95


def replaced(text, what, by):
    """The text with something replaced that is in it once."""
    assert text.count(what) == 1, what
    return text.replace(what, by)


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


def arrangements(regatta, out):
    """Share of greedy ticks in which all promises were kept, by seed, of each arrangement; simulated."""
    text, shares = TRAINING.read_text(), {}
    for arrangement in ("joint", "factored"):
        for updates, discount in ((1, 0.99), (32, 0.9)):
            name = f"{arrangement}, {updates} update{'s' if updates > 1 else ''} a step, discount {discount}"
            folder = out / f"{arrangement}-{updates}"
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / "training.yaml"
            changed = replaced(text, "../scarlet.yaml", str(ROOT / "examples/scarlet.yaml"))
            changed = replaced(changed, "{ factored: { workloads: 3 } }\n  f", f"{{ {arrangement}: {{ workloads: 3 }} }}\n  f")
            file.write_text(replaced(changed, "gradient_steps: 32, gamma: 0.9 }", f"gradient_steps: {updates}, gamma: {discount} }}"))
            command = [regatta, "train", file, "--seeds", 8, "--out", folder / "out", "--json"]
            seeds = json.loads(subprocess.run(map(str, command), check=True, stdout=subprocess.PIPE).stdout)["seeds"]
            kept_by_seed = [kept(*trained(pathlib.Path(seed["folder"]))[:2])["all"] for seed in seeds]
            shares[name] = sorted(kept_by_seed)
            print(f"simulated, {name}: " + " ".join(f"{share:.0%}" for share in shares[name]), flush=True)
    return shares


def keep(folder, place):
    """The run's plots, and its steps as a table of a line each."""
    for plot in ("latency_by_step.svg", "reward_by_step.svg"):
        shutil.copy(folder / plot, place / f"scarlet_{plot}")
    series = watched(folder / "curves.csv")
    wanted = ("latency_seconds_tail", "replicas", "arrival_rate_per_second")
    names = sorted(name for name in series if name.removeprefix("step/").split(" ")[0] in wanted)
    names = ["step/reward", "agent/epsilon", *names]
    with open(place / "scarlet_steps.csv", "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["step", *(name.split("/")[1].replace(" ", ":") for name in names)])
        for step in sorted(series["step/reward"]):
            table.writerow([step, *(f"{series[name][step]:.5g}" if step in series[name] else "" for name in names)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("regatta", type=pathlib.Path)
    parser.add_argument("--cluster", default="processes", choices=["processes", "simulator"])
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results/proof-scarlet")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    regatta, out = arguments.regatta.resolve(), arguments.out.resolve()
    # What an earlier proof left is done again.
    shutil.rmtree(out, ignore_errors=True)
    command = [regatta, "train", TRAINING, "--cluster", arguments.cluster, "--out", out / "dqn", "--json"]
    seed = json.loads(subprocess.run(map(str, command), check=True, stdout=subprocess.PIPE).stdout)["seeds"][0]
    tails, promised, replicas, rewards = trained(pathlib.Path(seed["folder"]))
    rows = {"dqn, 100 greedy ticks": (kept(tails, promised), sum(map(sum, replicas.values())) / GREEDY, rewards)}

    race = [regatta, "race", ROOT / "examples/scarlet.yaml", "--cluster", arguments.cluster, "--seeds", 1]
    subprocess.run(map(str, race + ["--out", out / "race"]), check=True, stdout=subprocess.DEVNULL)
    results = json.loads((out / "race/results.json").read_text())
    for entrant in ("hpa", "minimum", "random", "static-5", "q-table"):
        # A cell has its series for the first seed only.
        cells = [cell for cell in results["cells"] if cell["name"]["entrant"] == entrant and cell["series"]]
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
    simulated = arrangements(regatta, out)
    if arguments.json:
        told = {"cluster": arguments.cluster, "sla_seconds": promised, "rows": told, "simulated_below_sla": simulated}
        keep(pathlib.Path(seed["folder"]), arguments.json.parent)
        arguments.json.write_text(json.dumps(told, indent=1) + "\n")
    return 0 if rows["dqn, 100 greedy ticks"][0]["all"] >= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main())
