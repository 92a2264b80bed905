/** The one place that holds the page's state. Whoever shows a piece of it is called when that piece changes. */
const TURN = 4; // milliseconds of a frame that are spent on showing; who does not get a turn gets one in the next

export class Store {
  constructor(initial) {
    this.state = initial;
    this.listeners = [];
    this.waiting = false;
    this.onIdle = () => {};
  }

  /** Whether everyone has been called who is to hear of what was set. */
  get isIdle() {
    return !this.waiting && !this.listeners.some(({ due }) => due);
  }

  get(name) {
    return this.state[name];
  }

  /** Other values for some names; listeners hear of it in the next frames, those first that have waited longest. */
  set(patch) {
    const changed = Object.keys(patch).filter((name) => this.state[name] !== patch[name]);
    if (changed.length === 0) return;
    this.state = { ...this.state, ...patch };
    for (const listener of this.listeners) {
      if (!listener.due && listener.names.some((name) => changed.includes(name))) {
        listener.due = true;
        listener.since = performance.now();
      }
    }
    this.ask();
  }

  ask() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => this.flush(TURN));
  }

  /** Calls all who wait, or as many as this time allows. */
  flush(milliseconds = Infinity) {
    this.waiting = false;
    const ends = performance.now() + milliseconds;
    const queue = this.listeners.filter((listener) => listener.due).sort((a, b) => a.since - b.since);
    for (const listener of queue) {
      if (performance.now() > ends) {
        this.ask();
        return;
      }
      if (!listener.due) continue; // taken back meanwhile
      listener.due = false;
      try {
        listener.call(this.state);
      } catch (error) {
        reportError(error); // who else waits is called all the same
      }
    }
    if (this.isIdle) this.onIdle();
  }

  /** `call()` when a frame has time for it, after what has waited longer; what is returned takes that back. */
  later(call) {
    const once = { names: [], due: true, since: performance.now(), call: () => { drop(); call(); } };
    const drop = () => {
      once.due = false;
      this.listeners = this.listeners.filter((listener) => listener !== once);
    };
    this.listeners.push(once);
    this.ask();
    return drop;
  }

  /** `call(state)` at once, and whenever one of these names has another value. */
  on(names, call) {
    this.listeners.push({ names, call, due: false, since: 0 });
    call(this.state);
  }
}
