// Differences: entrants against the reference, pair by pair.

function differences() {
  const section = document.getElementById("differences");
  const select = choice(section, "metric", metricOptions(race.metrics), race.main, draw);

  function rows(metric) {
    return race.entrants.map((_, entrant) => entrant).filter((entrant) => metric.differences[entrant]);
  }

  // One trace an entrant: the axis of names is numeric, so that equal names stay apart.
  function forest(id, metric, bounded, points, text, range, line) {
    const entrants = rows(metric);
    const traces = [];
    entrants.forEach((entrant, row) => {
      const contrast = metric.differences[entrant];
      const paint = colourOf(entrant);
      const pairs = points(contrast);
      traces.push({
        x: pairs.map(finite), y: pairs.map((_, at) => row + 0.16 + 0.16 * ((at * 7) % 5) / 5), mode: "markers",
        marker: { color: paint, size: 5, opacity: 0.4 }, hovertemplate: "one pair: %{x:.4g}<extra></extra>",
      });
      traces.push({
        x: [finite(bounded(contrast).value)], y: [row], mode: "markers",
        marker: { color: paint, size: 9, symbol: symbolOf(entrant) }, error_x: errors([bounded(contrast)], paint, 2),
        hovertemplate: `<b>${nameOf(entrant)}</b><br>${text(contrast)}<extra></extra>`,
      });
    });
    plot(id, traces, {
      height: 90 + 44 * Math.max(entrants.length, 1), showlegend: false, hovermode: "closest",
      yaxis: axis("", {
        tickvals: entrants.map((_, row) => row), ticktext: entrants.map(nameOf), autorange: false,
        range: [entrants.length - 0.5, -0.5], zeroline: false, showgrid: false,
      }),
      xaxis: axis(range.title, { zeroline: false, ...range.axis }),
      shapes: [{
        type: "line", yref: "paper", y0: 0, y1: 1, x0: line, x1: line,
        line: { color: colour("quiet"), width: 1.5, dash: "dash" },
      }],
    });
  }

  const number = (value) => (typeof value === "number" ? value.toPrecision(4) : "∞");
  const interval = (of) => (of.low === null ? "" : ` [${number(of.low)}, ${number(of.high)}]`);

  function draw() {
    const metric = metricNamed(select.value);
    const better = metric.better === "higher" ? "better →" : "← better";
    forest(
      "difference-chart", metric, (of) => of.difference, (of) => of.pairs,
      (of) => `${number(of.difference.value)}${interval(of.difference)}<br>${of.wins} pairs won, ${of.losses} lost`,
      { title: `difference in ${titled(metric)} (${better})`, axis: { rangemode: "tozero" } }, 0,
    );
    // A demonstration tells of no probability.
    if (!document.getElementById("probability-chart")) return;
    forest(
      "probability-chart", metric, (of) => of.probability, () => [],
      (of) => `${number(of.probability.value)}${interval(of.probability)}`,
      { title: "probability (better →)", axis: { range: [-0.03, 1.03], tickformat: ".0%" } }, 0.5,
    );
  }
  return draw;
}
