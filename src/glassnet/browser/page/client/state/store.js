/** The one place that holds the page's state. Whoever shows a piece of it is called when that piece changes. */
export class Store {
  constructor(initial) {
    this.state = initial;
    this.listeners = [];
    this.waiting = false;
  }

  get(name) {
    return this.state[name];
  }

  /** Other values for some names; listeners hear of it once, before the next frame. */
  set(patch) {
    const changed = Object.keys(patch).filter((name) => this.state[name] !== patch[name]);
    if (changed.length === 0) return;
    this.state = { ...this.state, ...patch };
    for (const listener of this.listeners) {
      if (listener.names.some((name) => changed.includes(name))) listener.due = true;
    }
    if (!this.waiting) {
      this.waiting = true;
      requestAnimationFrame(() => this.flush());
    }
  }

  /** Calls all who wait, now. */
  flush() {
    this.waiting = false;
    for (const listener of this.listeners) {
      if (listener.due) {
        listener.due = false;
        listener.call(this.state);
      }
    }
  }

  /** `call(state)` at once, and whenever one of these names has another value. */
  on(names, call) {
    this.listeners.push({ names, call, due: false });
    call(this.state);
  }
}
