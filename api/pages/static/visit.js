// The page of a visit: large switches, what does not agree, how much is not sent yet; and the beginning with its progress.
(() => {
  "use strict";
  const beginning = document.querySelector("form[data-begin]");
  if (beginning) {
    beginning.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = beginning.querySelector("button");
      button.disabled = true;
      const line = document.querySelector("[data-begin-told]");
      line.hidden = false;
      try {
        const answer = await fetch(beginning.action, { method: "POST", body: new FormData(beginning), redirect: "manual", headers: { Accept: "application/x-ndjson" } });
        if (!answer.ok) { location.reload(); return; }
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          const lines = (rest + value).split("\n");
          rest = lines.pop();
          for (const each of lines.filter(Boolean).map((text) => JSON.parse(text))) {
            for (const [code, words] of Object.entries(each.terminals || {})) {
              const place = document.querySelector(`[data-terminal="${CSS.escape(code)}"]`);
              if (place) place.textContent = words;
            }
            if (each.problem) { line.textContent = each.problem; line.classList.add("is-problem"); button.disabled = false; return; }
            if (each.to) location.assign(each.to);
          }
        }
      } catch {
        location.reload(); // the beginning goes on without us: the page says how it stands
      }
    });
    return;
  }

  const root = document.querySelector("[data-visit]"), queue = window.visitQueue;
  if (!root || !queue) return;
  const words = JSON.parse(root.dataset.words);
  const people = [...root.querySelectorAll("[data-person]")];
  const of = (element) => (element.closest("[data-person]") || { dataset: {} }).dataset.person || "";
  const say = (place, text) => { if (place) { place.textContent = text; place.hidden = !text; } };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const odd = (seen, mark) => {
    if (root.dataset.working !== "yes") return "";
    if (seen === "seen" && (mark === "absent" || mark === "reason_given")) return words.punch_without_person;
    return seen === "not_seen" && mark === "at_post" ? words.person_without_punch : "";
  };
  const show = () => {
    const { marks, checks } = queue.holds();
    let left = 0;
    for (const each of people) {
      const found = marks[each.dataset.person], mark = found && found.mark !== "unmarked" ? found.mark : "";
      each.querySelectorAll("[data-mark]").forEach((button) => { button.checked = button.value === mark; });
      each.classList.toggle("is-unsent", Boolean(found && found.unsent));
      each.dataset.marked = mark;
      left += mark ? 0 : 1;
      say(each.querySelector("[data-odd]"), odd(each.dataset.seen, mark));
      const other = found && found.disputed;
      say(each.querySelector("[data-disputed]"), other ? fill(words.disputed, { by: other.by, mark: words[other.mark] }) : "");
      const note = each.querySelector("[data-note]");
      if (found && document.activeElement !== note && !note.dataset.changed) note.value = found.note || "";
    }
    root.querySelectorAll("[data-check]").forEach((button) => {
      button.checked = checks[`${button.dataset.check}/${of(button)}`] === button.value;
    });
    const number = queue.unsent(), { status, state, photo } = queue.standing();
    const bar = root.querySelector("[data-sending]");
    bar.dataset.status = number && status === "sent" ? "waiting" : status;
    bar.querySelector("[data-sent]").textContent = number ? fill(words.unsent, { count: number }) : words[status === "sent" ? "sent" : "nothing_unsent"];
    const why = { offline: words.offline, signed_out: words.signed_out, gone: words.gone, other_user: words.other_user, stuck: words.stuck }[status] || "";
    say(bar.querySelector("[data-why]"), why);
    bar.querySelector("[data-sign-in]").hidden = status !== "signed_out";
    const next = root.querySelector("[data-next]");
    next.textContent = left ? fill(words.left, { count: left }) : words.all_marked;
    next.disabled = !left;
    root.querySelectorAll("[data-left-figure]").forEach((place) => { place.textContent = String(left); });
    const lost = queue.refused();
    say(root.querySelector("[data-refused]"), photo ? words.photo_refused : lost.length ? fill(words.refused, { count: lost.length, why: lost[0].why }) : "");
    say(root.querySelector("[data-keeps-told]"), root.dataset.kept === "unsent" && number ? words.stay : words[`keeps_${root.dataset.keeps}`] || "");
    say(root.querySelector("[data-ended-told]"), root.dataset.state === "begun" && state !== "begun" ? words.ended : "");
    sift();
  };
  const sift = () => {
    const wanted = root.dataset.only || "";
    for (const each of people) {
      const fits = !wanted || (wanted === "left" ? !each.dataset.marked : each.dataset.seen === wanted);
      each.hidden = !fits && !each.contains(document.activeElement);
    }
    root.querySelectorAll("[data-only-choice]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.onlyChoice === wanted)));
  };
  const mark = (person, value) => {
    const note = person.querySelector("[data-note]");
    delete note.dataset.changed;
    queue.draft(person.dataset.person, "");
    queue.put({ employee: person.dataset.person, mark: value, note: note.value.trim() });
  };

  // A phone's photograph is drawn anew: smaller, the right way up, and without what the camera wrote beside it.
  const smaller = async (file) => {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
  };

  root.addEventListener("change", async (event) => {
    const field = event.target, person = field.closest("[data-person]");
    if ("mark" in field.dataset) mark(person, field.value);
    else if ("check" in field.dataset) queue.put({ kind: "check", item: field.dataset.check, employee: of(field), answer: field.value });
    else if ("note" in field.dataset && person.dataset.marked) mark(person, person.dataset.marked);
    else if ("photo" in field.dataset && field.files.length) {
      const [file] = field.files;
      field.value = "";
      await queue.putPhoto(await smaller(file).catch(() => file), of(field));
    }
  });
  root.addEventListener("input", (event) => {
    if (!("note" in event.target.dataset)) return;
    event.target.dataset.changed = "1";
    queue.draft(of(event.target), event.target.value.trim());
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("unmark" in button.dataset) mark(button.closest("[data-person]"), "unmarked");
    else if ("onlyChoice" in button.dataset) { root.dataset.only = button.dataset.onlyChoice; sift(); }
    else if ("sendNow" in button.dataset) queue.send();
    else if ("next" in button.dataset) {
      const next = people.find((each) => !each.dataset.marked);
      if (!next) return;
      root.dataset.only = "";
      sift();
      next.scrollIntoView({ block: "center" });
      next.querySelector("[data-mark]").focus({ preventScroll: true });
    }
  });
  root.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-close]") || !queue.unsent()) return;
    event.preventDefault(); // the list is not ended over what the others do not know yet
    root.dataset.kept = "unsent";
    await queue.send();
    show();
  });
  document.addEventListener("visit:changed", show);
  root.querySelectorAll("[data-wait]").forEach((field) => { field.disabled = false; }); // nothing pressed earlier is lost
  const begun = new Map(queue.drafts());
  for (const each of people) {
    const text = begun.get(each.dataset.person), note = each.querySelector("[data-note]");
    if (!text) continue;
    note.value = text;
    note.dataset.changed = "1";
    note.closest("details").open = true;
  }
  show();
  for (const each of people) if (begun.has(each.dataset.person) && each.dataset.marked) mark(each, each.dataset.marked);
})();
