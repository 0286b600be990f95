// Scales by the arrival rate: up at once, down slowly.
//
// Each workload gets the replicas that its rate needs. A rate that rises counts at once; one that falls
// counts bit by bit, so that a short lull does not cost a cold start.
//
// This module knows nothing of components, so that tests can import it; `component.js` exports it.

export const RATE = "arrival_rate_per_second";
// The most replicas that a host takes for meant.
const MOST_REPLICAS = 1_000_000;

/** The policy. What the host asks of it is listed in `policy-world.js`. */
export class Policy {
  static policyName = "by-rate";
  static version = "0.1.0";
  static stateful = true;
  static reasons = ["rate", "falling", "no-rate"];
  // JSON Schema; settings are checked against it before they come here.
  static settings = {
    type: "object",
    additionalProperties: false,
    properties: {
      rate_per_replica: {
        description: "Requests per second that one replica serves, > 0.",
        type: "number",
        exclusiveMinimum: 0,
        default: 10,
      },
      smoothing: {
        description: "How much of a fall counts at each turn, > 0 and at most 1: 1 follows at once.",
        type: "number",
        exclusiveMinimum: 0,
        maximum: 1,
        default: 0.5,
      },
      period_milliseconds: {
        description: "Time between two turns in milliseconds; 0 for every tick.",
        type: "integer",
        minimum: 0,
        default: 15000,
      },
    },
  };

  constructor(settings, seed, log) {
    this.settings = settings;
    // Smoothed arrivals per second, by workload.
    this.rates = new Map();
  }

  needs() {
    return { periodMilliseconds: this.settings.period_milliseconds, columns: [RATE], details: [] };
  }

  decide(batch) {
    return batch.workloads.map((workload, row) => this.recommend(workload, batch.columns[RATE][row]));
  }

  recommend(workload, seen) {
    // Nothing is known, so the workload is left as it is.
    if (Number.isNaN(seen)) return { reason: "no-rate" };
    const before = this.rates.get(workload) ?? seen;
    const falling = seen < before;
    const rate = falling ? before + this.settings.smoothing * (seen - before) : seen;
    this.rates.set(workload, rate);
    // One replica stays, so that the first request after a silence finds somebody.
    const needed = Math.min(rate / this.settings.rate_per_replica, MOST_REPLICAS);
    const replicas = Math.max(1, Math.ceil(needed));
    return { replicas, reason: falling ? "falling" : "rate" };
  }

  /** A rule has nothing to learn. */
  learn(experiences) {}

  forget(workloads) {
    for (const workload of workloads) this.rates.delete(workload);
  }

  /** JSON: `{"version":1,"rates":[[WORKLOAD,RATE],…]}`. */
  snapshot(workloads) {
    const known = workloads.filter((workload) => this.rates.has(workload));
    return JSON.stringify({ version: 1, rates: known.map((workload) => [workload, this.rates.get(workload)]) });
  }

  restore(snapshot) {
    const taken = JSON.parse(snapshot);
    // Whoever changes the shape counts the version up and still reads the old one.
    if (taken.version !== 1) throw new Error(`snapshot: version ${taken.version} is unknown`);
    for (const [workload, rate] of taken.rates) this.rates.set(workload, rate);
  }
}
