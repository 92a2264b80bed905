// What the page's modules find in a browser, for an embedded V8.
globalThis.performance = { now: () => Date.now() };
globalThis.URLSearchParams = class {
  constructor(text) { this.pairs = text.split("&").filter(Boolean).map((pair) => pair.split("=").map((part) => decodeURIComponent(part.replace(/\+/g, " ")))); }
  [Symbol.iterator]() { return this.pairs.map(([key, value = ""]) => [key, value])[Symbol.iterator](); }
};
globalThis.told = (value) => JSON.stringify(value === undefined ? null : value, (key, part) => {
  if (ArrayBuffer.isView(part)) return Array.from(part);
  return typeof part === "number" && !Number.isFinite(part) ? String(part) : part;
});
