// Signing on glass: what a finger or pen draws is kept as lines of points in a box of 1000 by 400, whatever the screen.
(() => {
  "use strict";
  const WIDTH = 1000, HEIGHT = 400, NEAR = 5, MOST = 5500, FEWEST = 8;
  const form = document.querySelector("[data-signing]");
  if (!form) return;
  const points = (strokes) => strokes.reduce((sum, stroke) => sum + stroke.length, 0);

  for (const side of form.querySelectorAll("[data-side]")) {
    const glass = side.querySelector("[data-glass]"), kept = side.querySelector("[data-strokes]");
    const refused = side.querySelector("[data-refused]"), frame = glass.parentElement;
    let strokes = [], current = null;
    try { strokes = JSON.parse(kept.value || "[]"); } catch { strokes = []; }

    const draw = () => {
      const scale = window.devicePixelRatio || 1, box = glass.getBoundingClientRect();
      glass.width = Math.max(1, Math.round(box.width * scale));
      glass.height = Math.max(1, Math.round(box.height * scale));
      const pen = glass.getContext("2d");
      pen.strokeStyle = getComputedStyle(glass).color;
      pen.lineWidth = 2.4 * scale;
      pen.lineCap = pen.lineJoin = "round";
      for (const stroke of strokes) {
        pen.beginPath();
        stroke.forEach(([x, y], at) => pen[at ? "lineTo" : "moveTo"](x / WIDTH * glass.width, y / HEIGHT * glass.height));
        if (stroke.length === 1) pen.lineTo(stroke[0][0] / WIDTH * glass.width + 1, stroke[0][1] / HEIGHT * glass.height);
        pen.stroke();
      }
      frame.classList.toggle("is-drawn", strokes.length > 0);
      kept.value = strokes.length ? JSON.stringify(strokes) : "";
    };
    const at = (event) => {
      const box = glass.getBoundingClientRect();
      const cut = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
      return [cut((event.clientX - box.left) / box.width * WIDTH, WIDTH), cut((event.clientY - box.top) / box.height * HEIGHT, HEIGHT)];
    };
    glass.addEventListener("pointerdown", (event) => {
      if (refused && refused.value.trim()) return;
      event.preventDefault();
      glass.setPointerCapture(event.pointerId);
      current = [at(event)];
      strokes.push(current);
      draw();
    });
    glass.addEventListener("pointermove", (event) => {
      if (!current || points(strokes) >= MOST) return;
      const seen = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const each of seen.length ? seen : [event]) {
        const [x, y] = at(each), last = current[current.length - 1];
        if (Math.hypot(x - last[0], y - last[1]) >= NEAR) current.push([x, y]);
      }
      draw();
    });
    for (const over of ["pointerup", "pointercancel"]) glass.addEventListener(over, () => { current = null; });
    side.querySelector("[data-clear]").addEventListener("click", () => { strokes = []; draw(); });
    const refuse = () => frame.classList.toggle("is-off", Boolean(refused && refused.value.trim()));
    if (refused) refused.addEventListener("input", refuse);
    refuse();
    draw();
    new ResizeObserver(draw).observe(frame);
  }

  form.addEventListener("submit", (event) => {
    const told = form.querySelector("[data-unsigned-told]");
    for (const side of form.querySelectorAll("[data-side]")) {
      const refused = side.querySelector("[data-refused]");
      const drawn = points(JSON.parse(side.querySelector("[data-strokes]").value || "[]"));
      if (side.dataset.side === "witness" || (refused && refused.value.trim()) || drawn >= FEWEST) continue;
      event.preventDefault();
      told.textContent = form.dataset.unsigned;
      told.hidden = false;
      side.scrollIntoView({ block: "center" });
      return;
    }
    told.hidden = true;
  });
})();
