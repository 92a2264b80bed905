/** A widget of a notebook that shows nothing: it hands messages on between the page in the same output and the kernel. */
const bytesOf = (buffer) => (buffer === undefined ? null : new Uint8Array(buffer.buffer ?? buffer, buffer.byteOffset ?? 0, buffer.byteLength).slice());

export default {
  initialize({ model }) {
    const token = model.get("token"), pages = new Set();
    const tell = (page, message) => page.postMessage({ glassnet: { bridge: token, message } }, "*");
    const hear = ({ source, data }) => {
      if (data?.glassnet?.bridge !== token || source === null) return;
      const { file = null, ...message } = data.glassnet.message;
      pages.add(source);
      model.send(message, undefined, file === null ? [] : [file]);
    };
    const answer = (message, [buffer] = []) => {
      for (const page of pages) tell(page, { ...message, file: bytesOf(buffer) });
    };
    window.addEventListener("message", hear);
    model.on("msg:custom", answer);
    for (const { contentWindow } of document.querySelectorAll("glassnet-page iframe")) tell(contentWindow, { say: "here" });
    return () => {
      window.removeEventListener("message", hear);
      model.off("msg:custom", answer);
    };
  },

  render({ el }) {
    el.hidden = true;
  },
};
