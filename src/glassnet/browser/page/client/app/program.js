/** The program that opened this page: it hears what the network has become, and may set another one. */
import { server } from "../state/catalogue.js";
import { load } from "../training/engine.js";
import { bridge } from "./bridge.js";
import { loopback } from "./loopback.js";

/** The way to the program; null where nobody opened this page. */
export const program = server === null ? null : "bridge" in server ? bridge(server) : loopback(server);

export function connected(model) {
  if (program === null) return;
  let known = 0, sent = null, sending = Promise.resolve(), isLost = false;

  function lost(why) {
    if (isLost) return;
    isLost = true;
    model.store.set({ isBound: false });
    model.say(`the program that opened this page ${why}; the page itself goes on`);
  }

  async function taken(version, file) {
    known = version;
    try {
      const network = load(file);
      model.pause();
      await model.adopt(network.spec, network.state(), "Python");
    } catch (error) {
      model.say(`the network that was set in Python: ${error.message}`);
    }
  }

  /** Somebody answers: the program's network, where it has one already, is that of the page. */
  function opened(version, file) {
    known = version;
    model.store.set({ isBound: true });
    return file === null ? null : taken(version, file);
  }

  model.store.on(["frame", "isBound"], ({ frame, isBound }) => {
    if (!isBound || frame === null || frame.running || sent === `${frame.id}:${frame.step}:${frame.changes}`) return;
    sent = `${frame.id}:${frame.step}:${frame.changes}`;
    const file = model.mirror.network.save();
    sending = sending.then(() => program.send(known, file)).catch((error) => lost(`does not answer any more (${error.message})`));
  });
  program.open({ opened, taken, lost });
}
