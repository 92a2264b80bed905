// Errors that are raised on purpose.

export class GlassnetError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "GlassnetError";
  }
}

/** Training left the finite numbers; the network keeps its last good parameters. */
export class DivergenceError extends GlassnetError {
  /**
   * @param {string} message
   * @param {{ epoch: number, batch: number, loss: number, layer: number }} place
   */
  constructor(message, place) {
    super(message);
    this.name = "DivergenceError";
    this.epoch = place.epoch;
    this.batch = place.batch;
    this.loss = place.loss;
    this.layer = place.layer;
  }
}

/**
 * A value as an error shows it.
 * @param {unknown} value
 * @returns {string}
 */
export function shown(value) {
  const text = typeof value === "bigint" ? `${value}` : JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {{ least?: number, most?: number, above?: number, below?: number, integer?: boolean }} [limits]
 * @returns {number}
 */
export function checkedNumber(name, value, limits = {}) {
  const { least = -Infinity, most = Infinity, above = -Infinity, below = Infinity, integer = false } = limits;
  const fits = typeof value === "number" && Number.isFinite(value) && (!integer || Number.isInteger(value))
    && value >= least && value <= most && value > above && value < below;
  if (fits) return value;
  const limited = [[">=", least], [">", above], ["<=", most], ["<", below]].filter(([, limit]) => Number.isFinite(limit));
  const wanted = [integer ? "an integer" : "a finite number", limited.map((limit) => limit.join(" ")).join(" and ")];
  throw new GlassnetError(`${name} must be ${wanted.join(" ").trim()}; got ${shown(value)}`);
}
