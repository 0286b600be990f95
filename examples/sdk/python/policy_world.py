"""From the functions of the world `policy` to one policy: what `Policy` of a `policy.py` has to have.

- `NAME`, `VERSION`, `STATEFUL`, `REASONS` (names) and `SETTINGS` (a JSON Schema, see `settings.py`);
  `SCOPE` is `"group"` for a policy that looks at all rows together.
- `Policy(settings, seed, log)`: settings as a dictionary with every default; the seed is the only
  source of chance; `log(level, message)` writes a line at `"debug"`, `"info"`, `"warn"` or `"error"`.
- `needs()`: a dictionary of `period_milliseconds`, `columns` and `details` (lists of names).
- `decide(batch)`: one dictionary for each row, with a `reason` and whichever of `replicas`,
  `cpu_millicores`, `memory_bytes` and `buffer_requests` it sets. `batch` is the world's record, and
  `batch.columns` has a list for each declared column; NaN means missing.
- `learn(experiences)`: the world's record; `before` and `after` are columns by name.
- `forget(workloads)`, `snapshot(workloads)` to bytes, `restore(snapshot)`.

What `decide`, `learn` and `restore` raise is the reason why they cannot.
"""

import json
from types import SimpleNamespace

import settings as parser
from componentize_py_types import Err
from values import by_name, log, or_why_not
from wit_world import Advice, Description, Needs, Scope
from wit_world import WitWorld as World
from wit_world.imports.types import SettingError

_TARGETS = {"replicas": 1, "cpu_millicores": 2, "memory_bytes": 4, "buffer_requests": 8}


def world(policy_class):
    """The exports of the world for this policy; componentize-py takes them by the name `WitWorld`."""

    # Every call comes to an object of its own.
    made = SimpleNamespace(policy=None, columns=[])

    class WitWorld(World):
        def describe(self):
            return Description(
                name=policy_class.NAME,
                version=policy_class.VERSION,
                scope=Scope[getattr(policy_class, "SCOPE", "workload").upper()],
                stateful=policy_class.STATEFUL,
                settings_schema=json.dumps(policy_class.SETTINGS),
                reasons=policy_class.REASONS,
            )

        def validate_settings(self, settings):
            _, complaints = parser.parse(policy_class.SETTINGS, settings)
            return [SettingError(*complaint) for complaint in complaints]

        def init(self, settings, seed):
            given, complaints = parser.parse(policy_class.SETTINGS, settings)
            if complaints:
                raise Err([SettingError(*complaint) for complaint in complaints])
            made.policy = policy_class(given, seed, log)
            needs = Needs(**made.policy.needs())
            made.columns = needs.columns
            return needs

        def decide(self, batch):
            batch.columns = by_name(made.columns, batch.values, len(batch.workloads))
            return or_why_not(lambda: _advice(policy_class.REASONS, made.policy.decide(batch)))

        def learn(self, experiences):
            rows = len(experiences.workloads)
            experiences.before = by_name(made.columns, experiences.before, rows)
            experiences.after = by_name(made.columns, experiences.after, rows)
            or_why_not(lambda: made.policy.learn(experiences))

        def forget(self, workloads):
            if made.policy:
                made.policy.forget(workloads)

        def snapshot(self, workloads):
            return made.policy.snapshot(workloads) if made.policy else b""

        def restore(self, snapshot):
            or_why_not(lambda: made.policy.restore(snapshot))

    return WitWorld


def _advice(reasons, recommendations):
    """The world's answer, column by column; a target that no row sets has no column."""
    targets = bytearray(len(recommendations))
    columns = {}
    for name, bit in _TARGETS.items():
        column = columns[name] = []
        for row, one in enumerate(recommendations):
            value = one.get(name)
            if value is not None:
                # What rows before this one do not set is written as 0 and not looked at.
                column.extend([0.0] * (row - len(column)))
                column.append(float(value))
                targets[row] |= bit
        if column:
            column.extend([0.0] * (len(targets) - len(column)))
    index = {reason: at for at, reason in enumerate(reasons)}
    chosen = bytes([index[one["reason"]] for one in recommendations])
    return Advice(targets=bytes(targets), reasons=chosen, explanations=[], **columns)
