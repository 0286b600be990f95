// The component: exports the reward of `reward.js`.

import { write } from "regatta:policy/log@0.1.0";

import { Reward } from "./reward.js";
import { world } from "../../sdk/javascript/reward-world.js";

export const { describe, validateSettings, make, score, forget, snapshot, restore } = world(Reward, write);
