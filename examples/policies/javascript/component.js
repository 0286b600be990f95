// The component: exports the policy of `policy.js`.

import { write } from "regatta:policy/log@0.1.0";

import { Policy } from "./policy.js";
import { world } from "../../sdk/javascript/policy-world.js";

export const { describe, validateSettings, make, decide, learn, forget, snapshot, restore } = world(Policy, write);
