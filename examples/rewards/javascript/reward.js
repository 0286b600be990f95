// Charges for missed objectives and for replicas: nothing missed with nothing running costs nothing, and
// everything else costs something, so that the best policy misses little with few replicas.
//
// This module knows nothing of components, so that tests can import it; `component.js` exports it.

export const PRESERVATION = "slo_preservation_ratio";
export const REPLICAS = "replicas_current";
export const MOST_REPLICAS = "replicas_max";

/** The reward function. What the host asks of it is listed in `reward-world.js`. */
export class Reward {
  static rewardName = "slo-and-cost";
  static version = "0.1.0";
  static stateful = false;
  // JSON Schema; settings are checked against it before they come here.
  static settings = {
    type: "object",
    additionalProperties: false,
    properties: {
      slo_weight: {
        description: "Charged when the latency objective is missed wholly, 0 to 1000.",
        type: "number",
        minimum: 0,
        maximum: 1000,
        default: 1,
      },
      replicas_weight: {
        description: "Charged when as many replicas run as are allowed, 0 to 1000.",
        type: "number",
        minimum: 0,
        maximum: 1000,
        default: 0.25,
      },
    },
  };

  constructor(settings, log) {
    this.settings = settings;
  }

  terms() {
    return {
      columns: [PRESERVATION, REPLICAS, MOST_REPLICAS],
      minimum: this.value(1, 1),
      maximum: this.value(0, 0),
    };
  }

  score({ actions, after }) {
    return actions.map((action, row) =>
      this.row(action, after[PRESERVATION][row], after[REPLICAS][row], after[MOST_REPLICAS][row]),
    );
  }

  row(action, kept, replicas, most) {
    // What the bounds do not allow was not applied; it costs as much as the worst that could be.
    if (action.illegal) return this.value(1, 1);
    // Where there is no objective, none is missed.
    const missed = Number.isNaN(kept) ? 0 : Math.min(Math.max(1 - kept, 0), 1);
    // Replicas that cannot be counted are taken for as many as there may be.
    const running = replicas < most ? replicas / most : 1;
    return this.value(missed, running);
  }

  /** The reward for these shares, 0 to 1 each, of the objective missed and of replicas running. */
  value(missed, running) {
    return 0 - this.settings.slo_weight * missed - this.settings.replicas_weight * running;
  }

  /** Nothing is kept. */
  forget(workloads) {}

  snapshot(workloads) {
    return "";
  }

  /** Nothing is kept. */
  restore(snapshot) {}
}
