/** What Python told the page: parts and their formulas, data, lessons. Read once; never markup. */

function read(id) {
  const element = typeof document === "undefined" ? null : document.getElementById(id);
  return element === null || element.textContent.trim() === "" ? null : JSON.parse(element.textContent);
}

const given = read("glassnet-given") ?? {};

/** Parts, with their formulas as trees; a program without a page sets them by `tell`. */
export const catalogue = { activations: {}, losses: {}, optimizers: {}, ...given.catalogue };
export const document_of_python = given.document ?? null;
export const lessons = given.lessons ?? [];
export const version = given.version ?? "";
export const server = given.server ?? null;

export function tell(told) {
  Object.assign(catalogue, told);
}

/** Measured data sets, unpacked at first use: each by its name. */
let unpacked = null;
export async function measured() {
  if (unpacked === null) {
    const packed = read("glassnet-data");
    if (packed === null) return {};
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    unpacked = JSON.parse(await new Response(stream).text());
  }
  return unpacked;
}
export const measuredNames = given.measured ?? [];
