"""Small experiments to make environments of."""

import pathlib

import pytest

WORKLOAD = """
  - name: {name}
    bounds: {{ replicas_min: 1, replicas_max: 5 }}
    slo: {{ latency_seconds: 0.1 }}
    arrivals: {{ kind: poisson, rate_per_second: {rate} }}
    service: {{ kind: exponential, mean_seconds: 0.02 }}
    concurrency: 4
    cpu: {{ request_millicores: 100, limit_millicores: 200 }}"""

EXPERIMENT = """
name: {name}
cluster:
  tick_seconds: 1
  duration_seconds: 30
  warm_up_seconds: 5
  nodes: [{{ cores: 8, memory_mib: 4096 }}]
  metrics: {{ scrape_interval_seconds: 1, window_seconds: 2 }}
workloads:{workloads}
rewards: [{{ module: balanced }}, {{ module: scarlet }}]
policies: [{{ module: hold }}]
"""

EXAMPLES = pathlib.Path(__file__).parents[3] / "examples"


def _write(folder, name, rates):
    workloads = "".join(WORKLOAD.format(name=one, rate=rate) for one, rate in rates.items())
    path = folder / f"{name}.yaml"
    path.write_text(EXPERIMENT.format(name=name, workloads=workloads))
    return path


@pytest.fixture(scope="session")
def solo(tmp_path_factory):
    """One workload."""
    return _write(tmp_path_factory.mktemp("solo"), "solo", {"shop": 20})


@pytest.fixture(scope="session")
def trio(tmp_path_factory):
    """Three workloads of one group."""
    return _write(tmp_path_factory.mktemp("trio"), "trio", {"a": 10, "b": 20, "c": 30})


@pytest.fixture(scope="session")
def examples():
    """The folder of the examples."""
    return EXAMPLES
