// Learning: reward by training episode.

function learning() {
  const section = document.getElementById("learning");
  if (!section) return () => {};
  const options = [{ value: "episodes", text: "episodes" }, { value: "steps", text: "experiences learned from" }];
  if (race.curves.some((curve) => curve.wall_seconds.length > 0)) {
    options.push({ value: "wall_seconds", text: "wall time, s" });
  }
  const select = choice(section, "by", options, "episodes", draw);

  // Mean of the last five that have a value.
  function trailing(values) {
    return values.map((_, at) => {
      const last = values.slice(Math.max(0, at - 4), at + 1).filter((value) => typeof value === "number");
      return last.length === 0 ? null : last.reduce((sum, value) => sum + value, 0) / last.length;
    });
  }

  function draw() {
    const traces = race.curves.flatMap((curve) => {
      const [x, paint] = [curve[select.value], colourOf(curve.entrant)];
      const shared = { x, legendgroup: `${curve.entrant}`, name: `${nameOf(curve.entrant)} (${plain(short(curve.reward))})` };
      return [
        {
          ...shared, y: curve.rewards, mode: "markers", showlegend: false,
          marker: { color: paint, size: 5, opacity: 0.4 }, hovertemplate: "one episode: %{y:.4g}<extra></extra>",
        },
        {
          ...shared, y: trailing(curve.rewards), mode: "lines", showlegend: true,
          line: { color: paint, width: 2.5, dash: dashOf(curve.entrant) },
          hovertemplate: `<b>${nameOf(curve.entrant)}</b> %{y:.4g}<extra></extra>`,
        },
      ];
    });
    const title = options.find((option) => option.value === select.value).text;
    plot("learning-chart", traces, { height: 380, xaxis: axis(title, { zeroline: false }), yaxis: axis("mean reward"), hovermode: "closest" });
  }
  return draw;
}
