// Work without a mouse: `/` searches, g and a letter goes to a page, j and k move among rows, x selects, e explains, a goes
// to the decision, ? shows all of it. Single letters can be switched off, for people who speak to their computer.
(() => {
  "use strict";
  const OFF = "keys-off";
  const GO = { h: "/today", v: "/violations", g: "/explanations", b: "/months", m: "/terminals", t: "/me", l: "/calendar", p: "/papers" };
  const ROWS = "main [data-row], main table.list tbody tr, main .person";
  const WAITS = 1500;
  let going = 0;
  let place = -1;

  const off = () => { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } };
  const dialog = () => document.querySelector("dialog[data-keys]");
  const rows = () => [...document.querySelectorAll(ROWS)].filter((row) => row.checkVisibility());
  const here = () => {
    const all = rows();
    const with_focus = all.findIndex((row) => row.contains(document.activeElement));
    if (with_focus >= 0) place = with_focus;
    return all[place];
  };
  const link_of = (row) => (row.matches("a[href], button, summary") ? row : row.querySelector("a.row-link, a[href], summary, button, input"));
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    here();
    place = Math.max(0, Math.min(all.length - 1, place + step));
    const target = link_of(all[place]);
    if (target) { target.focus(); all[place].scrollIntoView({ block: "nearest" }); }
  };
  const within = (selector) => {
    const row = here();
    return (row && row.querySelector(selector)) || document.querySelector(`main ${selector}`);
  };
  const go = (letter) => {
    const address = GO[letter];
    const link = address && document.querySelector(`nav.tabs a[href="${address}"]`);
    if (link) location.assign(address);
    return Boolean(link);
  };
  const help = () => {
    const shown = dialog();
    if (!shown || shown.open) return;
    for (const line of shown.querySelectorAll("[data-goes]")) line.hidden = !document.querySelector(`nav.tabs a[href="${GO[line.dataset.goes]}"]`);
    shown.querySelector("[data-keys-off]").checked = off();
    shown.showModal();
  };
  const DO = {
    "/": () => {
      const field = document.querySelector("[data-search]");
      const page = document.querySelector("[data-search-page]");
      if (field) { field.focus(); field.select(); } else if (page) location.assign(page.href);
      return Boolean(field || page);
    },
    "?": () => { help(); return true; },
    g: () => { going = Date.now(); return true; },
    j: () => { move(1); return true; },
    k: () => { move(-1); return true; },
    x: () => { const row = here(); const box = row && row.querySelector("input[type=checkbox]"); if (box) box.click(); return Boolean(box); },
    e: () => { const link = within("a[href$='/explain'], [data-key='e']"); if (link) link.click(); return Boolean(link); },
    p: () => { const link = document.querySelector("main [data-key='p']"); if (link) link.click(); return Boolean(link); },
    n: () => { const link = document.querySelector("main [data-key='n']"); if (link) link.click(); return Boolean(link); },
    a: () => { const field = within("[data-key='a']"); if (field) { field.focus(); field.scrollIntoView({ block: "center" }); } return Boolean(field); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
    const field = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]");
    if (field) return;
    if (off() && event.key !== "?") return;
    const letter = event.key.toLowerCase();
    const was_going = going && Date.now() - going < WAITS;
    going = 0;
    if (was_going ? go(letter) : event.key in DO && DO[event.key]()) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-help]")) help();
    if (event.target.closest("[data-keys-close]")) dialog().close();
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-off]")) return;
    try { localStorage.setItem(OFF, event.target.checked ? "1" : "0"); } catch { /* private windows: for this page */ }
  });
})();
