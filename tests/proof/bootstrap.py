#!/usr/bin/env python3
"""An agent that a rule leads until it is surely better (SCARLET, section 6.1).

    tests/proof/bootstrap.py REGATTA [--out DIR] [--json FILE] [--seeds N]

Trains examples/train/bursts-led.yaml, tells for each seed who drove when and what that gave, and races what was learned
beside the rule on other seeds.
"""

import argparse
import json
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRAINING = ROOT / "examples/train/bursts-led.yaml"
RACE = ROOT / "examples/bursts.yaml"


def share(stints, phases):
    """Mean reward, and share of objectives missed, over the stints of these phases."""
    chosen = [stint for stint in stints if stint["phase"] in phases]
    lessons, objectives = (sum(stint[key] for stint in chosen) for key in ("lessons", "objectives"))
    reward = sum(stint["reward"] for stint in chosen) / lessons if lessons else None
    missed = sum(stint["missed"] for stint in chosen) / objectives if objectives else None
    return {"turns": sum(stint["turns"] for stint in chosen), "reward_mean": reward, "missed_share": missed}


def told(values):
    return "-" if values["reward_mean"] is None else f"{values['reward_mean']:.3f} {values['missed_share']:7.1%}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("regatta", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results/proof-bootstrap")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=8)
    arguments = parser.parse_args()
    regatta, out = arguments.regatta.resolve(), arguments.out.resolve()
    # What an earlier proof left is done again.
    shutil.rmtree(out, ignore_errors=True)
    command = [regatta, "train", TRAINING, "--out", out / "dqn", "--seeds", arguments.seeds, "--json"]
    trained = json.loads(subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE).stdout)["seeds"]
    entries = "".join(f"  - {{ name: led-{seed['seed']}, module: {seed['checkpoint']} }}\n" for seed in trained)
    race = out / "race.yaml"
    race.write_text(RACE.read_text().replace("policies:\n", f"policies:\n{entries}", 1))
    command = [regatta, "race", race, "--out", out / "race"]
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    raced = {}
    for cell in json.loads((out / "race/results.json").read_text())["cells"]:
        reward = cell["overall"]["rewards"][0]
        raced.setdefault(cell["name"]["entrant"], []).append(reward["return"] / reward["scored"])
    raced = {name: sum(rewards) / len(rewards) for name, rewards in raced.items()}
    print(f"{'':6}{'handed over':>12}{'fell back':>11}{'rule drove':>18}{'agent drove':>18}{'raced':>8}")
    rows = []
    for seed in trained:
        stints = seed["bootstrap"]["stints"]
        handed = next((stint["turn"] for stint in stints if stint["phase"] == "agent"), None)
        back = sum(stint["phase"] == "fallen-back" for stint in stints)
        rule, agent = share(stints, ("rule", "fallen-back")), share(stints, ("agent",))
        raced_mean = raced[f"led-{seed['seed']}"]
        at = "-" if handed is None else f"turn {handed}"
        print(f"seed {seed['seed']}{at:>12}{back:>11}{told(rule):>18}{told(agent):>18}{raced_mean:8.3f}")
        rows.append(
            {"seed": seed["seed"], "handed_over_at_turn": handed, "fallen_back": back, "rule": rule, "agent": agent,
             "raced_reward_mean": raced_mean}
        )
    rules = {name: mean for name, mean in raced.items() if not name.startswith("led-")}
    print("raced alone: " + ", ".join(f"{name} {mean:.3f}" for name, mean in rules.items()))
    if arguments.json:
        arguments.json.write_text(json.dumps({"seeds": rows, "raced_reward_mean": rules}, indent=1) + "\n")


if __name__ == "__main__":
    main()
