// Keeps the page of a visit for times without a line: the page itself for half a day, and the files it is drawn with.
// It answers for nothing else. Pages are put in by visit-queue.js, and taken out at the end of the visit or at sign-out.
"use strict";
const PAGES = "visit:pages", FILES = "visit:files";
const PATIENCE = 4000; // a line that says nothing for so long counts as none
const LASTS = 12 * 3600 * 1000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && /^\/inspections\/[^/]+$/.test(url.pathname)) event.respondWith(page(request, url.pathname));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

async function page(request, path) {
  const pages = await caches.open(PAGES);
  let kept = await pages.match(path);
  if (kept && Date.now() - Number(kept.headers.get("x-kept-at")) > LASTS) {
    await pages.delete(path);
    kept = undefined;
  }
  if (!kept) return fetch(request);
  const late = new Promise((done) => setTimeout(() => done(kept), PATIENCE));
  return Promise.race([fetch(request).then((answer) => (answer.status < 500 ? answer : kept), () => kept), late]);
}

async function file(request) {
  const files = await caches.open(FILES);
  const kept = await files.match(request);
  return kept || fetch(request);
}
