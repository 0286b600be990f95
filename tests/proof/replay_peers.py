#!/usr/bin/env python3
"""The replay beside the buffers of others: batches of 128 from a million rows of 15 numbers, in one thread.

    tests/proof/replay_peers.py [--json FILE]

Runs `cargo bench --bench speed` of the replay first, then the same with others. Each figure is the median of many
short turns, so that on a busy machine most of them are not interrupted.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import statistics
import time

import numpy as np

ROWS = 1_000_000
INPUTS = 15
OPTIONS = 27
BATCH = 128
TURNS = 501
SAMPLES = 5
APPENDS = 20_000


def micros(work, turns=TURNS, repeats=SAMPLES):
    taken = []
    for _ in range(turns):
        started = time.perf_counter()
        for _ in range(repeats):
            work()
        taken.append((time.perf_counter() - started) * 1e6 / repeats)
    return statistics.median(taken)


TOLD = {}


def say(what, value, unit):
    TOLD[what] = {"value": value, "unit": unit}
    print(f"{what:<44}{value:>14,.2f} {unit}", flush=True)


def cpprb():
    import cpprb

    fields = {
        "obs": {"shape": INPUTS},
        "act": {"shape": 1, "dtype": np.int64},
        "rew": {},
        "next_obs": {"shape": INPUTS},
        "done": {},
    }
    rows = {
        "obs": np.random.rand(ROWS, INPUTS).astype(np.float32),
        "act": np.random.randint(0, OPTIONS, (ROWS, 1)),
        "rew": np.random.rand(ROWS).astype(np.float32),
        "next_obs": np.random.rand(ROWS, INPUTS).astype(np.float32),
        "done": np.zeros(ROWS, dtype=np.float32),
    }
    one = {name: column[0] for name, column in rows.items()}
    uniform = cpprb.ReplayBuffer(ROWS, fields)
    uniform.add(**rows)
    say("cpprb: append", 1e6 / micros(lambda: uniform.add(**one), 21, APPENDS), "/s")
    say("cpprb: uniform batch of 128", micros(lambda: uniform.sample(BATCH)), "µs")
    ranked = cpprb.PrioritizedReplayBuffer(ROWS, fields, alpha=0.6)
    ranked.add(**rows)
    for _ in range(1_000):
        batch = ranked.sample(BATCH, beta=0.4)
        ranked.update_priorities(batch["indexes"], np.random.rand(BATCH))
    say("cpprb: prioritised batch of 128", micros(lambda: ranked.sample(BATCH, beta=0.4)), "µs")
    indexes, errors = batch["indexes"], np.random.rand(BATCH)
    say("cpprb: update of 128 priorities", micros(lambda: ranked.update_priorities(indexes, errors)), "µs")


def stable_baselines3():
    import torch
    from gymnasium import spaces
    from stable_baselines3.common.buffers import ReplayBuffer

    torch.set_num_threads(1)
    buffer = ReplayBuffer(
        ROWS,
        spaces.Box(-np.inf, np.inf, (INPUTS,), np.float32),
        spaces.Discrete(OPTIONS),
        device="cpu",
    )
    seen = np.random.rand(1, INPUTS).astype(np.float32)
    add = lambda: buffer.add(seen, seen, np.array([1]), np.array([0.5]), np.array([False]), [{}])
    say("stable-baselines3: append", 1e6 / micros(add, 21, APPENDS), "/s")
    buffer.observations[:] = np.random.rand(ROWS, 1, INPUTS)
    buffer.next_observations[:] = np.random.rand(ROWS, 1, INPUTS)
    buffer.full = True
    say("stable-baselines3: uniform batch of 128", micros(lambda: buffer.sample(BATCH)), "µs")


def ours():
    root = pathlib.Path(__file__).resolve().parents[2]
    command = ["cargo", "bench", "--workspace", "--profile", "dev", "--bench", "replay"]
    text = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        if found := re.fullmatch(r"(\S.*?) {2,}([\d.]+) (\S+)", line.strip()):
            say(f"ours: {found[1]}", float(found[2]), found[3])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    for work in (ours, cpprb, stable_baselines3):
        work()
    if arguments.json:
        arguments.json.write_text(json.dumps(TOLD, indent=1) + "\n")


if __name__ == "__main__":
    main()
