// Hears the stream of the page Hôm nay: live punches in a list of their own, and how far readings are beside their buttons.
(() => {
  "use strict";
  const MOST = 8;
  const NOTE_LASTS = 12000;
  const section = document.querySelector("[data-hints]");
  const list = section && section.querySelector("ol");
  const notes = new Map(); // terminal: {text, done}; the board around them is drawn anew every few seconds
  let source = null;
  let refreshing = null;

  const showHints = () => { section.hidden = !list.children.length; };
  const draw = () => {
    for (const place of document.querySelectorAll("[data-pull-note]")) {
      const note = notes.get(place.dataset.pullNote);
      place.textContent = note ? note.text : "";
      place.hidden = !note;
    }
    for (const button of document.querySelectorAll("[data-pull]")) {
      const note = notes.get(button.dataset.pull);
      button.disabled = Boolean(note && !note.done);
    }
  };
  const refresh = () => {
    clearTimeout(refreshing);
    refreshing = setTimeout(() => { if (document.querySelector("#live")) window.htmx.trigger("#live", "refresh"); }, 250);
  };

  const onPunch = (event) => {
    const holder = document.createElement("template");
    holder.innerHTML = event.data; // made and escaped by the server
    const line = holder.content.firstElementChild;
    if (!line || document.getElementById(line.id)) return;
    list.prepend(line);
    while (list.children.length > MOST) list.lastElementChild.remove();
    showHints();
  };
  const onRead = (event) => {
    const read = JSON.parse(event.data);
    for (const line of list.querySelectorAll("li")) {
      if (line.dataset.terminal === read.terminal && Number(line.dataset.number) <= read.upTo) line.remove();
    }
    showHints();
    refresh();
  };
  const onPull = (event) => {
    const pull = JSON.parse(event.data);
    const note = { text: pull.text, done: pull.done };
    notes.set(pull.terminal, note);
    draw();
    if (!pull.done) return;
    refresh();
    setTimeout(() => {
      if (notes.get(pull.terminal) !== note) return;
      notes.delete(pull.terminal);
      draw();
    }, NOTE_LASTS);
  };

  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource("/today/stream");
    source.addEventListener("punch", onPunch);
    source.addEventListener("read", onRead);
    source.addEventListener("pull", onPull);
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) close(); // refused: the board says what is wrong
    });
  };
  const close = () => {
    if (source) source.close();
    source = null;
  };

  if (!list) return;
  document.addEventListener("htmx:afterSwap", draw);
  // A browser opens few connections to one place: a page nobody looks at gives its own back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { close(); return; }
    list.replaceChildren();
    notes.clear();
    showHints();
    draw();
    open();
  });
  addEventListener("pagehide", close);
  open();
})();
