// What somebody has typed is not lost with the line: forms with data-keep stay on screen, with their files, until the
// server has answered, and what stands in them is kept in this tab, for a reload or a session that ran out.
(() => {
  "use strict";
  const PREFIX = "keep:";
  const forms = () => document.querySelectorAll("form[data-keep]");
  const key = (form) => `${PREFIX}${document.body.dataset.user}:${form.dataset.keep}`;
  const store = (work) => { try { return work(sessionStorage); } catch { return null; } }; // private windows may refuse
  const KEPT = "textarea[name], input[name]:not([type=hidden]):not([type=password]):not([type=file]), select[name]";
  const ticked = (field) => field.type === "checkbox" || field.type === "radio";

  const save = (form) => {
    const values = [];
    for (const field of form.querySelectorAll(KEPT)) {
      if (ticked(field)) { if (field.checked) values.push([field.name, field.value]); } else if (field.value) values.push([field.name, field.value]);
    }
    store((kept) => kept.setItem(key(form), JSON.stringify(values)));
  };
  const restore = (form) => {
    const values = JSON.parse(store((kept) => kept.getItem(key(form))) || "[]");
    let changed = false;
    for (const [name, value] of values) {
      const fields = [...form.querySelectorAll(KEPT)].filter((field) => field.name === name);
      for (const field of fields) {
        const before = ticked(field) ? field.checked : field.value;
        if (ticked(field)) { if (field.value === value) field.checked = true; } else if (!field.value || field.tagName === "SELECT") field.value = value;
        changed = changed || before !== (ticked(field) ? field.checked : field.value);
      }
    }
    if (changed) say(form, "restored");
  };
  const forget = (form) => store((kept) => kept.removeItem(key(form)));
  const say = (form, what) => {
    let line = form.querySelector("[data-kept]");
    if (!line) {
      line = document.createElement("p");
      line.dataset.kept = "";
      line.setAttribute("role", "status");
      form.prepend(line);
    }
    line.className = what === "restored" ? "notice" : "notice is-problem";
    line.textContent = document.body.dataset[what === "restored" ? "keptRestored" : "keptUnsent"];
    line.scrollIntoView({ block: "nearest" });
  };

  // The answer of a refused form is shown in the place of the page it was sent from, as if it had been loaded.
  const show = (html, address) => {
    const answered = new DOMParser().parseFromString(html, "text/html");
    const main = answered.querySelector("main");
    if (!main) { location.assign(address); return; }
    document.title = answered.title;
    document.querySelector("main").replaceWith(main);
    const alert = main.querySelector("[role=alert], [aria-invalid=true]");
    if (alert) { alert.tabIndex = -1; alert.focus(); } else { main.focus(); }
    window.scrollTo(0, 0);
    forms().forEach(restore);
  };
  const send = async (form, submitter) => {
    const buttons = form.querySelectorAll("button");
    const body = new FormData(form, submitter);
    const action = submitter && submitter.hasAttribute("formaction") ? submitter.formAction : form.action;
    buttons.forEach((button) => { button.disabled = true; });
    try {
      // A redirect is followed by the window, not here: what it leads to may have something to say only once.
      const answer = await fetch(action, { method: "POST", body, redirect: "manual", credentials: "same-origin", headers: { Accept: "text/html", "X-Kept-Form": "1" } });
      const to = answer.headers.get("X-Led-To");
      if (to) { if (!to.startsWith("/sign-in")) forget(form); location.assign(to); return; }
      if (answer.type === "opaqueredirect") { forget(form); location.reload(); return; }
      if (answer.status >= 500) { say(form, "unsent"); return; }
      const html = await answer.text();
      if (answer.ok) forget(form);
      show(html, action);
    } catch {
      say(form, "unsent");
    } finally {
      buttons.forEach((button) => { button.disabled = false; });
    }
  };

  document.addEventListener("input", (event) => {
    const form = event.target.closest && event.target.closest("form[data-keep]");
    if (form) save(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("action") === "/sign-out") store((kept) => kept.clear());
    if (!form.matches("form[data-keep][method=post]") || event.defaultPrevented) return;
    event.preventDefault();
    save(form);
    send(form, event.submitter);
  });
  document.addEventListener("DOMContentLoaded", () => forms().forEach(restore));
})();
