/** The program that opened this page in a notebook, reached by the widget that stands beside it. */

export function bridge({ bridge: token, folder }) {
  const waiting = new Map();
  let number = 0;

  function tell(message) {
    window.parent.postMessage({ glassnet: { bridge: token, message } }, "*");
  }

  return {
    folder,

    /** Begins to listen: `opened(version, file)` at each welcome, `taken(version, file)` for each network, `lost(why)` at the end. */
    open({ opened, taken, lost }) {
      const hear = {
        here: () => tell({ say: "hello" }),
        welcome: ({ version, file }) => opened(version, file),
        network: ({ version, file }) => taken(version, file),
        answer({ to, text }) {
          waiting.get(to)?.(text);
          waiting.delete(to);
        },
        ended: () => lost("has ended"),
      };
      window.addEventListener("message", ({ source, data }) => {
        if (source !== window.parent || data?.glassnet?.bridge !== token) return;
        const { message } = data.glassnet;
        if (Object.hasOwn(hear, message?.say)) hear[message.say](message);
      });
      tell({ say: "hello" });
    },

    send: async (version, file) => tell({ say: "network", version, file }),

    save(name, file) {
      number += 1;
      tell({ say: "save", number, name, file });
      return new Promise((answered) => waiting.set(number, answered));
    },
  };
}
