/** Columns of the drawing: rows of a network's plan, put together where they make of each unit one number. */

const NORMS = new Set(["batch_norm", "layer_norm", "rms_norm"]);
const prefixOf = ({ path }) => path.slice(1).map((place) => `${place}.`).join("");

/** Where columns begin: at dense rows, and at those that make another number of units of the inputs. */
function groups(rows) {
  const found = [];
  let waiting = [];
  rows.forEach((row, place) => {
    const begins = row.kind === "dense" || row.n_inputs !== row.n_outputs;
    if (begins) found.push([...waiting, place]);
    else if (found.length > 0) found.at(-1).push(place);
    else waiting.push(place);
    if (begins) waiting = [];
    else if (found.length === 0 && row.kind !== "branch") {
      found.push(waiting);
      waiting = [];
    }
  });
  return found;
}

/** What the rows of a column do beside weights and activation, in words. */
function wordsOf(rows) {
  const words = rows.filter(({ kind }) => kind !== "dense" && kind !== "activation" && kind !== "branch").map(({ kind, rate }) => (
    kind === "sum" ? "residual" : kind === "dropout" ? `dropout ${rate}` : NORMS.has(kind) ? kind.replace("_", " ").replace("rms", "RMS") : kind));
  return [...new Set(words)];
}

function column(all, places, isLast) {
  const rows = places.map((place) => all[place]), dense = places.find((place) => all[place].kind === "dense") ?? null;
  const bent = rows.find((row) => row.activation.name !== "linear");
  const own = dense === null ? rows[0] : all[dense], opens = places.filter((place) => dense === null || place >= dense);
  return {
    rows: opens, dense, last: places.at(-1), layers: [rows[0].layer, rows.at(-1).layer], units: rows.at(-1).n_outputs,
    activation: (bent ?? own).activation.name, words: wordsOf(rows), layer: own.layer, prefix: prefixOf(own),
    sources: dense === null ? sourcesOf(rows[0]) : null, kind: isLast ? "output" : dense === null ? "other" : "hidden",
  };
}

/** Of a row without weights between units: which inputs each of its units reads. */
function sourcesOf({ kind, options, n_inputs, n_outputs }) {
  const units = Array.from({ length: n_outputs }, (_, unit) => unit), { dimension } = options;
  if (kind === "embedding") {
    const embedded = options.categories.map(([place]) => place), passing = [...Array(n_inputs).keys()].filter((place) => !embedded.includes(place));
    return units.map((unit) => passing[unit] ?? embedded[Math.floor((unit - passing.length) / dimension)]);
  }
  if (kind === "periodic") return units.map((unit) => (unit < n_inputs ? unit : options.columns[Math.floor((unit - n_inputs) / dimension)]));
  return n_inputs === n_outputs ? units : units.map(() => -1); // a unit may read several
}

/** The columns of a network, from the first behind the inputs to the output. */
export function columnsOf({ plan: { rows } }) {
  const found = groups(rows);
  return found.map((places, i) => column(rows, places, i === found.length - 1));
}

/** The column that holds a layer of the network's description; -1 where none does. */
export const columnOfLayer = (columns, layer) => columns.findIndex(({ layers: [first, last] }) => layer >= first && layer <= last);
