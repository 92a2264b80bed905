/**
 * The page inside of another site, by one tag.
 *
 *     <script src="glassnet-page.js" data-state="data=moons&hidden=8.tanh"></script>
 *
 * puts the page where the tag stands; after it any number of others are `<glassnet-page state="data=xor"></glassnet-page>`.
 * The page itself is `glassnet-page.html` beside this script, or what `src` says, in a frame of its own: it keeps its own
 * policy, and reads nothing of the site. It says how high it is and what was chosen; an event "change" tells that on.
 * `theme` is "light", "dark" or "auto" (the system's), and followed when it changes. `<glassnet-page own>` keeps the frame that
 * stands in it, which holds a page with parts of its own.
 */
(() => {
  const script = document.currentScript;
  const beside = script.src.replace(/\.js(?=$|[?#])/, ".html");

  class GlassnetPage extends HTMLElement {
    static observedAttributes = ["state", "src", "title", "theme"];

    constructor() {
      super();
      this.frame = document.createElement("iframe");
      this.frame.title = "a neural network to look into";
      this.frame.loading = "lazy";
      this.frame.style.cssText = "display:block;width:100%;height:640px;border:0";
      this.hear = (event) => {
        if (event.source !== this.shown?.contentWindow || typeof event.data?.glassnet !== "object") return;
        const { height, state, begins } = event.data.glassnet;
        if (begins) this.tellTheme();
        if (Number.isFinite(height)) this.shown.style.height = `${Math.ceil(height)}px`;
        if (typeof state !== "string" || state === this.told) return;
        this.told = state;
        this.dispatchEvent(new CustomEvent("change", { detail: { state }, bubbles: true }));
      };
    }

    /** The frame that stands here: one of its own, or that of the page beside the script. */
    get shown() {
      return this.querySelector("iframe");
    }

    tellTheme() {
      if (this.hasAttribute("theme")) this.shown?.contentWindow?.postMessage({ glassnet: { theme: this.getAttribute("theme") } }, "*");
    }

    /** What is chosen now: what the attribute says, and what the reader made of it. */
    get state() {
      return this.told ?? this.getAttribute("state") ?? "";
    }

    set state(state) {
      this.setAttribute("state", state);
    }

    connectedCallback() {
      window.addEventListener("message", this.hear);
      this.style.display = "block";
      if (this.hasAttribute("own")) {
        this.tellTheme();
        return;
      }
      this.show();
      this.replaceChildren(this.frame);
    }

    disconnectedCallback() {
      window.removeEventListener("message", this.hear);
    }

    attributeChangedCallback(name) {
      if (name === "title") this.frame.title = this.title;
      else if (name === "theme") this.tellTheme();
      else if (this.isConnected && !this.hasAttribute("own")) this.show();
    }

    show() {
      this.told = undefined;
      this.frame.src = `${this.getAttribute("src") ?? beside}#${(this.getAttribute("state") ?? "").replace(/^#/, "")}`;
    }
  }

  if (!customElements.get("glassnet-page")) customElements.define("glassnet-page", GlassnetPage);
  if (script.dataset.state !== undefined) {
    const page = document.createElement("glassnet-page");
    page.setAttribute("state", script.dataset.state);
    script.after(page);
  }
})();
