// Numbers in tables: windows, kernels, products, and sums.

import { decimal, make } from "./elements.js";

/** Numbers in rows and columns; pixels are shaded, too. */
export function numbers(name, grid, isShaded = false) {
  const most = Math.max(...grid.flat(), 1e-9);
  const rows = grid.map((row) => {
    const cells = row.map((value) => {
      const cell = make("td", {}, decimal(value));
      if (isShaded) cell.style.setProperty("--shade", Math.max(0, value) / most);
      return cell;
    });
    return make("tr", {}, ...cells);
  });
  const caption = make("caption", {}, name);
  return make("table", { class: "look-grid" }, caption, make("tbody", {}, ...rows));
}

/** Lines of a sum: words, and a number; false leaves one out. */
export function sum(...lines) {
  const rows = lines.filter(Boolean).map(([name, value], number, all) => {
    const row = make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value));
    row.classList.toggle("is-last", number === all.length - 1);
    return row;
  });
  return make("table", { class: "look-sum" }, make("tbody", {}, ...rows));
}
