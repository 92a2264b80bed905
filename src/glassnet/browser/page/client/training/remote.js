/** The page's end of the worker. */

export class Remote {
  /** `heard` is called with every message of the training that is wanted now. */
  constructor(text, heard) {
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    this.worker = new Worker(url);
    this.id = 0;
    this.worker.onmessage = ({ data }) => {
      if (data.say === "frame") requestAnimationFrame(() => this.send({ do: "seen" }));
      if (data.id === this.id) heard(data);
    };
    this.worker.onerror = (event) => heard({ say: "stopped", message: event.message, diverged: false, layer: null });
  }

  send(message) {
    this.worker.postMessage(message);
  }

  begin(plan) {
    this.id += 1;
    this.send({ do: "begin", id: this.id, plan });
  }
}
