"""Opening: from what is asked for to the worlds that are stepped."""

import itertools
import json
import os

from regatta._regatta import CardError, Worlds


def open_experiment(
    experiment,
    *,
    count=1,
    threads=0,
    card=None,
    agent=None,
    arrangement=None,
    reward=None,
    cluster="simulator",
    split=None,
    trace=None,
):
    """Worlds of an experiment's file.

    experiment: the path of a race file (YAML, or SCARLET's JSON).
    count, threads: how many worlds, and how many threads step them; 0 for one a core.
    card or agent: what is seen and what can be done: a dict, or the path of a YAML or JSON file that is a
        card or has it in its section `agent` or `card`. Without it every cluster's default card.
    arrangement: "per-workload" (a row for each workload), "factored" (one row for a group, with a head for
        each of its workloads) or "joint" (one head for all combinations), instead of the card's. Without a
        card it is "factored" where a group has several workloads.
    reward: the name of the experiment's reward to learn from; its first one without.
    cluster: "simulator", or "processes" for real ones on this machine, in real time.
    split: "training" (other workloads, where the file has such) or "race"; by default "training", and
        "race" on processes, because training is always simulated.
    trace: the folder of the trace that the file asks for; a fitted generator stands in without.
    """
    if cluster not in ("simulator", "processes"):
        raise ValueError(f"cluster is {cluster!r}; it must be 'simulator' or 'processes'")
    if split is None:
        split = "race" if cluster == "processes" else "training"
    if split not in ("training", "race"):
        raise ValueError(f"split is {split!r}; it must be 'training' or 'race'")
    if card is not None and agent is not None:
        raise ValueError("card and agent are two names of one thing: give one of them")
    return Worlds.of_experiment(
        os.fspath(experiment),
        count,
        threads,
        trace=None if trace is None else os.fspath(trace),
        card=card_text(agent if card is None else card),
        arrangement=arrangement,
        reward=reward,
        processes=cluster == "processes",
        race_split=split == "race",
    )


def card_text(card):
    """The text of a card and where it comes from."""
    if card is None:
        return None
    if isinstance(card, dict):
        try:
            return json.dumps(card), "card"
        except (TypeError, ValueError) as error:
            raise CardError(f"card: is no plain data: {error}") from error
    path = os.fspath(card)
    try:
        with open(path, encoding="utf-8") as file:
            return file.read(), path
    except (OSError, UnicodeDecodeError) as error:
        raise CardError(f"cannot read the card {path}: {error}") from error


def open_mp3(*, count=1, threads=1, steps=200, rate=None, replicas_initial=1, quirk_cells=False):
    """Worlds of the closed form of the ECE 471 course.

    steps: of an episode.
    rate: requests per second, 1 to 8; drawn anew for each episode without.
    replicas_initial: containers at the start, 1 to 10.
    quirk_cells: takes over two mistakes of the published table.
    """
    return Worlds.of_mp3(
        count,
        threads,
        steps=steps,
        rate=rate,
        replicas_initial=replicas_initial,
        quirk_cells=quirk_cells,
    )


class Seeds:
    """The seeds of the episodes that are begun without one: given ones in turn, or drawn."""

    def __init__(self, seeds):
        if isinstance(seeds, int):
            seeds = [seeds]
        seeds = None if seeds is None else list(seeds)
        if seeds is not None and not seeds:
            raise ValueError("seeds is empty; leave it out to have them drawn")
        self._given = None if seeds is None else itertools.cycle(seeds)

    def next(self, generator):
        """The seed of the next episode; `generator` draws it where none are given."""
        if self._given is not None:
            return int(next(self._given))
        return int(generator.integers(2**63))
