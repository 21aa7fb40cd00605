// The public programme without a network: what everybody may read is kept as it was last read.
// The network is asked first, so that what was taken back is gone wherever there is one; a page that
// names its reader says `private`, and is never kept.
const KEEP = "cfs-public-3",
  PATIENCE = 4000, // milliseconds before what is kept is shown
  MOST_PICTURES = 200,
  PAGES = /^\/[a-z]{2}\/[\w-]+\/?(?:selection|now|(?:films|venues|sections|site)\/[^/]+)?$/,
  ASSETS = /^\/static\/|^\/api\/v1\/[\w-]+\/sections\.css$/,
  PICTURES = /^\/api\/v1\/[\w-]+\/programme\/stills\/\w+\.jpg$/,
  OF_A_NUMBER = /\/(?:films|venues|sections)\//,
  NAMED = /(?:href|src)="(\/static\/[^"]+\.(?:css|js|svg|woff2)|\/api\/v1\/[^"]+\/sections\.css[^"]*)"/g;

const shown = new Map(); // by window: the copy that it was given where no network answered

function isForAll(answer) {
  const isAsset = new URL(answer.url).pathname.startsWith("/static/"),
    says = answer.headers.get("cache-control") ?? "";
  return answer.ok && answer.type === "basic" && (isAsset || /\bpublic\b/.test(says));
}

async function keep(request, answer) {
  const kept = await caches.open(KEEP);
  await kept.put(request, answer);
  if (!PICTURES.test(new URL(request.url).pathname)) return;
  const pictures = (await kept.keys()).filter((one) => PICTURES.test(new URL(one.url).pathname));
  for (const one of pictures.slice(0, -MOST_PICTURES)) await kept.delete(one);
}

async function fromNetwork(request, key) {
  const answer = await fetch(request);
  if (isForAll(answer)) await keep(key, answer.clone());
  if (answer.status === 404 || answer.status === 410) await (await caches.open(KEEP)).delete(key);
  return answer;
}

// Signed in or not, the page that is kept is the one for everybody.
async function page(event) {
  const key = new Request(event.request.url.split("#")[0]),
    answer = fromNetwork(event.request, key);
  event.waitUntil(answer.catch(() => null));
  const kept = await caches.match(key, { ignoreVary: true });
  if (!kept) return answer;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept)),
    given = await Promise.race([answer.catch(() => kept), late]);
  if (given === kept) {
    shown.set(event.resultingClientId, { etag: kept.headers.get("etag"), date: kept.headers.get("date") });
  }
  return given;
}

async function asset(event) {
  const kept = await caches.match(event.request, { ignoreVary: true }),
    isNamedByContent = !event.request.url.includes("/static/dev/") && event.request.url.includes("/static/");
  if (kept && isNamedByContent) return kept;
  return fromNetwork(event.request, event.request).catch((error) => {
    if (kept) return kept;
    throw error;
  });
}

// After the first page the rest of the programme is fetched, once for each number of it.
async function warm(pages) {
  const front = new Request(pages[0], { credentials: "omit" }),
    newest = await fetch(front);
  if (!isForAll(newest)) return;
  const kept = await caches.open(KEEP),
    mark = `${pages[0]}?kept`,
    before = await kept.match(mark);
  if (before && (await before.text()) === newest.headers.get("etag")) return;
  const wanted = pages.filter((one) => PAGES.test(one));
  for (const { url } of await kept.keys()) {
    const path = new URL(url).pathname;
    if (path.startsWith(pages[0]) && OF_A_NUMBER.test(path) && !wanted.includes(path)) await kept.delete(url);
  }
  for (const path of wanted) {
    const request = new Request(path, { credentials: "omit" }),
      answer = await fetch(request);
    if (!isForAll(answer)) continue;
    const text = await answer.clone().text();
    await kept.put(request, answer);
    for (const [, file] of text.matchAll(NAMED)) {
      if (await kept.match(file)) continue;
      const got = await fetch(file);
      if (got.ok) await kept.put(file, got);
    }
  }
  await kept.put(mark, new Response(newest.headers.get("etag")));
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => {
  const others = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("cfs-public-") && name !== KEEP) await caches.delete(name);
    }
    await clients.claim();
  };
  event.waitUntil(others());
});
// A page asks whether it is a kept one, and of when; a browser that slept in between has forgotten it.
addEventListener("message", (event) => {
  event.ports[0]?.postMessage(shown.get(event.source.id) ?? null);
  const pages = (event.data?.pages ?? []).filter((one) => typeof one === "string" && PAGES.test(one));
  if (pages.length) event.waitUntil(warm(pages).catch(() => null));
});
addEventListener("fetch", (event) => {
  const { request } = event,
    url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (PAGES.test(url.pathname) && !url.search) event.respondWith(page(event));
  } else if (ASSETS.test(url.pathname) || PICTURES.test(url.pathname)) {
    event.respondWith(asset(event));
  }
});
