/** How numbers are spread, as bars: a pure function of the numbers and a size. */
import { svg } from "./dom.js";
import { number } from "../formulas/terms.js";

/** Counts of the numbers in so many equal bins, and where they begin and end. */
export function binned(values, n = 24) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) if (Number.isFinite(value)) { low = Math.min(low, value); high = Math.max(high, value); }
  if (low > high) return { low: 0, high: 0, counts: [] };
  if (low === high) return { low: low - 0.5, high: high + 0.5, counts: Array.from({ length: n }, (_, i) => (i === Math.floor(n / 2) ? values.length : 0)) };
  const counts = new Array(n).fill(0);
  for (const value of values) if (Number.isFinite(value)) counts[Math.min(n - 1, Math.floor((value - low) / (high - low) * n))] += 1;
  return { low, high, counts };
}

export function histogram(values, { width = 220, height = 84, label }) {
  const { low, high, counts } = binned(values), most = Math.max(1, ...counts), foot = 16;
  const bars = counts.map((count, i) => {
    const tall = count / most * (height - foot - 4), middle = low + (i + 0.5) * (high - low) / counts.length;
    return svg("rect", {
      x: i * width / counts.length + 0.5, y: height - foot - tall, width: width / counts.length - 1, height: tall, class: middle < 0 ? "minus" : "plus",
    });
  });
  return svg("svg", { class: "curves bars", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label }, bars,
    svg("line", { x1: 0, x2: width, y1: height - foot, y2: height - foot, class: "grid" }),
    svg("text", { x: 0, y: height - 4 }, number(low, 3)), svg("text", { x: width, y: height - 4, "text-anchor": "end" }, number(high, 3)));
}
