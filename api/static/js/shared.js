// Small things that several modules do alike: asking the house, redrawing a part, keeping a draft.

export const csrf = () => document.querySelector("meta[name=csrf]")?.content ?? "";

// Of a question in JSON: its answer speaks the language of this page, not that of the browser.
export const json = () => ({
  "content-type": "application/json",
  "x-csrf-token": csrf(),
  "accept-language": document.documentElement.lang,
});

export const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

// This page as the house draws it now.
export async function drawnAgain(address = location.href, { patience = 0 } = {}) {
  const signal = patience ? AbortSignal.timeout(patience) : undefined,
    answer = await fetch(address, { headers: { accept: "text/html" }, signal });
  return { answer, page: parsed(await answer.text()) };
}

// A part of another drawing of this page takes the place of ours, where both have it.
export function swap(page, part) {
  const [old, made] = [document.querySelector(part), page.querySelector(part)];
  if (old && made) old.replaceWith(document.adoptNode(made));
  return Boolean(old && made);
}

// Opened while somebody looks, closed while nobody does; the answer ends it.
export function whileSeen(stream) {
  const listen = () => (document.hidden ? stream.close() : stream.open());
  document.addEventListener("visibilitychange", listen);
  listen();
  return () => {
    document.removeEventListener("visibilitychange", listen);
    stream.close();
  };
}

// What was typed and is kept nowhere else yet: in this browser, for this person and this film, for some days.
const DRAFT_LASTS = 14 * 24 * 3600 * 1000;

export class Draft {
  constructor(key) {
    this.key = key;
  }
  keep(value) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ typed: Date.now(), value }));
    } catch {
      /* full, or forbidden here */
    }
  }
  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      /* as above */
    }
  }
  get() {
    try {
      return JSON.parse(localStorage.getItem(this.key))?.value ?? null;
    } catch {
      return null;
    }
  }
}

// Drafts of whoever sat here have an end, whichever page is opened next; one without its day begins it now.
export function endDrafts() {
  try {
    for (const key of Object.keys(localStorage).filter((name) => /^(note|sheet):/.test(name))) {
      const kept = JSON.parse(localStorage.getItem(key));
      if (kept?.typed === undefined) {
        localStorage.setItem(key, JSON.stringify({ typed: Date.now(), value: kept }));
      } else if (Date.now() - kept.typed > DRAFT_LASTS) localStorage.removeItem(key);
    }
  } catch {
    /* as above */
  }
}

endDrafts();

// Whoever signs out leaves none behind.
document.addEventListener("submit", (event) => {
  if (!event.target.action?.endsWith("/account/sign-out")) return;
  try {
    for (const key of Object.keys(localStorage).filter((name) => /^(note|sheet):/.test(name)))
      localStorage.removeItem(key);
  } catch {
    /* as above */
  }
});

// The wall clock of the festival, whatever that of the phone says of its own place.
export const hourNow = () =>
  new Date().toLocaleTimeString("fr", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: document.documentElement.dataset.zone,
  });

// Whether the house answers; before a page is left for an answer that may never come.
export const isThere = () =>
  fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(5000) }).then(
    () => true,
    () => false,
  );
