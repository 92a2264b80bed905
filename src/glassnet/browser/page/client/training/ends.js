/** Where a run ends: at an epoch, or where the loss of an epoch is low enough. */

/** Whether a training of so many epochs, whose last one has this row of history, is at an end or past it. */
export function isAt({ epoch, loss }, epochs, last) {
  return (epoch !== undefined && epochs >= epoch) || (loss !== undefined && last !== undefined && last.loss <= loss);
}

/** An end in words. */
export const endInWords = ({ epoch, loss }) => (epoch !== undefined ? `epoch ${epoch}` : `a loss of ${loss}`);
