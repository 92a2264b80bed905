/**
 * The page inside of another site, by one tag.
 *
 *     <script src="glassnet-page.js" data-state="data=moons&hidden=8.tanh"></script>
 *
 * puts the page where the tag stands; after it any number of others are `<glassnet-page state="data=xor"></glassnet-page>`.
 * The page itself is `glassnet-page.html` beside this script, or what `src` says, in a frame of its own: it keeps its own
 * policy, and reads nothing of the site. It says how high it is and what was chosen; an event "change" tells that on.
 */
(() => {
  const script = document.currentScript;
  const beside = script.src.replace(/\.js(?=$|[?#])/, ".html");

  class GlassnetPage extends HTMLElement {
    static observedAttributes = ["state", "src", "title"];

    constructor() {
      super();
      this.frame = document.createElement("iframe");
      this.frame.title = "a neural network to look into";
      this.frame.loading = "lazy";
      this.frame.style.cssText = "display:block;width:100%;height:640px;border:0";
      this.hear = (event) => {
        if (event.source !== this.frame.contentWindow || typeof event.data?.glassnet !== "object") return;
        const { height, state } = event.data.glassnet;
        if (Number.isFinite(height)) this.frame.style.height = `${Math.ceil(height)}px`;
        if (typeof state !== "string" || state === this.told) return;
        this.told = state;
        this.dispatchEvent(new CustomEvent("change", { detail: { state }, bubbles: true }));
      };
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
      this.show();
      this.replaceChildren(this.frame);
    }

    disconnectedCallback() {
      window.removeEventListener("message", this.hear);
    }

    attributeChangedCallback(name) {
      if (name === "title") this.frame.title = this.title;
      else if (this.isConnected) this.show();
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
