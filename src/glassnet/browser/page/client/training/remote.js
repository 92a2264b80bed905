/** The page's end of the worker. */

export class Remote {
  /** `heard` is called with every message of the training that is wanted now. */
  constructor(text, heard) {
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    this.worker = new Worker(url);
    this.id = 0;
    this.order = 0;
    this.worker.onmessage = ({ data }) => {
      if (data.id === this.id) heard(data);
    };
    this.worker.onerror = (event) => heard({ say: "stopped", message: event.message, diverged: false, layer: null });
  }

  /** Orders are numbered, and each frame says which was the last that the worker had heard. */
  send(message) {
    this.order += 1;
    this.worker.postMessage({ ...message, order: this.order });
  }

  /** Tells that the last frame is drawn, and the next one is welcome. */
  seen() {
    this.worker.postMessage({ do: "seen", order: this.order });
  }

  /** Whether a frame was made before the worker heard the last order. */
  isLate({ order }) {
    return order !== this.order;
  }

  begin(plan) {
    this.id += 1;
    this.send({ do: "begin", id: this.id, plan });
  }
}
