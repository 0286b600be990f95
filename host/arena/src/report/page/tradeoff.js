// Trade-off: two metrics against each other, a mark an entrant.

function tradeoff() {
  const section = document.getElementById("tradeoff");
  const options = metricOptions(race.metrics);
  const across = choice(section, "across", options, "replica_seconds", draw);
  const up = choice(section, "up", options, "slo_violation_request_ratio", draw);
  const runs = choice(section, "runs", [{ value: "shown", text: "shown" }, { value: "hidden", text: "hidden" }], "shown", draw);

  function draw() {
    const x = metricNamed(across.value);
    const y = metricNamed(up.value);
    const traces = [];
    race.entrants.forEach((_, entrant) => {
      const paint = colourOf(entrant);
      if (runs.value === "shown") {
        traces.push({
          x: x.runs[entrant].map(finite), y: y.runs[entrant].map(finite), mode: "markers", showlegend: false,
          legendgroup: `${entrant}`, marker: { color: paint, size: 5, opacity: 0.35, symbol: symbolOf(entrant) },
          text: race.worlds.map((world) => `${nameOf(entrant)}, ${plain(world.course)}, seed ${world.seed}`),
          hovertemplate: "%{text}<br>%{x:.4g}, %{y:.4g}<extra></extra>",
        });
      }
      const [wide, high] = [x.estimates[entrant], y.estimates[entrant]];
      if (!wide || !high) return;
      traces.push({
        x: [finite(wide.value)], y: [finite(high.value)], mode: "markers", name: nameOf(entrant), legendgroup: `${entrant}`,
        marker: { color: paint, size: 13, symbol: symbolOf(entrant), line: { color: colour("ground"), width: 1.5 } },
        error_x: errors([wide], paint), error_y: errors([high], paint),
        hovertemplate: `<b>${nameOf(entrant)}</b><br>${titled(x)}: %{x:.4g}<br>${titled(y)}: %{y:.4g}<extra></extra>`,
      });
    });
    const right = x.better === "higher";
    const top = y.better === "higher";
    plot("tradeoff-chart", traces, {
      height: narrow() ? 430 : 480, hovermode: "closest",
      xaxis: axis(titled(x), { rangemode: "tozero" }), yaxis: axis(titled(y), { rangemode: "tozero" }),
      annotations: [{
        xref: "paper", yref: "paper", x: right ? 1 : 0, y: top ? 1 : 0, xanchor: right ? "right" : "left",
        yanchor: top ? "top" : "bottom", text: `${top ? "↑" : "↓"} ${right ? "→" : "←"} better`, showarrow: false,
        font: { color: colour("better"), size: 13 }, xshift: right ? -6 : 6, yshift: top ? -4 : 4,
      }],
    });
  }
  return draw;
}
