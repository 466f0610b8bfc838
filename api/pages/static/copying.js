// What is copied out of a table and pasted into a spreadsheet stays text there: names that people chose are no formulas.
(() => {
  const LIVE = /^[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"]*[=+\-@＝＋－＠﹢﹣﹦﹫−]/;
  const NUMBER = /^\s*[+\-−]\d[\d.,  ]*%?\s*$/;

  const isLive = (text) => LIVE.test(text) && !NUMBER.test(text);
  const lineOf = (row) => [...row.cells].map((cell) => cell.textContent.trim().replace(/\s+/g, " ")).join("\t");

  document.addEventListener("copy", (event) => {
    const chosen = document.getSelection();
    if (!chosen || chosen.isCollapsed || !chosen.rangeCount || !event.clipboardData) return;
    const part = document.createElement("div");
    part.append(chosen.getRangeAt(0).cloneContents());
    const cells = [...part.querySelectorAll("td, th")].filter((cell) => isLive(cell.textContent));
    if (!cells.length) {
      const within = chosen.anchorNode.parentElement?.closest("td, th");
      if (!within || !isLive(chosen.toString())) return;
      event.clipboardData.setData("text/plain", `'${chosen.toString()}`);
      event.preventDefault();
      return;
    }
    for (const cell of cells) cell.prepend("'");
    const rows = [...part.querySelectorAll("tr")];
    event.clipboardData.setData("text/plain", rows.map(lineOf).join("\n"));
    event.clipboardData.setData("text/html", part.innerHTML);
    event.preventDefault();
  });
})();
