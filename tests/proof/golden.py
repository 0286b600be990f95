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


def masked(logits, allowed, heads):
    """Log-probabilities of the allowed options, head by head."""
    logs = logits.masked_fill(~allowed, -torch.inf)
    return torch.cat([torch.log_softmax(part, 1) for part in logs.split(heads, 1)], 1)


def chosen_and_entropy(logs, choices, heads):
    """ln π(a) and entropy, summed over heads."""
    parts = logs.split(heads, 1)
    chosen = sum(p.gather(1, choices[:, h : h + 1]).squeeze(1) for h, p in enumerate(parts))
    # Where a probability is 0 its part of the entropy is 0, and so is its gradient.
    finite = logs.masked_fill(torch.isinf(logs), 0.0)
    return chosen, -(logs.exp() * finite).sum(1)


def tanh_mlp(inputs, hidden, outputs):
    network = mlp(inputs, hidden, outputs)
    return nn.Sequential(*(nn.Tanh() if isinstance(m, nn.ReLU) else m for m in network))


def masks(rows, heads):
    allowed = torch.rand(rows, sum(heads)) < 0.6
    for start, count in zip(torch.tensor([0, *heads]).cumsum(0).tolist(), heads):
        allowed[:, start] |= ~allowed[:, start : start + count].any(1)
    return allowed


def draw(allowed, heads):
    parts = allowed.to(torch.float64).split(heads, 1)
    return torch.cat([torch.multinomial(part, 1) for part in parts], 1)


def advantage_case(fold):
    """Two rows over six turns: the first terminates, the second is truncated; both go on to the end."""
    turns, rows, discount, factor = 6, 2, 0.9, 0.8
    rewards, values = (single(torch.randn(turns, rows, dtype=torch.float64)) for _ in range(2))
    after = single(torch.randn(turns, rows, dtype=torch.float64))
    endings = [["running"] * rows for _ in range(turns)]
    endings[2][0], endings[3][1] = "terminated", "truncated"
    advantages = torch.zeros(turns, rows, dtype=torch.float64)
    for row in range(rows):
        carried = 0.0
        for turn in reversed(range(turns)):
            ending = endings[turn][row]
            last = turn == turns - 1
            next_value = after[turn, row] if last or ending == "truncated" else None
            if next_value is None:
                next_value = values[turn + 1, row]
            if ending == "terminated" or (ending == "truncated" and fold):
                next_value = torch.tensor(0.0, dtype=torch.float64)
            carried = carried if ending == "running" and not last else 0.0
            error = rewards[turn, row] + discount * next_value - values[turn, row]
            carried = error + discount * factor * carried
            advantages[turn, row] = carried
    return {
        "fold": fold,
        "discount": discount,
        "lambda": factor,
        "rewards": rounded(rewards.reshape(-1)),
        "values": rounded(values.reshape(-1)),
        "after": rounded(after.reshape(-1)),
        "endings": sum(endings, []),
        "advantages": rounded(advantages.reshape(-1)),
    }


def advantages():
    torch.manual_seed(30)
    return [advantage_case(False), advantage_case(True)]


def ppo_case(name, heads, activation="tanh", epochs=1, clip=0.2, clip_values=True, normalise=True, limit=0.5):
    rows, inputs, hidden, rate = 8, 3, [5, 4], 1e-2
    value_weight, entropy_weight, epsilon = 0.5, 0.03, 1e-5
    make = tanh_mlp if activation == "tanh" else mlp
    actor, critic = make(inputs, hidden, sum(heads)), make(inputs, hidden, 1)
    seen = single(torch.randn(rows, inputs, dtype=torch.float64))
    allowed = masks(rows, heads)
    choices = draw(allowed, heads)
    # Near the present policy and values, some beyond the limits.
    with torch.no_grad():
        now, _ = chosen_and_entropy(masked(actor(seen), allowed, heads), choices, heads)
        old = single(now + 0.3 * torch.randn(rows, dtype=torch.float64))
        values = single(critic(seen).squeeze(1) + 0.3 * torch.randn(rows, dtype=torch.float64))
    gains = single(torch.randn(rows, dtype=torch.float64))
    case = {
        "name": name,
        "heads": heads,
        "activation": activation,
        "epochs": epochs,
        "clip": clip,
        "clip_values": clip_values,
        "normalise": normalise,
        "limit": limit,
        "learning_rate": rate,
        "value_coefficient": value_weight,
        "entropy_coefficient": entropy_weight,
        "adam_epsilon": epsilon,
        "hidden": hidden,
        "actor": weights(actor),
        "critic": weights(critic),
        "inputs": rounded(seen.reshape(-1)),
        "allowed": allowed.reshape(-1).tolist(),
        "choices": choices.reshape(-1).tolist(),
        "log_probabilities": rounded(old),
        "values": rounded(values),
        "advantages": rounded(gains),
    }
    returns = gains + values
    parameters = [*actor.parameters(), *critic.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=rate, eps=epsilon)
    for epoch in range(epochs):
        logs, entropy = chosen_and_entropy(masked(actor(seen), allowed, heads), choices, heads)
        value = critic(seen).squeeze(1)
        scaled = (gains - gains.mean()) / (gains.std() + 1e-8) if normalise else gains
        ratio = (logs - old).exp()
        policy = torch.max(-scaled * ratio, -scaled * ratio.clamp(1 - clip, 1 + clip)).mean()
        squares = (value - returns) ** 2
        if clip_values:
            near = values + (value - values).clamp(-clip, clip)
            squares = torch.max(squares, (near - returns) ** 2)
        worth = 0.5 * squares.mean()
        loss = policy - entropy_weight * entropy.mean() + value_weight * worth
        optimiser.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, torch.inf)
        if epoch == 0:
            wanted = {
                "policy_loss": rounded(policy.item()),
                "value_loss": rounded(worth.item()),
                "entropy": rounded(entropy.mean().item()),
                "divergence": rounded((ratio - 1 - (logs - old)).mean().item()),
                "clipped": rounded(((ratio - 1).abs() > clip).double().mean().item()),
                "gradient_norm": rounded(norm.item()),
                "actor_gradients": gradients(actor),
                "critic_gradients": gradients(critic),
            }
        if limit is not None:
            torch.nn.utils.clip_grad_norm_(parameters, limit)
        optimiser.step()
    case["wanted"] = wanted | {"actor": weights(actor), "critic": weights(critic)}
    return case


def ppo():
    torch.manual_seed(31)
    return [
        ppo_case("one head", [4]),
        ppo_case("two heads, ReLU", [3, 2], activation="relu"),
        ppo_case("values not clipped", [3], clip_values=False, limit=None),
        ppo_case("advantages as they are", [3, 3], normalise=False, clip=0.1),
        ppo_case("four epochs", [3, 2], epochs=4),
    ]


def reinforce_case(name, heads, entropy_weight=0.0, limit=None, discount=0.9):
    """Two episodes of three and four turns: the first terminates, the second is truncated."""
    inputs, hidden, rate, value_weight, epsilon = 3, [5, 4], 1e-2, 0.5, 1e-8
    lengths = [3, 4]
    rows = sum(lengths)
    actor, critic = mlp(inputs, hidden, sum(heads)), mlp(inputs, hidden, 1)
    seen, after = (single(torch.randn(rows, inputs, dtype=torch.float64)) for _ in range(2))
    allowed = masks(rows, heads)
    choices = draw(allowed, heads)
    rewards = single(torch.randn(rows, dtype=torch.float64))
    with torch.no_grad():
        carried = critic(after[rows - 1 :]).squeeze()
        returns = torch.zeros(rows, dtype=torch.float64)
        for place in reversed(range(rows)):
            carried = torch.tensor(0.0) if place == lengths[0] - 1 else carried
            carried = rewards[place] + discount * carried
            returns[place] = carried
    case = {
        "name": name,
        "heads": heads,
        "limit": limit,
        "discount": discount,
        "lengths": lengths,
        "learning_rate": rate,
        "value_coefficient": value_weight,
        "entropy_coefficient": entropy_weight,
        "adam_epsilon": epsilon,
        "hidden": hidden,
        "actor": weights(actor),
        "critic": weights(critic),
        "inputs": rounded(seen.reshape(-1)),
        "after": rounded(after.reshape(-1)),
        "allowed": allowed.reshape(-1).tolist(),
        "choices": choices.reshape(-1).tolist(),
        "rewards": rounded(rewards),
    }
    parameters = [*actor.parameters(), *critic.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=rate, eps=epsilon)
    logs, entropy = chosen_and_entropy(masked(actor(seen), allowed, heads), choices, heads)
    baseline = critic(seen).squeeze(1)
    policy = -((returns - baseline.detach()) * logs).mean()
    worth = 0.5 * ((baseline - returns) ** 2).mean()
    loss = policy + value_weight * worth - entropy_weight * entropy.mean()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(parameters, limit or torch.inf)
    optimiser.step()
    case["wanted"] = {
        "policy_loss": rounded(policy.item()),
        "value_loss": rounded(worth.item()),
        "entropy": rounded(entropy.mean().item()),
        "mean_return": rounded(returns.mean().item()),
        "gradient_norm": rounded(norm.item()),
        "actor": weights(actor),
        "critic": weights(critic),
    }
    return case


def reinforce():
    torch.manual_seed(32)
    return [
        reinforce_case("plain", [3]),
        reinforce_case("heads, entropy, limit", [3, 2], entropy_weight=0.05, limit=0.3),
    ]


# Data of the tests by the file that holds them.
FILES = {
    "dqn/golden.json": dqn,
    "rollout/golden.json": advantages,
    "ppo/golden.json": ppo,
    "reinforce/golden.json": reinforce,
}


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
