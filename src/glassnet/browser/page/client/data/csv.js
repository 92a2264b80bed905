/**
 * A file of comma-separated values as samples: what was understood, and what was done with the rest, in words.
 *
 * Everything in it is data: names and cells become text on the page, never markup.
 */
export const MOST_ROWS = 20000;
export const MOST_COLUMNS = 1000;
const MOST_CLASSES = 20;
export const GAPS = new Set(["", "na", "n/a", "nan", "null", "none", "?", "-", "inf", "+inf", "-inf", "infinity", "-infinity"]);
const LARGEST = 1e100; // larger numbers are no number any more where they are squared
const FEWEST = 4;

/** Rows of cells; quotes hold delimiters and line ends. */
export function rowsOf(text, delimiter) {
  const rows = [];
  let row = [], cell = "", quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += c; i += 1; } else quoted = false;
    } else if (c === '"' && cell.trim() === "") { quoted = true; cell = ""; } else if (c === delimiter) { row.push(cell.trim()); cell = ""; } else if (c === "\n" || c === "\r") {
      if (c === "\r" && text[i + 1] === "\n") i += 1;
      row.push(cell.trim());
      if (row.length > 1 || row[0] !== "") rows.push(row);
      row = [];
      cell = "";
    } else cell += c;
  }
  row.push(cell.trim());
  if (row.length > 1 || row[0] !== "") rows.push(row);
  return rows;
}

function delimiterOf(text) {
  const line = text.split(/\r?\n/, 1)[0];
  const counts = [",", ";", "\t"].map((sign) => line.split(sign).length);
  return [",", ";", "\t"][counts.indexOf(Math.max(...counts))];
}

/** The number in a cell; NaN where there is none. With semicolons between cells a comma is the decimal one. */
function numberIn(cell, decimalComma) {
  const text = decimalComma ? cell.replace(",", ".") : cell;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

const isGap = (cell) => GAPS.has(cell.toLowerCase());
const counted = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;

/** Some names of columns in a sentence. */
const listed = (columns) => `${columns.slice(0, 5).map(({ name }) => name).join(", ")}${columns.length > 5 ? ` and ${columns.length - 5} more` : ""}`;

/**
 * A table of the file: columns with names, kinds and cells, and what was said about it.
 * Throws an Error with a text for people where there is none.
 */
export function tableOf(text, name) {
  const delimiter = delimiterOf(text.replace(/^\uFEFF/, "")), comma = delimiter === ";";
  const rows = rowsOf(text.replace(/^\uFEFF/, ""), delimiter), said = [];
  if (rows.length === 0) throw new Error(`${name} is empty; a table has a row for each sample`);
  if (text.includes("\u0000")) throw new Error(`${name} is no text: it holds zero bytes; save the table as CSV`);
  const first = rows[0], width = first.length;
  const hasNames = first.some((cell) => Number.isNaN(numberIn(cell, comma)) && !isGap(cell))
    && (rows.length === 1 || first.every((cell) => Number.isNaN(numberIn(cell, comma))));
  const names = hasNames ? first.map((cell, c) => cell || `column ${c + 1}`) : first.map((_, c) => `x${c + 1}`);
  const body = hasNames ? rows.slice(1) : rows;
  let kept = body.filter((row) => row.length === width);
  if (text.includes("\uFFFD")) said.push("some signs are no UTF-8 and stand as \uFFFD; save the file as UTF-8");
  if (kept.length < body.length) said.push(`${counted(body.length - kept.length, "row")} with another number of cells than ${width} were left out`);
  if (width < 2) throw new Error(`${name} has one column; it needs one or more of inputs, and one of targets`);
  if (width > MOST_COLUMNS) throw new Error(`${name} has ${width} columns; this page takes up to ${MOST_COLUMNS}`);
  if (body.length === 0) throw new Error(`${name} has names of columns and no row below them`);
  const stride = Math.ceil(kept.length / MOST_ROWS);
  if (stride > 1) {
    said.push(`of ${kept.length} rows every ${stride}. was taken, ${MOST_ROWS} at the most`);
    kept = kept.filter((_, place) => place % stride === 0);
  }
  const columns = names.map((column, c) => {
    const cells = kept.map((row) => row[c]);
    const numbers = Float64Array.from(cells, (cell) => numberIn(cell, comma));
    const readable = numbers.filter((value) => !Number.isNaN(value)).length;
    const filled = cells.filter((cell) => !isGap(cell)).length, largest = numbers.reduce((top, value) => Math.max(top, Math.abs(value) || 0), 0);
    return { name: column, cells, numbers, numeric: filled > 0 && readable === filled, isTooLarge: largest > LARGEST };
  });
  return { name, columns, n: kept.length, said, delimiter, hasNames, width, stride };
}

/** Samples with one column as their target; `wanted` counts the columns, −1 is the last. Text in inputs, and rows with gaps, are left out. */
export function samplesOf(table, wanted) {
  const said = [...table.said], target = wanted >= 0 && wanted < table.width ? wanted : table.width - 1, goal = table.columns[target];
  if (wanted >= table.width) said.push(`there is no column ${wanted}, counted from 0; the target is the last one`);
  const others = table.columns.map((_, c) => c).filter((c) => c !== target), chosen = others.filter((c) => table.columns[c].numeric && !table.columns[c].isTooLarge);
  const inputs = chosen.map((c) => table.columns[c]), left = others.map((c) => table.columns[c]).filter((column) => !inputs.includes(column));
  const [texts, large] = [left.filter(({ numeric }) => !numeric), left.filter(({ numeric }) => numeric)];
  if (texts.length > 0) said.push(`columns that hold text or nothing were left out: ${listed(texts)}`);
  if (large.length > 0) said.push(`columns with numbers beyond ±1e100 were left out: ${listed(large)}`);
  if (inputs.length === 0) throw new Error(`${table.name} has no column of numbers beside the target ${goal.name}${large.length > 0 ? `, but for those with numbers beyond ±1e100` : ""}`);
  if (goal.numeric && goal.isTooLarge) throw new Error(`the target ${goal.name} holds numbers beyond ±1e100, which cannot be squared; choose another column as the target, or another unit`);
  const whole = Array.from({ length: table.n }, (_, row) => row).filter(
    (row) => inputs.every((column) => Number.isFinite(column.numbers[row])) && !isGap(goal.cells[row]),
  );
  if (whole.length < table.n) said.push(`${counted(table.n - whole.length, "row")} with gaps were left out`);
  if (whole.length < FEWEST) throw new Error(`${table.name} has ${counted(whole.length, "row")} without gaps; at least ${FEWEST} are needed to train on and to check`);
  const flat = inputs.filter(({ numbers }) => whole.every((row) => numbers[row] === numbers[whole[0]]));
  if (flat.length > 0) said.push(`columns that are the same in every row tell nothing: ${listed(flat)}`);
  const X = new Float64Array(whole.length * inputs.length);
  whole.forEach((row, i) => inputs.forEach((column, c) => { X[i * inputs.length + c] = column.numbers[row]; }));
  const cells = whole.map((row) => goal.cells[row]);
  const classes = classesIn(goal, cells, whole);
  said.unshift(`${whole.length} samples of ${inputs.length} inputs; target: ${goal.name}, ${classes ? `${classes.length} classes` : "a number"}`);
  const common = { name: table.name, n: whole.length, width: inputs.length, X, featureNames: inputs.map((column) => column.name), image: null, said, columns: chosen, target };
  if (classes) {
    const places = new Map(classes.map((label, place) => [label, place]));
    return { ...common, task: "classification", labels: Int32Array.from(cells, (cell) => places.get(cell)), classNames: classes, values: null, n_values: 0 };
  }
  return {
    ...common, task: "regression", labels: null, classNames: [], values: Float64Array.from(whole, (row) => goal.numbers[row]), n_values: 1,
  };
}

/** The classes of a target, in order, or null where it is a number. */
function classesIn(goal, cells, rows) {
  const distinct = [...new Set(cells)];
  if (goal.numeric) {
    const whole = rows.every((row) => Number.isInteger(goal.numbers[row]));
    if (!whole || distinct.length > MOST_CLASSES || distinct.length < 2) return null;
    return distinct.sort((a, b) => Number(a) - Number(b));
  }
  if (distinct.length < 2) throw new Error(`the target ${goal.name} is ${distinct[0]} in every row; there is nothing to learn`);
  if (distinct.length > 100) throw new Error(`the target ${goal.name} holds ${distinct.length} different texts; choose another column as the target`);
  return distinct.sort((a, b) => (a < b ? -1 : 1));
}
