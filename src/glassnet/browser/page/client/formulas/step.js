/** One step of training, as the page asks it: rows of the trace by their columns, tables by samples and units. */

/** The numbers of a sample, one for each unit. */
export function rowOf(table, sample) {
  const width = table.values.length / table.shape[0];
  return table.values.subarray(sample * width, (sample + 1) * width);
}

export const at = (table, sample, unit) => table.values[sample * (table.values.length / table.shape[0]) + unit];

/** One unit's numbers, one for each sample. */
export function columnOf(table, unit) {
  const n = table.shape[0], width = table.values.length / n;
  return Float64Array.from({ length: n }, (_, sample) => table.values[sample * width + unit]);
}

/** The weights into one unit, or out of one. */
export const weightsInto = (table, unit) => columnOf(table, unit);
export const weightsOutOf = (table, unit) => rowOf(table, unit);

/** The target of one output: of integer classes 1 where it is that class. */
export function targetOf(step, sample, unit) {
  const { y } = step.trace, outputs = step.outputs;
  return y.values.length === y.shape[0] * outputs ? at(y, sample, unit) : Number(y.values[sample] === unit);
}

/** The rows of the trace that belong to a column of the drawing, in forward order. */
export const rowsOf = (step, column) => step.columns[column].rows.map((index) => ({ row: step.trace.rows[index], index }));

/** The dense row of a column; undefined where it has none. */
export const denseOf = (step, column) => rowsOf(step, column).find(({ row }) => row.kind === "dense");

/** What the update did to one parameter, in the order of the rule's letters. */
export function updateOf(step, layer, name, index) {
  const found = step.trace.parameters.find((parameter) => parameter.layer === layer && parameter.name === name);
  return {
    w: found.before[index], dw: found.gradient[index], c: found.clipped[index], w1: found.after[index],
    states: found.states.map(({ letter, before, after }) => ({ letter, before: before[index], after: after[index] })),
    factor: found.factor === null ? 1 : found.factor[index],
  };
}

/** The layer that a row computes, as the network is described. */
export function layerOf(step, { layer, path }) {
  return path.slice(1).reduce((outer, place) => outer.layers[place], step.spec.layers[layer]);
}

/** The full name of a row's parameter. */
export const nameIn = ({ path }, name) => [...path.slice(1), name].join(".");

/** The values of one of a row's parameters before the update. */
export const beforeOf = (step, row, name) => step.trace.parameters.find((found) => found.layer === row.layer && found.name === nameIn(row, name)).before;
