// Start: draw everything, and again when colours or the width class change.

const charts = [tradeoff(), differences(), timeline(), profile(), learning()];
const drawAll = () => charts.forEach((draw) => draw());
drawAll();
document.querySelectorAll("table.sortable").forEach(sortable);
document.querySelectorAll("[data-filter]").forEach(filtered);
for (const query of ["(prefers-color-scheme: dark)", "(max-width: 700px)"]) {
  matchMedia(query).addEventListener("change", drawAll);
}
