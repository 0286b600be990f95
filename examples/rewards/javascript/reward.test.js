// The reward's tests: plain JavaScript, no component.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_REPLICAS, PRESERVATION, REPLICAS, Reward } from "./reward.js";

const MISSING = NaN;

function made() {
  const defaults = Object.entries(Reward.settings.properties).map(([name, rules]) => [name, rules.default]);
  return new Reward(Object.fromEntries(defaults), console.log);
}

/** The reward of one row: objective kept, replicas, and the most allowed. */
function reward([kept, replicas, most], illegal = false) {
  const after = { [PRESERVATION]: [kept], [REPLICAS]: [replicas], [MOST_REPLICAS]: [most] };
  return made().score({ after, actions: [{ illegal }] })[0];
}

test("misses and replicas cost", () => {
  for (const [after, expected] of [
    [[1, 0, 10], 0],
    [[1, 5, 10], -0.125],
    [[0.5, 0, 10], -0.5],
    [[0, 10, 10], -1.25],
    // No objective is none missed; replicas that cannot be counted are all that there may be.
    [[MISSING, 5, 10], -0.125],
    [[1, MISSING, 10], -0.25],
    [[1, 5, MISSING], -0.25],
  ]) {
    assert.equal(reward(after), expected, `${after}`);
  }
});

test("an illegal action costs all that there is to pay", () => {
  const { minimum, maximum } = made().terms();
  assert.equal(reward([1, 0, 10], true), minimum);
  assert.deepEqual([minimum, maximum], [-1.25, 0]);
});
