/** Layers that make another number of units of the inputs: vectors of categories, and waves of numbers. */
import { at as entry, beforeOf, columnOf, rowOf } from "./step.js";
import { equation, num, number, plus, productSum } from "./terms.js";

const text = (line) => ({ text: line });
const passed = ({ row, unit, sample }) => [text(`a = x = ${number(entry(row.a, sample, unit))}`), { text: "this column is handed on", words: true }];
const ones = (values) => Float64Array.from(values, () => 1);

/** Of a unit of an embedding: the column that it reads, and of an embedded one the row of the weights. */
function taken({ row, layer, unit, sample }) {
  const embedded = layer.categories.map(([column]) => column), inputs = row.inputs.shape[1];
  const passing = Array.from({ length: inputs }, (_, column) => column).filter((column) => !embedded.includes(column));
  if (unit < passing.length) return { passes: true, column: passing[unit] };
  const place = Math.floor((unit - passing.length) / layer.dimension), part = (unit - passing.length) % layer.dimension;
  const offset = layer.categories.slice(0, place).reduce((sum, [, count]) => sum + count, 0), column = embedded[place];
  return { passes: false, column, part, category: offset + entry(row.inputs, sample, column), offset };
}

export const EMBEDDING = {
  title: () => "embedding",
  forward(at) {
    const { passes, column, category, part } = taken(at), { row, sample, unit } = at;
    return passes ? passed(at) : [
      { text: `\`x = ${number(entry(row.inputs, sample, column))}\` in column ${column} names row ${category} of the weights; a is its number ${part}`, words: true },
      text(`a = w = ${number(entry(row.a, sample, unit))}`),
    ];
  },
  backward(at) {
    const { passes, column } = taken(at);
    if (passes) return [text(`∂L/∂x = ∂L/∂a = ${number(entry(at.row.d_inputs, at.sample, column))}`)];
    return [{ text: `∂L/∂w adds up \`∂L/∂a\` over the samples that name the same row; no number is left for the category itself`, words: true }];
  },
  parameters(at) {
    const { passes, column, category, part, offset } = taken(at), { row, unit, layer } = at;
    if (passes) return [];
    const d_a = columnOf(row.d_a, unit).filter((_, sample) => offset + entry(row.inputs, sample, column) === category);
    return [{ name: "weights", letter: "w", index: category * layer.dimension + part, label: `w of row ${category}`, letters: "Σ ∂L/∂a", first: d_a, second: ones(d_a) }];
  },
};

/** Of a unit of a periodic layer: its column, and the waves of that. */
function waves({ step, row, layer, unit, sample }) {
  const inputs = row.inputs.shape[1];
  if (unit < inputs) return { passes: true, column: unit };
  const place = Math.floor((unit - inputs) / layer.dimension), part = (unit - inputs) % layer.dimension, n = layer.waves;
  const of = (name) => beforeOf(step, row, name), own = (name) => of(name).slice(place * n, (place + 1) * n);
  const [f, phases] = [own("frequencies"), own("phases")], column = layer.columns[place];
  const w = Float64Array.from({ length: n }, (_, k) => of("weights")[(place * n + k) * layer.dimension + part]);
  const angles = (x) => Float64Array.from(f, (frequency, k) => 2 * Math.PI * x * frequency + phases[k]);
  return { passes: false, column, place, part, n, f, w, b: of("offsets")[place * layer.dimension + part], angles, x: entry(row.inputs, sample, column) };
}

/** ∂L/∂θ of each wave of a column, for one sample: −sin θ times what comes back from the units that it goes to. */
function backToAngles({ step, row, layer }, place, sample, angles) {
  const weights = beforeOf(step, row, "weights"), { dimension } = layer, start = row.inputs.shape[1] + place * dimension;
  return Float64Array.from(angles, (angle, k) => {
    let back = 0;
    for (let part = 0; part < dimension; part += 1) back += entry(row.d_a, sample, start + part) * weights[(place * layer.waves + k) * dimension + part];
    return -Math.sin(angle) * back;
  });
}

export const PERIODIC = {
  title: () => "periodic",
  forward(at) {
    const found = waves(at), { row, sample, unit, terms } = at;
    if (found.passes) return passed(at);
    const cosines = found.angles(found.x).map(Math.cos);
    return [
      { text: `\`x = ${number(found.x)}\` of column ${found.column} makes ${found.n} waves`, words: true }, text("vₖ = cos(2π·x·fₖ + φₖ)"), text("a = Σₖ vₖ·wₖ + b"),
      text(`a = ${equation(plus(productSum(cosines, found.w, terms), num(found.b)), entry(row.a, sample, unit))}`),
    ];
  },
  backward(at) {
    const found = waves(at), { row, layer, sample, step, terms } = at, place = found.passes ? layer.columns.indexOf(found.column) : found.place;
    const passes = num(entry(row.d_a, sample, found.column)), result = entry(row.d_inputs, sample, found.column);
    if (place < 0) return [text(`∂L/∂x = ∂L/∂a = ${equation(passes, result)}`)];
    const first = waves({ ...at, unit: row.inputs.shape[1] + place * layer.dimension });
    const d = backToAngles({ step, row, layer }, place, sample, first.angles(first.x));
    const sum = productSum(Float64Array.from(first.f, (f) => 2 * Math.PI * f), d, terms);
    return [
      { text: "`dθₖ = −sin(θₖ)·Σ ∂L/∂a·wₖ`, over the units that the wave goes to", words: true },
      { text: "of column x what passes, and 2π·fₖ times dθₖ of every wave", words: true }, text(`∂L/∂x = ${equation(plus(passes, sum), result)}`),
    ];
  },
  parameters(at) {
    const found = waves(at), { row, layer, step, unit } = at;
    if (found.passes) return [];
    const xs = columnOf(row.inputs, found.column), d_a = columnOf(row.d_a, unit), { place, n, part } = found;
    const angles = Array.from(xs, (x) => found.angles(x)), d_angles = angles.map((all, sample) => backToAngles({ step, row, layer }, place, sample, all));
    const of = (k) => [
      { name: "weights", letter: "w", index: (place * n + k) * layer.dimension + part, label: `w of wave ${k}`, letters: "Σ ∂L/∂a·v", first: d_a, second: Float64Array.from(angles, (all) => Math.cos(all[k])) },
      { name: "frequencies", letter: "f", index: place * n + k, label: `f of wave ${k}`, letters: "Σ 2π·x·dθ", first: xs.map((x) => 2 * Math.PI * x), second: Float64Array.from(d_angles, (d) => d[k]) },
      { name: "phases", letter: "φ", index: place * n + k, label: `φ of wave ${k}`, letters: "Σ dθ", first: Float64Array.from(d_angles, (d) => d[k]), second: ones(xs) },
    ];
    const bias = { name: "offsets", letter: "b", index: place * layer.dimension + part, label: "b", letters: "Σ ∂L/∂a", first: d_a, second: ones(d_a) };
    return [...Array.from({ length: n }, (_, k) => k).flatMap(of), bias];
  },
};
