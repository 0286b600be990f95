"""What is wrong is told in one message, as an exception of its own kind."""

import pytest
import regatta
from regatta import AutoscalingEnv


def refused(kind, *words, **asked):
    with pytest.raises(kind) as told:
        AutoscalingEnv(**asked)
    for word in words:
        assert word in str(told.value), told.value
    assert "\n" not in str(told.value)


def test_every_kind_is_one_of_regattas_and_none_ends_the_interpreter():
    for kind in [
        regatta.ExperimentError,
        regatta.CardError,
        regatta.WorldError,
        regatta.AgentError,
        regatta.InternalError,
    ]:
        assert issubclass(kind, regatta.RegattaError) and issubclass(kind, Exception)
        assert kind.__module__ == "regatta"


def test_a_file_that_is_missing_or_malformed_is_named_with_its_place(tmp_path, solo):
    refused(regatta.ExperimentError, "nowhere.yaml", experiment=tmp_path / "nowhere.yaml")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(solo.read_text().replace("replicas_max: 5", "replicas_max: many"))
    refused(regatta.ExperimentError, "wrong.yaml:11", "replicas_max", experiment=wrong)
    wrong.write_text(solo.read_text().replace("module: scarlet", "module: nobody"))
    refused(regatta.ExperimentError, "rewards", "nobody", experiment=wrong)


def test_a_card_that_makes_no_sense_is_told_with_its_field(solo, trio):
    changes = [{}, {"replicas": 1}]
    for card, word in [
        ({"features": [{"column": "phase_of_the_moon"}], "changes": changes}, "phase_of_the_moon"),
        ({"features": [{"column": "queue_length", "scale": 0}], "changes": changes}, "features[0].scale"),
        ({"features": [{"column": "queue_length", "shape": 1}], "changes": changes}, "features[0]"),
        ({"features": [], "changes": changes}, "features"),
        ({"features": [{"column": "queue_length"}]}, "changes"),
        ({"agent": {"features": 5, "changes": changes}}, "agent.features"),
    ]:
        refused(regatta.CardError, word, experiment=solo, card=card)
    refused(regatta.CardError, "arrangement", experiment=trio, arrangement="chaotic")
    pair = {
        "features": [{"column": "queue_length"}],
        "changes": changes,
        "arrangement": {"factored": {"workloads": 2}},
    }
    refused(regatta.CardError, "2 workloads", "group of 3", experiment=trio, card=pair)
    refused(regatta.CardError, "cannot read", "no.yaml", experiment=trio, card="no.yaml")


def test_a_period_that_no_ticks_make_up_is_told(solo):
    card = {
        "features": [{"column": "queue_length"}],
        "changes": [{}, {"replicas": 1}],
        "period_milliseconds": 1500,
    }
    env = AutoscalingEnv(solo, card=card)
    with pytest.raises(regatta.WorldError, match="1.5s"):
        env.reset(seed=1)


def test_a_reward_that_does_not_score_is_named_with_its_reason(solo, tmp_path):
    path = tmp_path / "unpromised.yaml"
    text = solo.read_text().replace("    slo: { latency_seconds: 0.1 }\n", "")
    path.write_text(text.replace("[{ module: balanced }, { module: scarlet }]", "[{ module: scarlet }]"))
    env = AutoscalingEnv(path)
    env.reset(seed=1)
    with pytest.raises(regatta.WorldError, match="`scarlet`.*latency objective"):
        for _ in range(25):
            env.step(1)
    with pytest.raises(ValueError, match="reset it"):
        env.step(1)
    env.reset(seed=1)


def test_an_unknown_reward_is_told_with_those_that_there_are(solo):
    refused(regatta.ExperimentError, "`fame`", "balanced, scarlet", experiment=solo, reward="fame")


def test_arguments_that_make_no_sense_are_value_errors(solo):
    for asked, word in [
        ({"cluster": "cloud"}, "cluster"),
        ({"split": "evaluation"}, "split"),
        ({"cluster": "processes", "split": "training"}, "simulated"),
        ({"card": {}, "agent": {}}, "two names"),
        ({"seeds": []}, "seeds"),
        ({"render_mode": "human"}, "render"),
    ]:
        refused(ValueError, word, experiment=solo, **asked)
    env = AutoscalingEnv(solo)
    with pytest.raises(ValueError, match="reset it"):
        env.step(1)
    env.reset(seed=1)
    with pytest.raises(ValueError, match="action 7"):
        env.step(7)
    with pytest.raises(ValueError, match="no options"):
        env.reset(options={"wind": 3})
    env.step(1)
