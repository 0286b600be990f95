// The policy's tests: plain JavaScript, no component.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Policy, RATE } from "./policy.js";

const MISSING = NaN;

function policy() {
  const defaults = Object.entries(Policy.settings.properties).map(([name, rules]) => [name, rules.default]);
  return new Policy(Object.fromEntries(defaults), 0, console.log);
}

/** What the policy says when workload 7 has this rate. */
function turn(policy, rate) {
  const [{ replicas, reason }] = policy.decide({ workloads: [7], columns: { [RATE]: [rate] } });
  return [replicas, reason];
}

test("follows a rise at once and a fall slowly", () => {
  const one = policy();
  for (const [rate, replicas, reason] of [
    [25, 3, "rate"],
    [95, 10, "rate"],
    // Half of each fall counts: 95, 47.5, 23.75.
    [0, 5, "falling"],
    [0, 3, "falling"],
    [MISSING, undefined, "no-rate"],
    [40, 4, "rate"],
  ]) {
    assert.deepEqual(turn(one, rate), [replicas, reason], `${rate}`);
  }
});

test("asks for one replica at least and for no absurd number", () => {
  assert.deepEqual(turn(policy(), 0), [1, "rate"]);
  assert.deepEqual(turn(policy(), Number.MAX_VALUE), [1_000_000, "rate"]);
});

test("goes on elsewhere from a snapshot", () => {
  const [here, there] = [policy(), policy()];
  turn(here, 95);
  there.restore(here.snapshot([7]));
  assert.deepEqual(turn(there, 0), turn(here, 0));
  assert.throws(() => there.restore('{"version":2,"rates":[]}'), /version 2/);
  there.forget([7]);
  assert.deepEqual(turn(there, 0), [1, "rate"]);
});
