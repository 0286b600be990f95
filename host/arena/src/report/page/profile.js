// Profile: latency by percentile.

function profile() {
  const PERCENTILES = ["p50", "p90", "p95", "p99", "p999"];

  function draw() {
    const metrics = PERCENTILES.map((name) => metricNamed(`latency_seconds_${name}`));
    const shown = PERCENTILES.map((name) => (name === "p999" ? "p99.9" : name));
    const infinite = [];
    const traces = race.entrants.map((_, entrant) => {
      const estimates = metrics.map((metric) => metric?.estimates[entrant] ?? null);
      estimates.forEach((of, at) => {
        if (of && of.value === "inf") infinite.push(`${race.entrants[entrant].name} ${shown[at]}`);
      });
      // Every metric has a unit of its own; the chart has one.
      const seconds = (of, at) => (of === null || typeof of !== "number" ? null : metrics[at].unit === "ms" ? of / 1000 : of);
      const bounded = estimates.map((of, at) =>
        of && { value: seconds(of.value, at), low: seconds(of.low, at), high: seconds(of.high, at) });
      return {
        x: shown, y: bounded.map((of) => of?.value ?? null), name: nameOf(entrant), mode: "lines+markers",
        line: { color: colourOf(entrant), width: 2, dash: dashOf(entrant) },
        marker: { symbol: symbolOf(entrant), size: 8 }, error_y: errors(bounded, colourOf(entrant), 1),
        hovertemplate: `<b>${nameOf(entrant)}</b><br>%{x}: %{y:.3g} s<extra></extra>`,
      };
    });
    document.getElementById("profile-infinite").textContent =
      infinite.length === 0 ? "" : `Not drawn, because requests were lost and it is infinite: ${infinite.join(", ")}.`;
    plot("profile-chart", traces, {
      height: 430, yaxis: axis("latency, s", LOGARITHMIC),
      xaxis: axis("percentile of requests"),
    });
  }
  return draw;
}
