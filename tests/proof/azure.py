#!/usr/bin/env python3
"""A trained agent against tuned threshold policies on functions that it has not seen.

    tests/proof/azure.py REGATTA [--trace DIR] [--out DIR] [--json FILE] [--seeds N]

Trains examples/train/azure-ppo.yaml on every second of the sixteen functions of examples/azure.yaml, once for each
seed: as it is, and with a reward to which a kept promise counts more. Races what was trained on the other functions,
beside everybody who is in that file, and prints what each costs and how often it misses its objectives: an agent wins
that spends fewer replica-seconds at no more misses.
"""

import argparse
import json
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRAINING = ROOT / "examples/train/azure-ppo.yaml"
RACE = ROOT / "examples/azure.yaml"
# What a busy replica and a kept promise weigh in the reward that an agent learns from.
WEIGHTS = {"lean": (0.4, 0.6), "careful": (0.28, 0.72)}


def replaced(text, what, by):
    """The text with something replaced that is in it once."""
    assert text.count(what) == 1, what
    return text.replace(what, by)


def interquartile_mean(values):
    """The mean of the middle half, whose ends count in part."""
    values, count = sorted(values), len(values)
    start, end = count / 4, count * 3 / 4
    weights = [max(0.0, min(place + 1, end) - max(place, start)) for place in range(count)]
    return sum(weight * value for weight, value in zip(weights, values)) / (end - start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("regatta", type=pathlib.Path)
    parser.add_argument("--trace")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results/proof-azure")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    regatta, out = arguments.regatta.resolve(), arguments.out.resolve()
    # What an earlier proof left is done again.
    shutil.rmtree(out, ignore_errors=True)
    trace = ["--trace", arguments.trace] if arguments.trace else []
    learned = {}
    for name, (busy, kept) in WEIGHTS.items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        race, training = folder / "race.yaml", folder / "training.yaml"
        weights = f"utilisation_weight: {busy}, slo_weight: {kept}"
        race.write_text(replaced(RACE.read_text(), "utilisation_weight: 0.4, slo_weight: 0.6", weights))
        training.write_text(replaced(TRAINING.read_text(), "../azure.yaml", str(race)))
        command = [regatta, "train", training, "--out", folder / "out", "--seeds", arguments.seeds, "--json", *trace]
        trained = json.loads(subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE).stdout)
        learned |= {f"{name}-{seed['seed']}": seed["checkpoint"] for seed in trained["seeds"]}
    entries = "".join(f"  - {{ name: {name}, module: {module} }}\n" for name, module in learned.items())
    race = out / "race.yaml"
    race.write_text(replaced(RACE.read_text(), "policies:\n", f"policies:\n{entries}"))
    command = [regatta, "race", race, "--out", out / "race", *trace]
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    results = json.loads((out / "race/results.json").read_text())
    rows = {}
    for cell in results["cells"]:
        overall = cell["overall"]
        requests, reward = overall["requests"], overall["rewards"][0]
        row = rows.setdefault(cell["name"]["entrant"], {"replica_seconds": [], "missed": [], "reward": []})
        row["replica_seconds"].append(overall["replica_seconds"])
        row["missed"].append(requests["slo_violations"] / requests["with_objective"])
        row["reward"].append(reward["return"] / reward["scored"])
    told = {name: {key: interquartile_mean(values) for key, values in row.items()} for name, row in rows.items()}
    print(f"{'':16}{'replica-seconds':>17}{'missed':>10}{'reward':>9}   interquartile means over five seeds")
    for name, row in sorted(told.items(), key=lambda item: item[1]["missed"]):
        print(f"{name:16}{row['replica_seconds']:17,.0f}{row['missed']:10.3%}{row['reward']:9.4f}")
    # A rival is beaten by an agent that spends less and misses no more.
    beaten = {
        rival: sum(
            told[one]["replica_seconds"] < told[rival]["replica_seconds"] and told[one]["missed"] <= told[rival]["missed"]
            for one in learned
        )
        for rival in ("hpa-tuned", "kpa")
    }
    for rival, count in beaten.items():
        print(f"{rival}: {count} of {len(learned)} agents spend fewer replica-seconds and miss no more")
    if arguments.json:
        source = results.get("provenance", {}).get("arrivals")
        arguments.json.write_text(json.dumps({"arrivals": source, "rows": told, "beaten_by": beaten}, indent=1) + "\n")


if __name__ == "__main__":
    main()
