/**
 * Losses of the distances between the samples of a batch, at one of its samples: which pairs or triplets it is in, which
 * hinges are active, and what each distance adds to the slope of an output. As the engine computes them.
 */
import { at, rowOf } from "./step.js";
import { applied, appliedToTwo, equation, largestOf, minus, num, number, over, plus, power, times } from "./terms.js";

const root = applied("√", Math.sqrt), most = appliedToTwo("max", Math.max), half = (term) => over(term, num(2));
const plain = (values, terms) => largestOf(values, (place) => num(values[place]), terms);
const sumOf = (values) => values.reduce((total, value) => total + value, 0);
const words = (text) => ({ text, words: true });

/** A batch of embeddings with their labels. */
class Batch {
  constructor({ trace, spec: { loss } }) {
    const last = trace.rows.at(-1).a, [n, width] = last.shape;
    Object.assign(this, { n, width, last, margin: typeof loss === "string" ? 1 : loss.margin, names: trace.batch ?? Array.from({ length: n }, (_, i) => i) });
    this.labels = trace.y.values;
    this.rows = Array.from({ length: n }, (_, i) => rowOf(last, i));
    this.distances = this.rows.map((a) => this.rows.map((b) => Math.sqrt(sumOf(Array.from(a, (value, k) => (value - b[k]) ** 2)))));
    this.slopes = this.rows.map(() => new Float64Array(n));
  }

  same(i, j) {
    return this.labels[i] === this.labels[j];
  }

  others(i) {
    return this.rows.map((_, j) => j).filter((j) => j !== i);
  }

  called(j) {
    return `sample ${this.names[j]}`;
  }

  /** `d = √((a₁ − b₁)² + …)` of two samples. */
  distanceLine(i, j, letter, terms) {
    const gaps = Array.from(this.rows[i], (value, k) => (value - this.rows[j][k]) ** 2);
    const sum = largestOf(gaps, (k) => power(minus(num(this.rows[i][k]), num(this.rows[j][k])), 2), terms);
    return { text: `${letter} = √(Σₖ (aₖ − bₖ)²) = ${equation(root(sum), this.distances[i][j])}`, sum: this.width > terms };
  }

  /** The mean over all pairs or triplets: those of this sample, and the others. */
  meanLine(own, all, count, of) {
    return [
      words(`\`N = ${count}\` ${of} of the batch; the others add up to \`${number(all - own)}\``),
      { text: `L = (Σ + others)/N = ${equation(over(plus(num(own), num(all - own)), num(count)), all / count)}` },
    ];
  }
}

/** What one pair costs: half the square of its distance, or of what it lacks to the margin. */
const pairValue = (batch, i, j) => (batch.same(i, j) ? batch.distances[i][j] ** 2 / 2 : Math.max(0, batch.margin - batch.distances[i][j]) ** 2 / 2);

function pairLine(batch, i, j) {
  const d = num(batch.distances[i][j]), value = pairValue(batch, i, j);
  if (batch.same(i, j)) return { text: `ℓ = d²/2 = ${equation(half(power(d, 2)), value)}` };
  return { text: `ℓ = max(0, m − d)²/2 = ${equation(half(power(most(num(0), minus(num(batch.margin), d)), 2)), value)}` };
}

const CONTRASTIVE = {
  count: ({ n }) => Math.max(n * (n - 1) / 2, 1),
  slopes(batch) {
    const share = 1 / CONTRASTIVE.count(batch);
    batch.rows.forEach((_, i) => batch.others(i).filter((j) => j > i).forEach((j) => {
      const d = batch.distances[i][j];
      batch.slopes[i][j] = share * (batch.same(i, j) ? d : -Math.max(0, batch.margin - d));
    }));
  },
  value(batch, i, terms) {
    const others = batch.others(i), values = others.map((j) => pairValue(batch, i, j)), own = sumOf(values);
    const all = sumOf(batch.rows.map((_, k) => sumOf(batch.others(k).map((j) => pairValue(batch, k, j))))) / 2;
    const dear = others.filter((j) => pairValue(batch, i, j) > 0).sort((j, k) => pairValue(batch, i, k) - pairValue(batch, i, j));
    const near = [...others].sort((j, k) => batch.distances[i][j] - batch.distances[i][k]), shown = (dear.length > 0 ? dear : near.slice(0, 1)).slice(0, Math.max(1, Math.floor(terms / 2)));
    const told = (j) => (batch.same(i, j) ? "the same class, so every distance costs" : batch.distances[i][j] < batch.margin ? `another class, nearer than the margin m = ${number(batch.margin)}: it is pushed away` : `another class, beyond the margin m = ${number(batch.margin)}: it costs nothing`);
    return [
      ...shown.flatMap((j) => [words(`the pair with ${batch.called(j)}: ${told(j)}`), batch.distanceLine(i, j, "d", terms), pairLine(batch, i, j)]),
      words(`all ${others.length} pairs of this sample${shown.length === others.length ? "" : dear.length > 0 ? `, of which the ${shown.length} that cost most are written` : ", of which the nearest is written"}`),
      { text: `Σ ℓ = ${equation(plain(values, terms), own)}`, sum: values.length > terms }, ...batch.meanLine(own, all, CONTRASTIVE.count(batch), "pairs"),
    ];
  },
  said: (batch, i, j) => (batch.same(i, j) ? "d/N" : "−max(0, m − d)/N"),
  slope: (batch, i, j) => {
    const d = num(batch.distances[i][j]), count = num(CONTRASTIVE.count(batch));
    return over(batch.same(i, j) ? d : times(num(-1), most(num(0), minus(num(batch.margin), d))), count);
  },
};

/** Anchors with their triplets: `[anchor, positive, negative]`. */
function tripletLoss(triplets) {
  const excess = (batch, [i, p, q]) => batch.margin + batch.distances[i][p] - batch.distances[i][q];
  const value = (batch, triplet) => Math.max(0, excess(batch, triplet));
  const hinge = (batch, [i, p, q]) => most(num(0), minus(plus(num(batch.margin), num(batch.distances[i][p])), num(batch.distances[i][q])));
  const loss = {
    count: (batch) => Math.max(triplets.all(batch).length, 1),
    slopes(batch) {
      const share = 1 / loss.count(batch);
      for (const [i, p, q] of triplets.all(batch)) {
        if (excess(batch, [i, p, q]) > 0) {
          batch.slopes[i][p] += share;
          batch.slopes[i][q] -= share;
        }
      }
    },
    value(batch, i, terms) {
      const every = triplets.all(batch), own = every.filter(([anchor]) => anchor === i);
      if (own.length === 0) return [words("this sample is no anchor: the batch has no other of its class, or none of another class"), ...batch.meanLine(0, sumOf(every.map((one) => value(batch, one))), loss.count(batch), triplets.noun)];
      const values = own.map((one) => value(batch, one)), total = sumOf(values), active = values.filter((one) => one > 0).length;
      const shown = [...own].sort((one, other) => excess(batch, other) - excess(batch, one)).slice(0, Math.max(1, Math.floor(terms / 2)));
      return [
        words(`this sample is the anchor of ${own.length} ${own.length === 1 ? "triplet" : "triplets"}, of which ${active} ${active === 1 ? "costs" : "cost"} something; the margin is \`m = ${number(batch.margin)}\``),
        ...shown.flatMap((one) => [
          words(`${triplets.positive} ${batch.called(one[1])} and ${triplets.negative} ${batch.called(one[2])}: the hinge is ${excess(batch, one) > 0 ? "active" : "idle"}`),
          batch.distanceLine(i, one[1], "d₊", terms), batch.distanceLine(i, one[2], "d₋", terms),
          { text: `ℓ = max(0, m + d₊ − d₋) = ${equation(hinge(batch, one), value(batch, one))}` },
        ]),
        { text: `Σ ℓ = ${equation(plain(values, terms), total)}`, sum: values.length > terms },
        ...batch.meanLine(total, sumOf(every.map((one) => value(batch, one))), loss.count(batch), triplets.noun),
      ];
    },
    said: () => "(active triplets in which it is d₊, less those in which it is d₋)/N",
    slope(batch, i, j) {
      const inside = (place) => triplets.all(batch).filter((one) => excess(batch, one) > 0 && ((one[0] === i && one[place] === j) || (one[0] === j && one[place] === i))).length;
      return over(minus(num(inside(1)), num(inside(2))), num(loss.count(batch)));
    },
  };
  return loss;
}

/** The place of the best of some samples; of equals the first. */
const best = (places, isBetter) => places.reduce((found, j) => (found === null || isBetter(j, found) ? j : found), null);

const HARD = tripletLoss({
  noun: "anchors", positive: "the farthest of its class,", negative: "the nearest of another class,",
  all: (batch) => batch.rows.flatMap((_, i) => {
    const d = batch.distances[i], far = best(batch.others(i).filter((j) => batch.same(i, j)), (j, k) => d[j] > d[k]), near = best(batch.others(i).filter((j) => !batch.same(i, j)), (j, k) => d[j] < d[k]);
    return far === null || near === null ? [] : [[i, far, near]];
  }),
});
const ALL = tripletLoss({
  noun: "triplets", positive: "one of its class,", negative: "one of another class,",
  all: (batch) => batch.rows.flatMap((_, i) => batch.others(i).filter((j) => batch.same(i, j)).flatMap((j) => batch.others(i).filter((k) => !batch.same(i, k)).map((k) => [i, j, k]))),
});

const LOSSES = { contrastive: CONTRASTIVE, triplet_hard: HARD, triplet_all: ALL };
const lossOf = ({ spec: { loss } }) => LOSSES[typeof loss === "string" ? loss : loss.name];

export const isOfBatch = (step) => lossOf(step) !== undefined;

/** The loss, from the pairs or triplets of one sample. */
export const batchLines = (step, sample, terms) => lossOf(step).value(new Batch(step), sample, terms);

/** ∂L/∂a of one output: through the distances to the other samples. */
export function throughDistances(step, unit, sample, terms, result) {
  const loss = lossOf(step), batch = new Batch(step);
  loss.slopes(batch);
  const slopes = batch.rows.map((_, j) => batch.slopes[sample][j] + batch.slopes[j][sample]), pulling = batch.others(sample).filter((j) => slopes[j] !== 0 && batch.distances[sample][j] > 0);
  const own = at(batch.last, sample, unit), gap = (j) => own - at(batch.last, j, unit), values = pulling.map((j) => slopes[j] * gap(j) / batch.distances[sample][j]);
  if (pulling.length === 0) return [words("no pair or triplet of this sample costs anything that its place could change"), { text: `∂L/∂a = ${number(result)}` }];
  const shown = [...pulling].sort((j, k) => Math.abs(slopes[k]) - Math.abs(slopes[j])).slice(0, Math.max(1, Math.floor(terms / 2)));
  const sum = largestOf(values, (place) => {
    const j = pulling[place];
    return over(times(num(slopes[j]), minus(num(own), num(at(batch.last, j, unit)))), num(batch.distances[sample][j]));
  }, terms);
  return [
    ...shown.flatMap((j) => [words(`the distance to ${batch.called(j)}, \`d = ${number(batch.distances[sample][j])}\``), { text: `∂L/∂d = ${loss.said(batch, sample, j)} = ${equation(loss.slope(batch, sample, j), slopes[j])}` }]),
    words(`${pulling.length} of ${batch.n - 1} distances count, with \`N = ${loss.count(batch)}\``),
    { text: `∂L/∂a = Σⱼ ∂L/∂dⱼ·(a − aⱼ)/dⱼ = ${equation(sum, result)}`, sum: values.length > terms },
  ];
}
