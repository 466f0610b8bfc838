// Lines of a list chosen together: all of the page at once, how many there are, and a bar that shows once one is chosen.
// Everything is delegated: a form that was refused comes back in a new place.
(() => {
  "use strict";
  const show = () => {
    const form = document.querySelector(".rows-form");
    const bar = form && form.querySelector("[data-bulk]");
    const all = form && form.querySelector("[data-pick-all]");
    if (!bar || !all) return;
    const boxes = [...form.querySelectorAll("input[name=row]")];
    const picked = boxes.filter((box) => box.checked).length;
    const words = bar.querySelector("[data-picked]");
    const text = words.dataset.words.replace("{count}", picked);
    if (words.textContent !== text) words.textContent = text;
    form.classList.add("is-live");
    bar.toggleAttribute("data-none", !picked);
    all.checked = picked > 0 && picked === boxes.length;
    all.indeterminate = picked > 0 && !all.checked;
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      for (const box of document.querySelectorAll(".rows-form input[name=row]")) box.checked = event.target.checked;
    }
    show();
  });
  document.addEventListener("focusin", show);
  addEventListener("pageshow", show);
  document.addEventListener("DOMContentLoaded", show);
})();
