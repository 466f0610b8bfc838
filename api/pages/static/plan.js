// From how many units a visit is drawn depends on its kind: the form says the number of the kind that is chosen.
(() => {
  "use strict";
  const form = document.querySelector("form[data-drawable]");
  if (!form) return;
  const words = JSON.parse(form.dataset.drawable), kind = form.elements.kind;
  const tell = () => { form.querySelector("[data-drawn-from]").textContent = words[kind.value]; };
  kind.addEventListener("change", tell);
  window.addEventListener("pageshow", tell); // a browser that goes back keeps what was chosen
  tell();
})();
