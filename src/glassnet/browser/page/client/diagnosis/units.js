/** Rules about hidden units: dead, saturated, alike, collapsed. The words and the limits are those of Python's rules. */
import { parts } from "../training/engine.js";
import { className } from "../code/python.js";
import { anyWeights, different, flatShare, groupsOf, isNormalisedBefore, isShiftedBefore, lostIn, product, ratioToUsual, rms, TINY } from "./measures.js";

const DEAD_SHARE = 0.5, SATURATED_SHARE = 0.5, SATURATED_SHARE_TRAINED = 0.75, LEFT = 0.5, SATURATED_SAMPLES = 0.9, FLAT = 0.05;
const COLLAPSE_LOSS = 0.08, ALIKE = 1e-6, ENOUGH = 40;

const count = (marks) => marks.reduce((sum, mark) => sum + Number(mark), 0);
const places = (marks) => marks.flatMap((mark, unit) => (mark ? [unit] : []));
const best = (blocks, measure) => blocks.reduce((worst, block) => (worst === null || measure(block) > measure(worst) ? block : worst), null);

/** What would make most of these units answer to some sample. */
function whatWakes(block, dead) {
  if (isShiftedBefore(block)) return ["wakes.shift"];
  const { values, shape: [n, m] } = product(block, { withBias: false }), units = places(dead);
  const answering = units.filter((unit) => Array.from({ length: n }, (_, i) => values[i * m + unit]).some((z) => z > 0));
  if (answering.length / units.length >= DEAD_SHARE) return ["wakes.biases"];
  const { values: w, shape: [k, width] } = block.record.dense.weights;
  if (!units.some((unit) => Array.from({ length: k }, (_, i) => w[i * width + unit]).some((weight) => weight !== 0))) return ["wakes.random"];
  return [block.index === 0 ? "wakes.inputs" : "wakes.normalised"];
}

function dead(one, block, marks, remedy) {
  const { samples: { rows } } = one, samples = one.all ? ["dead_units.every"] : ["dead_units.looked_at", { n: rows.length }];
  return {
    code: "dead_units", severity: one.learned ? "note" : count(marks) === marks.length && !block.is_passed ? "error" : "warning", layer: block.index, units: places(marks),
    cause: ["dead_units", { dead: count(marks), units: marks.length, layer: block.index, samples }], remedy,
  };
}

export function dead_at_start(one) {
  if (one.start === null) return null;
  for (const [place, now] of one.hidden.entries()) {
    const before = one.start.blocks[place], both = before.dead.map((mark, unit) => mark && now.dead[unit]);
    if (count(both) >= 2 && count(both) / both.length >= DEAD_SHARE) return dead(one, now, both, ["dead_units.from_the_start", { wakes: whatWakes(before, both) }]);
  }
  return null;
}

export function dead_units(one) {
  const worst = best(one.hidden, (block) => count(block.dead) / block.units);
  if (worst === null || count(worst.dead) / worst.units < DEAD_SHARE || count(worst.dead) < 2) return null;
  return dead(one, worst, worst.dead, whenTheyDied(one, worst));
}

function whenTheyDied(one, block) {
  if (one.start === null || !one.trained) return ["dead_units.slope"];
  const began = one.start.blocks[block.index], before = began.dead.map((mark, unit) => mark && block.dead[unit]), n = count(before);
  if (2 * n > count(block.dead)) return ["dead_units.mostly", { some: ["dead_units.some", { dead: n }], wakes: whatWakes(began, before) }];
  return ["dead_units.smaller_steps", { when: n > 0 ? ["dead_units.others", { dead: n }] : ["dead_units.died"] }];
}

function saturated(one, found, when) {
  return {
    code: "saturated_units", severity: one.learned ? "note" : "warning", layer: found.index, units: places(found.flat_by_unit.map((share) => share > SATURATED_SAMPLES)),
    cause: ["saturated_units", { share: found.flat, layer: found.index, activation: className(found.activation), when, limit: FLAT }],
    remedy: whatBends(found, when === "before training"),
  };
}

/** What would bring most outputs back to where the activation bends, as far as trying shows. */
function whatBends(block, begins) {
  if (isNormalisedBefore(block)) return [!begins ? "bends.shift" : isShiftedBefore(block) ? "bends.begin_shift" : "bends.activation"];
  const ofWeights = Math.min(1, 1 / Math.max(ratioToUsual(block, 1), TINY)), ofInputs = 1 / Math.max(1, rms(block.record.dense.inputs.values));
  const scaling = [block.index === 0 ? "bends.inputs" : "bends.incoming"], smaller = [begins ? "bends.begin_weights" : "bends.weights"];
  const tries = [
    [[begins ? "bends.begin_biases" : "bends.biases"], { withBias: false }], [scaling, { ofInputs }], [smaller, { ofWeights }],
    [begins ? ["bends.and_biases", { smaller }] : smaller, { ofWeights, withBias: false }], [["bends.both", { scaling, smaller }], { ofInputs, ofWeights, withBias: false }],
  ];
  const { steepest } = parts.activation[block.activation];
  return tries.find(([, options]) => flatShare(block, product(block, options), steepest) < LEFT * block.flat)?.[0] ?? ["bends.activation"];
}

export function saturated_at_start(one) {
  const worst = one.start === null ? null : best(one.start.blocks.slice(0, -1), (block) => block.flat);
  return worst !== null && worst.flat >= SATURATED_SHARE ? saturated(one, worst, "before training") : null;
}

export function saturated_units(one) {
  const worst = best(one.hidden, (block) => block.flat);
  if (!one.trained || worst === null) return null;
  if (!one.learned && worst.flat >= SATURATED_SHARE_TRAINED) return saturated(one, worst, "now");
  const found = one.hidden.find((block) => count(block.flat_by_unit.map((share) => share > SATURATED_SAMPLES)) / block.units >= SATURATED_SHARE);
  return found === undefined ? null : saturated(one, found, "now");
}

export function symmetric_weights(one) {
  if (one.trained && one.rows.some(({ kind }) => kind === "dropout")) return null; // masks make gradients of equal units differ
  const seen = one.start ?? one.now;
  for (const [place, block] of seen.blocks.slice(0, -1).entries()) {
    const n = block.units;
    if (n < 2) continue;
    const found = different(block, one.start === null ? seen.blocks[place + 1] : null);
    if (found > n / 2 || different(one.now.blocks[place]) > n / 2) continue;
    const words = { units: n, layer: block.index, different: found, zero: anyWeights(block) ? "" : ["symmetric_weights.zero"] };
    const verbs = one.start === null ? ["have", "has"] : ["begin with", "begins with"];
    return {
      code: "symmetric_weights", severity: one.learned ? "note" : "error", layer: block.index, units: [...Array(n).keys()],
      cause: found === 1 ? ["symmetric_weights.all", { ...words, verb: verbs[0] }] : ["symmetric_weights.some", { ...words, verb: verbs[1] }],
      remedy: ["symmetric_weights.remedy"],
    };
  }
  return null;
}

/** Samples with different targets that a layer makes equal. */
export function collapsed_representation(one) {
  const { samples: { sample, width }, kind, now } = one, n = sample.n;
  if (kind === "labels" || n < 2) return null;
  const { columns } = now.targets, unavoidable = lostIn(groupsOf({ values: sample.X, shape: [n] }), columns).share;
  for (const block of one.hidden.filter(({ record: { whole } }) => whole !== null)) {
    const found = lostIn(groupsOf(block.record.whole.a), columns);
    let lost = found.share - unavoidable;
    if (lost >= COLLAPSE_LOSS) lost = Math.min(lost, known(one, found, columns));
    if (lost >= COLLAPSE_LOSS) return collapse(one, block, found.parts, lost, width);
  }
  return null;
}

/** The part of what is lost that is no noise: what similar samples, or a linear fit, tell within each group. */
function known(one, { parts: groups, spread }, columns) {
  const ofAll = one.samples.n >= ENOUGH ? one.relation.told : 1;
  const told = ({ places: rows, lost }) => (lost > 0 && rows.length >= ENOUGH ? one.samples.relationOf(rows, columns, one.kind === "classes").told : ofAll);
  return groups.filter(({ places: rows }) => rows.length > 1).reduce((sum, group) => sum + group.lost * told(group), 0) / Math.max(spread, TINY);
}

function collapse(one, block, groups, lost) {
  const { places: members } = groups.filter(({ lost: within }) => within > 0).reduce((most, group) => (group.places.length > most.places.length ? group : most));
  const { a } = block.record.whole, m = a.values.length / a.shape[0], isZero = members.every((i) => a.values.subarray(i * m, (i + 1) * m).every((value) => value === 0));
  return {
    code: "collapsed_representation", severity: one.learned ? "note" : lost >= 0.2 ? "error" : "warning", layer: block.index, units: [...Array(block.units).keys()],
    cause: ["collapsed_representation", { what: listed(one, members), how: [isZero ? "collapsed_representation.zero" : "collapsed_representation.same"], layer: block.index }],
    remedy: apart(block, members),
  };
}

function apart(block, members) {
  const { active: { z, formulas, constants } } = block.record, m = z.values.length / z.shape[0], { is_of_rows: ofRows, rectifies } = parts.activation[block.activation];
  const values = members.flatMap((i) => Array.from(z.values.subarray(i * m, (i + 1) * m)));
  const slope = (value) => Math.abs(formulas.slope(value, formulas.value(value, ...constants), ...constants));
  if (!ofRows && !rectifies && values.every((value) => slope(value) < ALIKE)) {
    return ["collapsed_representation.flat", { layer: block.index, least: Math.min(...values), most: Math.max(...values), activation: block.activation }];
  }
  return [rectifies ? "collapsed_representation.slope" : "collapsed_representation.other"];
}

/** Few small samples by their features, such as 00, 01 and 10; others by their number. */
function listed({ samples: { sample, width, rows } }, members) {
  const x = members.map((i) => Array.from(sample.X.subarray(i * width, (i + 1) * width))), whole = x.flat().every((value) => Number.isInteger(value) && Math.abs(value) < 10);
  if (members.length > 8 || width > 4 || !whole) return ["collapsed_representation.several", { count: members.length, n: rows.length }];
  const names = x.map((row) => row.join(x.flat().every((value) => value >= 0) ? "" : ","));
  return `samples ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
