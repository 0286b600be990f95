// From the functions of the world `policy` to one policy: what the class `Policy` of a `policy.js` has
// to have.
//
// - static `policyName`, `version`, `stateful`, `reasons` (names) and `settings` (a JSON Schema, see
//   `settings.js`); `scope` is `"group"` for a policy that looks at all rows together.
// - `new Policy(settings, seed, log)`: settings with every default; the seed is the only source of
//   chance; `log(level, message)` writes a line at `"debug"`, `"info"`, `"warn"` or `"error"`.
// - `needs()`: `periodMilliseconds`, `columns` and `details` (lists of names).
// - `decide(batch)`: one object for each row, with a `reason` and whichever of `replicas`,
//   `cpuMillicores`, `memoryBytes` and `bufferRequests` it sets. `batch` is the world's record, and
//   `batch.columns` has a list for each declared column; NaN means missing.
// - `learn(experiences)`: the world's record; `before` and `after` are columns by name.
// - `forget(workloads)`, `snapshot(workloads)` to text, `restore(text)`.
//
// What `decide`, `learn` and `restore` throw is the reason why they cannot. Numbers are exact up to
// 2⁵³, ids of workloads and nanoseconds too.

import { parse } from "./settings.js";
import { bytes, byName, orWhyNot, text } from "./values.js";

// The targets in the order of the world, each with its bit.
const TARGETS = [["replicas", 1], ["cpuMillicores", 2], ["memoryBytes", 4], ["bufferRequests", 8]];

/** The exports of the world for this policy; `init` goes by the name `make`, see `build.js`. */
export function world(Policy, log) {
  let policy = null;
  let columns = [];
  return {
    describe: () => ({
      name: Policy.policyName,
      version: Policy.version,
      scope: Policy.scope ?? "workload",
      stateful: Policy.stateful,
      settingsSchema: JSON.stringify(Policy.settings),
      reasons: Policy.reasons,
    }),
    validateSettings: (given) => parse(Policy.settings, given).complaints,
    make(given, seed) {
      const { settings, complaints } = parse(Policy.settings, given);
      if (complaints.length > 0) throw complaints;
      policy = new Policy(settings, seed, log);
      const needs = policy.needs();
      columns = needs.columns;
      return needs;
    },
    decide: (batch) =>
      orWhyNot(() => {
        batch.columns = byName(columns, batch.values, batch.workloads.length);
        return advice(Policy.reasons, policy.decide(batch));
      }),
    learn: (experiences) =>
      orWhyNot(() => {
        const rows = experiences.workloads.length;
        const before = byName(columns, experiences.before, rows);
        const after = byName(columns, experiences.after, rows);
        policy.learn({ ...experiences, before, after });
      }),
    forget: (workloads) => policy?.forget(workloads),
    snapshot: (workloads) => bytes(policy?.snapshot(workloads) ?? ""),
    restore: (snapshot) => orWhyNot(() => policy.restore(text(snapshot))),
  };
}

/** The world's answer, column by column; a target that no row sets has no column. */
function advice(reasons, recommendations) {
  const rows = recommendations.length;
  const targets = new Uint8Array(rows);
  const columns = TARGETS.map(([name, bit]) => {
    const column = [];
    for (let row = 0; row < rows; row++) {
      const value = recommendations[row][name] ?? null;
      if (value === null) continue;
      // What rows before this one do not set is written as 0 and not looked at.
      while (column.length < row) column.push(0);
      column.push(value);
      targets[row] |= bit;
    }
    while (column.length > 0 && column.length < rows) column.push(0);
    return column;
  });
  const chosen = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const index = reasons.indexOf(recommendations[row].reason);
    if (index < 0) throw new Error(`\`${recommendations[row].reason}\` is none of the described reasons`);
    chosen[row] = index;
  }
  const [replicas, cpuMillicores, memoryBytes, bufferRequests] = columns;
  return { targets, reasons: chosen, replicas, cpuMillicores, memoryBytes, bufferRequests, explanations: [] };
}
