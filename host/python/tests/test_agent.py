"""An agent is its parts, as a file and as a component."""

import numpy as np
import pytest
import regatta

CARD = {
    "name": "night-owl",
    "features": [{"column": "replicas_desired"}, {"column": "queue_length", "scale": 10}],
    "changes": [{}, {"replicas": 1}, {"replicas": -1}],
}


def parts(seed=1, inputs=2, outputs=3):
    chance = np.random.default_rng(seed)
    return [
        (chance.normal(size=(16, inputs)), chance.normal(size=16), "relu"),
        (chance.normal(size=(16, 16)), chance.normal(size=16), "tanh"),
        (chance.normal(size=(outputs, 16)), chance.normal(size=outputs), "linear"),
    ]


def evaluated(layers, values):
    apply = {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "linear": lambda x: x}
    for weights, bias, activation in layers:
        values = apply[activation](values @ weights.T + bias)
    return values


def test_it_answers_as_its_layers_do():
    observations = np.random.default_rng(2).normal(size=(100, 2))
    values = regatta.Agent(CARD, None, parts()).values(observations)
    assert values == pytest.approx(evaluated(parts(), observations), abs=1e-4)
    assert regatta.Agent(CARD, None, parts()).values(observations[0]).shape == (3,)


def test_its_inputs_are_normalised_and_clipped():
    mean, variance, clip = np.array([1.0, -2.0]), np.array([4.0, 0.25]), 1.5
    observations = np.random.default_rng(2).normal(size=(100, 2)) * 3
    seen = np.clip((observations - mean) / np.sqrt(variance + 1e-8), -clip, clip)
    values = regatta.Agent(CARD, (mean, variance, clip), parts()).values(observations)
    assert values == pytest.approx(evaluated(parts(), seen), abs=1e-4)


def test_a_file_brings_it_back(tmp_path):
    agent = regatta.Agent(CARD, ([0, 0], [1, 1], 10), parts())
    agent.save(tmp_path / "x.agent")
    back = regatta.Agent.load(tmp_path / "x.agent")
    assert back.to_bytes() == agent.to_bytes()
    assert back.card["name"] == "night-owl"


def test_it_exports_to_a_component(tmp_path):
    regatta.export(regatta.Agent(CARD, None, parts()), tmp_path / "policy.wasm")
    assert (tmp_path / "policy.wasm").read_bytes()[:4] == b"\0asm"
    with pytest.raises(regatta.AgentError, match="cannot write"):
        regatta.export(regatta.Agent(CARD, None, parts()), tmp_path / "none" / "policy.wasm")


def test_parts_that_do_not_fit_are_refused_with_the_reason(tmp_path):
    weights, bias, _ = parts()[0]
    for card, normaliser, layers, word in [
        (CARD, None, parts(inputs=3), "layer 0"),
        (CARD, None, parts(outputs=5), "5 outputs"),
        (CARD, None, [(weights, bias, "softmax")], "softmax"),
        (CARD, None, [(weights * np.nan, bias, "relu"), *parts()[1:]], "finite"),
        (CARD, None, [(bias, bias, "relu")], "dimensions"),
        (CARD, None, [], "no layers"),
        (CARD, ([0], [1], 10), parts(), "normaliser"),
        ({**CARD, "name": "Night Owl"}, None, parts(), "name"),
    ]:
        with pytest.raises(regatta.AgentError, match=word):
            regatta.Agent(card, normaliser, layers)
    with pytest.raises(regatta.CardError, match="changes"):
        regatta.Agent({"features": []}, None, parts())
    with pytest.raises(regatta.AgentError, match="cannot read"):
        regatta.Agent.load(tmp_path / "none.agent")
    whole = regatta.Agent(CARD, None, parts()).to_bytes()
    for data, word in [(b"", "no agent"), (b"something", "no agent"), (whole[:-9], "cut off")]:
        with pytest.raises(regatta.AgentError, match=word):
            regatta.Agent.from_bytes(data)
    with pytest.raises(ValueError, match="shape"):
        regatta.Agent(CARD, None, parts()).values(np.zeros(5))
