// What everybody may read is there without a network too: see `sw.js`. From the programme's page all
// others are fetched beforehand, where the reader's line is not paid for by the byte. A page that was kept
// says of when it is, and is drawn anew as soon as somebody answers.
const AGAIN = 10_000,
  [, lang, edition] = location.pathname.split("/"),
  begins = `/${lang}/${edition}/`,
  line = document.querySelector("[data-old]");

function keepAll(worker) {
  const links = [...document.querySelectorAll(`main a[href^="${begins}"]`)].map((link) => link.pathname),
    pages = [...new Set([begins, `${begins}selection`, `${begins}now`, ...links])];
  worker.postMessage({ pages });
}

function whatItIs(worker) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = (event) => resolve(event.data);
    worker.postMessage({}, [port2]);
  });
}

function say(kept) {
  const when = new Date(kept.date).toLocaleString(lang, {
    timeZone: document.documentElement.dataset.zone,
    weekday: "long",
    hour: "2-digit",
    minute: "2-digit",
  });
  line.textContent = line.dataset.old.replace("{when}", when);
  line.hidden = false;
}

// The same page needs no drawing; another one, or none any more, is what there is now.
async function look(kept) {
  const answer = await fetch(location.pathname, { cache: "no-store", credentials: "omit" }).catch(() => null);
  if (!answer || answer.status >= 500) return;
  if (answer.headers.get("etag") === kept.etag) line.hidden = true;
  else location.reload();
}

function watch(kept) {
  say(kept);
  addEventListener("online", () => look(kept));
  setInterval(() => line.hidden || look(kept), AGAIN);
}

async function begin() {
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready,
    isFront = location.pathname === begins;
  if (isFront && !navigator.connection?.saveData) keepAll(active);
  const kept = navigator.serviceWorker.controller && line ? await whatItIs(active) : null;
  if (kept) watch(kept);
}

if ("serviceWorker" in navigator) begin().catch(() => null);
