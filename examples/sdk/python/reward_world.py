"""From the functions of the world `reward` to one reward: what `Reward` of a `reward.py` has to have.

- `NAME`, `VERSION`, `STATEFUL` and `SETTINGS` (a JSON Schema, see `settings.py`).
- `Reward(settings, log)`: settings as a dictionary with every default; `log(level, message)` writes a
  line at `"debug"`, `"info"`, `"warn"` or `"error"`.
- `terms()`: a dictionary of `columns` (names) and the `minimum` and `maximum` that it promises.
- `score(transitions)`: one number for each row. `transitions` is the world's record; its `before` and
  `after` are the declared columns by name, and NaN means missing.
- `forget(workloads)`, `snapshot(workloads)` to bytes, `restore(snapshot)`.

What `score` and `restore` raise is the reason why they cannot.
"""

import json
from types import SimpleNamespace

import settings as parser
from componentize_py_types import Err
from values import by_name, log, or_why_not
from wit_world import Description, Terms
from wit_world import WitWorld as World
from wit_world.imports.types import SettingError


def world(reward_class):
    """The exports of the world for this reward; componentize-py takes them by the name `WitWorld`."""

    # Every call comes to an object of its own.
    made = SimpleNamespace(reward=None, columns=[])

    class WitWorld(World):
        def describe(self):
            return Description(
                name=reward_class.NAME,
                version=reward_class.VERSION,
                stateful=reward_class.STATEFUL,
                settings_schema=json.dumps(reward_class.SETTINGS),
            )

        def validate_settings(self, settings):
            _, complaints = parser.parse(reward_class.SETTINGS, settings)
            return [SettingError(*complaint) for complaint in complaints]

        def init(self, settings):
            given, complaints = parser.parse(reward_class.SETTINGS, settings)
            if complaints:
                raise Err([SettingError(*complaint) for complaint in complaints])
            made.reward = reward_class(given, log)
            terms = Terms(**made.reward.terms())
            made.columns = terms.columns
            return terms

        def score(self, transitions):
            rows = len(transitions.workloads)
            transitions.before = by_name(made.columns, transitions.before, rows)
            transitions.after = by_name(made.columns, transitions.after, rows)
            return or_why_not(lambda: [float(reward) for reward in made.reward.score(transitions)])

        def forget(self, workloads):
            if made.reward:
                made.reward.forget(workloads)

        def snapshot(self, workloads):
            return made.reward.snapshot(workloads) if made.reward else b""

        def restore(self, snapshot):
            or_why_not(lambda: made.reward.restore(snapshot))

    return WitWorld
