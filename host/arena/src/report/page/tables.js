// Tables: sorting by a column, and one workload at a time.

function sortable(table) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    if (!("value" in cell.dataset)) return cell.className === "none" ? null : cell.textContent;
    return cell.dataset.value.includes("inf") ? Number(cell.dataset.value.replace("inf", "Infinity")) : Number(cell.dataset.value);
  };
  const compare = (left, right) =>
    typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right));
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const ascending = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      // What cannot be told stays last either way.
      const rows = [...body.rows].map((row) => ({ row, value: valueOf(row, column) }));
      rows.sort((left, right) => {
        if (left.value === null || right.value === null) return (left.value === null) - (right.value === null);
        return ascending ? compare(left.value, right.value) : compare(right.value, left.value);
      });
      body.append(...rows.map(({ row }) => row));
    });
  });
}

function filtered(controls) {
  const rows = [...document.getElementById(controls.dataset.filter).tBodies[0].rows];
  const placeOf = (row) => `${row.cells[2].textContent} on ${row.cells[1].textContent}`;
  const places = [...new Set(rows.map(placeOf))];
  if (places.length < 2) return;
  const options = [{ value: "", text: "all" }, ...places.map((place) => ({ value: place, text: place }))];
  const select = choice(controls.parentElement, "workload", options, "", show);
  function show() {
    for (const row of rows) row.hidden = select.value !== "" && placeOf(row) !== select.value;
  }
}
