// The service worker: keeps all files of one version on the device, serves them with and without a network, and makes way for a
// new version only when the person says so. A version that cannot be fetched whole never replaces the one that works.
declare const FILES: string[];
declare const VERSION: string;
declare const self: ServiceWorkerGlobalScope & typeof globalThis;
export {};

const PREFIX = "niemyet-editor-";
const NAME = PREFIX + VERSION;

self.addEventListener("install", (event) => {
  const all = FILES.map((file) => new Request(file, { cache: "no-cache" }));
  const whole = async () => {
    // Where only this script is new, the version that works has the same name.
    const isNew = !(await caches.has(NAME));
    try {
      await (await caches.open(NAME)).addAll(all);
    } catch (fault) {
      if (isNew) await caches.delete(NAME);
      throw fault;
    }
  };
  event.waitUntil(whole());
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    const former = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
    // A window that is open with the version before may not have all of it yet.
    former.pop();
    await Promise.all(former.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (!url.pathname.startsWith(new URL(self.registration.scope).pathname)) return;
  const asked = event.request.mode === "navigate" ? "./" : event.request;
  event.respondWith(caches.open(NAME).then(async (cache) => (await cache.match(asked)) ?? (await caches.match(asked)) ?? fetch(event.request)));
});
