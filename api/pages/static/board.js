// The tree of the board: what one has opened stays open when the board is drawn anew, and names come when they are asked
// for. The arrow keys open and close a branch.
(() => {
  "use strict";
  const KEY = "board-open";
  const stored = () => { try { return new Map(JSON.parse(sessionStorage.getItem(KEY) || "[]")); } catch { return new Map(); } };
  const known = stored();
  const remember = (name, open) => {
    known.set(name, open);
    try { sessionStorage.setItem(KEY, JSON.stringify([...known])); } catch { /* private windows: for this page */ }
  };
  const name_of = (branch) => branch.dataset.unit || `changed:${branch.dataset.changed}`;
  const branches = () => document.querySelectorAll("details[data-unit], details[data-changed]");
  const bring = (branch) => {
    const place = branch.querySelector(":scope > .unit-body > [data-people]");
    if (!place || place.dataset.asked) return;
    place.dataset.asked = "yes";
    window.htmx.ajax("GET", place.dataset.people, { target: place, swap: "outerHTML" });
  };
  const restore = () => {
    for (const branch of branches()) {
      const open = known.get(name_of(branch));
      if (open !== undefined && branch.open !== open) branch.open = open;
      if (branch.open && branch.dataset.unit) bring(branch);
    }
  };

  document.addEventListener("toggle", (event) => {
    const branch = event.target;
    if (!(branch instanceof HTMLDetailsElement) || !branch.matches("details[data-unit], details[data-changed]")) return;
    remember(name_of(branch), branch.open);
    if (branch.open && branch.dataset.unit) bring(branch);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const head = event.target.closest("summary.unit-head");
    if (!head) return;
    const branch = head.parentElement;
    if (event.key === "ArrowRight") branch.open = true;
    else if (branch.open) branch.open = false;
    else {
      const above = branch.parentElement.closest("details[data-unit]");
      if (above) above.querySelector("summary").focus();
    }
    event.preventDefault();
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.path.startsWith("/today/live")) return;
    const open = [...document.querySelectorAll("details[data-unit][open]")].filter((one) => one.querySelector(":scope > .unit-body > .people"));
    event.detail.parameters.open = open.map((one) => one.dataset.unit).join(",");
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 304) event.detail.shouldSwap = false; // the board says what it said
  });
  document.addEventListener("htmx:afterSwap", restore);
  document.addEventListener("DOMContentLoaded", restore);
})();
