/** The engine, and the shapes in which the page asks it. */
import { create, facts, load, parts, Random } from "../glassnet.js";

export { create, facts, load, parts };

/** NumPy's `default_rng(seed)`, a number at a time. */
export function generator(seed) {
  const random = new Random(seed);
  return { normal: () => random.standard_normal(1)[0], permutation: (n) => random.permutation(n) };
}
