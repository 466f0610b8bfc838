// Loaded in the head, before anything is drawn, so that a chosen theme never flashes. Everything else is delegated.
(() => {
  "use strict";
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const stored = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const wear = (theme) => { root.dataset.theme = themes.includes(theme) ? theme : "auto"; };
  wear(stored());

  const name = (button) => {
    const words = button.dataset[root.dataset.theme];
    button.title = words;
    button.querySelector(".unseen").textContent = words;
  };
  const lost = (is) => {
    const line = document.querySelector("[data-lost]");
    if (line) line.hidden = !is;
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-theme-switch]").forEach(name);
    for (const here of document.querySelectorAll(".chips > [aria-current]")) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 16;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) { window.print(); return; }
    const next = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
    wear(next);
    try { localStorage.setItem("theme", next); } catch { /* private windows: the theme lasts for this page */ }
    name(button);
  });

  // The menu of further pages closes when one turns to something else.
  const menus = (except) => document.querySelectorAll("details.more[open]").forEach((menu) => {
    if (!except || !menu.contains(except)) menu.open = false;
  });
  document.addEventListener("click", (event) => menus(event.target));
  document.addEventListener("focusin", (event) => menus(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.more[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // What a visit kept on this phone for times without a line goes with its reader; what was not sent yet stays.
  const forgetVisits = () => {
    if (window.caches) caches.delete("visit:pages").catch(() => {});
    try {
      Object.keys(localStorage).filter((name) => /^visit:.*:known$/.test(name)).forEach((name) => localStorage.removeItem(name));
    } catch { /* nothing is kept there */ }
  };
  document.addEventListener("DOMContentLoaded", () => { if (!document.body.dataset.user) forgetVisits(); });
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") === "/sign-out" && !event.defaultPrevented) forgetVisits();
  });

  // The live page keeps its last figures when the server is away, and says so.
  document.addEventListener("htmx:sendError", () => lost(true));
  document.addEventListener("htmx:timeout", () => lost(true));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) lost(false); });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401 || status === 403) location.reload();
    else lost(true);
  });
})();
