/** The program that opened this page, reached by requests to its server on this machine. */

const LOCAL = new Set(["localhost", "127.0.0.1", "[::1]"]);
const REST = 250; // milliseconds from one question to the next
const ENDED = -1; // version of what a program offers that has ended

/** A page that was exported from a notebook lies elsewhere, and asks nobody. */
const isHere = () => LOCAL.has(new URL(document.baseURI).hostname);

export function loopback(server) {
  const ask = (path, more = {}) => fetch(`${server.address}${path}`, { ...more, headers: { "X-Glassnet-Token": server.token } });

  return {
    folder: server.folder,

    /** Begins to listen: `opened(version, file)` once, `taken(version, file)` for each network, `lost(why)` at the end. */
    open({ opened, taken, lost }) {
      if (!isHere()) return;
      async function listen(version) {
        try {
          const answer = await ask(`offered/${version}`), next = Number(answer.headers.get("X-Glassnet-Version"));
          if (next === ENDED) return void lost("has ended");
          if (answer.status === 200) await taken(next, new Uint8Array(await answer.arrayBuffer()));
          else if (answer.status !== 204) return;
          setTimeout(listen, REST, next);
        } catch (error) {
          lost(`does not answer any more (${error.message})`);
        }
      }
      opened(0, null);
      listen(0);
    },

    send: (version, file) => ask(`network/${version}`, { method: "PUT", body: file }),
    save: async (name, file) => (await ask(`models/${encodeURIComponent(name)}`, { method: "PUT", body: file })).text(),
  };
}
