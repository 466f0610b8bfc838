// What was noted on a visit is kept on this phone first, sent in order when there is a line, and forgotten here once the
// server has it. Marks and answers wait in localStorage, photographs in IndexedDB; both outlive a reload and a sign-in.
(() => {
  "use strict";
  const root = document.querySelector("[data-visit]");
  if (!root) return;
  const user = document.body.dataset.user, base = `/inspections/${root.dataset.key}`;
  const mine = `visit:${user}:${root.dataset.key}:`;
  const PAGES = "visit:pages", FILES = "visit:files";
  const AT_ONCE = 100, PATIENCE = 15000, PULSE = 20000, SLOWEST = 15000;
  const memory = new Map(); // where a private window keeps nothing, at least this page does
  let token = root.dataset.csrf, sending = false, again = false, fails = 0, timer = 0, photosWaiting = 0, photo = null;
  let status = "sent", listState = root.dataset.state;
  let known = { marks: {}, checks: {} };

  // kept on the phone
  const write = (name, value) => { memory.set(name, value); try { localStorage.setItem(name, value); } catch { /* full */ } };
  const erase = (name) => { memory.delete(name); try { localStorage.removeItem(name); } catch { /* none */ } };
  const names = (part) => {
    const found = new Set([...memory.keys()]);
    try { for (let at = 0; at < localStorage.length; at += 1) found.add(localStorage.key(at)); } catch { /* none */ }
    return [...found].filter((name) => name.startsWith(mine + part)).sort();
  };
  const read = (name) => {
    let text = memory.get(name) || null;
    try { text = localStorage.getItem(name) || text; } catch { /* none */ }
    try { return text && JSON.parse(text); } catch { return null; }
  };
  const queue = () => names("q:").map((name) => [name, read(name)]).filter(([, line]) => line);
  const refused = () => names("r:").map((name) => read(name)).filter(Boolean);
  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let last = 0;
  const order = () => { last = Math.max(Date.now(), last + 1); return String(last).padStart(15, "0"); };
  const announce = () => document.dispatchEvent(new CustomEvent("visit:changed"));

  const put = (line) => {
    const whole = { ...line, id: newId(), noted_at: new Date().toISOString() };
    write(`${mine}q:${order()}:${whole.id}`, JSON.stringify(whole));
    status = "waiting";
    announce();
    soon(300);
  };
  // What holds: what the server knows, and over it what is not sent yet.
  const holds = () => {
    const found = { marks: { ...known.marks }, checks: { ...known.checks } };
    for (const [, line] of queue()) {
      if (line.kind === "check") found.checks[`${line.item}/${line.employee}`] = line.answer;
      else found.marks[line.employee] = { mark: line.mark, note: line.note, by: user, unsent: true };
    }
    return found;
  };
  // A note that is being written and not noted yet: of somebody without a mark it can be no line to send.
  const draft = (employee, text) => (text ? write(`${mine}n:${employee}`, JSON.stringify(text)) : erase(`${mine}n:${employee}`));
  const drafts = () => names("n:").map((name) => [name.slice(mine.length + 2), read(name)]).filter(([, text]) => text);
  const learn = (answer) => {
    if (answer.csrf) token = answer.csrf;
    known = { marks: answer.marks || {}, checks: answer.checks || {} };
    listState = answer.state || listState;
    if (listState === "begun") write(`${mine}known`, JSON.stringify(known));
  };

  // photographs
  const photos = (mode, work) => new Promise((done, fail) => {
    if (!window.indexedDB) { done(null); return; }
    const opened = indexedDB.open("visits", 1);
    opened.onupgradeneeded = () => opened.result.createObjectStore("photos", { keyPath: "id" });
    opened.onerror = () => fail(opened.error);
    opened.onsuccess = () => {
      const change = opened.result.transaction("photos", mode);
      const asked = work(change.objectStore("photos"));
      change.oncomplete = () => { opened.result.close(); done(asked && asked.result); };
      change.onerror = change.onabort = () => { opened.result.close(); fail(change.error); };
    };
  });
  const waitingPhotos = async () => ((await photos("readonly", (store) => store.getAll())) || []).filter((each) => each.mine === mine);
  const putPhoto = async (blob, employee) => {
    const line = { id: newId(), mine, employee, noted_at: new Date().toISOString(), blob };
    await photos("readwrite", (store) => store.put(line));
    photosWaiting += 1;
    status = "waiting";
    announce();
    soon(300);
  };

  // sent in order
  const ask = async (address, options = {}) => {
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), options.patience || PATIENCE);
    try {
      return await fetch(address, { redirect: "manual", credentials: "same-origin", signal: stop.signal, ...options });
    } catch {
      throw new Error("offline");
    } finally {
      clearTimeout(patience);
    }
  };
  const check = (answer) => {
    if (answer.type === "opaqueredirect" || answer.status === 401) throw new Error("signed_out");
    if (answer.status === 403 || answer.status === 404) throw new Error("gone");
    if (answer.status === 429 || answer.status >= 500) throw new Error("offline");
    return answer;
  };
  const look = async () => {
    const answer = check(await ask(`${base}/state`));
    const told = await answer.json();
    if (told.user !== user) throw new Error("other_user");
    learn(told);
  };
  const post = async (address, fields, patience) => {
    const whole = () => {
      const form = new FormData();
      for (const [name, value] of fields()) form.append(name, value);
      form.append("csrf_token", token);
      return form;
    };
    let answer = await ask(address, { method: "POST", body: whole(), patience });
    if (answer.status === 403) { // the token is of a session that is over: there may be a new one
      await look();
      answer = await ask(address, { method: "POST", body: whole(), patience });
    }
    return check(answer);
  };
  const settle = (lines, byId) => {
    for (const line of lines) {
      const found = byId.get(line.id);
      if (!found) continue;
      if (line.outcome === "refused") write(`${mine}r:${found[1].id}`, JSON.stringify({ ...found[1], why: line.why }));
      erase(found[0]);
    }
  };
  const sendLines = async () => {
    const waiting = queue().slice(0, AT_ONCE);
    if (!waiting.length) return false;
    const plain = (line) => { const { kind, ...rest } = line; return rest; };
    const batch = () => JSON.stringify({
      sent_at: new Date().toISOString(),
      marks: waiting.filter(([, line]) => line.kind !== "check").map(([, line]) => plain(line)),
      checks: waiting.filter(([, line]) => line.kind === "check").map(([, line]) => plain(line)),
    });
    const answer = await post(`${base}/marks`, () => [["batch", batch()]]);
    if (!answer.ok) throw new Error("stuck");
    const told = await answer.json();
    settle(told.lines, new Map(waiting.map((each) => [each[1].id, each])));
    learn(told);
    return true;
  };
  const sendPhotos = async () => {
    for (const each of await waitingPhotos()) {
      const fields = () => [["id", each.id], ["noted_at", each.noted_at], ["sent_at", new Date().toISOString()], ["employee", each.employee], ["photo", each.blob, "photo"]];
      const answer = await post(`${base}/photos`, fields, 120000);
      if (!answer.ok) photo = "refused";
      await photos("readwrite", (store) => store.delete(each.id));
      photosWaiting = Math.max(0, photosWaiting - 1);
      announce();
    }
  };
  const send = async () => {
    clearTimeout(timer);
    if (sending) { again = true; return; }
    sending = true;
    try {
      do {
        again = false;
        if (!(await sendLines())) await look();
        else again = queue().length > 0 || again;
      } while (again);
      await sendPhotos();
      fails = 0;
      status = "sent";
    } catch (problem) {
      fails += 1;
      status = problem.message;
    } finally {
      sending = false;
      announce();
      forgetIfOver();
      soon(fails ? Math.min(1000 * 2 ** fails, SLOWEST) : PULSE);
    }
  };
  function soon(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(send, milliseconds);
  }

  // without a line: the page itself
  const keepPage = async () => {
    if (!("serviceWorker" in navigator) || !window.caches) { root.dataset.keeps = "no"; announce(); return; }
    await navigator.serviceWorker.register("/inspections/worker.js");
    const pages = await caches.open(PAGES);
    if (await pages.match(base)) { root.dataset.keeps = "yes"; announce(); }
    const answer = await ask(base);
    if (!answer.ok) return;
    const headers = new Headers(answer.headers);
    headers.set("x-kept-at", String(Date.now()));
    const files = performance.getEntriesByType("resource").map((each) => each.name).filter((name) => new URL(name).pathname.startsWith("/static/"));
    await (await caches.open(FILES)).addAll([...new Set(files)]);
    await pages.put(base, new Response(await answer.blob(), { headers }));
    root.dataset.keeps = "yes";
    announce();
  };
  const forgetPage = async () => {
    if (window.caches) await (await caches.open(PAGES)).delete(base);
    erase(`${mine}known`);
    names("n:").forEach(erase);
  };
  const unsent = () => queue().length + photosWaiting;
  function forgetIfOver() {
    if (listState !== "begun" && !unsent()) forgetPage().catch(() => {});
  }

  document.addEventListener("submit", (event) => { // nobody walks away from what only this phone knows
    if (event.target.getAttribute("action") !== "/sign-out" || !unsent()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    root.dataset.kept = "unsent";
    announce();
    send();
  }, true);
  window.addEventListener("online", () => { fails = 0; send(); });
  window.addEventListener("offline", () => { status = "offline"; announce(); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") send(); });

  known = { marks: {}, checks: {}, ...(read(`${mine}known`) || JSON.parse(root.dataset.noted || "{}")) };
  window.visitQueue = {
    put, putPhoto, draft, drafts, holds, send, unsent, refused,
    standing: () => ({ status: unsent() && status === "sent" ? "waiting" : status, state: listState, photo }),
  };
  waitingPhotos().then((found) => { photosWaiting = found.length; }, () => {}).finally(() => {
    if (listState === "begun") keepPage().catch(() => {});
    send();
  });
})();
