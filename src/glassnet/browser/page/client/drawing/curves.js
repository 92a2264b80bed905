/** Curves over epochs as SVG: a pure function of rows of history and a size. */
import { svg } from "./dom.js";
import { number } from "../formulas/terms.js";

const MOST_POINTS = 400;
const LEFT = 44, BOTTOM = 20, TOP = 8, RIGHT = 8;

/** At most so many of the points, the last among them. */
export function thinned(points, most = MOST_POINTS) {
  if (points.length <= most) return points;
  const stride = points.length / most;
  const kept = Array.from({ length: most }, (_, i) => points[Math.floor(i * stride)]);
  kept[most - 1] = points.at(-1);
  return kept;
}

function ticks(low, high, logarithmic) {
  if (logarithmic) {
    const first = Math.ceil(Math.log10(low)), last = Math.floor(Math.log10(high));
    const all = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
    return all.length >= 2 ? all.filter((_, i) => i % Math.ceil(all.length / 5) === 0) : [low, high];
  }
  const raw = (high - low) / 4 || 1, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw);
  return Array.from({ length: 7 }, (_, i) => Math.ceil(low / step) * step + i * step).filter((value) => value <= high + step * 1e-9);
}

/** `series` is `[{ name, points: [[x, y]], style }]`; `style` names a class of the style sheet. */
export function curves(series, { width, height, label, logarithmic = false, from = null }) {
  const drawn = series.map((one) => ({ ...one, points: thinned(one.points.filter(([, y]) => Number.isFinite(y) && (!logarithmic || y > 0))) }))
    .filter(({ points }) => points.length > 0);
  const root = svg("svg", { class: "curves", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
  if (drawn.length === 0) {
    root.append(svg("text", { x: width / 2, y: height / 2, "text-anchor": "middle", class: "empty" }, "no epoch yet"));
    return root;
  }
  const all = drawn.flatMap(({ points }) => points);
  const [x0, x1] = [Math.min(...all.map(([x]) => x)), Math.max(...all.map(([x]) => x))];
  let [y0, y1] = [Math.min(...all.map(([, y]) => y)), Math.max(...all.map(([, y]) => y))];
  if (!logarithmic) y0 = Math.min(from ?? y0, y0);
  const scale = logarithmic ? Math.log : (y) => y;
  if (scale(y1) - scale(y0) < 1e-12) [y0, y1] = logarithmic ? [y0 / 2, y1 * 2] : [y0 - 0.5, y1 + 0.5];
  const px = (x) => LEFT + (x1 === x0 ? 0.5 : (x - x0) / (x1 - x0)) * (width - LEFT - RIGHT);
  const py = (y) => height - BOTTOM - (scale(y) - scale(y0)) / (scale(y1) - scale(y0)) * (height - BOTTOM - TOP);
  for (const y of ticks(y0, y1, logarithmic)) {
    root.append(
      svg("line", { x1: LEFT, x2: width - RIGHT, y1: py(y), y2: py(y), class: "grid" }),
      svg("text", { x: LEFT - 5, y: py(y) + 3.5, "text-anchor": "end" }, number(y, 3)),
    );
  }
  root.append(
    svg("text", { x: LEFT, y: height - 5 }, number(x0)), svg("text", { x: width - RIGHT, y: height - 5, "text-anchor": "end" }, number(x1)),
  );
  for (const { points, style, name } of drawn) {
    const path = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join("");
    root.append(svg("path", { d: path, class: `curve ${style}` }, svg("title", {}, name)));
    if (points.length === 1) root.append(svg("circle", { cx: px(points[0][0]), cy: py(points[0][1]), r: 2.5, class: `dot ${style}` }));
  }
  return root;
}
