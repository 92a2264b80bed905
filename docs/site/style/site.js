// For readers who use a keyboard or hear the page: what scrolls can be reached, and headings of the sidebar have a level.
const PANELS = 850; // as many pixels wide are pictures of more than two panels
function reachable() {
  for (const picture of document.querySelectorAll("div.cell_output img"))
    picture.classList.toggle("of-panels", picture.naturalWidth > PANELS);
  for (const part of document.querySelectorAll("pre, .table-wrapper, div.formula, div.cell_output, dl > dt.sig"))
    if (part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight) part.tabIndex = 0;
}
addEventListener("DOMContentLoaded", () => {
  for (const picture of document.querySelectorAll("div.cell_output img")) picture.addEventListener("load", reachable);
  for (const [place, name] of [[".sidebar-drawer", "pages"], [".toc-drawer", "on this page"]]) document.querySelector(place)?.setAttribute("aria-label", name);
  for (const caption of document.querySelectorAll(".caption[role=heading]")) caption.ariaLevel = "2";
  reachable();
});
addEventListener("load", reachable);
addEventListener("resize", reachable);

// Pages within the page have the theme that the site's switch says.
function follow() {
  for (const page of document.querySelectorAll("glassnet-page")) page.setAttribute("theme", document.body.dataset.theme ?? "auto");
}
addEventListener("DOMContentLoaded", () => {
  follow();
  new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-theme"] });
});
