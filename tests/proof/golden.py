#!/usr/bin/env python3
"""Golden numbers for the learner's tests, computed by PyTorch (2.13, CPU, double precision).

    python3 tests/proof/golden.py            writes the data that the tests read
    python3 tests/proof/golden.py --check    tells whether the committed data are these

One function for each file of data; a helper of its own knows nothing of the host's code.
"""

import json
import pathlib
import sys

import torch
from torch import nn

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "host" / "learner" / "src"


def rounded(values):
    """Numbers with nine digits, which is more than single precision has."""
    if isinstance(values, torch.Tensor):
        values = values.detach().tolist()
    if isinstance(values, (list, tuple)):
        return [rounded(value) for value in values]
    return float(f"{values:.9g}") if isinstance(values, float) else values


def single(tensor):
    """As the host will read it: rounded to single precision, held in double."""
    return tensor.to(torch.float32).to(torch.float64)


def mlp(inputs, hidden, outputs):
    sizes = [inputs, *hidden]
    layers = []
    for before, after in zip(sizes, sizes[1:]):
        layers += [nn.Linear(before, after), nn.ReLU()]
    network = nn.Sequential(*layers, nn.Linear(sizes[-1], outputs)).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(single(parameter))
    return network


def weights(network):
    return rounded(torch.cat([parameter.reshape(-1) for parameter in network.parameters()]))


def gradients(network):
    return rounded(torch.cat([parameter.grad.reshape(-1) for parameter in network.parameters()]))


def option_values(network, heads, duelling, rows):
    """Values of all options; a duelling network gives the heads' values first, then the advantages."""
    outputs = network(rows)
    if not duelling:
        return outputs
    values, advantages = outputs.split([len(heads), sum(heads)], 1)
    parts = advantages.split(heads, 1)
    return torch.cat([v + a - a.mean(1, keepdim=True) for v, a in zip(values.split(1, 1), parts)], 1)


def dqn_case(name, heads, double=False, duelling=False, mse=False, clip=None, tau=0.005, weighted=False):
    batch, inputs, hidden, rate = 6, 3, [5, 4], 1e-2
    options = sum(heads)
    outputs = options + (len(heads) if duelling else 0)
    network, target = mlp(inputs, hidden, outputs), mlp(inputs, hidden, outputs)
    before, after = (single(torch.randn(batch, inputs, dtype=torch.float64)) for _ in range(2))
    rewards = single(2 * torch.randn(batch, 1, dtype=torch.float64))
    # One step, two and three; the fourth row is a true ending.
    discounts = torch.tensor([[0.99**k] for k in (1, 2, 3, 1, 1, 2)], dtype=torch.float64)
    discounts[3] = 0
    discounts = single(discounts)
    choices = torch.stack([torch.randint(count, (batch,)) for count in heads], 1)
    allowed = torch.rand(batch, options) < 0.6
    for start, count in zip(torch.tensor([0, *heads]).cumsum(0).tolist(), heads):
        allowed[:, start] |= ~allowed[:, start : start + count].any(1)
    importance = torch.ones(batch, 1, dtype=torch.float64)
    if weighted:
        importance = single(torch.rand(batch, 1, dtype=torch.float64))

    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    case = {
        "name": name,
        "heads": heads,
        "double": double,
        "duelling": duelling,
        "mse": mse,
        "clip": clip,
        "tau": tau,
        "learning_rate": rate,
        "hidden": hidden,
        "network": weights(network),
        "target_network": weights(target),
        "before": rounded(before.reshape(-1)),
        "after": rounded(after.reshape(-1)),
        "choices": choices.reshape(-1).tolist(),
        "rewards": rounded(rewards.reshape(-1)),
        "discounts": rounded(discounts.reshape(-1)),
        "allowed_after": allowed.reshape(-1).tolist(),
        "weights": rounded(importance.reshape(-1)),
    }
    updates = []
    for _ in range(2):
        with torch.no_grad():
            judge = option_values(target, heads, duelling, after)
            chooser = option_values(network, heads, duelling, after) if double else judge
            best = []
            for c, j, m in zip(chooser.split(heads, 1), judge.split(heads, 1), allowed.split(heads, 1)):
                best.append(j.gather(1, c.masked_fill(~m, -torch.inf).argmax(1, keepdim=True)))
            targets = rewards + discounts * torch.cat(best, 1)
        values = option_values(network, heads, duelling, before).split(heads, 1)
        chosen = torch.cat([v.gather(1, choices[:, h : h + 1]) for h, v in enumerate(values)], 1)
        cost = nn.functional.mse_loss if mse else nn.functional.huber_loss
        loss = (importance * cost(chosen, targets, reduction="none")).mean()
        optimiser.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), clip or torch.inf)
        optimiser.step()
        with torch.no_grad():
            for own, other in zip(target.parameters(), network.parameters()):
                own.lerp_(other, tau)
        updates.append(
            {
                "loss": rounded(loss.item()),
                "value": rounded(chosen.mean().item()),
                "errors": rounded((chosen - targets).abs().mean(1)),
                "gradient_norm": rounded(norm.item()),
                "gradients": gradients(network),
                "network": weights(network),
                "target_network": weights(target),
            }
        )
    case["updates"] = updates
    return case


def dqn():
    torch.manual_seed(20)
    return [
        dqn_case("scarlet: one joint head", [9]),
        dqn_case("a head a workload", [3, 3]),
        dqn_case("hard target", [3, 2], tau=1.0),
        dqn_case("squared error", [3, 2], mse=True),
        dqn_case("double", [4, 3], double=True),
        dqn_case("duelling", [3, 2], duelling=True),
        dqn_case("clipped", [3], clip=0.1),
        dqn_case("weighted by importance", [3], weighted=True),
        dqn_case(
            "all at once", [3, 4], double=True, duelling=True, mse=True, clip=0.5, weighted=True
        ),
    ]


# Data of the tests by the file that holds them.
FILES = {"dqn/golden.json": dqn}


def main():
    differ = False
    for name, compute in FILES.items():
        lines = ",\n".join(json.dumps(case) for case in compute())
        text, path = f"[\n{lines}\n]\n", SOURCES / name
        if "--check" in sys.argv:
            same = path.read_text() == text
            differ |= not same
            print(f"{name}: {'as committed' if same else 'differs'}")
        else:
            path.write_text(text)
            print(f"{name}: {len(text)} bytes")
    sys.exit(differ)


if __name__ == "__main__":
    main()
