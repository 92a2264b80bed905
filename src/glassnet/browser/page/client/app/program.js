/** The program that opened this page: it hears what the network has become, and may set another one. */
import { server } from "../state/catalogue.js";
import { load } from "../training/engine.js";

const LOCAL = new Set(["localhost", "127.0.0.1", "[::1]"]);
const REST = 250; // milliseconds from one question to the next
const ENDED = -1; // version of what a program offers that has ended

/** A page that was exported from a notebook lies elsewhere, and asks nobody. */
export const isConnected = () => server !== null && LOCAL.has(new URL(document.baseURI).hostname);

/** A request to the program, with what tells it that this page may. */
export function ask(path, more = {}) {
  return fetch(`${server.address}${path}`, { ...more, headers: { "X-Glassnet-Token": server.token } });
}

export function connected(model) {
  if (!isConnected()) return;
  let last = null, sending = Promise.resolve(), isLost = false;

  function alone(why) {
    if (isLost) return;
    isLost = true;
    model.say(`the program that opened this page ${why}; the page itself goes on`);
  }

  const lost = (error) => alone(`does not answer any more (${error.message})`);

  model.store.on(["frame"], ({ frame }) => {
    if (isLost || frame === null || frame.running || last === `${frame.id}:${frame.step}:${frame.changes}`) return;
    last = `${frame.id}:${frame.step}:${frame.changes}`;
    const bytes = model.mirror.network.save();
    sending = sending.then(() => ask("network", { method: "PUT", body: bytes })).catch(lost);
  });

  /** Waits for networks that are set in Python, as long as there is somebody who may set them. */
  async function listen(version) {
    try {
      const answer = await ask(`offered/${version}`), next = Number(answer.headers.get("X-Glassnet-Version"));
      if (next === ENDED) return void alone("has ended");
      if (answer.status === 200) await taken(new Uint8Array(await answer.arrayBuffer()));
      else if (answer.status !== 204) return;
      setTimeout(listen, REST, next);
    } catch (error) {
      lost(error);
    }
  }

  async function taken(bytes) {
    try {
      const network = load(bytes);
      model.pause();
      await model.adopt(network.spec, network.state(), "Python");
    } catch (error) {
      model.say(`the network that was set in Python: ${error.message}`);
    }
  }

  listen(0);
}
