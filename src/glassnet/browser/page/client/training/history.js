/** Rows of finished epochs, of which there may be millions: the first ones, and of the others some, evenly. */

const MOST = 60000, ALL_OF_FIRST = 10000;

export class History {
  constructor(most = MOST, first = ALL_OF_FIRST) {
    this.most = most;
    this.first = first;
    this.clear();
  }

  clear() {
    this.rows = [];
    this.stride = 1;
    this.best = null; // the row of the lowest loss on samples held back
  }

  get last() {
    return this.rows.at(-1);
  }

  /** Whether a row stays when others have followed. */
  stays(row) {
    return row.epoch - this.rows[0].epoch < this.first || row.epoch % this.stride === 0;
  }

  push(row) {
    if (this.rows.length > 0 && !this.stays(this.last)) this.rows.pop();
    this.rows.push(row);
    if (this.rows.length <= this.most) return;
    this.stride *= 2;
    this.rows = this.rows.filter((other) => other === row || this.stays(other));
  }

  /** The loss on samples held back after the last epoch. */
  hold(loss) {
    this.last.validation_loss = loss;
    if (loss !== null && !(loss >= this.best?.validation_loss)) this.best = this.last;
  }

  /** Drops the rows after an epoch. */
  backTo(epoch) {
    this.rows = this.rows.filter((row) => row.epoch <= epoch);
    if (this.best?.epoch > epoch) this.best = this.rows.reduce((best, row) => ((row.validation_loss ?? Infinity) < (best?.validation_loss ?? Infinity) ? row : best), null);
  }

  /** The rows, and the best one among them though it did not stay. */
  get withBest() {
    const { rows, best } = this, place = best === null ? -1 : rows.findLastIndex(({ epoch }) => epoch <= best.epoch);
    return best === null || rows[place] === best ? rows : [...rows.slice(0, place + 1), best, ...rows.slice(place + 1)];
  }

  /** The last row up to an epoch, and those after it. */
  since(epoch) {
    const place = this.rows.findLastIndex((row) => row.epoch <= epoch);
    return this.rows.slice(Math.max(0, place));
  }
}

const MOST_SHOWN = 20000;

/** Rows with those that came; every second one where they get many. */
export function joined(rows, more) {
  const first = more[0]?.epoch ?? -Infinity, all = [...rows.slice(0, rows.findLastIndex(({ epoch }) => epoch < first) + 1), ...more];
  return all.length <= MOST_SHOWN ? all : all.filter((_, place) => place % 2 === 0 || place === all.length - 1);
}
