// Timeline: workloads in one world over time, by all entrants.

function timeline() {
  const section = document.getElementById("timeline");
  if (race.series.length === 0) {
    section.querySelector("p").textContent = "No run kept its series.";
    document.getElementById("timeline-chart").remove();
    return () => {};
  }
  // Side by side, more workloads than this are too narrow to read.
  const MOST_COLUMNS = 4;
  const sameWorld = (one, other) => one.course === other.course && one.seed === other.seed;
  const worlds = race.series.filter((run, at) => race.series.findIndex((first) => sameWorld(first, run)) === at);
  const all = worlds
    .map((world) => ({ text: `all workloads on ${world.course}, seed ${world.seed}`, runs: race.series.filter((run) => sameWorld(run, world)) }))
    .filter(({ runs }) => runs.length > 1 && runs.length <= MOST_COLUMNS);
  const single = race.series.map((run) => ({ text: `${run.workload} on ${run.course}, seed ${run.seed}`, runs: [run] }));
  const views = [...all, ...single];
  const options = views.map(({ text }, at) => ({ value: `${at}`, text }));
  const select = choice(section, "workload", options, narrow() ? `${all.length}` : "0", draw);
  const PANELS = [
    { title: "arrivals/s", more: { rangemode: "tozero" } },
    { key: "replicas", title: "replicas ready", shape: "hv", more: { rangemode: "tozero" } },
    { key: "latency", title: "tail latency, s", more: LOGARITHMIC },
    { key: "utilisation", title: "CPU used, share", more: { rangemode: "tozero" } },
    { key: "reward", title: "reward" },
  ];
  const LATENCY = PANELS.findIndex((panel) => panel.key === "latency");
  // The first axis has no number.
  const numbered = (name, number) => (number === 1 ? name : `${name}${number}`);
  const yNumber = (column, row) => column * PANELS.length + row + 1;

  // All that belongs to one workload: a column of panels over its own time axis.
  function drawn(run, column, [divisor, unit], legend) {
    const times = timesOf(run).map((second) => second / divisor);
    const on = (row) => ({ xaxis: numbered("x", column + 1), yaxis: numbered("y", yNumber(column, row)) });
    // So few points may stand alone between gaps, where a line does not show them.
    const mode = times.length <= 120 ? "lines+markers" : "lines";
    const traces = [{
      x: times, y: run.arrivals.map(finite), ...on(0), name: "arrivals", showlegend: false, mode: "lines",
      line: { color: colour("quiet"), width: 1.5 }, fill: "tozeroy", fillcolor: faint("quiet"), hovertemplate: "arrivals %{y:.3g}/s<extra></extra>",
    }];
    run.entrants.forEach((lines, entrant) => {
      if (!lines) return;
      PANELS.forEach((panel, row) => {
        if (!panel.key) return;
        traces.push({
          x: times, y: lines[panel.key].map(finite), ...on(row), name: nameOf(entrant),
          legendgroup: `${entrant}`, showlegend: !legend.has(entrant), mode, marker: { color: colourOf(entrant), size: 4 },
          line: { color: colourOf(entrant), width: 1.5, shape: panel.shape ?? "linear", dash: dashOf(entrant) },
          hovertemplate: `${nameOf(entrant)} %{y:.3g}<extra></extra>`,
        });
        legend.add(entrant);
      });
    });
    // A line of data and no mere shape: the axis then reaches to it, however far latencies are from it.
    const objective = run.latency_slo_seconds;
    if (objective !== null) {
      traces.push({
        x: [times[0], times.at(-1)], y: [objective, objective], ...on(LATENCY), name: "SLO", showlegend: false, mode: "lines+text",
        text: ["", "SLO"], textposition: "middle right", textfont: { color: colour("ink"), size: 11 }, cliponaxis: false,
        line: { color: colour("ink"), width: 1.5, dash: "dash" }, hovertemplate: "SLO %{y:.3g} s<extra></extra>",
      });
    }
    const shapes = [];
    const warm = (race.warm_up_seconds - run.start_seconds) / divisor;
    if (warm > 0) {
      shapes.push({
        type: "rect", xref: numbered("x", column + 1), x0: times[0], x1: Math.min(warm, times.at(-1)), yref: "paper", y0: 0, y1: 1,
        layer: "below", fillcolor: colour("quiet"), opacity: 0.12, line: { width: 0 },
        label: { text: "warm-up", textposition: "top left", font: { color: colour("ink"), size: 11 } },
      });
    }
    return { traces, shapes };
  }

  function timesOf(run) {
    return run.arrivals.map((_, point) => run.start_seconds + point * run.step_seconds);
  }

  function draw() {
    const { runs } = views[Number(select.value)];
    const last = Math.max(...runs.map((run) => timesOf(run).at(-1)));
    const unit = last > 4 * 3600 ? [3600, "h"] : last > 600 ? [60, "min"] : [1, "s"];
    const legend = new Set();
    const columns = runs.map((run, column) => drawn(run, column, unit, legend));
    const [gap, height] = [0.045, 1 / PANELS.length];
    const width = (1 - gap * (runs.length - 1)) / runs.length;
    const axes = {};
    const annotations = [];
    runs.forEach((run, column) => {
      const domain = [column * (width + gap), column * (width + gap) + width];
      // All columns show the same time, also zoomed.
      const matches = column === 0 ? {} : { matches: "x" };
      axes[numbered("xaxis", column + 1)] = axis(`time, ${unit[1]}`, {
        domain, zeroline: false, anchor: numbered("y", yNumber(column, PANELS.length - 1)), ...matches,
      });
      PANELS.forEach((panel, row) => {
        axes[numbered("yaxis", yNumber(column, row))] = axis(column === 0 ? panel.title : "", {
          domain: [1 - (row + 1) * height + 0.025, 1 - row * height], anchor: numbered("x", column + 1), ...panel.more,
        });
      });
      if (runs.length > 1) {
        annotations.push({
          xref: "paper", x: domain[0], xanchor: "left", yref: "paper", y: 1, yanchor: "bottom", showarrow: false,
          text: `<b>${plain(short(run.workload))}</b>`, font: { size: 13 },
        });
      }
    });
    plot("timeline-chart", columns.flatMap(({ traces }) => traces), {
      height: narrow() ? 900 : 960, hovermode: "x", shapes: columns.flatMap(({ shapes }) => shapes), annotations, ...axes,
      margin: { l: 56, r: 40, t: 70, b: 48 }, legend: { orientation: "h", y: 1.03, yanchor: "bottom" },
    });
  }
  return draw;
}
