// Theme: what all charts share, in the colours of the style sheet.

const race = JSON.parse(document.getElementById("race").textContent);

const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon"];
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];

const narrow = () => window.innerWidth < 700;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const colourOf = (entrant) => colour(`c${race.entrants[entrant].place % 8}`);
const symbolOf = (entrant) => SYMBOLS[race.entrants[entrant].place % SYMBOLS.length];
// Colours repeat after eight entrants, so the pattern of the line then tells them apart.
const dashOf = (entrant) => DASHES[Math.floor(race.entrants[entrant].place / 8) % DASHES.length];

// Chart labels may hold a little HTML of their own, so foreign text is escaped for them too.
const plain = (text) => text.replace(/[&<>]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[letter]);
// The tables have the whole of a long name; a chart has no room for it.
const short = (text) => (text.length > 32 ? `${text.slice(0, 31)}…` : text);
const nameOf = (entrant) => plain(short(race.entrants[entrant].name));

// Infinite values have no place in a chart.
const finite = (value) => (typeof value === "number" ? value : null);
const metricNamed = (name) => race.metrics.find((metric) => metric.name === name);
const titled = (metric) => plain(metric.unit ? `${metric.title}, ${metric.unit}` : metric.title);

function errors(bounded, colour, thickness = 1.5) {
  const above = bounded.map((of) => (of && of.high !== null ? finite(of.high) - finite(of.value) : 0));
  const below = bounded.map((of) => (of && of.low !== null ? finite(of.value) - finite(of.low) : 0));
  return { type: "data", symmetric: false, array: above, arrayminus: below, color: colour, thickness, width: 4 };
}

function axis(title, more = {}) {
  return {
    title: { text: title, font: { size: 13 } }, gridcolor: colour("line"), zerolinecolor: colour("quiet"),
    linecolor: colour("line"), tickcolor: colour("line"), automargin: true, ...more,
  };
}

// Two labels a decade.
const LOGARITHMIC = {
  type: "log", tickvals: [-4, -3, -2, -1, 0, 1, 2, 3, 4].flatMap((power) => [10 ** power, 3 * 10 ** power]), tickformat: "~g",
};

// A lighter tone of a `#rrggbb` colour, for areas.
const faint = (name) => `${colour(name)}40`;

function layout(more) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: narrow() ? 11 : 13, color: colour("ink") },
    margin: { l: 56, r: 16, t: 36, b: 48 },
    hoverlabel: { bgcolor: colour("panel"), bordercolor: colour("line"), font: { color: colour("ink") } },
    legend: narrow() ? { orientation: "h", y: -0.2 } : {},
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("quiet"), activecolor: colour("accent") },
    ...more,
  };
}

// On a narrow screen, which is mostly one for touch, a finger scrolls the page and does not zoom a chart.
function plot(id, traces, more) {
  const settings = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["lasso2d", "select2d"] };
  if (narrow()) settings.displayModeBar = false;
  Plotly.react(id, traces, layout({ dragmode: narrow() ? false : "zoom", ...more }), settings);
}

// A labelled choice among the options ({ value, text }), which redraws when it changes.
function choice(section, label, options, chosen, redraw) {
  const select = document.createElement("select");
  for (const { value, text } of options) {
    select.append(new Option(text, value, false, value === chosen));
  }
  select.addEventListener("change", redraw);
  const wrapper = document.createElement("label");
  wrapper.append(label, select);
  section.querySelector(".controls").append(wrapper);
  return select;
}

const metricOptions = (metrics) =>
  metrics.map((metric) => ({ value: metric.name, text: metric.unit ? `${metric.title} (${metric.unit})` : metric.title }));
