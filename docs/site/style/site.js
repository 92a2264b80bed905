// For readers who use a keyboard or hear the page: what scrolls can be reached, and headings of the sidebar have a level.
function reachable() {
  for (const part of document.querySelectorAll("pre, .table-wrapper, div.formula, div.cell_output, dl > dt.sig"))
    if (part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight) part.tabIndex = 0;
}
addEventListener("DOMContentLoaded", () => {
  for (const caption of document.querySelectorAll(".caption[role=heading]")) caption.ariaLevel = "2";
  reachable();
});
addEventListener("load", reachable);
addEventListener("resize", reachable);
