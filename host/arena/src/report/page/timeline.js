// Timeline: one workload in one world, by all entrants.

function timeline() {
  const section = document.getElementById("timeline");
  if (race.series.length === 0) {
    section.querySelector("p").textContent = "No run kept its series.";
    document.getElementById("timeline-chart").remove();
    return () => {};
  }
  const options = race.series.map((run, at) => ({
    value: `${at}`, text: `${run.workload} on ${run.course}, seed ${run.seed}`,
  }));
  const select = choice(section, "workload", options, "0", draw);
  const PANELS = [
    { key: "replicas", title: "replicas ready", shape: "hv" },
    { key: "latency", title: "tail latency, s", more: LOGARITHMIC },
    { key: "utilisation", title: "CPU used, share" },
    { key: "reward", title: "reward" },
  ];

  function draw() {
    const run = race.series[Number(select.value)];
    const seconds = run.arrivals.map((_, point) => run.start_seconds + point * run.step_seconds);
    const [divisor, unit] = seconds.at(-1) > 4 * 3600 ? [3600, "h"] : seconds.at(-1) > 600 ? [60, "min"] : [1, "s"];
    const times = seconds.map((second) => second / divisor);
    const traces = [{
      x: times, y: run.arrivals.map(finite), yaxis: "y", name: "arrivals", showlegend: false, mode: "lines",
      line: { color: colour("quiet"), width: 1.5 }, fill: "tozeroy", fillcolor: faint("quiet"), hovertemplate: "arrivals %{y:.3g}/s<extra></extra>",
    }];
    run.entrants.forEach((lines, entrant) => {
      if (!lines) return;
      PANELS.forEach((panel, at) => {
        traces.push({
          x: times, y: lines[panel.key].map(finite), yaxis: `y${at + 2}`, name: nameOf(entrant),
          legendgroup: `${entrant}`, showlegend: at === 0, mode: "lines",
          line: { color: colourOf(entrant), width: 1.5, shape: panel.shape ?? "linear", dash: dashOf(entrant) },
          hovertemplate: `${nameOf(entrant)} %{y:.3g}<extra></extra>`,
        });
      });
    });
    const height = 1 / (PANELS.length + 1);
    const domain = (row) => [1 - (row + 1) * height + 0.025, 1 - row * height];
    const axes = { yaxis: axis("arrivals/s", { domain: domain(0), rangemode: "tozero" }) };
    PANELS.forEach((panel, at) => {
      axes[`yaxis${at + 2}`] = axis(panel.title, { domain: domain(at + 1), ...panel.more });
    });
    const shapes = [];
    const objective = run.latency_slo_seconds;
    if (objective !== null) {
      shapes.push({
        type: "line", xref: "paper", x0: 0, x1: 1, yref: "y3", y0: objective, y1: objective,
        line: { color: colour("worse"), width: 1.5, dash: "dash" },
        label: { text: "SLO", textposition: "start", font: { color: colour("worse"), size: 11 } },
      });
    }
    plot("timeline-chart", traces, {
      height: narrow() ? 900 : 960, hovermode: "x", shapes, ...axes,
      xaxis: axis(`time, ${unit}`, { zeroline: false, anchor: `y${PANELS.length + 1}` }),
      legend: { orientation: "h", y: 1.01, yanchor: "bottom" },
    });
  }
  return draw;
}
