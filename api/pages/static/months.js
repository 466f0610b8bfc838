// Every day of the sheet leads to its page; arrow keys walk through it. Without this, names and marked days are links.
(() => {
  "use strict";
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  sheet.classList.add("is-open");
  const window_of = sheet.parentElement;
  const settle = () => { window_of.classList.toggle("is-at-start", window_of.scrollLeft === 0); };
  window_of.addEventListener("scroll", settle, { passive: true });
  settle();
  const days = sheet.tHead.rows[0].querySelectorAll("th:not(.t)").length - 1;
  const isDay = (cell) => cell && cell.cellIndex > 0 && cell.cellIndex <= days && cell.closest("tbody");
  const open = (cell, aside) => {
    const code = cell.parentElement.cells[0].querySelector("a").pathname.split("/").pop();
    const address = `/days/${code}/${sheet.dataset.sheet}-${String(cell.cellIndex).padStart(2, "0")}`;
    if (aside) window.open(address); else location.href = address;
  };
  sheet.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (!event.target.closest("a") && isDay(cell)) open(cell, event.ctrlKey || event.metaKey);
  });
  const beside = (cell, key) => {
    const row = cell.parentElement, at = cell.cellIndex;
    if (key === "ArrowRight") return row.cells[at + 1];
    if (key === "ArrowLeft") return row.cells[at - 1];
    if (key === "Home") return row.cells[1];
    if (key === "End") return row.cells[days];
    const down = key === "ArrowDown", part = row.parentElement;
    const other = down ? row.nextElementSibling : row.previousElementSibling;
    if (other) return other.cells[at];
    const next = down ? part.nextElementSibling : part.previousElementSibling;
    return next && next.tagName === "TBODY" ? next.rows[down ? 0 : next.rows.length - 1].cells[at] : null;
  };
  const enter = (cell) => {
    cell.tabIndex = -1;
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  sheet.parentElement.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const cell = event.target.closest("td");
    if (event.target === event.currentTarget && event.key === "Enter") { enter(sheet.tBodies[0].rows[0].cells[1]); return; }
    if (!isDay(cell)) return;
    if (event.key === "Enter" && event.target === cell) { open(cell, false); return; }
    const to = /^(Arrow(Up|Down|Left|Right)|Home|End)$/.test(event.key) ? beside(cell, event.key) : null;
    if (isDay(to)) { event.preventDefault(); enter(to); }
  });
})();
