// From the functions of the world `reward` to one reward: what the class `Reward` of a `reward.js` has
// to have.
//
// - static `rewardName`, `version`, `stateful` and `settings` (a JSON Schema, see `settings.js`).
// - `new Reward(settings, log)`: settings with every default; `log(level, message)` writes a line at
//   `"debug"`, `"info"`, `"warn"` or `"error"`.
// - `terms()`: `columns` (names), and the `minimum` and `maximum` that it promises.
// - `score(transitions)`: one number for each row. `transitions` is the world's record; its `before` and
//   `after` are the declared columns by name, and NaN means missing.
// - `forget(workloads)`, `snapshot(workloads)` to text, `restore(text)`.
//
// What `score` and `restore` throw is the reason why they cannot. Numbers are exact up to 2⁵³, ids of
// workloads and nanoseconds too.

import { parse } from "./settings.js";
import { bytes, byName, orWhyNot, text } from "./values.js";

/** The exports of the world for this reward; `init` goes by the name `make`, see `build.js`. */
export function world(Reward, log) {
  let reward = null;
  let columns = [];
  return {
    describe: () => ({
      name: Reward.rewardName,
      version: Reward.version,
      stateful: Reward.stateful,
      settingsSchema: JSON.stringify(Reward.settings),
    }),
    validateSettings: (given) => parse(Reward.settings, given).complaints,
    make(given) {
      const { settings, complaints } = parse(Reward.settings, given);
      if (complaints.length > 0) throw complaints;
      reward = new Reward(settings, log);
      const terms = reward.terms();
      columns = terms.columns;
      return terms;
    },
    score: (transitions) =>
      orWhyNot(() => {
        const rows = transitions.workloads.length;
        const before = byName(columns, transitions.before, rows);
        const after = byName(columns, transitions.after, rows);
        return reward.score({ ...transitions, before, after });
      }),
    forget: (workloads) => reward?.forget(workloads),
    snapshot: (workloads) => bytes(reward?.snapshot(workloads) ?? ""),
    restore: (snapshot) => orWhyNot(() => reward.restore(text(snapshot))),
  };
}
